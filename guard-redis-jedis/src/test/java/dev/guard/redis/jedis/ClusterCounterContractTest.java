package dev.guard.redis.jedis;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServers;
import net.jqwik.api.Tag;

/** Counters on a cluster of three keep the contract. */
@Tag("slow")
class ClusterCounterContractTest implements CounterContract {

    @Override
    public Backend open(TckEnvironment environment) {
        return Backends.open(
                "redis-cluster://" + RedisServers.sharedCluster().nodes().get(0).address(), environment);
    }
}
