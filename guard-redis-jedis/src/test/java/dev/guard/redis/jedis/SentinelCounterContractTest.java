package dev.guard.redis.jedis;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Counters on a primary that sentinels watch keep the contract. */
class SentinelCounterContractTest implements CounterContract {

    private static RedisSentinels sentinels;

    @BeforeAll
    static void setUp() {
        sentinels = RedisServers.sentinels();
    }

    @AfterAll
    static void tearDown() {
        sentinels.close();
    }

    @Override
    public Backend open(TckEnvironment environment) {
        return Backends.open(
                "redis-sentinel://" + sentinels.sentinelAddresses() + "?master=" + RedisSentinels.MASTER, environment);
    }
}
