package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A decision")
class DecisionTest {

    private static final DecisionSource SOURCE = DecisionSource.of("model", FailureMode.STRICT_DISTRIBUTED);
    private static final Policy THREE =
            Policy.of("api", Limit.parse("10/1s"), Limit.parse("20/1m"), Limit.parse("30/1h"));

    private static LimitStatus says(int limit, long remaining, long retryAfter, long resetAfter) {
        return status(limit, remaining, retryAfter, resetAfter, true);
    }

    private static LimitStatus status(int limit, long remaining, long retryAfter, long resetAfter, boolean enforced) {
        return new LimitStatus(
                THREE.limitName(limit),
                Algorithm.GREEDY,
                THREE.limits().get(limit).capacity(),
                Micros.of(THREE.limits().get(limit).period()),
                remaining,
                retryAfter,
                resetAfter,
                limit + 1,
                retryAfter == 0,
                enforced);
    }

    private static Decision of(boolean allowed, LimitStatus... limits) {
        return Decision.of(THREE, SOURCE, new Judgement(allowed, false, 0, 1, 0), 1, List.of(limits));
    }

    @Test
    @DisplayName("comes from a source that is not degraded, unless it says so")
    void source() {
        assertThat(SOURCE).isEqualTo(new DecisionSource("model", FailureMode.STRICT_DISTRIBUTED, false));
    }

    @Test
    @DisplayName("is made again of how it was judged, its cost and what its limits say")
    void madeAgain() {
        Judgement judgement = new Judgement(false, true, 70, 4, 99);
        Decision decision = Decision.of(THREE, SOURCE, judgement, 3, List.of(says(0, 5, 0, 50), says(1, 3, 80, 10)));
        assertThat(decision.judgement()).isEqualTo(judgement);
        assertThat(Decision.of(THREE, SOURCE, decision.judgement(), decision.cost(), decision.limits()))
                .isEqualTo(decision);
    }

    @Test
    @DisplayName("that allows is bound by the limit with the least left, the first declared of equals")
    void allowedIsBoundByTheLeast() {
        Decision decision = of(true, says(0, 5, 0, 50), says(1, 3, 0, 10), says(2, 3, 0, 70));
        assertThat(decision).isInstanceOf(Allowed.class);
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
        assertThat(decision.capacity()).isEqualTo(20);
        assertThat(decision.remaining()).isEqualTo(3);
        assertThat(decision.retryAfter()).isZero();
        assertThat(decision.resetAfter()).isEqualTo(Duration.ofNanos(70_000));
        assertThat(decision.nextAfterMicros()).isEqualTo(2);
        assertThat(decision.policy()).isEqualTo(THREE);
        assertThat(decision.cost()).isEqualTo(1);
        assertThat(decision.backend()).isEqualTo("model");
        assertThat(decision.degraded()).isFalse();
        assertThat(decision.source()).isEqualTo(SOURCE);
    }

    @Test
    @DisplayName("that denies is bound by the denying limit with the longest wait, the first declared of equals")
    void deniedIsBoundByTheLongestWait() {
        Decision decision = of(false, says(0, 0, 40, 50), says(1, 1, 90, 95), says(2, 0, 90, 92));
        assertThat(decision).isInstanceOf(Denied.class);
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
        assertThat(decision.retryAfterMicros()).isEqualTo(90);
        assertThat(decision.remaining()).isZero();
        assertThat(decision.resetAfterMicros()).isEqualTo(95);
        assertThat(((Denied) decision).reason()).isEqualTo(Denied.Reason.LIMIT);
        assertThat(((Denied) decision).canRetry()).isTrue();
    }

    @Test
    @DisplayName("that denies is not bound by a limit that admits, however little it has left")
    void anAdmittingLimitDoesNotBind() {
        Decision decision = of(false, says(0, 0, 0, 500), says(1, 1, 0, 400), says(2, 2, 7, 9));
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-3");
        assertThat(decision.retryAfterMicros()).isEqualTo(7);
        Decision first = of(false, says(0, 2, 7, 9), says(1, 0, 0, 500), says(2, 1, 0, 400));
        assertThat(first.limit()).map(LimitStatus::name).hasValue("api-1");
        assertThat(first.capacity()).isEqualTo(10);
    }

    @Test
    @DisplayName("that denies is bound by a limit of 0 before all others")
    void aLimitOfZeroBinds() {
        Decision decision = of(false, says(0, 0, Micros.TEN_YEARS, 5), says(1, 0, Micros.NEVER, 0), says(2, 9, 0, 0));
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
        assertThat(decision.retryAfterMicros()).isEqualTo(Micros.NEVER);
        assertThat(decision.retryAfter()).isEqualTo(Duration.ofDays(3660));
        assertThat(((Denied) decision).canRetry()).isFalse();
        assertThat(decision.toString()).contains("Denied(LIMIT)").contains("retryAfter=never");
    }

    @Test
    @DisplayName("counts only enforced limits, and tells what those in shadow would have said")
    void shadowLimitsDoNotCount() {
        Decision decision = of(true, status(0, 0, 80, 900, false), says(1, 3, 0, 10), says(2, 5, 0, 20));
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
        assertThat(decision.remaining()).isEqualTo(3);
        assertThat(decision.resetAfterMicros()).isEqualTo(20);
        assertThat(decision.shadowDenied()).isTrue();
        assertThat(decision.limits().get(0).retryAfter()).isEqualTo(Duration.ofNanos(80_000));
        assertThat(of(true, status(0, 1, 0, 0, false), says(1, 3, 0, 10), says(2, 5, 0, 20))
                        .shadowDenied())
                .isFalse();
        assertThat(of(false, says(0, 0, 1, 1), says(1, 3, 0, 10), says(2, 5, 0, 20))
                        .shadowDenied())
                .isFalse();
    }

    @Test
    @DisplayName("of which every limit is in shadow counts them all")
    void allInShadow() {
        Decision decision = of(true, status(0, 4, 0, 1, false), status(1, 2, 5, 6, false), status(2, 3, 0, 2, false));
        assertThat(decision.remaining()).isEqualTo(2);
        assertThat(decision.retryAfterMicros()).isZero();
        assertThat(decision.resetAfterMicros()).isEqualTo(6);
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
    }

    @Test
    @DisplayName("needs the status of a limit")
    void needsAStatus() {
        assertThatThrownBy(() -> of(true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no status, expected one for each limit of policy 'api'");
    }

    @Test
    @DisplayName("S11 tells the limits that were judged, which a newer version may have more or fewer of")
    void ofTheLimitsThatWereJudged() {
        Decision decision = of(false, says(0, 0, 7, 9));

        assertThat(THREE.limits()).hasSize(3);
        assertThat(decision.limits()).hasSize(1);
        assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-1");
        assertThat(decision.retryAfterMicros()).isEqualTo(7);
    }

    @Test
    @DisplayName("of an only limit is the same however it was made")
    void ofAnOnlyLimit() {
        Policy one = Policy.of("one", Limit.parse("10/1s"));
        LimitStatus status = new LimitStatus("one", Algorithm.GREEDY, 10, 1_000_000, 4, 0, 600_000, 50_000, true, true);
        Decision quick = only(one, SOURCE, true, 2, 4, 0, 600_000, 50_000);
        Decision general = Decision.of(one, SOURCE, new Judgement(true, false, 0, 1, 0), 2, List.of(status));
        assertThat(quick).isEqualTo(general).hasSameHashCodeAs(general).hasToString(general.toString());
        assertThat(quick.limits()).containsExactly(status);
        assertThat(quick.limit()).hasValue(status);

        LimitStatus denying = new LimitStatus("one", Algorithm.GREEDY, 10, 1_000_000, 1, 70, 900_000, 60, false, true);
        Decision quickDenial = only(one, SOURCE, false, 2, 1, 70, 900_000, 60);
        assertThat(quickDenial)
                .isEqualTo(Decision.of(one, SOURCE, new Judgement(false, false, 0, 1, 0), 2, List.of(denying)))
                .isNotEqualTo(quick);
        assertThat(status.window()).isEqualTo(Duration.ofSeconds(1));
        assertThat(status.resetAfter()).isEqualTo(Duration.ofMillis(600));
        assertThat(status.nextAfter()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    @DisplayName("differs from another one in any part")
    void equality() {
        Policy one = Policy.of("one", Limit.parse("10/1s"));
        Decision decision = only(one, SOURCE, true, 1, 4, 0, 60, 5);
        assertThat(decision).doesNotHaveSameHashCodeAs(only(one, SOURCE, true, 1, 3, 0, 60, 5));
        assertThat(decision)
                .isNotEqualTo("allowed")
                .isNotEqualTo(only(Policy.of("two", Limit.parse("10/1s")), SOURCE, true, 1, 4, 0, 60, 5))
                .isNotEqualTo(only(one, DecisionSource.of("x", FailureMode.LOCAL_ONLY), true, 1, 4, 0, 60, 5))
                .isNotEqualTo(only(one, SOURCE, true, 2, 4, 0, 60, 5))
                .isNotEqualTo(only(one, SOURCE, true, 1, 3, 0, 60, 5))
                .isNotEqualTo(only(one, SOURCE, true, 1, 4, 0, 61, 5))
                .isNotEqualTo(only(one, SOURCE, true, 1, 4, 0, 60, 6))
                .isNotEqualTo(only(one, SOURCE, false, 1, 4, 9, 60, 5));
        assertThat(only(one, SOURCE, false, 1, 4, 9, 60, 5)).isNotEqualTo(only(one, SOURCE, false, 1, 4, 8, 60, 5));
        assertThat(decision.toString())
                .startsWith("Allowed[policy=one, cost=1, remaining=4, retryAfter=0us, resetAfter=60us");
    }

    @Test
    @DisplayName("for want of capacity names no limit, and has nothing left")
    void forCapacity() {
        Denied denied = Denied.forCapacity(THREE, SOURCE, 2, 1_500_000, 1, 7);
        assertThat(denied.allowed()).isFalse();
        assertThat(denied.reason()).isEqualTo(Denied.Reason.CAPACITY);
        assertThat(denied.limit()).isEmpty();
        assertThat(denied.limits()).isEmpty();
        assertThat(denied.capacity()).isZero();
        assertThat(denied.remaining()).isZero();
        assertThat(denied.retryAfter()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(denied.shadowDenied()).isFalse();
        assertThat(denied.toString()).contains("Denied(CAPACITY)");
    }

    @Test
    @DisplayName("of a blocked key names no limit, has nothing left, and waits for the block and the limits")
    void blocked() {
        Denied shorter = blocked(500, says(0, 0, 40, 900), says(1, 5, 0, 10), says(2, 5, 0, 20));
        assertThat(shorter.reason()).isEqualTo(Denied.Reason.BLOCKED);
        assertThat(shorter.limit()).isEmpty();
        assertThat(shorter.limits()).hasSize(3);
        assertThat(shorter.capacity()).isZero();
        assertThat(shorter.remaining()).isZero();
        assertThat(shorter.retryAfterMicros()).isEqualTo(500);
        assertThat(shorter.resetAfterMicros()).isEqualTo(900);
        assertThat(shorter.canRetry()).isTrue();
        assertThat(shorter.shadowDenied()).isFalse();
        assertThat(shorter.toString()).startsWith("Denied(BLOCKED)[policy=api, cost=1, remaining=0, retryAfter=500us");

        Denied longer = blocked(1_000, says(0, 0, 1_040, 900), says(1, 5, 0, 10), says(2, 5, 0, 20));
        assertThat(longer.retryAfterMicros()).isEqualTo(1_040);
        assertThat(longer.resetAfterMicros()).isEqualTo(1_000);
        assertThat(longer.nextAfterMicros()).isEqualTo(1_000);

        Denied admitted = blocked(7, says(0, 9, 0, 5), says(1, 5, 0, 6), says(2, 5, 0, 4));
        assertThat(admitted.remaining()).isZero();
        assertThat(admitted.retryAfterMicros()).isEqualTo(7);
        assertThat(admitted.resetAfterMicros()).isEqualTo(7);
        assertThat(admitted.limits()).allMatch(LimitStatus::admits);
        assertThat(blocked(7, says(0, 0, Micros.NEVER, 5)).canRetry()).isFalse();
    }

    private static Denied blocked(long forMicros, LimitStatus... limits) {
        Judgement judgement = new Judgement(false, true, forMicros, 1, 0);
        return (Denied) Decision.of(THREE, SOURCE, judgement, 1, List.of(limits));
    }

    @Test
    @DisplayName("that starts a block is bound by the limit that started it, and waits for the block as well")
    void startsABlock() {
        Judgement starts = new Judgement(false, false, 500, 1, 0);
        Denied denied = (Denied)
                Decision.of(THREE, SOURCE, starts, 1, List.of(says(0, 3, 0, 9), says(1, 0, 40, 60), says(2, 5, 0, 20)));
        assertThat(denied.reason()).isEqualTo(Denied.Reason.LIMIT);
        assertThat(denied.limit()).map(LimitStatus::name).hasValue("api-2");
        assertThat(denied.capacity()).isEqualTo(20);
        assertThat(denied.remaining()).isZero();
        assertThat(denied.retryAfterMicros()).isEqualTo(500);
        assertThat(denied.resetAfterMicros()).isEqualTo(500);
        assertThat(denied.nextAfterMicros()).isEqualTo(500);
        assertThat(denied.limits().get(1).retryAfterMicros()).isEqualTo(40);
        assertThat(denied)
                .as("the same numbers on a key that was blocked before")
                .isNotEqualTo(blocked(500, says(0, 3, 0, 9), says(1, 0, 40, 60), says(2, 5, 0, 20)));
    }

    @Test
    @DisplayName("of a policy in shadow is not touched by a block, but tells of it")
    void shadowOfABlock() {
        Policy shadow =
                Policy.builder("api").limit(Limit.parse("10/1s")).inShadow().build();
        LimitStatus status = status(0, 4, 0, 50, false);
        Judgement blocked = new Judgement(true, true, 500, 1, 0);
        Decision decision = Decision.of(shadow, SOURCE, blocked, 1, List.of(status));
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.shadowDenied()).isTrue();
        assertThat(decision.limit()).hasValue(status);
        assertThat(decision.remaining()).isEqualTo(4);
        assertThat(decision.retryAfterMicros()).isZero();
        assertThat(decision.resetAfterMicros()).isEqualTo(50);
        assertThat(decision.nextAfterMicros()).isEqualTo(1);
        Decision free = Decision.of(shadow, SOURCE, new Judgement(true, false, 0, 1, 0), 1, List.of(status));
        assertThat(free.shadowDenied()).isFalse();
        assertThat(free).isNotEqualTo(decision);
    }

    @Test
    @DisplayName("that a concurrency limit binds says so, and no other does")
    void concurrency() {
        Policy both = Policy.of("api", Limit.parse("10/1s"), Limit.parse("concurrent 5 lease 1m"));
        LimitStatus held = new LimitStatus("api-2", Algorithm.CONCURRENT, 5, 60_000_000, 0, 70, 90, 70, false, true);
        assertThat(denied(both, says(0, 0, 60, 60), held).reason()).isEqualTo(Denied.Reason.CONCURRENCY);
        assertThat(denied(both, says(0, 0, 70, 70), held).reason()).isEqualTo(Denied.Reason.LIMIT);
        assertThat(denied(both, says(0, 4, 0, 60), held).reason()).isEqualTo(Denied.Reason.CONCURRENCY);
        assertThat(denied(both, says(0, 4, 0, 60), held))
                .isNotEqualTo(denied(both, says(0, 0, 70, 70), held))
                .isEqualTo(denied(both, says(0, 4, 0, 60), held));
    }

    private static Denied denied(Policy policy, LimitStatus... limits) {
        return (Denied) Decision.of(policy, SOURCE, new Judgement(false, false, 0, 1, 0), 1, List.of(limits));
    }

    @Test
    @DisplayName("tells the version that the key is counted under and the store's time, of which it makes a permit")
    void makesAPermit() {
        Judgement judgement = new Judgement(true, false, 0, 7, 1_234_567);
        Allowed allowed = (Allowed) Decision.of(THREE, SOURCE, judgement, 3, List.of(says(0, 5, 0, 50)));
        assertThat(allowed.version()).isEqualTo(7);
        assertThat(allowed.timeMicros()).isEqualTo(1_234_567);
        assertThat(allowed.permit("order-17")).isEqualTo(new Permit("order-17", 3, 7, 1_234_567));
        assertThatThrownBy(() -> allowed.permit("order 17")).isInstanceOf(InvalidArgumentException.class);

        Policy third =
                Policy.builder("one").limit(Limit.parse("10/1s")).version(3).build();
        Allowed only = (Allowed) Decision.ofFigures(new OnlyFigures(third, SOURCE, 4, 0, 60, 5), true, 2, 0, 0, 99);
        assertThat(only.permit("order-17")).isEqualTo(new Permit("order-17", 2, 3, 99));
    }

    @Test
    @DisplayName("is the same at whatever time it was made, and another one under another version")
    void equalityOfVersionAndTime() {
        List<LimitStatus> says = List.of(says(0, 5, 0, 50));
        Decision decision = Decision.of(THREE, SOURCE, new Judgement(true, false, 0, 1, 8), 1, says);
        assertThat(decision)
                .isEqualTo(Decision.of(THREE, SOURCE, new Judgement(true, false, 0, 1, 9), 1, says))
                .hasSameHashCodeAs(Decision.of(THREE, SOURCE, new Judgement(true, false, 0, 1, 9), 1, says))
                .isNotEqualTo(Decision.of(THREE, SOURCE, new Judgement(true, false, 0, 2, 8), 1, says))
                .isNotEqualTo(Decision.of(
                        THREE,
                        SOURCE,
                        new Judgement(true, false, 0, 1, 8),
                        1,
                        List.of(says(0, 5, 0, 50), says(1, 9, 0, 1))));
    }

    @Test
    @DisplayName("of a degraded guard says so")
    void degraded() {
        DecisionSource local = new DecisionSource("local_degraded", FailureMode.EXPLICIT_DEGRADED, true);
        assertThat(Denied.forCapacity(THREE, local, 1, 0, 1, 0).degraded()).isTrue();
        assertThat(FailureMode.EXPLICIT_DEGRADED.settingName()).isEqualTo("explicit_degraded");
    }

    /** A decision of an only limit whose state says these numbers. */
    private static Decision only(
            Policy policy,
            DecisionSource source,
            boolean allowed,
            long cost,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter) {
        Figures figures = new OnlyFigures(policy, source, remaining, retryAfter, resetAfter, nextAfter);
        return Decision.ofFigures(figures, allowed, cost, 0, 0, 0);
    }

    /** The figures of a limit whose state always says the same. */
    private static final class OnlyFigures extends Figures {
        private final long remaining;
        private final long retryAfter;
        private final long resetAfter;
        private final long nextAfter;

        OnlyFigures(
                Policy policy,
                DecisionSource source,
                long remaining,
                long retryAfter,
                long resetAfter,
                long nextAfter) {
            super(policy, source);
            this.remaining = remaining;
            this.retryAfter = retryAfter;
            this.resetAfter = resetAfter;
            this.nextAfter = nextAfter;
        }

        @Override
        protected long remaining(long x, long y, long now) {
            return remaining;
        }

        @Override
        protected long retryAfter(long x, long y, long now, long cost) {
            return retryAfter;
        }

        @Override
        protected long resetAfter(long x, long y, long now) {
            return resetAfter;
        }

        @Override
        protected long nextAfter(long x, long y, long now) {
            return nextAfter;
        }
    }
}
