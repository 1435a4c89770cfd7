package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Key;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reserves, gives back, penalizes and blocks, by example: the corners that random histories seldom reach. */
@DisplayName("The counter model")
class VerbsTest {

    private static final long SECOND = 1_000_000;
    private static final long START = 1_767_225_600L * SECOND;
    private static final Key KEY = new Key(Key.DEFAULT_TENANT, "api", "alice");

    private final ModelKey key = new ModelKey();

    private static Policy version(int version, Carry carry, Limit... limits) {
        Policy.Builder builder = Policy.builder("api").version(version).carry(carry);
        for (Limit limit : limits) {
            builder.limit(limit);
        }
        return builder.build();
    }

    private static Policy policy(String... limits) {
        Policy.Builder builder = Policy.builder("api");
        for (String limit : limits) {
            builder.limit(Limit.parse(limit));
        }
        return builder.build();
    }

    private Decision acquire(Policy policy, long cost, String id, long time) {
        return (Decision) key.run(new CounterOperation.Acquire(KEY, policy, cost, id, Deadline.NONE), time);
    }

    private Decision acquireAtMost(Policy policy, long most, long time) {
        return (Decision) key.run(new CounterOperation.AcquireAtMost(KEY, policy, most, "p", Deadline.NONE), time);
    }

    private Decision reserve(Policy policy, long cost, String id, long ttl, long time) {
        return (Decision) key.run(new CounterOperation.Reserve(KEY, policy, cost, id, ttl, Deadline.NONE), time);
    }

    private Outcome commit(Policy policy, String id, long actual, long time) {
        return key.run(new CounterOperation.Commit(KEY, policy, id, actual, Deadline.NONE), time);
    }

    private Outcome penalize(Policy policy, long cost, long time) {
        return key.run(new CounterOperation.Penalize(KEY, policy, cost, Deadline.NONE), time);
    }

    private Outcome refund(Permit permit, long time) {
        return key.run(new CounterOperation.Refund(KEY, permit, Deadline.NONE), time);
    }

    private Outcome block(long duration, long time) {
        return key.run(new CounterOperation.Block(KEY, duration, Deadline.NONE), time);
    }

    @ParameterizedTest(name = "S10 a permit of the time {0}, which was made up, gives nothing back and takes no time")
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, START + 1, START - 1})
    @Timeout(10)
    void aTimeThatWasMadeUp(long time) {
        Policy policy = policy("5/day", "5/month@Europe/Berlin", "5/1h", "5/1h sliding", "5/3660d fixed");
        acquire(policy, 3, "a", START);
        CounterState before = key.state();

        assertThat(refund(new Permit("a", Long.MAX_VALUE, 1, time), START)).isEqualTo(Effect.NOTHING);

        assertThat(key.state()).isSameAs(before);
    }

    @Test
    @DisplayName("S10 a permit of a cost that was made up fills its limits, and no more")
    void aCostThatWasMadeUp() {
        Policy policy = policy("5/day", "5/1h", "5/1h interval", "5/1h sliding", "5/1h fixed", "5/1h log");
        acquire(policy, 3, "a", START);

        assertThat(refund(new Permit("a", Long.MAX_VALUE, 1, START), START + 1)).isEqualTo(Effect.APPLIED);

        assertThat(key.state().isAbsent()).isTrue();
        assertThat(key.peek(policy, 1, START + 1).limits())
                .extracting(LimitStatus::remaining)
                .containsOnly(5L);
    }

    @Test
    @DisplayName("S11 S18 an older command without a permit id takes a slot of a newer version until its lease ends")
    void anOlderCommandHoldsANewerVersionsSlots() {
        Policy older = policy("5/1h");
        Policy newer = version(2, Carry.AS_IS, Limit.parse("concurrent 2 lease 10s"));
        acquire(newer, 1, "a", START);

        assertThat(key.acquire(older, 1, START + SECOND).allowed()).isTrue();
        Decision denied = key.acquire(older, 1, START + SECOND);

        assertThat(((Denied) denied).reason()).isEqualTo(Denied.Reason.CONCURRENCY);
        assertThat(denied.retryAfterMicros()).isEqualTo(9 * SECOND);
        assertThat(key.acquire(older, 1, START + 10 * SECOND).allowed()).isTrue();
        assertThat(key.acquire(older, 1, START + 10 * SECOND).retryAfterMicros())
                .isEqualTo(SECOND);
    }

    @ParameterizedTest(name = "S11 carries entries {0} to a limit of 0 and back, and they still count")
    @EnumSource(
            value = Carry.class,
            names = {"AS_IS", "ADDITIVE", "PROPORTIONAL"})
    void entriesOutliveALimitOfZero(Carry carry) {
        Limit slots = Limit.parse("concurrent 5 lease 1h");
        acquire(version(1, carry, Limit.parse("5/1h log"), slots), 4, "a", START);
        Policy closed = version(2, carry, Limit.parse("0/1h log"), Limit.parse("concurrent 0 lease 1h"));
        assertThat(acquire(closed, 1, "b", START).allowed()).isFalse();
        Policy open = version(3, carry, Limit.parse("7/1h log"), slots);

        Decision decision = acquire(open, 1, "c", START);

        assertThat(decision.limits()).extracting(LimitStatus::remaining).containsExactly(2L, 0L);
    }

    @Test
    @DisplayName("S8 ten years after its last change a key is absent, though a reservation lapsed a moment before")
    void tenYearsAreTheEndOfAReservationToo() {
        Policy policy = policy("1/3660d burst 5");
        acquire(policy, 4, "a", START);
        reserve(policy, 1, "r", Micros.TEN_YEARS - 1, START);

        assertThat(key.state().expiresAt()).isEqualTo(START + Micros.TEN_YEARS);
        assertThat(key.isAbsentAt(START + Micros.TEN_YEARS - 1)).isFalse();
        assertThat(key.isAbsentAt(START + Micros.TEN_YEARS)).isTrue();
    }

    @Test
    @DisplayName("denies acquireAtMost for one permit, whether nothing is left or the key is blocked")
    void atMostIsDeniedForOne() {
        Policy policy = policy("5/1h fixed");
        block(SECOND, START);
        Decision blocked = acquireAtMost(policy, 3, START);
        assertThat(((Denied) blocked).reason()).isEqualTo(Denied.Reason.BLOCKED);
        assertThat(blocked.cost()).isEqualTo(1);

        assertThat(acquireAtMost(policy, 9, START + SECOND).cost()).isEqualTo(5);
        Decision empty = acquireAtMost(policy, 9, START + SECOND);
        assertThat(empty.allowed()).isFalse();
        assertThat(empty.cost()).isEqualTo(1);
    }

    @Test
    @DisplayName("has no room for one reservation too many, and says so, but never for a policy in shadow")
    void reservationsAreBounded() {
        Policy policy = policy("10000/1h fixed");
        for (int i = 0; i < CounterModel.MOST_RESERVATIONS; i++) {
            assertThat(reserve(policy, 1, "r" + i, 60 * SECOND, START + i).allowed())
                    .isTrue();
        }
        CounterState before = key.state();
        Denied denied = (Denied) reserve(policy, 1, "more", 60 * SECOND, START + 5_000);
        assertThat(denied.reason()).isEqualTo(Denied.Reason.CAPACITY);
        assertThat(denied.retryAfterMicros()).isEqualTo(60 * SECOND - 5_000);
        assertThat(key.state()).isSameAs(before);
        Policy shadow = Policy.builder("api")
                .limit(Limit.parse("10000/1h fixed"))
                .inShadow()
                .build();
        assertThat(reserve(shadow, 1, "more", 60 * SECOND, START + 5_000).allowed())
                .isTrue();
        assertThat(key.state()).isSameAs(before);
        assertThat(reserve(policy, 1, "more", 60 * SECOND, START + 60 * SECOND).allowed())
                .isTrue();
    }

    @Test
    @DisplayName("S10 remembers 64 refunded permits, refuses the next, and gives none of them back twice")
    void refundedPermitsAreBounded() {
        Policy policy = policy("100/1h fixed");
        for (int i = 0; i <= CounterModel.MOST_REFUNDED; i++) {
            acquire(policy, 1, "p" + i, START);
        }
        for (int i = 0; i < CounterModel.MOST_REFUNDED; i++) {
            assertThat(refund(new Permit("p" + i, 1, 1, START), START)).isEqualTo(Effect.APPLIED);
        }
        CounterState before = key.state();
        assertThat(refund(new Permit("p64", 1, 1, START), START)).isEqualTo(Effect.REFUSED);
        assertThat(refund(new Permit("p0", 1, 1, START), START)).isEqualTo(Effect.NOTHING);
        assertThat(key.state()).isSameAs(before);
    }

    @Test
    @DisplayName(
            "S10 forgets the refunded permits that no limit counts any more, in that very microsecond, and has room")
    void refundedPermitsAreForgotten() {
        Policy policy = policy("100/1m log");
        acquire(policy, 1, "kept", START);
        for (int i = 0; i < CounterModel.MOST_REFUNDED; i++) {
            acquire(policy, 1, "p" + i, START);
            assertThat(refund(new Permit("p" + i, 1, 1, START), START)).isEqualTo(Effect.APPLIED);
        }
        long end = START + 60 * SECOND;
        acquire(policy, 1, "more", end - 1);

        assertThat(refund(new Permit("more", 1, 1, end - 1), end - 1)).isEqualTo(Effect.REFUSED);
        assertThat(refund(new Permit("more", 1, 1, end - 1), end)).isEqualTo(Effect.APPLIED);
    }

    @Test
    @DisplayName("S11 penalizes in other numbers under the same version, and keeps them")
    void penaltiesUnderOneVersion() {
        acquire(policy("10/1h fixed"), 4, "a", START);
        Policy other = policy("20/1h fixed");

        assertThat(penalize(other, 5, START)).isEqualTo(Effect.APPLIED);

        // Six are left of ten, and of twenty as well; then one.
        assertThat(key.peek(other, 1, START).remaining()).isEqualTo(1);
        assertThat(key.state().slots().get(0).numbers())
                .isEqualTo(Limit.parse("20/1h fixed").numbers());
    }

    @ParameterizedTest(name = "S10 a permit of a window before this one gives {0} nothing back")
    @ValueSource(strings = {"5/1m fixed", "5/1m fixed aligned"})
    void permitsOfAnEarlierWindow(String window) {
        Policy policy = policy(window, "9/1h");
        acquire(policy, 1, "first", START);
        acquire(policy, 1, "second", START + 30 * SECOND);
        acquire(policy, 3, "third", START + 60 * SECOND);

        assertThat(refund(new Permit("second", 1, 1, START + 30 * SECOND), START + 70 * SECOND))
                .isEqualTo(Effect.APPLIED);

        assertThat(key.peek(policy, 1, START + 70 * SECOND).limits())
                .extracting(LimitStatus::remaining)
                .containsExactly(2L, 5L);
    }

    @ParameterizedTest(name = "S10 a refund of all that was used of {0} leaves the key absent")
    @ValueSource(
            strings = {"5/1h", "5/1h interval", "5/1h fixed", "5/1h fixed aligned", "5/1h sliding", "5/1h log", "5/day"
            })
    void aRefundOfAllLeavesTheKeyAbsent(String limit) {
        acquire(policy(limit), 3, "a", START);

        assertThat(refund(new Permit("a", 3, 1, START), START + 1)).isEqualTo(Effect.APPLIED);

        assertThat(key.state().isAbsent()).isTrue();
    }

    @Test
    @DisplayName("S10 a limit of 0 counts no permit, so that it has none to be given back, before the epoch either")
    void aLimitOfZeroCountsNothing() {
        Policy policy =
                Policy.of("api", Limit.parse("5/10us log"), Limit.parse("0/1s").inShadow());
        acquire(policy, 1, "a", -100);
        acquire(policy, 1, "b", -95);

        assertThat(refund(new Permit("a", 1, 1, -100), -90)).isEqualTo(Effect.NOTHING);
        assertThat(refund(new Permit("b", 1, 1, -95), -90)).isEqualTo(Effect.APPLIED);
    }

    @Test
    @DisplayName("does what comes at its deadline, and nothing that comes after it, whatever it is")
    void deadlines() {
        CounterOperation block = new CounterOperation.Block(KEY, SECOND, Deadline.NONE);
        assertThat(key.runBefore(block, START + 1, START)).isEqualTo(new Late(START + 1));
        assertThat(key.state()).isSameAs(CounterState.ABSENT);
        assertThat(key.runBefore(block, START, START)).isEqualTo(Effect.APPLIED);
    }

    @Test
    @DisplayName("keeps 4,096 entries of a log: debt beyond them joins the newest, which counts from then")
    void aLogIsBounded() {
        Policy policy = policy("4096/1h log");
        for (int i = 0; i < LimitNumbers.MOST_ENTRIES; i++) {
            acquire(policy, 1, "p", START + i);
        }
        long last = START + LimitNumbers.MOST_ENTRIES - 1;
        penalize(policy, 3, last + 10);

        LimitState log = key.state().slots().get(0).state();
        assertThat(log.entries()).hasSize((int) LimitNumbers.MOST_ENTRIES);
        assertThat(log.entries().get(4_095)).isEqualTo(new LimitEntry("", 4, last + 10));
        // What moved is not found by the time of its charge: it is not given back early.
        assertThat(refund(new Permit("p", 1, 1, last), last + 10)).isEqualTo(Effect.APPLIED);
        assertThat(key.state().slots().get(0).state()).isEqualTo(log);
    }

    @Test
    @DisplayName("S9 takes no more debt than there may be, however much is charged")
    void debtIsBounded() {
        Policy policy = policy(
                "5/1h", "5/1h interval", "5/1h fixed", "5/1h fixed aligned", "5/1h sliding", "5/1h log", "5/day");
        penalize(policy, Long.MAX_VALUE, START);
        commit(policy, "never-reserved", Long.MAX_VALUE, START + 1);
        for (LimitSlot slot : key.state().slots()) {
            assertThat(slot.available(START + 1)).isEqualTo(-5);
        }
    }

    @Test
    @DisplayName("knows no debt of a limit of 0, whatever is charged to it")
    void noDebtOfZero() {
        Policy policy = policy("0/1h", "0/1h interval", "0/1h fixed", "0/1h sliding", "0/1h log", "0/day");
        assertThat(penalize(policy, 3, START)).isEqualTo(Effect.APPLIED);
        assertThat(key.state().isAbsent()).isTrue();
    }

    @Test
    @DisplayName("S5 a denial that blocks writes the block and nothing else, and says how long it is")
    void blockOnExcess() {
        Policy policy = Policy.builder("api")
                .limit(Limit.parse("2/10s fixed"))
                .blockOnExcess(Duration.ofSeconds(60))
                .build();
        acquire(policy, 2, "a", START);
        CounterState before = key.state();

        Denied first = (Denied) acquire(policy, 1, "b", START + SECOND);
        assertThat(first.reason()).isEqualTo(Denied.Reason.LIMIT);
        assertThat(first.retryAfterMicros()).isEqualTo(60 * SECOND);
        assertThat(first.remaining()).isZero();
        assertThat(key.state()).isEqualTo(before.blockedUntil(START + 61 * SECOND));

        CounterState blocked = key.state();
        Denied second = (Denied) acquire(policy, 1, "b", START + 31 * SECOND);
        assertThat(second.reason()).isEqualTo(Denied.Reason.BLOCKED);
        assertThat(second.limit()).isEmpty();
        assertThat(second.retryAfterMicros()).isEqualTo(30 * SECOND);
        assertThat(key.state()).isSameAs(blocked);
        assertThat(acquire(policy, 1, "b", START + 61 * SECOND).allowed()).isTrue();
    }

    @Test
    @DisplayName("refuses a largest debt of a limit of 0, as nothing is ever paid back to it")
    void noLargestDebtOfZero() {
        Limit closed = Limit.parse("0/1h interval");
        assertThat(closed.maxDebt(0).maxDebt()).isZero();
        assertThatThrownBy(() -> closed.maxDebt(5))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("the largest debt of limit '0/1h interval' is 5, expected 0:"
                        + " no permits return that would repay it");
    }

    @Test
    @DisplayName("S6 a block alone says how long a policy waits whose limits are all in shadow")
    void shadowLimitsHaveNoPartInTheWaitOfABlock() {
        Policy policy = Policy.of("api", Limit.parse("1/1s").inShadow());
        block(SECOND, START);

        Decision denied = acquire(policy, 2, "a", START);

        assertThat(denied.retryAfterMicros()).isEqualTo(SECOND);
        assertThat(acquire(policy, 2, "a", START + SECOND).allowed()).isTrue();
    }
}
