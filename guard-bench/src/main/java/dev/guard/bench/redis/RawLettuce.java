package dev.guard.bench.redis;

import dev.guard.bench.load.Limiter;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;

/** The limit through Lettuce. */
final class RawLettuce implements Limiter {

    private final LettuceClient<byte[]> client;
    private final RedisAsyncCommands<byte[], byte[]> commands;
    private final String sha;
    private final byte[] argument = RawScript.argument();

    RawLettuce(String address) {
        client = new LettuceClient<>(address, ByteArrayCodec.INSTANCE);
        commands = client.connection().async();
        sha = LettuceClient.await(commands.scriptLoad(RawScript.text()));
    }

    @Override
    public boolean tryAcquire(String subject) {
        byte[][] keys = {RawScript.key(subject)};
        Long answer = LettuceClient.await(commands.evalsha(sha, ScriptOutputType.INTEGER, keys, argument));
        return answer == 1;
    }

    @Override
    public void close() {
        client.close();
    }
}
