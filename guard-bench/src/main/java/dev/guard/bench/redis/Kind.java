package dev.guard.bench.redis;

import java.util.List;

/** Who decides in Redis, and through which client. */
public enum Kind {
    /** The limit. */
    RAW_LETTUCE,
    GUARD_LETTUCE,
    BUCKET4J_LETTUCE,
    REDISSON,
    /** The limit. */
    RAW_JEDIS,
    GUARD_JEDIS,
    BUCKET4J_JEDIS,
    /** Remembers a number and denies nothing: what a key costs at least. */
    BARE_SET;

    /**
     * Connects.
     *
     * @param addresses one for a server; several for a cluster, which is for guard alone
     * @param limits guard's limits
     */
    Limiter open(List<String> addresses, String limits) {
        String address = addresses.get(0);
        return switch (this) {
            case RAW_LETTUCE -> new RawLettuce(address);
            case GUARD_LETTUCE -> new GuardLimiter("redis-lettuce", addresses, limits);
            case BUCKET4J_LETTUCE -> Bucket4jLimiter.lettuce(address);
            case REDISSON -> new RedissonLimiter(address);
            case RAW_JEDIS -> new RawJedis(address);
            case GUARD_JEDIS -> new GuardLimiter("redis-jedis", addresses, limits);
            case BUCKET4J_JEDIS -> Bucket4jLimiter.jedis(address);
            case BARE_SET -> new BareSet(address);
        };
    }
}
