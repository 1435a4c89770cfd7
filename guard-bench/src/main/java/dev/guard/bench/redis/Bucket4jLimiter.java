package dev.guard.bench.redis;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.load.Rate;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AbstractProxyManagerBuilder;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.jedis.Bucket4jJedis;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import redis.clients.jedis.RedisClient;

/** Bucket4j's buckets in Redis, which expire when they would be full; the key has the name of guard's. */
final class Bucket4jLimiter implements Limiter {

    private static final BucketConfiguration CONFIGURATION = BucketConfiguration.builder()
            .addLimit(limit -> limit.capacity(Rate.PERMITS).refillGreedy(Rate.PERMITS, Rate.PERIOD))
            .build();

    private final ProxyManager<byte[]> buckets;
    private final Runnable closing;

    private Bucket4jLimiter(
            AbstractProxyManagerBuilder<byte[], ? extends ProxyManager<byte[]>, ?> builder, Runnable closing) {
        this.buckets = builder.expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofSeconds(1)))
                .build();
        this.closing = closing;
    }

    static Bucket4jLimiter lettuce(String address) {
        LettuceClient<byte[]> client = new LettuceClient<>(address, ByteArrayCodec.INSTANCE);
        return new Bucket4jLimiter(Bucket4jLettuce.casBasedBuilder(client.connection()), client::close);
    }

    static Bucket4jLimiter jedis(String address) {
        RedisClient client = JedisClient.of(address);
        return new Bucket4jLimiter(Bucket4jJedis.casBasedBuilder(client), client::close);
    }

    @Override
    public boolean tryAcquire(String subject) {
        return buckets.getProxy(RawScript.key(subject), () -> CONFIGURATION).tryConsume(1);
    }

    @Override
    public void close() {
        closing.run();
    }
}
