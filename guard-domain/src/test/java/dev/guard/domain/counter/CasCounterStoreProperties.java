package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.Deeds.Deed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

@Label("Counters over compare-and-set, on random histories of every verb,")
class CasCounterStoreProperties {

    @Property
    @Label("S1 answer as the model does, one operation at a time, and hold the model's state")
    void oneByOne(@ForAll("versions") List<Policy> versions, @ForAll("deeds") List<Deed> deeds) {
        compare(versions, deeds, 1, 0);
    }

    @Property
    @Label("S1 answer as the model does when operations come in lists and every other write meets a conflict")
    void listsAndConflicts(
            @ForAll("versions") List<Policy> versions,
            @ForAll("deeds") List<Deed> deeds,
            @ForAll @IntRange(min = 2, max = 7) int atOnce,
            @ForAll @IntRange(min = 1, max = 100) int percentConflicts) {
        compare(versions, deeds, atOnce, percentConflicts);
    }

    private static void compare(List<Policy> versions, List<Deed> deeds, int atOnce, int percentConflicts) {
        MapCasStore.Shared shared = new MapCasStore.Shared();
        Random random = new Random(percentConflicts);
        MapCasStore store = new Conflicting(shared, random, percentConflicts);
        Map<Key, CounterState> model = new HashMap<>();
        Deeds.Doer doer = new Deeds.Doer(versions);
        for (int start = 0; start < deeds.size(); start += atOnce) {
            List<Deed> part = deeds.subList(start, Math.min(deeds.size(), start + atOnce));
            shared.time.addAndGet(part.get(0).elapse());
            List<CounterOperation> operations = new ArrayList<>();
            part.forEach(deed -> operations.add(doer.operation(deed, Deadline.NONE)));

            List<Outcome> outcomes = store.execute(operations);

            List<Outcome> expected = new ArrayList<>();
            for (CounterOperation operation : operations) {
                Step step = CounterModel.step(
                        model.getOrDefault(operation.key(), CounterState.ABSENT),
                        operation,
                        policy -> CompiledPolicy.of(policy, ModelKey.SOURCE),
                        shared.time.get(),
                        Long.MAX_VALUE);
                model.put(operation.key(), step.state());
                expected.add(step.outcome());
                doer.remember(operation, step.outcome());
            }
            assertThat(outcomes).isEqualTo(expected);
            model.forEach((key, state) -> assertStored(shared, key, state));
        }
    }

    private static void assertStored(MapCasStore.Shared shared, Key key, CounterState state) {
        CasCounterStore.Stored<Long> stored = shared.rows.get(key);
        if (state.isAbsent()) {
            assertThat(stored).isNull();
        } else {
            assertThat(CounterStateCodec.decode(stored.value())).isEqualTo(state);
            assertThat(shared.expiries).containsEntry(key, state.expiresAt());
        }
    }

    /** A store in which others are as quick: now and then what was expected is replaced by an equal value of another revision. */
    private static final class Conflicting extends MapCasStore {
        private final Random random;
        private final int percent;
        private boolean conflicted;

        Conflicting(Shared shared, Random random, int percent) {
            super(shared);
            this.random = random;
            this.percent = percent;
        }

        @Override
        protected boolean create(Key key, byte[] value, long expiresAt) {
            return !isBeaten() && super.create(key, value, expiresAt);
        }

        @Override
        protected boolean replace(Key key, Stored<Long> expected, byte[] value, long expiresAt) {
            return !isBeaten() && super.replace(key, expected, value, expiresAt);
        }

        @Override
        protected boolean remove(Key key, Stored<Long> expected) {
            return !isBeaten() && super.remove(key, expected);
        }

        private boolean isBeaten() {
            conflicted = !conflicted && random.nextInt(100) < percent;
            return conflicted;
        }
    }

    @Provide
    Arbitrary<List<Policy>> versions() {
        return Deeds.versions();
    }

    @Provide
    Arbitrary<List<Deed>> deeds() {
        return Deeds.deeds();
    }
}
