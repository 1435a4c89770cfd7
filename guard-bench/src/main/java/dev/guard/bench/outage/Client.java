package dev.guard.bench.outage;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.bench.load.Limiter;
import dev.guard.bench.load.Rate;
import dev.guard.bench.redis.RawScript;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.redisson.Redisson;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import redis.clients.jedis.HostAndPort;

/** Who asks the store: guard and its peers, each with the settings that it has if nobody sets any. */
public enum Client {
    GUARD_LETTUCE,
    GUARD_JEDIS,
    /** A script of the generic cell rate algorithm through Lettuce's blocking commands. */
    LETTUCE,
    /** The same through Jedis. */
    JEDIS,
    BUCKET4J,
    REDISSON;

    /** The deadline of whoever looks at what is left: no answer of the store may be missed. */
    private static final String PATIENT = "10s";

    boolean isGuard() {
        return this == GUARD_LETTUCE || this == GUARD_JEDIS;
    }

    /** Connects to that address, with so many permits in {@link Rate#PERIOD} for each subject. */
    Limiter open(String address, int permits) {
        return switch (this) {
            case GUARD_LETTUCE -> guard("redis-lettuce", address, permits, false);
            case GUARD_JEDIS -> guard("redis-jedis", address, permits, false);
            case LETTUCE -> lettuce(address, permits);
            case JEDIS -> jedis(address, permits);
            case BUCKET4J -> bucket4j(address, permits);
            case REDISSON -> redisson(address, permits);
        };
    }

    /** The same, with a deadline that no answer reaches. */
    Limiter openPatiently(String address, int permits) {
        return isGuard() ? guard("redis-lettuce", address, permits, true) : open(address, permits);
    }

    private static Limiter guard(String backend, String address, int permits, boolean patient) {
        Guard.Builder builder = Guard.builder()
                .backend(backend)
                .setting("backends." + backend + ".url", "redis://" + address + (patient ? "?timeout=" + PATIENT : ""));
        if (patient) {
            builder.deadline(Duration.ofSeconds(10));
        }
        Guard guard = builder.build();
        RateLimiter limiter =
                guard.limiter(Policy.of("bench", Limit.parse(permits + "/" + Rate.PERIOD.toHours() + "h")));
        return new Opened(subject -> limiter.tryAcquire(subject).allowed(), subjects -> {}, guard::close);
    }

    private static Limiter lettuce(String address, int permits) {
        RedisClient client = RedisClient.create("redis://" + address);
        RedisCommands<byte[], byte[]> commands =
                client.connect(ByteArrayCodec.INSTANCE).sync();
        String sha = commands.scriptLoad(RawScript.text());
        byte[] argument = RawScript.argument(permits);
        return new Opened(
                subject -> {
                    byte[][] keys = {RawScript.key(subject)};
                    Long answer = commands.evalsha(sha, ScriptOutputType.INTEGER, keys, argument);
                    return answer == 1;
                },
                subjects -> {},
                client::shutdown);
    }

    private static Limiter jedis(String address, int permits) {
        redis.clients.jedis.RedisClient client = redis.clients.jedis.RedisClient.create(HostAndPort.from(address));
        byte[] sha = client.scriptLoad(new String(RawScript.text(), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] argument = RawScript.argument(permits);
        return new Opened(
                subject -> (Long) client.evalsha(sha, 1, RawScript.key(subject), argument) == 1,
                subjects -> {},
                client::close);
    }

    private static Limiter bucket4j(String address, int permits) {
        RedisClient client = RedisClient.create("redis://" + address);
        StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE);
        ProxyManager<byte[]> buckets =
                Bucket4jLettuce.casBasedBuilder(connection).build();
        BucketConfiguration configuration = BucketConfiguration.builder()
                .addLimit(limit -> limit.capacity(permits).refillGreedy(permits, Rate.PERIOD))
                .build();
        return new Opened(
                subject -> buckets.getProxy(RawScript.key(subject), () -> configuration)
                        .tryConsume(1),
                subjects -> {},
                client::shutdown);
    }

    private static Limiter redisson(String address, int permits) {
        Config config = new Config();
        config.useSingleServer().setAddress("redis://" + address);
        RedissonClient client = Redisson.create(config);
        return new Opened(
                subject -> client.getRateLimiter(name(subject)).tryAcquire(),
                subjects -> subjects.forEach(subject ->
                        client.getRateLimiter(name(subject)).trySetRate(RateType.OVERALL, permits, Rate.PERIOD)),
                client::shutdown);
    }

    private static String name(String subject) {
        return new String(RawScript.key(subject), StandardCharsets.US_ASCII);
    }

    /** A limiter of three functions. */
    private record Opened(Predicate<String> asking, Consumer<List<String>> preparing, Runnable closing)
            implements Limiter {

        private static final long MOST_MILLIS = 10_000;

        @Override
        public boolean tryAcquire(String subject) {
            return asking.test(subject);
        }

        @Override
        public void prepare(List<String> subjects) {
            preparing.accept(subjects);
        }

        /** Is done after ten seconds, even where a client is not: after some outages one waits for what never comes. */
        @Override
        public void close() {
            Thread thread = new Thread(closing, "closes a client");
            thread.setDaemon(true);
            thread.start();
            try {
                thread.join(MOST_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
