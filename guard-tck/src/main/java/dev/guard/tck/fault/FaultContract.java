package dev.guard.tck.fault;

import dev.guard.tck.TckSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.opentest4j.AssertionFailedError;

/**
 * What holds for a networked backend while its store fails, as cases: each fault, in each mode of a guard, in each form of a call, with
 * verbs drawn at random, or with all of them. A test class implements it:
 *
 * <pre>{@code
 * class PostgresFaultTest implements FaultContract {
 *
 *     public String backend() {
 *         return "postgres";
 *     }
 *
 *     public void prepare(FaultyStores stores) throws Exception {
 *         Postgres server = stores.closing(Postgres.start());
 *         FaultProxy proxy = stores.closing(FaultProxy.before(server.port()));
 *         ProcessFaults process = ProcessFaults.of(server.process());
 *         stores.add(
 *                 () -> Guard.builder()
 *                         .backend("postgres")
 *                         .setting("backends.postgres.url", "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/guard"),
 *                 StoreFault.onTheWay("refused", proxy, Fault.refuse(), Reason.CONNECT, Reason.CONNECTION_LOST),
 *                 StoreFault.onTheWay("silent", proxy, Fault.blackholeTowardsClient(), Reason.TIMEOUT),
 *                 StoreFault.of("stopped", process::pause, process::resume, Reason.TIMEOUT),
 *                 StoreFault.of("takes no writes", server::forbidWrites, server::allowWrites, Reason.READ_ONLY)
 *                         .butMayAnswer());
 *     }
 * }
 * }</pre>
 *
 * <p>For each case: a fault begins, a call is made, the fault ends. Then
 *
 * <ul>
 *   <li>nothing was allowed that the store did not decide, but for local decisions of a guard that may make them, for reasons that count as
 *       outages, and after the tenant's security event was in the log
 *   <li>the call ended by its deadline, as far as the machine ran its thread
 *   <li>it was unavailable for a reason that the fault names
 *   <li>it was charged once or not at all, and once if it was answered
 *   <li>the store decides again within two seconds, with nothing done about it
 * </ul>
 *
 * <p>Guards that judge by themselves need {@code guard-memory} on the class path.
 *
 * <p>System properties:
 *
 * <ul>
 *   <li>{@value #WHICH}: {@code all} for all verbs; one at random where it is not set, in degraded mode one that may be judged locally and one
 *       that may not.
 *   <li>{@value #SEED}: what they are drawn by, as a failure and the table name it.
 * </ul>
 *
 * <p>What calls came to is in {@code faults-BACKEND.md} in the folder of the reports, {@link TckSettings#REPORTS}, and an entry of the test's report.
 */
public interface FaultContract {

    /** The system property that says which verbs are called. */
    String WHICH = "guard.faults";

    /** The system property with the seed. */
    String SEED = "guard.faults.seed";

    /** The name by which configurations choose the backend. */
    String backend();

    /** Starts stores, and says what can go wrong with them. Called once; if it fails, what was to be closed is closed. */
    void prepare(FaultyStores stores) throws Exception;

    /** The cases, and at last the table of what they came to. */
    @TestFactory
    @DisplayName(
            "Under every fault nothing is allowed that the store did not decide, every call ends in time, and guard is back by itself")
    default Stream<DynamicNode> faults(TestReporter reporter) throws Exception {
        String seed = System.getProperty(SEED);
        long drawn = seed == null ? new Random().nextInt(1_000_000) : Long.parseLong(seed);
        boolean all = "all".equals(System.getProperty(WHICH));
        String again = all ? "" : "; to draw the same verbs again: -D" + SEED + "=" + drawn;
        FaultTable table =
                new FaultTable("Faults, through " + backend() + (all ? "" : ", seed " + drawn), FaultBench.DEADLINE);
        FaultyStores stores = new FaultyStores(backend());
        try {
            prepare(stores);
        } catch (Exception | Error e) {
            stores.close();
            throw e;
        }
        Random random = new Random(drawn);
        List<DynamicNode> nodes = new ArrayList<>();
        for (FaultyStores.Group group : stores.groups()) {
            for (StoreFault fault : group.faults()) {
                nodes.add(DynamicContainer.dynamicContainer(
                        fault.name(),
                        FaultCase.of(random, all).stream()
                                .map(each -> DynamicTest.dynamicTest(each.toString(), () -> {
                                    FaultTable.Row row =
                                            table.row(fault.name(), each.mode().toString());
                                    try {
                                        group.bench().check(fault, each, row);
                                    } catch (AssertionError | RuntimeException e) {
                                        throw new AssertionFailedError(
                                                fault + ", " + each + ": " + e.getMessage() + again, e);
                                    }
                                }))));
            }
        }
        nodes.add(DynamicTest.dynamicTest("the table", () -> {
            String text = table.markdown();
            FaultTable.write(TckSettings.reports().resolve("faults-" + backend() + ".md"), text);
            reporter.publishEntry("faults", text + again);
            if (table.allowedWithoutTheStore() > 0) {
                throw new AssertionFailedError("permits were given that the store did not give\n" + text);
            }
            if (table.local() == 0 && stores.mayGoLocal()) {
                throw new AssertionFailedError("no call was judged locally, expected some\n" + text);
            }
        }));
        return nodes.stream().onClose(stores::close);
    }
}
