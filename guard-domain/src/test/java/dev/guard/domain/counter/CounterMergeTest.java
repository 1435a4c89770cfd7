package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Reserve;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Two states of one key that were counted apart")
class CounterMergeTest {

    private static final long START = 1_790_000_000_000_000L;
    private static final Key KEY = Key.of("api", "alice");

    private static CounterState after(CounterState state, CounterOperation operation, long time) {
        return step(state, operation, time).state();
    }

    private static Step step(CounterState state, CounterOperation operation, long time) {
        return CounterModel.step(
                state, operation, policy -> CompiledPolicy.of(policy, ModelKey.SOURCE), time, Long.MAX_VALUE);
    }

    private static CounterState used(Policy policy, long cost) {
        return after(CounterState.ABSENT, new Acquire(KEY, policy, cost, Deadline.NONE), START);
    }

    private static long available(CounterState state, int limit) {
        return state.slots().get(limit).available(state.time());
    }

    @Test
    @DisplayName("come to the larger consumption of each limit")
    void eachLimit() {
        Policy policy = Policy.of("api", Limit.parse("10/1h fixed"), Limit.parse("20/1d fixed"));
        Policy first = Policy.of(
                "api", Limit.parse("10/1h fixed"), Limit.parse("20/1d fixed").inShadow());
        CounterState ours = after(used(policy, 7), new CounterOperation.Penalize(KEY, policy, 1, Deadline.NONE), START);
        CounterState theirs = used(first, 9);
        CounterState merged = CounterMerge.merged(ours, theirs);
        assertThat(available(merged, 0)).isEqualTo(1);
        assertThat(available(merged, 1)).isEqualTo(11);
        assertThat(CounterMerge.merged(theirs, ours).slots().stream().map(LimitSlot::state))
                .isEqualTo(merged.slots().stream().map(LimitSlot::state).toList());
    }

    @Test
    @DisplayName("that are used alike come to the one that is full later")
    void later() {
        Policy policy = Policy.of("api", Limit.parse("10/1h fixed"));
        CounterState ours = used(policy, 4);
        CounterState theirs =
                after(CounterState.ABSENT, new Acquire(KEY, policy, 4, Deadline.NONE), START + 60_000_000);
        assertThat(CounterMerge.merged(ours, theirs).slots()).isEqualTo(theirs.slots());
        assertThat(CounterMerge.merged(theirs, ours).slots()).isEqualTo(theirs.slots());
    }

    @Test
    @DisplayName("in other numbers come to the side whose fullest limit is fuller")
    void otherNumbers() {
        Policy old = Policy.of(
                "api", Limit.parse("10/1h fixed"), Limit.parse("0/1h fixed").inShadow());
        Policy young = Policy.builder("api")
                .version(2)
                .limit(Limit.parse("100/1h fixed"))
                .build();
        CounterState six = used(old, 6);
        CounterState fifty = used(young, 50);
        CounterState seventy = used(young, 70);
        assertThat(CounterMerge.merged(six, fifty).slots()).isEqualTo(six.slots());
        assertThat(CounterMerge.merged(fifty, six).version()).isEqualTo(1);
        assertThat(CounterMerge.merged(six, seventy).slots()).isEqualTo(seventy.slots());
        assertThat(CounterMerge.merged(seventy, six).version()).isEqualTo(2);
    }

    @Test
    @DisplayName("in as many limits of other numbers come to one side's limits, and not to some of each")
    void otherCapacities() {
        Policy small = Policy.of("api", Limit.parse("10/1h fixed"));
        Policy large = Policy.builder("api")
                .version(2)
                .limit(Limit.parse("100/1h fixed"))
                .build();
        CounterState nine = used(small, 9);
        CounterState fifty = used(large, 50);
        for (CounterState merged : List.of(CounterMerge.merged(nine, fifty), CounterMerge.merged(fifty, nine))) {
            assertThat(merged.version()).isEqualTo(1);
            assertThat(merged.slots()).isEqualTo(nine.slots());
        }
    }

    @Test
    @DisplayName("under two versions of the same limits come to the newer version, with the larger consumption")
    void sameLimitsOfAnotherVersion() {
        Policy old = Policy.of("api", Limit.parse("10/1h fixed"));
        Policy young = Policy.builder("api")
                .version(2)
                .limit(Limit.parse("10/1h fixed"))
                .build();
        for (CounterState merged : List.of(
                CounterMerge.merged(used(old, 7), used(young, 2)), CounterMerge.merged(used(young, 2), used(old, 7)))) {
            assertThat(merged.version()).isEqualTo(2);
            assertThat(available(merged, 0)).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("come to what is blocked on one side, where the other counts and this one does not")
    void blocked() {
        Policy policy = Policy.of("api", Limit.parse("10/1h fixed"));
        CounterState blocked =
                after(CounterState.ABSENT, new CounterOperation.Block(KEY, 5_000_000, Deadline.NONE), START);
        CounterState merged = CounterMerge.merged(blocked, used(policy, 3));
        assertThat(merged.blockedUntil()).isEqualTo(START + 5_000_000);
        assertThat(available(merged, 0)).isEqualTo(7);
        assertThat(CounterMerge.merged(used(policy, 3), blocked)).isEqualTo(merged);
    }

    @Test
    @DisplayName("come to one of them, as it is, where the other is over or says the same")
    void oneIsOver() {
        Policy policy = Policy.of("api", Limit.parse("10/1s fixed"));
        CounterState old = used(policy, 9);
        CounterState young = after(CounterState.ABSENT, new Acquire(KEY, policy, 1, Deadline.NONE), START + 2_000_000);
        assertThat(CounterMerge.merged(old, young)).isSameAs(young);
        assertThat(CounterMerge.merged(young, old)).isSameAs(young);
        assertThat(CounterMerge.merged(old, used(policy, 9))).isSameAs(old);
        assertThat(CounterMerge.merged(CounterState.ABSENT, old)).isSameAs(old);
        assertThat(CounterMerge.merged(old, CounterState.ABSENT)).isSameAs(old);
    }

    @Test
    @DisplayName("know the reservations of both, so that none is charged again when it is committed")
    void reservations() {
        Policy policy = Policy.of("api", Limit.parse("10/1h fixed"));
        CounterState common =
                after(CounterState.ABSENT, new Reserve(KEY, policy, 2, "both", 60_000_000, Deadline.NONE), START);
        CounterState ours = after(common, new Reserve(KEY, policy, 3, "ours", 50_000_000, Deadline.NONE), START + 1);
        CounterState theirs = after(common, new Acquire(KEY, policy, 4, Deadline.NONE), START + 1);
        CounterState merged = CounterMerge.merged(ours, theirs);
        assertThat(merged.reservations()).extracting(Reservation::id).containsExactly("ours", "both");
        assertThat(available(merged, 0)).isEqualTo(4);
        Step committed = step(merged, new Commit(KEY, policy, "ours", 3, Deadline.NONE), START + 10);
        assertThat(committed.outcome()).isEqualTo(Effect.APPLIED);
        assertThat(available(committed.state(), 0)).isEqualTo(4);
        assertThat(available(merged.advancedTo(START + 70_000_000), 0)).isEqualTo(4);
    }

    @Test
    @DisplayName("have the reservations of both in the order in which they lapse")
    void orderOfReservations() {
        Policy policy = Policy.of("api", Limit.parse("10/1h fixed"));
        CounterState late =
                after(CounterState.ABSENT, new Reserve(KEY, policy, 2, "late", 60_000_000, Deadline.NONE), START);
        CounterState soon =
                after(CounterState.ABSENT, new Reserve(KEY, policy, 2, "soon", 50_000_000, Deadline.NONE), START);
        assertThat(CounterMerge.merged(late, soon).reservations())
                .extracting(Reservation::id)
                .containsExactly("soon", "late");
    }

    @Test
    @DisplayName("forget the reservations that lapse first, where both together have too many")
    void tooManyReservations() {
        CounterState ours = reserved("a", 3_000, START + 1_000_000);
        CounterState theirs = reserved("b", 3_000, START + 2_000_000);
        List<Reservation> kept = CounterMerge.merged(ours, theirs).reservations();
        assertThat(kept).hasSize(CounterModel.MOST_RESERVATIONS);
        assertThat(kept.stream().filter(reservation -> reservation.id().startsWith("b")))
                .hasSize(3_000);
    }

    private static CounterState reserved(String prefix, int count, long end) {
        List<Reservation> reservations = IntStream.range(0, count)
                .mapToObj(i -> new Reservation(prefix + (10_000 + i), 1, 1, START, end))
                .toList();
        CounterState used = used(Policy.of("api", Limit.parse("10000/1h fixed")), count);
        return new CounterState(
                used.version(),
                used.time(),
                used.birth(),
                used.heldUntil(),
                used.blockedUntil(),
                used.slots(),
                reservations,
                List.of());
    }
}
