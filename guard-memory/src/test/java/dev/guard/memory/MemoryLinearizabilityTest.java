package dev.guard.memory;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.time.Instant;
import java.time.InstantSource;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Concurrent histories on a table that is nearly always full, looked through for one that no order explains. */
class MemoryLinearizabilityTest {

    @Test
    @DisplayName("S3 concurrent calls on packed counters are linearizable, under stress")
    void packedUnderStress() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(PackedInAFullTable.class);
    }

    @Test
    @DisplayName("S3 concurrent calls on packed counters are linearizable, in every interleaving that was tried")
    void packedModelChecked() {
        modelChecking().check(PackedWithRoom.class);
    }

    @Test
    @DisplayName("S3 concurrent calls on counters of several limits and two versions are linearizable, under stress")
    void unpackedUnderStress() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(Unpacked.class);
    }

    @Test
    @DisplayName(
            "S3 concurrent calls on counters of several limits and two versions are linearizable, in every interleaving tried")
    void unpackedModelChecked() {
        modelChecking().check(Unpacked.class);
    }

    /** The domain is pure: no thread can see a call of it half done, so that only this module is interleaved. */
    private static ModelCheckingOptions modelChecking() {
        return new ModelCheckingOptions()
                .iterations(6)
                .invocationsPerIteration(150)
                .threads(2)
                .actorsPerThread(3)
                .addGuarantee(forClasses((String name) -> name.startsWith("dev.guard.domain."))
                        .allMethods()
                        .treatAsAtomic());
    }

    /** A store whose time stands still: what is asked, and in which order, is all that matters. */
    abstract static class Store {
        private static final InstantSource STILL = () -> Instant.EPOCH.plusSeconds(1_000);

        final MemoryCounterStore store;

        Store(int maxKeys) {
            store = new MemoryCounterStore(
                    MemoryClock.of(STILL), DecisionSource.of("memory", FailureMode.LOCAL_ONLY), maxKeys);
        }
    }

    /** Two subjects and their common policy of one limit. */
    abstract static class Packed extends Store {
        private final PolicyCounters counters = store.counters(Policy.of("p", Limit.parse("4/1h fixed")));
        private final KeyCounter bound = counters.key("t", "1");

        Packed(int maxKeys) {
            super(maxKeys);
        }

        @Operation
        public boolean tryAcquire(
                @Param(gen = IntGen.class, conf = "1:2") int subject,
                @Param(gen = IntGen.class, conf = "1:3") int cost) {
            return counters.tryAcquire("t", String.valueOf(subject), cost, Deadline.NONE)
                    .allowed();
        }

        @Operation
        public boolean tryAcquireBound(@Param(gen = IntGen.class, conf = "1:3") int cost) {
            return bound.tryAcquire(cost, Deadline.NONE);
        }

        @Operation
        public long remaining(@Param(gen = IntGen.class, conf = "1:2") int subject) {
            return counters.peek("t", String.valueOf(subject), 1, Deadline.NONE).remaining();
        }

        @Operation
        public boolean reset(@Param(gen = IntGen.class, conf = "1:2") int subject) {
            return store.reset(new Key("t", "p", String.valueOf(subject)));
        }
    }

    /** Room for one subject: the other is denied, unless the first was reset. */
    public static class PackedInAFullTable extends Packed {
        public PackedInAFullTable() {
            super(1);
        }
    }

    /** Room for both. */
    public static class PackedWithRoom extends Packed {
        public PackedWithRoom() {
            super(10);
        }
    }

    /** Two versions of a policy, the first of one limit and so packed, the second of two. */
    public static class Unpacked extends Store {
        private final PolicyCounters[] versions = {
            store.counters(Policy.of("p", Limit.parse("3/1h fixed"))),
            store.counters(Policy.builder("p")
                    .version(2)
                    .limit(Limit.parse("5/1h fixed"))
                    .limit(Limit.parse("4/1h"))
                    .build())
        };

        public Unpacked() {
            super(10);
        }

        @Operation
        public boolean tryAcquire(
                @Param(gen = IntGen.class, conf = "1:2") int version,
                @Param(gen = IntGen.class, conf = "1:2") int cost) {
            return versions[version - 1]
                    .tryAcquire("t", "s", cost, Deadline.NONE)
                    .allowed();
        }

        @Operation
        public long remaining(@Param(gen = IntGen.class, conf = "1:2") int version) {
            return versions[version - 1].peek("t", "s", 1, Deadline.NONE).remaining();
        }

        @Operation
        public boolean reset() {
            return store.reset(new Key("t", "p", "s"));
        }
    }
}
