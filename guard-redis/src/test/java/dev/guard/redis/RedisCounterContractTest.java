package dev.guard.redis;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import net.jqwik.api.Tag;

/** The scripts keep the contract of counters, whatever client they are sent by. Those that there are run it with them at each build. */
@Tag("deep")
class RedisCounterContractTest implements CounterContract {

    @Override
    public Backend open(TckEnvironment environment) {
        return TestRedis.open(environment);
    }
}
