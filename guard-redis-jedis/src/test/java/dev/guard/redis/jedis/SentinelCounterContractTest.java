package dev.guard.redis.jedis;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Counters on a primary that sentinels watch keep the contract. */
@Tag("slow")
class SentinelCounterContractTest implements CounterContract {

    private static RedisSentinels sentinels;

    @BeforeContainer
    static void setUp() {
        // On a machine that is busy with the kit a primary may be silent for seconds. A failover would lose what it
        // acknowledged last.
        sentinels = RedisServers.sentinels(Duration.ofMinutes(2));
    }

    @AfterContainer
    static void tearDown() {
        sentinels.close();
    }

    @Override
    public Backend open(TckEnvironment environment) {
        return Backends.open(
                "redis-sentinel://" + sentinels.sentinelAddresses() + "?master=" + RedisSentinels.MASTER, environment);
    }
}
