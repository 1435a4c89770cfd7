package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The counter model")
class CounterModelTest {

    private static final long START = 1_767_225_600_000_000L;

    private final ModelKey key = new ModelKey();

    private static Policy policy(String... limits) {
        Policy.Builder builder = Policy.builder("api");
        for (String limit : limits) {
            builder.limit(
                    limit.startsWith("~") ? Limit.parse(limit.substring(1)).inShadow() : Limit.parse(limit));
        }
        return builder.build();
    }

    @ParameterizedTest(name = "S6 {0}: after {1} permits, {2} µs in, a cost of {3} waits {4} µs; reset {5}, next {6}")
    @CsvSource({
        "10/1s, 10, 0, 1, 100000, 1000000, 100000",
        "10/1s, 10, 99999, 1, 1, 900001, 1",
        "10/1s, 10, 50000, 10, 950000, 950000, 50000",
        "3/1s, 3, 0, 1, 333334, 1000000, 333334",
        "3/1s, 3, 0, 2, 666667, 1000000, 333334",
        "10/1s burst 2, 2, 0, 1, 100000, 200000, 100000",
        "1/1s burst 3, 3, 0, 3, 3000000, 3000000, 1000000",
        "10/1s interval, 10, 400000, 1, 600000, 600000, 600000",
        "4/1s interval burst 10, 10, 400000, 5, 1600000, 2600000, 600000",
        "10/1s fixed, 10, 400000, 1, 600000, 600000, 600000",
        "10/1s fixed aligned, 10, 400000, 1, 600000, 600000, 600000",
        "10/1s sliding, 10, 0, 1, 1100000, 2000000, 1100000",
        "10/1s sliding, 10, 1000000, 1, 100000, 1000000, 100000",
        "10/1s sliding, 10, 1000000, 10, 1000000, 1000000, 100000",
        "10/1s sliding, 10, 1950000, 1, 0, 50000, 50000",
    })
    void tellsTheWaits(String limit, long taken, long later, long cost, long retry, long reset, long next) {
        Policy policy = policy(limit);
        key.acquire(policy, taken, START);

        Decision decision = key.peek(policy, cost, START + later);

        assertThat(decision.retryAfterMicros()).isEqualTo(retry);
        assertThat(decision.resetAfterMicros()).isEqualTo(reset);
        assertThat(decision.nextAfterMicros()).isEqualTo(next);
    }

    @ParameterizedTest(
            name = "S6 {0}, of which 4 were taken: a cost of {1} waits {2} µs, read without the model as with it")
    @CsvSource({"10/1s, 6, 0", "10/1s, 7, 100000", "10/1s fixed, 6, 0", "10/1s fixed, 10, 1000000"})
    void tellsTheWaitOfTheOnlyLimit(String limit, long cost, long wait) {
        Policy policy = policy(limit);
        key.acquire(policy, 4, START);
        LimitSlot slot = key.state().slots().get(0);
        OnlyLimit only = CompiledPolicy.of(policy, ModelKey.SOURCE).onlyLimit();
        assertThat(only).isNotNull();

        assertThat(only.retryAfter(slot.state().x(), slot.state().y(), START, cost))
                .isEqualTo(wait);
        assertThat(slot.retryAfter(START, cost)).isEqualTo(wait);
    }

    @Test
    @DisplayName("S5 charges all limits or none")
    void chargesAllOrNone() {
        Policy policy = policy("5/1s", "2/1h fixed");
        assertThat(key.acquire(policy, 2, START).allowed()).isTrue();
        CounterState before = key.state();

        Decision denied = key.acquire(policy, 1, START);

        assertThat(denied.allowed()).isFalse();
        assertThat(key.state()).isSameAs(before);
        assertThat(denied.limits()).extracting(LimitStatus::remaining).containsExactly(3L, 0L);
        assertThat(denied.limit()).map(LimitStatus::name).hasValue("api-2");
    }

    @ParameterizedTest(name = "refuses a cost of {0} before it looks at the state")
    @CsvSource({"0", "-1", "6", "9223372036854775807", "-9223372036854775808"})
    void refusesACostOutOfRange(long cost) {
        Policy policy = policy("5/1s", "10/1h", "0/1d");
        assertThatThrownBy(() -> key.acquire(policy, cost, START))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("cost is " + cost + ", expected 1 to 5, the smallest capacity of policy 'api'");
        assertThatThrownBy(() -> key.peek(policy, cost, START)).isInstanceOf(InvalidArgumentException.class);
        assertThat(key.state()).isSameAs(CounterState.ABSENT);
    }

    @Test
    @DisplayName("refuses a cost before it says that the call is late")
    void argumentsComeBeforeTheDeadline() {
        assertThatThrownBy(() -> key.acquireBefore(policy("5/1s"), 6, START, START - 1))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    @DisplayName("bounds a cost by nothing where every limit is 0 or in shadow")
    void shadowAndZeroBoundNoCost() {
        assertThat(key.acquire(policy("0/1s"), 1_000, START).allowed()).isFalse();
        assertThat(key.acquire(policy("~5/1s"), 1_000, START).allowed()).isTrue();
        assertThatThrownBy(() -> key.acquire(policy("~5/1s"), 0, START))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("cost is 0, expected 1 or more");
    }

    @Test
    @DisplayName("denies under a limit of 0 for ever, and writes nothing")
    void aLimitOfZeroDenies() {
        Policy policy = policy("5/1s", "0/1m");
        Decision decision = key.acquire(policy, 1, START);
        assertThat(decision.allowed()).isFalse();
        assertThat(decision.retryAfterMicros()).isEqualTo(Micros.NEVER);
        assertThat(((Denied) decision).canRetry()).isFalse();
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
        assertThat(decision.capacity()).isZero();
        assertThat(decision.resetAfterMicros()).isZero();
        assertThat(decision.nextAfterMicros()).isZero();
        assertThat(key.state()).isSameAs(CounterState.ABSENT);
    }

    @Test
    @DisplayName("does what comes at its deadline, and nothing that comes after it")
    void deadlines() {
        Policy policy = policy("5/1s");
        assertThat(key.acquireBefore(policy, 1, START + 1, START)).isEqualTo(new Late(START + 1));
        assertThat(key.peekBefore(policy, 1, START + 1, START)).isEqualTo(new Late(START + 1));
        assertThat(key.state()).isSameAs(CounterState.ABSENT);
        assertThat(key.acquireBefore(policy, 1, START, START)).isInstanceOf(Decision.class);
        assertThat(key.state().isAbsent()).isFalse();
    }

    @Test
    @DisplayName("S4 a store's clock that is set back neither refills nor locks out: the key's time stands still")
    void timeStandsStillWhenTheClockIsSetBack() {
        Policy policy = policy("2/1s");
        key.acquire(policy, 2, START);
        long hour = 3_600_000_000L;

        Decision decision = key.acquire(policy, 1, START - hour);

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.retryAfterMicros()).isEqualTo(500_000);
        assertThat(key.acquire(policy, 1, START + 500_000).allowed()).isTrue();
    }

    @Test
    @DisplayName("charges a shadow limit when the call is allowed and it would have allowed it")
    void shadowLimits() {
        Policy policy = policy("5/1h fixed", "~2/1h fixed");
        Decision first = key.acquire(policy, 2, START);
        assertThat(first.limits()).extracting(LimitStatus::remaining).containsExactly(3L, 0L);
        assertThat(first.shadowDenied()).isFalse();
        Decision second = key.acquire(policy, 1, START);
        assertThat(second.allowed()).isTrue();
        assertThat(second.remaining()).isEqualTo(2);
        assertThat(second.shadowDenied()).isTrue();
        assertThat(second.limits()).extracting(LimitStatus::admits).containsExactly(true, false);
        assertThat(second.limits()).extracting(LimitStatus::enforced).containsExactly(true, false);
        Decision third = key.acquire(policy, 3, START);
        assertThat(third.allowed()).isFalse();
        assertThat(third.limits().get(1).retryAfterMicros()).isEqualTo(Micros.NEVER);
        assertThat(third.retryAfterMicros()).isEqualTo(3_600_000_000L);
    }

    @Test
    @DisplayName("answers for a shadow policy that the call is allowed, and charges it iff it would have been")
    void shadowPolicies() {
        Policy policy = Policy.builder("api")
                .limit(Limit.parse("2/1h fixed"))
                .inShadow()
                .build();
        assertThat(key.acquire(policy, 2, START).shadowDenied()).isFalse();
        CounterState before = key.state();
        Decision decision = key.acquire(policy, 1, START);
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.retryAfterMicros()).isZero();
        assertThat(decision.shadowDenied()).isTrue();
        assertThat(decision.limits().get(0).retryAfterMicros()).isEqualTo(3_600_000_000L);
        assertThat(key.state()).isSameAs(before);
    }

    @Test
    @DisplayName("S6 S9 an interval bucket of years waits for all of them, up to ten")
    void intervalOfYears() {
        Policy policy = policy("1/1464d interval burst 3");
        long fourYears = 1464L * 86_400_000_000L;
        key.acquire(policy, 3, START);
        assertThat(key.peek(policy, 2, START + fourYears / 2).retryAfterMicros())
                .isEqualTo(fourYears * 3 / 2);
        assertThat(key.peek(policy, 3, START + fourYears / 2).retryAfterMicros())
                .isEqualTo(fourYears * 5 / 2);
        assertThat(key.peek(policy, 3, START).retryAfterMicros()).isEqualTo(Micros.TEN_YEARS);
    }

    @Test
    @DisplayName("S8 what nothing changed for ten years is absent, though its refill takes longer")
    void tenYearsAreTheEnd() {
        Policy policy = policy("1/3660d burst 5");
        key.acquire(policy, 5, START);
        assertThat(key.state().expiresAt()).isEqualTo(START + Micros.TEN_YEARS);
        assertThat(key.peek(policy, 1, START + Micros.TEN_YEARS - 1).allowed()).isFalse();
        assertThat(key.peek(policy, 1, START + Micros.TEN_YEARS).remaining()).isEqualTo(5);
    }

    @Test
    @DisplayName("S1 a sliding window admits without the model, to the last permit, what it admits with it")
    void slidingAdmits() {
        LimitNumbers numbers = Limit.parse("10/1m sliding").numbers();

        // In the middle of a window eight of the one before weigh four, and five more are used: one of ten is left.
        assertThat(SlidingWindow.admits(numbers, 5, 8, 90_000_000, 1)).isTrue();
        assertThat(SlidingWindow.admits(numbers, 5, 8, 89_999_999, 1)).isFalse();
        assertThat(SlidingWindow.admits(numbers, 5, 8, 90_000_000, 2)).isFalse();
    }

    @Test
    @DisplayName("has nothing to expire of a key that it does not know")
    void absentState() {
        assertThat(CounterState.ABSENT.isAbsent()).isTrue();
        assertThat(CounterState.ABSENT.expiresAt()).isEqualTo(Long.MIN_VALUE);
        assertThat(CounterState.ABSENT.advancedTo(START)).isSameAs(CounterState.ABSENT);
        assertThat(CounterModel.peek(
                                CounterState.ABSENT,
                                CompiledPolicy.of(policy("1/1s"), ModelKey.SOURCE),
                                1,
                                START,
                                START)
                        .leaves(CounterState.ABSENT))
                .isTrue();
    }
}
