package dev.guard.hazelcast;

import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Tag;

/** Counters in a cluster of two keep the contract, whichever member is asked. */
@Tag("slow")
class TwoMembersContractTest implements CounterContract {

    private static final int MEMBERS = 2;
    private static final AtomicInteger NEXT = new AtomicInteger();

    @Override
    public Backend open(TckEnvironment environment) {
        int member = Math.floorMod(NEXT.getAndIncrement(), MEMBERS);
        return TestClusters.open(TestClusters.shared(MEMBERS).get(member).instance(), MEMBERS, environment);
    }
}
