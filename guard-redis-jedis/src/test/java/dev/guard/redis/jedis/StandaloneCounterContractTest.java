package dev.guard.redis.jedis;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServers;

/** Counters on one server keep the contract. */
class StandaloneCounterContractTest implements CounterContract {

    @Override
    public Backend open(TckEnvironment environment) {
        return Backends.open(RedisServers.shared().url(), environment);
    }
}
