package dev.guard.redis.lettuce;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.util.stream.Collectors;
import net.jqwik.api.Tag;

/** Redis through Lettuce keeps the contract of counters: on a cluster. */
@Tag("slow")
class LettuceClusterContractTest implements CounterContract {

    @Override
    public Backend open(TckEnvironment environment) {
        return LettuceStandaloneContractTest.open(
                environment,
                "redis-cluster://"
                        + RedisServers.sharedCluster().nodes().stream()
                                .map(RedisServer::address)
                                .collect(Collectors.joining(","))
                        + "?" + LettuceStandaloneContractTest.PATIENCE);
    }
}
