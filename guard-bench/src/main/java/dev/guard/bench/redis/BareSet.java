package dev.guard.bench.redis;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.load.Rate;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;

/** The least that remembers a number for a while: {@code SET key number PX}. It denies nothing. */
final class BareSet implements Limiter {

    private final LettuceClient<byte[]> client;
    private final RedisAsyncCommands<byte[], byte[]> commands;
    private final SetArgs life = SetArgs.Builder.px(Rate.PERIOD);

    BareSet(String address) {
        client = new LettuceClient<>(address, ByteArrayCodec.INSTANCE);
        commands = client.connection().async();
    }

    @Override
    public boolean tryAcquire(String subject) {
        // A number of its own: the server shares the small ones.
        byte[] number = Long.toString(1_000_000_000_000L + System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
        return "OK".equals(LettuceClient.await(commands.set(RawScript.key(subject), number, life)));
    }

    @Override
    public void close() {
        client.close();
    }
}
