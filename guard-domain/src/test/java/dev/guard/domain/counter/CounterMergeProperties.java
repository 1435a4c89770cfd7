package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.Deeds.Deed;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

@Label("What becomes of a key that two sides of a split counted")
class CounterMergeProperties {

    private static final long START = 1_790_000_000_000_000L;

    @Property
    @Label("has no limit with more permits than on either side, and the later end of a block")
    void nothingIsGained(
            @ForAll("versions") List<Policy> versions,
            @ForAll("deeds") List<Deed> common,
            @ForAll("deeds") List<Deed> ours,
            @ForAll("deeds") List<Deed> theirs) {
        CounterState fork = play(versions, common, CounterState.ABSENT, START);
        long time = fork.isAbsent() ? START : fork.time();
        CounterState a = play(versions, ours, fork, time);
        CounterState b = play(versions, theirs, fork, time);
        CounterState merged = CounterMerge.merged(a, b);
        if (a.equals(b)) {
            assertThat(merged).isSameAs(a);
            return;
        }
        long now = Math.max(a.time(), b.time()) + 1;
        CounterState ourSide = a.isAbsent() ? a : a.advancedTo(now);
        CounterState theirSide = b.isAbsent() ? b : b.advancedTo(now);
        if (ourSide.isAbsent() || theirSide.isAbsent()) {
            assertThat(merged).isSameAs(ourSide.isAbsent() ? b : a);
            return;
        }
        assertThat(merged.time()).isEqualTo(now);
        assertThat(merged.birth()).isEqualTo(now);
        assertThat(merged.refunded()).isEmpty();
        assertThat(merged.blockedUntil()).isEqualTo(Math.max(ourSide.blockedUntil(), theirSide.blockedUntil()));
        assertThat(merged.heldUntil()).isEqualTo(Math.max(ourSide.heldUntil(), theirSide.heldUntil()));
        assertThat(merged.reservations()).isSortedAccordingTo(CounterState.BY_END);
        assertThat(merged.reservations().stream().map(Reservation::id))
                .containsAll(
                        ourSide.reservations().stream().map(Reservation::id).toList())
                .containsAll(
                        theirSide.reservations().stream().map(Reservation::id).toList());
        if (sameNumbers(ourSide, theirSide)) {
            for (int i = 0; i < merged.slots().size(); i++) {
                assertThat(merged.slots().get(i).available(now))
                        .isEqualTo(Math.min(
                                ourSide.slots().get(i).available(now),
                                theirSide.slots().get(i).available(now)));
            }
            assertThat(merged.version()).isEqualTo(Math.max(ourSide.version(), theirSide.version()));
        } else {
            assertThat(merged.slots()).isIn(ourSide.slots(), theirSide.slots());
        }
        assertThat(CounterStateCodec.decode(CounterStateCodec.encode(merged))).isEqualTo(merged);
    }

    @Property
    @Label("admits nothing that either side would deny, and says the same whichever side is asked first")
    void nothingIsAdmittedMore(
            @ForAll("versions") List<Policy> versions,
            @ForAll("deeds") List<Deed> ours,
            @ForAll("deeds") List<Deed> theirs) {
        Policy policy = versions.get(0);
        List<Policy> one = List.of(policy);
        CounterState a = play(one, ours, CounterState.ABSENT, START);
        CounterState b = play(one, theirs, CounterState.ABSENT, START);
        CounterState merged = CounterMerge.merged(a, b);
        long now = Math.max(START, Math.max(a.time(), b.time()) + 1);
        Acquire acquire = new Acquire(policy.key("default", "subject-0"), policy, 1, "later", Deadline.NONE);
        Decision after = (Decision) step(merged, acquire, now).outcome();
        if (after.allowed()) {
            assertThat(((Decision) step(a, acquire, now).outcome()).allowed()).isTrue();
            assertThat(((Decision) step(b, acquire, now).outcome()).allowed()).isTrue();
        }
        Decision other =
                (Decision) step(CounterMerge.merged(b, a), acquire, now).outcome();
        assertThat(other.allowed()).isEqualTo(after.allowed());
        assertThat(other.remaining()).isEqualTo(after.remaining());
    }

    @Property
    @Label("gives back no permit that was taken before")
    void nothingComesBack(
            @ForAll("versions") List<Policy> versions,
            @ForAll("deeds") List<Deed> ours,
            @ForAll("deeds") List<Deed> theirs) {
        Policy policy = versions.get(0);
        Acquire acquire = new Acquire(policy.key("default", "subject-0"), policy, 1, "taken", Deadline.NONE);
        Tuple2<CounterState, Decision> taken = taken(acquire);
        if (!taken.get2().allowed()) {
            return;
        }
        CounterState a = play(List.of(policy), ours, taken.get1(), START);
        CounterState b = play(List.of(policy), theirs, taken.get1(), START);
        CounterState merged = CounterMerge.merged(a, b);
        boolean isMerged = !merged.equals(a) && !merged.equals(b);
        if (isMerged) {
            Refund refund =
                    new Refund(acquire.key(), ((dev.guard.domain.Allowed) taken.get2()).permit("taken"), Deadline.NONE);
            assertThat(step(merged, refund, merged.time() + 1).outcome()).isEqualTo(Effect.NOTHING);
        }
    }

    private static Tuple2<CounterState, Decision> taken(Acquire acquire) {
        Step step = step(CounterState.ABSENT, acquire, START);
        return Tuple.of(step.state(), (Decision) step.outcome());
    }

    private static boolean sameNumbers(CounterState a, CounterState b) {
        return a.slots().stream()
                .map(LimitSlot::numbers)
                .toList()
                .equals(b.slots().stream().map(LimitSlot::numbers).toList());
    }

    /** The state after some deeds, which begin at that time. */
    private static CounterState play(List<Policy> versions, List<Deed> deeds, CounterState from, long start) {
        Deeds.Doer doer = new Deeds.Doer(versions);
        CounterState state = from;
        long time = start;
        for (Deed deed : deeds) {
            time += deed.elapse();
            int version = Math.min(deed.version(), 2 + versions.size());
            Deed own = new Deed(deed.verb(), version, deed.cost(), deed.id(), 0, deed.elapse());
            CounterOperation operation = doer.operation(own, Deadline.NONE);
            Step step = step(state, operation, time);
            state = step.state();
            doer.remember(operation, step.outcome());
        }
        return state;
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
