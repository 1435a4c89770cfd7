package dev.guard.bench.redis;

import dev.guard.bench.load.Limiter;
import java.nio.charset.StandardCharsets;
import redis.clients.jedis.RedisClient;

/** The limit through Jedis. */
final class RawJedis implements Limiter {

    private final RedisClient client;
    private final byte[] sha;
    private final byte[] argument = RawScript.argument();

    RawJedis(String address) {
        client = JedisClient.of(address);
        sha = client.scriptLoad(new String(RawScript.text(), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean tryAcquire(String subject) {
        return (Long) client.evalsha(sha, 1, RawScript.key(subject), argument) == 1;
    }

    @Override
    public void close() {
        client.close();
    }
}
