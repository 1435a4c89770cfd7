package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An operation on a key")
class CounterOperationTest {

    private static final Policy RATE = Policy.of("api", Limit.parse("10/1s"), Limit.parse("0/1s"));
    private static final Policy SLOTS = Policy.of("api", Limit.parse("10/1s"), Limit.parse("concurrent 5 lease 1s"));
    private static final Key KEY = RATE.key("acme", "alice");

    private static Stream<Arguments> operationsOfAPolicy() {
        return Stream.of(
                ofPolicy("acquire", (key, policy) -> new Acquire(key, policy, 1, "x", Deadline.NONE)),
                ofPolicy("acquireAtMost", (key, policy) -> new AcquireAtMost(key, policy, 1, "x", Deadline.NONE)),
                ofPolicy("peek", (key, policy) -> new Peek(key, policy, 1, Deadline.NONE)),
                ofPolicy("reserve", (key, policy) -> new Reserve(key, policy, 1, "x", 1, Deadline.NONE)),
                ofPolicy("commit", (key, policy) -> new Commit(key, policy, "x", 1, Deadline.NONE)),
                ofPolicy("penalize", (key, policy) -> new Penalize(key, policy, 1, Deadline.NONE)));
    }

    private static Arguments ofPolicy(String verb, BiFunction<Key, Policy, CounterOperation> made) {
        return Arguments.of(Named.of(verb, made));
    }

    @ParameterizedTest(name = "{0} refuses a key of another policy")
    @MethodSource("operationsOfAPolicy")
    void refusesAKeyOfAnotherPolicy(BiFunction<Key, Policy, CounterOperation> made) {
        assertThat(made.apply(KEY, RATE).key()).isEqualTo(KEY);
        assertThat(made.apply(KEY, RATE).deadline()).isEqualTo(Deadline.NONE);
        refused(
                () -> made.apply(new Key("acme", "apis", "alice"), RATE),
                "the key is of policy 'apis', expected one of policy 'api'");
    }

    private static Stream<Arguments> numbers() {
        return Stream.of(
                number("acquire", "cost", 1, n -> new Acquire(KEY, RATE, n, Deadline.NONE)),
                number("acquireAtMost", "most", 1, n -> new AcquireAtMost(KEY, RATE, n, null, Deadline.NONE)),
                number("peek", "cost", 1, n -> new Peek(KEY, RATE, n, Deadline.NONE)),
                number("reserve", "cost", 1, n -> new Reserve(KEY, RATE, n, "x", 1, Deadline.NONE)),
                number("penalize", "cost", 1, n -> new Penalize(KEY, RATE, n, Deadline.NONE)),
                number("commit", "actual", 0, n -> new Commit(KEY, RATE, "x", n, Deadline.NONE)));
    }

    private static Arguments number(String verb, String argument, long least, LongFunction<CounterOperation> made) {
        return Arguments.of(verb, argument, least, made);
    }

    @ParameterizedTest(name = "{0} refuses a {1} below {2}")
    @MethodSource("numbers")
    void refusesNumbersBelowTheLeast(String verb, String argument, long least, LongFunction<CounterOperation> made) {
        assertThat(made.apply(least)).isEqualTo(made.apply(least)).isNotEqualTo(made.apply(Long.MAX_VALUE));
        String expected = ", expected " + least + " or more";
        refused(() -> made.apply(least - 1), argument + " is " + (least - 1) + expected);
        refused(() -> made.apply(Long.MIN_VALUE), argument + " is -9223372036854775808" + expected);
    }

    private static Stream<Arguments> durations() {
        return Stream.of(
                duration("reserve", "ttl", n -> new Reserve(KEY, RATE, 1, "x", n, Deadline.NONE)),
                duration("block", "duration", n -> new Block(KEY, n, Deadline.NONE)));
    }

    private static Arguments duration(String verb, String argument, LongFunction<CounterOperation> made) {
        return Arguments.of(verb, argument, made);
    }

    @ParameterizedTest(name = "{0} refuses a {1} of no time, and of more than ten years")
    @MethodSource("durations")
    void refusesDurations(String verb, String argument, LongFunction<CounterOperation> made) {
        assertThat(made.apply(1)).isNotEqualTo(made.apply(Micros.TEN_YEARS));
        String expected = " us, expected 1 to 316224000000000 (ten years)";
        refused(() -> made.apply(0), argument + " is 0" + expected);
        refused(() -> made.apply(-1), argument + " is -1" + expected);
        refused(() -> made.apply(Micros.TEN_YEARS + 1), argument + " is 316224000000001" + expected);
    }

    private static Stream<Arguments> ids() {
        return Stream.of(
                id("acquire", id -> new Acquire(KEY, RATE, 1, id, Deadline.NONE)),
                id("acquire of slots", id -> new Acquire(KEY, SLOTS, 1, id, Deadline.NONE)),
                id("acquireAtMost", id -> new AcquireAtMost(KEY, RATE, 1, id, Deadline.NONE)),
                id("reserve", id -> new Reserve(KEY, RATE, 1, id, 1, Deadline.NONE)),
                id("commit", id -> new Commit(KEY, RATE, id, 1, Deadline.NONE)),
                id("cancel", id -> new Cancel(KEY, id, Deadline.NONE)),
                id("refund", id -> new Refund(KEY, new Permit(id, 1, 1, 0), Deadline.NONE)),
                id("release", id -> new Release(KEY, id, Deadline.NONE)),
                id("extend", id -> new Extend(KEY, id, Deadline.NONE)));
    }

    private static Arguments id(String verb, Function<String, CounterOperation> made) {
        return Arguments.of(Named.of(verb, made));
    }

    @ParameterizedTest(name = "{0} refuses an id that is empty, too long, or not of the characters of ids")
    @MethodSource("ids")
    void refusesIds(Function<String, CounterOperation> made) {
        String expected = ", expected 1 to 64 of A-Z, a-z, 0-9 and . _ ~ -";
        assertThat(made.apply("x".repeat(64)).key()).isEqualTo(KEY);
        refused(() -> made.apply(""), "permit id of 0 characters" + expected);
        refused(() -> made.apply("x".repeat(65)), "permit id of 65 characters" + expected);
        refused(() -> made.apply("a:b"), "permit id of 3 characters" + expected);
    }

    @Test
    @DisplayName("S18 that takes slots refuses to take them under no id, by which nobody could give them back")
    void slotsNeedAnId() {
        String expected =
                "policy 'api' has a concurrency limit, whose permits are given back; expected a call that names"
                        + " a permit id";
        refused(() -> new Acquire(KEY, SLOTS, 1, Deadline.NONE), expected);
        refused(() -> new AcquireAtMost(KEY, SLOTS, 1, null, Deadline.NONE), expected);
        CompiledPolicy compiled = CompiledPolicy.of(SLOTS, DecisionSource.of("model", FailureMode.LOCAL_ONLY));
        refused(() -> compiled.checkAnonymousCost(1), expected);
        assertThat(new Peek(KEY, SLOTS, 1, Deadline.NONE).policy()).isEqualTo(SLOTS);
        assertThat(new Acquire(KEY, RATE, 1, Deadline.NONE).permitId()).isNull();
    }

    @ParameterizedTest(
            name = "that asks for {0} of 10 permits is refused when it is judged; a limit of 0 bounds no cost")
    @ValueSource(longs = {11, Long.MAX_VALUE})
    void aboveTheSmallestCapacity(long cost) {
        CompiledPolicy compiled = CompiledPolicy.of(RATE, DecisionSource.of("model", FailureMode.LOCAL_ONLY));
        String expected = "cost is " + cost + ", expected 1 to 10, the smallest capacity of policy 'api'";
        for (Judged judged : new Judged[] {
            new Acquire(KEY, RATE, cost, Deadline.NONE),
            new Peek(KEY, RATE, cost, Deadline.NONE),
            new Reserve(KEY, RATE, cost, "x", 1, Deadline.NONE)
        }) {
            refused(
                    () -> CounterModel.step(CounterState.ABSENT, judged, policy -> compiled, 0, Long.MAX_VALUE),
                    expected);
        }
        AcquireAtMost atMost = new AcquireAtMost(KEY, RATE, cost, null, Deadline.NONE);
        assertThat(atMost.cost()).isEqualTo(cost);
        compiled.check(atMost);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InvalidArgumentException.class).hasMessage(message);
    }

    private static Stream<Function<Deadline, CounterOperation>> everyOperation() {
        return Stream.of(
                deadline -> new Acquire(KEY, RATE, 2, "x", deadline),
                deadline -> new AcquireAtMost(KEY, RATE, 2, "x", deadline),
                deadline -> new Peek(KEY, RATE, 2, deadline),
                deadline -> new Reserve(KEY, RATE, 2, "x", 3, deadline),
                deadline -> new Commit(KEY, RATE, "x", 2, deadline),
                deadline -> new Penalize(KEY, RATE, 2, deadline),
                deadline -> new Cancel(KEY, "x", deadline),
                deadline -> new Refund(KEY, new Permit("x", 2, 1, 5), deadline),
                deadline -> new Release(KEY, "x", deadline),
                deadline -> new Extend(KEY, "x", deadline),
                deadline -> new Block(KEY, 3, deadline),
                deadline -> new CounterOperation.Unblock(KEY, deadline),
                deadline -> new CounterOperation.Reset(KEY, deadline));
    }

    @ParameterizedTest
    @MethodSource("everyOperation")
    @DisplayName("by another deadline is the same in all else")
    void byAnotherDeadline(Function<Deadline, CounterOperation> made) {
        Deadline other = Deadline.after(1, 2);
        assertThat(made.apply(Deadline.NONE).by(other)).isEqualTo(made.apply(other));
        assertThat(made.apply(other).deadline()).isSameAs(other);
    }
}
