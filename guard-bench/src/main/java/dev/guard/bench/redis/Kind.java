package dev.guard.bench.redis;

import dev.guard.bench.hazelcast.HazelcastLimiter;
import dev.guard.bench.load.Limiter;
import java.util.List;

/** Who decides in Redis, and through which client; or who decides in the members of Hazelcast. */
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
    BARE_SET,
    /** The limit. */
    RAW_HAZELCAST,
    GUARD_HAZELCAST,
    BUCKET4J_HAZELCAST,
    BUCKET4J_HAZELCAST_CAS;

    /** Whether a server of Redis is asked. */
    boolean isOfRedis() {
        return switch (this) {
            case RAW_HAZELCAST, GUARD_HAZELCAST, BUCKET4J_HAZELCAST, BUCKET4J_HAZELCAST_CAS -> false;
            default -> true;
        };
    }

    /**
     * Connects, or starts members.
     *
     * @param addresses one for a server; several for a cluster, which is for guard alone; where members of Hazelcast listen
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
            case RAW_HAZELCAST -> HazelcastLimiter.bare(addresses);
            case GUARD_HAZELCAST -> HazelcastLimiter.guard(addresses, limits);
            case BUCKET4J_HAZELCAST -> HazelcastLimiter.bucket4j(addresses);
            case BUCKET4J_HAZELCAST_CAS -> HazelcastLimiter.bucket4jCas(addresses);
        };
    }
}
