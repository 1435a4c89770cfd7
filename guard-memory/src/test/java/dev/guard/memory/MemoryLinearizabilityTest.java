package dev.guard.memory;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Effect;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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

    @Test
    @DisplayName("S3 permits that are given back, leases and blocks are linearizable, under stress")
    void verbsUnderStress() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(Verbs.class);
    }

    @Test
    @DisplayName(
            "S3 permits that are given back, leases and blocks are linearizable, in every interleaving that was tried")
    void verbsModelChecked() {
        modelChecking().iterations(3).check(Verbs.class);
    }

    @Test
    @DisplayName(
            "S3 a table with one place gives it to one key at a time, whatever unpacks or resets the cell, under stress")
    void verbsInAFullTableUnderStress() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(VerbsInAFullTable.class);
    }

    @Test
    @DisplayName("S3 concurrent slots are linearizable, under stress")
    void slotsUnderStress() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(Slots.class);
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
            return store.execute(List.of(
                            new CounterOperation.Reset(new Key("t", "p", String.valueOf(subject)), Deadline.NONE)))
                    .equals(List.of(Effect.APPLIED));
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
            return store.execute(List.of(new CounterOperation.Reset(new Key("t", "p", "s"), Deadline.NONE)))
                    .equals(List.of(Effect.APPLIED));
        }
    }

    /** One limit, whose cells are packed until an operation comes that no packed cell can serve. */
    abstract static class Mixed extends Store {
        private static final Policy POLICY = Policy.of("p", Limit.parse("4/1h fixed"));

        private final PolicyCounters counters = store.counters(POLICY);

        Mixed(int maxKeys) {
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
        public boolean tryAcquirePermit(
                @Param(gen = IntGen.class, conf = "1:2") int subject, @Param(gen = IntGen.class, conf = "1:2") int id) {
            return ((Decision) run(new CounterOperation.Acquire(key(subject), POLICY, 1, "id" + id, Deadline.NONE)))
                    .allowed();
        }

        @Operation
        public Outcome refund(
                @Param(gen = IntGen.class, conf = "1:2") int subject, @Param(gen = IntGen.class, conf = "1:2") int id) {
            long time = Micros.of(Instant.EPOCH.plusSeconds(1_000));
            return run(new CounterOperation.Refund(key(subject), new Permit("id" + id, 1, 1, time), Deadline.NONE));
        }

        @Operation
        public long remaining(@Param(gen = IntGen.class, conf = "1:2") int subject) {
            return counters.peek("t", String.valueOf(subject), 1, Deadline.NONE).remaining();
        }

        @Operation
        public Outcome reset(@Param(gen = IntGen.class, conf = "1:2") int subject) {
            return run(new CounterOperation.Reset(key(subject), Deadline.NONE));
        }

        Outcome run(CounterOperation operation) {
            return store.execute(List.of(operation)).get(0);
        }

        static Key key(int subject) {
            return new Key("t", "p", String.valueOf(subject));
        }
    }

    /** Room for all, and blocks. */
    public static class Verbs extends Mixed {
        public Verbs() {
            super(10);
        }

        @Operation
        public Outcome block(@Param(gen = IntGen.class, conf = "1:2") int subject) {
            return run(new CounterOperation.Block(key(subject), 1_000, Deadline.NONE));
        }

        @Operation
        public Outcome unblock(@Param(gen = IntGen.class, conf = "1:2") int subject) {
            return run(new CounterOperation.Unblock(key(subject), Deadline.NONE));
        }
    }

    /** Room for one. */
    public static class VerbsInAFullTable extends Mixed {
        public VerbsInAFullTable() {
            super(1);
        }
    }

    /** Two slots and three holders. */
    public static class Slots extends Store {
        private static final Policy POLICY = Policy.of("p", Limit.parse("concurrent 2 lease 1h"));
        private static final Key KEY = new Key("t", "p", "s");

        public Slots() {
            super(10);
        }

        @Operation
        public boolean hold(@Param(gen = IntGen.class, conf = "1:3") int holder) {
            return ((Decision) run(new CounterOperation.Acquire(KEY, POLICY, 1, "h" + holder, Deadline.NONE)))
                    .allowed();
        }

        @Operation
        public Outcome release(@Param(gen = IntGen.class, conf = "1:3") int holder) {
            return run(new CounterOperation.Release(KEY, "h" + holder, Deadline.NONE));
        }

        @Operation
        public Outcome extend(@Param(gen = IntGen.class, conf = "1:3") int holder) {
            return run(new CounterOperation.Extend(KEY, "h" + holder, Deadline.NONE));
        }

        private Outcome run(CounterOperation operation) {
            return store.execute(List.of(operation)).get(0);
        }
    }
}
