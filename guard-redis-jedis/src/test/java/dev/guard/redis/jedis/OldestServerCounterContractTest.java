package dev.guard.redis.jedis;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import net.jqwik.api.Tag;

/** Counters on the oldest server that guard works with keep the contract. */
@Tag("slow")
class OldestServerCounterContractTest implements CounterContract {

    /** Started when it is first needed, by whichever test engine; it ends with the JVM. */
    private static final class Started {

        static final RedisServer SERVER = RedisServers.version62();
    }

    @Override
    public Backend open(TckEnvironment environment) {
        return Backends.open(Started.SERVER.url(), environment);
    }
}
