package dev.guard.hazelcast;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import net.jqwik.api.Tag;

/** Counters in a cluster that this process is a client of keep the contract. */
@Tag("slow")
class ClientContractTest implements CounterContract {

    @Override
    public Backend open(TckEnvironment environment) {
        return TestClusters.open(TestClusters.client(2), 2, environment);
    }
}
