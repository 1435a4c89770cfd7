package dev.guard.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterStore;
import dev.guard.tck.fault.FaultContract;
import dev.guard.tck.fault.FaultyStores;
import dev.guard.tck.fault.Recovery;
import dev.guard.tck.fault.StoreFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The kit's cases of faults see what a backend does wrong. They are here, and not beside the kit, as guards that judge by themselves need this
 * backend.
 */
@Tag("slow")
@DisplayName("The cases of faults")
class FaultContractTest {

    private static final String NAME = "faulty";

    /** How calls are treated during a fault. */
    private enum Conduct {
        WELL,
        UNAVAILABLE,
        /** Lets callers in, and does not count them. */
        GENEROUS,
        /** Does everything twice. */
        TWICE,
        LATE,
        UNEXPECTED
    }

    private final Shared shared = new Shared();
    private final List<Map<String, String>> reports = new ArrayList<>();

    @BeforeEach
    void draw() {
        System.setProperty(FaultContract.SEED, "1");
    }

    @AfterEach
    void close() {
        System.clearProperty(FaultContract.SEED);
        shared.close();
    }

    /** A memory of this process that says it were another's, and can be made to fail. */
    private static final class Shared implements Backend, CounterStore {

        private final MemoryBackend memory = MemoryBackend.open(BackendSettings.of(NAME, Map.of()));
        private volatile Conduct conduct = Conduct.WELL;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public boolean isShared() {
            return true;
        }

        @Override
        public CounterStore counters() {
            return this;
        }

        @Override
        public CompletionStage<Void> ping() {
            return treated(memory::ping);
        }

        @Override
        public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
            if (conduct == Conduct.GENEROUS) {
                return memory.counters()
                        .submit(operations.stream().map(Shared::looked).toList());
            }
            return treated(() -> memory.counters().submit(operations));
        }

        @Override
        public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
            return treated(() -> memory.counters().submitList(tenant, policy, cursor));
        }

        private static CounterOperation looked(CounterOperation operation) {
            if (operation instanceof Acquire acquire) {
                return new Peek(acquire.key(), acquire.policy(), acquire.cost(), acquire.deadline());
            }
            if (operation instanceof AcquireAtMost acquire) {
                return new Peek(acquire.key(), acquire.policy(), acquire.most(), acquire.deadline());
            }
            return operation;
        }

        private <T> CompletionStage<T> treated(Supplier<CompletionStage<T>> call) {
            return switch (conduct) {
                case WELL, GENEROUS -> call.get();
                case UNAVAILABLE -> CompletableFuture.failedFuture(unavailable(Reason.READ_ONLY));
                case TWICE -> call.get().thenCompose(once -> call.get());
                case LATE ->
                    CompletableFuture.supplyAsync(
                            () -> {
                                throw unavailable(Reason.READ_ONLY);
                            },
                            CompletableFuture.delayedExecutor(10, TimeUnit.SECONDS));
                case UNEXPECTED -> CompletableFuture.failedFuture(unavailable(Reason.PROTOCOL));
            };
        }

        private static BackendUnavailableException unavailable(Reason reason) {
            return new BackendUnavailableException(reason, "it was told to say so");
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    /** The cases of one fault. */
    private final class Contract implements FaultContract {

        private final StoreFault fault;

        Contract(StoreFault fault) {
            this.fault = fault;
        }

        @Override
        public String backend() {
            return NAME;
        }

        @Override
        public void prepare(FaultyStores stores) {
            stores.add(() -> Guard.builder().backend(shared), fault);
        }
    }

    private StoreFault fault(Conduct conduct) {
        return StoreFault.of(
                "it is " + conduct,
                () -> shared.conduct = conduct,
                () -> shared.conduct = Conduct.WELL,
                Reason.READ_ONLY);
    }

    /** Runs the cases of a fault, up to the first that fails, and says what it failed with; empty if none does. */
    private Optional<String> failure(StoreFault fault) throws Exception {
        TestReporter reporter = reports::add;
        try (Stream<DynamicNode> nodes = new Contract(fault).faults(reporter)) {
            for (DynamicTest test : nodes.flatMap(FaultContractTest::tests).toList()) {
                try {
                    test.getExecutable().execute();
                } catch (Throwable e) {
                    return Optional.of(test.getDisplayName() + " failed: " + e.getMessage());
                }
            }
            return Optional.empty();
        }
    }

    private static Stream<DynamicTest> tests(DynamicNode node) {
        return node instanceof DynamicContainer container
                ? container.getChildren().flatMap(FaultContractTest::tests)
                : Stream.of((DynamicTest) node);
    }

    @Test
    @DisplayName("pass where calls are unavailable for a reason that was said, and tell what they came to")
    void wellBehaved() throws Exception {
        assertThat(failure(fault(Conduct.UNAVAILABLE))).isEmpty();
        assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.get("faults"))
                        .contains(
                                "# Faults, through faulty, seed 1",
                                "6 calls with a deadline of",
                                "| it is UNAVAILABLE | strict | 2 | 0 | 0 | 0 |",
                                "| it is UNAVAILABLE | degraded | 4 | 0 | 0 | 2 |",
                                "-Dguard.faults.seed=1"));
    }

    @Test
    @DisplayName("pass where the store may answer, and does")
    void answered() throws Exception {
        assertThat(failure(fault(Conduct.WELL).butMayAnswer())).isEmpty();
    }

    @Test
    @DisplayName("pass where the call is made once the guard has found a reason")
    void settled() throws Exception {
        assertThat(failure(fault(Conduct.UNAVAILABLE).foundAs(Reason.READ_ONLY)))
                .isEmpty();
    }

    @Test
    @DisplayName("fail on an answer where none can be")
    void answeredNevertheless() throws Exception {
        assertThat(failure(fault(Conduct.WELL)))
                .hasValueSatisfying(text -> assertThat(text).contains("which the store cannot have given"));
    }

    @Test
    @DisplayName("fail on permits that nobody counts")
    void generous() throws Exception {
        assertThat(failure(fault(Conduct.GENEROUS).butMayAnswer()))
                .hasValueSatisfying(text -> assertThat(text).contains("0 were charged, expected "));
    }

    @Test
    @DisplayName("fail on a call that is made twice")
    void twice() throws Exception {
        assertThat(failure(fault(Conduct.TWICE).butMayAnswer()))
                .hasValueSatisfying(text -> assertThat(text).contains(" were charged, expected "));
    }

    @Test
    @DisplayName("fail on a call that goes on after its deadline")
    void late() throws Exception {
        assertThat(failure(fault(Conduct.LATE)))
                .hasValueSatisfying(text -> assertThat(text).contains("it took ", " at most"));
    }

    @Test
    @DisplayName("fail on another reason, and say how to have the same calls again")
    void anotherReason() throws Exception {
        assertThat(failure(fault(Conduct.UNEXPECTED)))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains(
                                "it was unavailable for PROTOCOL after ",
                                "expected one of [READ_ONLY]",
                                "-Dguard.faults.seed=1"));
    }

    @Test
    @DisplayName("fail where the store does not decide again after the fault")
    void notBack() throws Exception {
        StoreFault forGood =
                StoreFault.of("it stays away", () -> shared.conduct = Conduct.UNAVAILABLE, () -> {}, Reason.READ_ONLY);
        assertThat(failure(forGood))
                .hasValueSatisfying(
                        text -> assertThat(text).contains("still not: the store decides again after it stays away"));
    }

    @Test
    @DisplayName("close what was opened where the stores cannot be prepared")
    void unprepared() {
        List<String> closed = new ArrayList<>();
        FaultContract contract = new FaultContract() {
            @Override
            public String backend() {
                return NAME;
            }

            @Override
            public void prepare(FaultyStores stores) {
                stores.closing(() -> closed.add("first"));
                stores.closing(() -> closed.add("second"));
                throw new IllegalStateException("no server");
            }
        };
        assertThatThrownBy(() -> contract.faults(reports::add)).hasMessage("no server");
        assertThat(closed).containsExactly("second", "first");
    }

    // ─── Recovery ───────────────────────────────────────────────────────────────────────────────

    private static final Duration A_WHILE = Duration.ofMillis(500);

    @Test
    @DisplayName("find a guard back after an outage, and see where calls are answered within it, or after it are not")
    void recovery() {
        try (Guard guard = Guard.builder().backend(shared).build()) {
            assertThat(Recovery.after(fault(Conduct.UNAVAILABLE), A_WHILE, guard))
                    .isPositive();

            assertThatThrownBy(() -> Recovery.after(fault(Conduct.GENEROUS), A_WHILE, guard))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("a call was answered under it is GENEROUS: Allowed");

            assertThatThrownBy(() -> Recovery.after(fault(Conduct.UNEXPECTED), A_WHILE, guard))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("unavailable for PROTOCOL, expected one of [READ_ONLY]");

            StoreFault stays =
                    StoreFault.of("it stays", () -> shared.conduct = Conduct.UNAVAILABLE, () -> {}, Reason.READ_ONLY);
            assertThatThrownBy(() -> Recovery.after(stays, A_WHILE, guard))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("still not: guard is back after it stays for PT0.5S");
        }
    }
}
