package dev.guard.redis.rules;

import dev.guard.tck.fault.FaultContract;
import dev.guard.tck.fault.FaultyStores;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;

/**
 * The failure table as cases, with all that can go wrong with Redis.
 *
 * <p>Faults that a network or a process has are real ones. Errors are put in a server's mouth, and where it is easily done a server is brought
 * to say them itself.
 */
public interface FaultRules extends BackendUnderTest, FaultContract {

    @Override
    default void prepare(FaultyStores stores) {
        RedisFaults.prepare(stores, this);
    }

    @Override
    @TestFactory
    @Tag("slow")
    @DisplayName(
            "S70 to S73 under every fault nothing is allowed that the store did not decide, every call ends in time, and guard is back by itself")
    default Stream<DynamicNode> faults(TestReporter reporter) throws Exception {
        return FaultContract.super.faults(report -> System.out.println(report.get("faults")));
    }
}
