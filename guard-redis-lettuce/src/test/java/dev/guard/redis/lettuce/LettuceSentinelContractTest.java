package dev.guard.redis.lettuce;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import net.jqwik.api.Tag;

/** Redis through Lettuce keeps the contract of counters: on a primary that sentinels name. */
@Tag("slow")
class LettuceSentinelContractTest implements CounterContract {

    /** Started when they are first needed, by whichever test engine; they end with the JVM. */
    private static final class Started {

        /** A slow machine must not look like a lost primary: a failover may lose what was counted. */
        static final RedisSentinels SENTINELS = RedisServers.sentinels(Duration.ofMinutes(1));
    }

    @Override
    public Backend open(TckEnvironment environment) {
        return LettuceStandaloneContractTest.open(
                environment,
                "redis-sentinel://" + Started.SENTINELS.sentinelAddresses() + "?master=" + RedisSentinels.MASTER + "&"
                        + LettuceStandaloneContractTest.PATIENCE);
    }
}
