package dev.guard.hazelcast;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultContract;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.tck.fault.FaultyStores;
import dev.guard.tck.fault.StoreFault;
import dev.guard.testing.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;

/**
 * The failure table as cases, with what can go wrong with Hazelcast: the way of a client to its members, a member as a process, members
 * that do not hear each other, a lost majority, and too many calls at a time.
 */
@DisplayName("Hazelcast that fails")
class HazelcastFaultsTest implements FaultContract {

    private static final String CLUSTER = "faults";

    /** Calls are to end by their deadline, and not by this. */
    static final String LONGER_THAN_THE_DEADLINE = "10s";

    @Override
    public String backend() {
        return HazelcastBackend.NAME;
    }

    @Override
    @TestFactory
    @Tag("slow")
    @DisplayName(
            "S70 to S73 under every fault nothing is allowed that the members did not decide, every call ends in time, and guard is back by itself")
    public Stream<DynamicNode> faults(TestReporter reporter) throws Exception {
        return FaultContract.super.faults(report -> System.out.println(report.get("faults")));
    }

    @Override
    public void prepare(FaultyStores stores) throws IOException {
        int port = Ports.free();
        FaultProxy proxy = stores.closing(FaultProxy.before(port));
        String address = proxy.host() + ":" + proxy.port();
        MemberProcess member = stores.closing(MemberProcess.start(Map.of(
                "cluster", CLUSTER, "members", address, "port", Integer.toString(port), "public_address", address)));
        TwoMembers members = stores.closing(TwoMembers.start());
        HazelcastBackend first = stores.closing(members.backend(2));
        HazelcastBackend careless = stores.closing(members.backend(1));
        member.up();
        HazelcastBackend crowded =
                stores.closing(HazelcastBackend.open(TestClusters.settings(client(address, LONGER_THAN_THE_DEADLINE))));

        stores.add(() -> guardOfClient(address, LONGER_THAN_THE_DEADLINE), ofClient(proxy, member, stores.deadline()));
        // How soon a client misses a connection depends on how long a call may take.
        stores.add(
                () -> guardOfClient(address, "1s"),
                StoreFault.onTheWay("dropped, also after it", proxy, Fault.drop(), Reason.TIMEOUT));
        stores.add(() -> Guard.builder().backend(first), amongMembers(members));
        stores.add(
                () -> Guard.builder().backend(careless),
                // What the other one had not begun is sent again; what it had is not.
                StoreFault.of(
                                "the other member is killed",
                                members::kill,
                                members::recover,
                                Reason.TIMEOUT,
                                Reason.CONNECTION_LOST,
                                Reason.TOPOLOGY)
                        .butMayAnswer());
        stores.add(() -> Guard.builder().backend(crowded), crowd(crowded, proxy));
    }

    private static Map<String, String> client(String address, String timeout) {
        return Map.of(
                "mode", "client", "cluster", CLUSTER, "members", address, "start_timeout", "2m", "timeout", timeout);
    }

    private static Guard.Builder guardOfClient(String address, String timeout) {
        Guard.Builder builder = Guard.builder().backend(HazelcastBackend.NAME);
        client(address, timeout).forEach((name, value) -> builder.setting("backends.hazelcast." + name, value));
        return builder;
    }

    // ─── A client and its member ────────────────────────────────────────────────────────────────

    private static List<StoreFault> ofClient(FaultProxy proxy, MemberProcess member, Duration deadline) {
        return List.of(
                StoreFault.onTheWay("refused", proxy, Fault.refuse(), Reason.CONNECT, Reason.CONNECTION_LOST),
                StoreFault.onTheWay("refused, and the circuit is open", proxy, Fault.refuse(), Reason.CIRCUIT_OPEN)
                        .foundAs(Reason.CIRCUIT_OPEN),
                StoreFault.onTheWay("reset", proxy, Fault.reset(), Reason.CONNECT, Reason.CONNECTION_LOST),
                StoreFault.onTheWay(
                        "blackhole towards the member", proxy, Fault.blackholeTowardsStore(), Reason.TIMEOUT),
                StoreFault.onTheWay(
                        "blackhole towards the client", proxy, Fault.blackholeTowardsClient(), Reason.TIMEOUT),
                StoreFault.onTheWay(
                                "delay within the deadline",
                                proxy,
                                Fault.delay(deadline.dividedBy(8)),
                                Reason.TIMEOUT,
                                Reason.LATE)
                        .butMayAnswer(),
                StoreFault.onTheWay(
                        "delay beyond the deadline", proxy, Fault.delay(deadline), Reason.TIMEOUT, Reason.LATE),
                // Hazelcast asks for a page of keys again, and finds nobody then.
                StoreFault.onTheWay(
                        "cut within the reply", proxy, Fault.cut(3), Reason.CONNECTION_LOST, Reason.CONNECT),
                StoreFault.onTheWay(
                        "one byte at a time", proxy, Fault.byteByByte(deadline.dividedBy(5)), Reason.TIMEOUT),
                StoreFault.of("stopped (SIGSTOP)", member::pause, member::resume, Reason.TIMEOUT));
    }

    // ─── Members among themselves ───────────────────────────────────────────────────────────────

    private static List<StoreFault> amongMembers(TwoMembers members) {
        return List.of(
                // A look at a key that the member has itself needs nobody else.
                StoreFault.of("the other member is not heard", members::deafen, members::mend, Reason.TIMEOUT)
                        .butMayAnswer(),
                StoreFault.of("below the majority", members::lose, members::recover, Reason.SPLIT));
    }

    // ─── Too many calls ─────────────────────────────────────────────────────────────────────────

    private static List<StoreFault> crowd(HazelcastBackend backend, FaultProxy proxy) {
        return List.of(StoreFault.of(
                "too many calls under way",
                () -> {
                    proxy.set(Fault.blackholeTowardsClient());
                    fill(backend);
                },
                proxy::heal,
                Reason.OVERLOADED));
    }

    /** Makes calls that nobody answers until no more are taken, of either kind: about keys, and for pages of keys. */
    private static void fill(HazelcastBackend backend) {
        Policy policy = Policy.of("crowd", Limit.parse("1/1h"));
        Peek peek = new Peek(Key.of("crowd", "somebody"), policy, 1, Deadline.NONE);
        untilRefused(() -> backend.counters().submit(List.of(peek)));
        untilRefused(() -> backend.counters().submitList("default", "crowd", KeyPage.START));
    }

    private static void untilRefused(Supplier<CompletionStage<?>> call) {
        int calls = 0;
        while (!call.get().toCompletableFuture().isCompletedExceptionally()) {
            calls++;
            if (calls > 2 * HazelcastCounterStore.MOST_IN_FLIGHT) {
                throw new AssertionError(calls + " calls wait, expected that no more are taken");
            }
        }
    }
}
