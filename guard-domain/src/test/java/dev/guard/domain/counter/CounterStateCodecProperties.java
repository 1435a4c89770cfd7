package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.Deeds.Deed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

@Label("The byte form of a counter's state, over random histories of every verb,")
class CounterStateCodecProperties {

    private static final long START = 1_790_000_000_000_000L;

    @Property
    @Label("is read back as the very state that was written, and the same state always has the same bytes")
    void roundTrip(@ForAll("versions") List<Policy> versions, @ForAll("deeds") List<Deed> deeds) {
        for (CounterState state : states(versions, deeds)) {
            byte[] bytes = CounterStateCodec.encode(state);
            CounterState read = CounterStateCodec.decode(bytes);
            assertThat(read).isEqualTo(state);
            assertThat(CounterStateCodec.encode(read)).isEqualTo(bytes);
        }
    }

    @Property
    @Label(
            "is read as the same state whatever limits are thought likely, and as their very numbers where it counts by them")
    void likely(
            @ForAll("versions") List<Policy> versions,
            @ForAll("versions") List<Policy> others,
            @ForAll("deeds") List<Deed> deeds) {
        List<Policy> thought = new ArrayList<>(versions);
        thought.addAll(others);
        for (CounterState state : states(versions, deeds)) {
            byte[] bytes = CounterStateCodec.encode(state);
            for (Policy policy : thought) {
                CounterState read = CounterStateCodec.decode(bytes, policy.limits());
                assertThat(read).isEqualTo(state);
                for (int i = 0;
                        i < Math.min(read.slots().size(), policy.limits().size());
                        i++) {
                    LimitNumbers numbers = read.slots().get(i).numbers();
                    LimitNumbers guess = policy.limits().get(i).numbers();
                    assertThat(numbers == guess).isEqualTo(numbers.equals(guess));
                }
            }
        }
    }

    @Property
    @Label("is not read when a byte is missing at its end, or one too many stands there")
    void everyPrefixIsCorrupt(@ForAll("versions") List<Policy> versions, @ForAll("deeds") List<Deed> deeds) {
        List<CounterState> states = states(versions, deeds);
        if (states.isEmpty()) {
            return;
        }
        byte[] bytes = CounterStateCodec.encode(states.get(states.size() - 1));
        for (int length = 0; length < bytes.length; length++) {
            assertThat(read(Arrays.copyOf(bytes, length)))
                    .as("%s bytes", length)
                    .isEmpty();
        }
        assertThat(read(Arrays.copyOf(bytes, bytes.length + 1))).isEmpty();
    }

    @Property
    @Label(
            "with bytes changed at random is refused by its own error, or is a state that has these bytes and can be judged")
    void mutations(
            @ForAll("versions") List<Policy> versions, @ForAll("deeds") List<Deed> deeds, @ForAll Random random) {
        for (CounterState state : states(versions, deeds)) {
            byte[] bytes = CounterStateCodec.encode(state);
            for (int change = random.nextInt(3); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] =
                        random.nextBoolean() ? (byte) random.nextInt() : (byte) (random.nextInt(5) - 2);
            }
            judgeIfReadable(bytes, versions, deeds);
        }
    }

    @Property
    @Label("is not found in bytes of anybody else's, also behind the format's own mark")
    void noise(
            @ForAll @Size(max = 60) byte[] bytes,
            @ForAll boolean marked,
            @ForAll("versions") List<Policy> versions,
            @ForAll("deeds") List<Deed> deeds) {
        if (marked && bytes.length >= 3) {
            bytes[0] = 'g';
            bytes[1] = '1';
            bytes[2] &= 15;
        }
        judgeIfReadable(bytes, versions, deeds);
    }

    /** Whatever is read has exactly these bytes, and every verb has an answer to it. */
    private static void judgeIfReadable(byte[] bytes, List<Policy> versions, List<Deed> deeds) {
        Optional<CounterState> read = read(bytes);
        if (read.isEmpty()) {
            return;
        }
        assertThat(CounterStateCodec.encode(read.get())).isEqualTo(bytes);
        Deeds.Doer doer = new Deeds.Doer(versions);
        CounterState state = read.get();
        for (Deed deed : deeds) {
            CounterOperation operation = doer.operation(deed, Deadline.NONE);
            assertThat(step(state, operation, state.isAbsent() ? START : state.time() + 1)
                            .outcome())
                    .isNotNull();
        }
    }

    private static Optional<CounterState> read(byte[] bytes) {
        try {
            return Optional.of(CounterStateCodec.decode(bytes));
        } catch (CorruptStateException e) {
            assertThat(e.detail()).contains("expected");
            return Optional.empty();
        }
    }

    /** All states that a key goes through, but for its absence. */
    private static List<CounterState> states(List<Policy> versions, List<Deed> deeds) {
        List<CounterState> states = new ArrayList<>();
        Deeds.Doer doer = new Deeds.Doer(versions);
        CounterState state = CounterState.ABSENT;
        long time = START;
        for (Deed deed : deeds) {
            time += deed.elapse();
            CounterOperation operation = doer.operation(oneKey(deed), Deadline.NONE);
            Step step = step(state, operation, time);
            state = step.state();
            doer.remember(operation, step.outcome());
            if (!state.isAbsent()) {
                states.add(state);
            }
        }
        return states;
    }

    private static Deed oneKey(Deed deed) {
        return new Deed(deed.verb(), deed.version(), deed.cost(), deed.id(), 0, deed.elapse());
    }

    private static Step step(CounterState state, CounterOperation operation, long time) {
        return CounterModel.step(
                state, operation, policy -> CompiledPolicy.of(policy, ModelKey.SOURCE), time, Long.MAX_VALUE);
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
