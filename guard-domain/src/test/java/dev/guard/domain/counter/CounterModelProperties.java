package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.Histories.Move;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;

/** The model against the second opinion of {@link ExactKey}, and the numbered properties that need one version only. */
@Label("The counter model, on random histories,")
class CounterModelProperties {

    @Property
    @Label("S1 decides, counts and waits as the exact oracle does: one limit")
    void oneLimitEqualsTheOracle(
            @ForAll("policiesOfOne") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        compare(policy, start, moves);
    }

    @Property
    @Label("S1 decides, counts and waits as the exact oracle does: several limits, some in shadow")
    void severalLimitsEqualTheOracle(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        compare(policy, start, moves);
    }

    private static void compare(Policy policy, long start, List<Move> moves) {
        ModelKey model = new ModelKey();
        ExactKey oracle = new ExactKey(policy);
        Run run = new Run(policy, start);
        for (Move move : moves) {
            run.advance(move);
            if (oracle.refuses(run.cost)) {
                CounterState before = model.state();
                assertThatThrownBy(() -> model.acquire(policy, run.cost, run.time))
                        .isInstanceOf(InvalidArgumentException.class);
                assertThat(model.state()).isSameAs(before);
                continue;
            }
            Decision decision;
            ExactKey.Answer expected;
            if (move.peek()) {
                decision = model.peek(policy, run.cost, run.time);
                expected = oracle.peek(run.cost, run.time);
            } else {
                decision = model.acquire(policy, run.cost, run.time);
                expected = oracle.acquire(run.cost, run.time);
            }
            assertThat(ModelKey.answer(decision))
                    .as("%s of %d at %d under %s", move.peek() ? "peek" : "acquire", run.cost, run.time, policy)
                    .isEqualTo(expected);
            assertThat(decision.capacity())
                    .isEqualTo(expected.limits().get(expected.bound()).capacity());
            run.answered(decision);
        }
    }

    @Property
    @Label("S5 a denied call, a peek and a late call return the very state that they were given")
    void nothingIsWrittenWithoutACharge(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        ModelKey model = new ModelKey();
        Run run = new Run(policy, start);
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost)) {
                continue;
            }
            CounterState before = model.state();
            assertThat(model.acquireBefore(policy, run.cost, run.time, run.time - 1))
                    .isEqualTo(new Late(run.time));
            assertThat(model.peekBefore(policy, run.cost, run.time, run.time - 1))
                    .isEqualTo(new Late(run.time));
            Decision peeked = model.peek(policy, run.cost, run.time);
            assertThat(model.state()).isSameAs(before);
            Decision decision = model.acquire(policy, run.cost, run.time);
            assertThat(decision.allowed()).isEqualTo(peeked.allowed());
            assertThat(decision.retryAfterMicros()).isEqualTo(peeked.retryAfterMicros());
            if (!decision.allowed()) {
                assertThat(model.state()).isSameAs(before);
                assertThat(decision).as("a denial, as it was foretold").isEqualTo(peeked);
            }
            run.answered(decision);
        }
    }

    @Property
    @Label("S6 waiting exactly retryAfter is admitted, and one microsecond less is not")
    void waitingExactlyRetryAfterIsAdmitted(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        ModelKey model = new ModelKey();
        Run run = new Run(policy, start);
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost)) {
                continue;
            }
            Decision decision = model.acquire(policy, run.cost, run.time);
            run.answered(decision);
            long now = Math.max(run.time, model.state().time());
            long wait = decision.retryAfterMicros();
            if (decision.allowed()) {
                assertThat(wait).isZero();
            } else if (wait == Micros.NEVER) {
                assertThat(model.peek(policy, run.cost, now + Micros.TEN_YEARS).allowed())
                        .isFalse();
            } else {
                assertThat(wait).isBetween(1L, Micros.TEN_YEARS);
                assertThat(model.peek(policy, run.cost, now + wait).allowed())
                        .as("admitted at %d + %d", now, wait)
                        .isTrue();
                if (!isForgottenBefore(now + wait, model)) {
                    assertThat(model.peek(policy, run.cost, now + wait - 1).allowed())
                            .as("admitted one microsecond before %d + %d", now, wait)
                            .isFalse();
                }
            }
        }
    }

    /** What nothing touches for ten years is forgotten: then a longer wait is over sooner than it was told. */
    private static boolean isForgottenBefore(long time, ModelKey model) {
        return time > model.state().time() + Micros.TEN_YEARS;
    }

    @Property
    @Label("S6 waiting exactly nextAfter lets the bound limit's permits grow, and one microsecond less does not")
    void waitingExactlyNextAfterReturnsAPermit(
            @ForAll("policiesOfOne") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        ModelKey model = new ModelKey();
        Run run = new Run(policy, start);
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost)) {
                continue;
            }
            Decision decision = model.acquire(policy, run.cost, run.time);
            run.answered(decision);
            long now = Math.max(run.time, model.state().time());
            long wait = decision.nextAfterMicros();
            if (decision.remaining() == decision.capacity()) {
                assertThat(wait).isZero();
                continue;
            }
            assertThat(wait).isBetween(1L, Micros.TEN_YEARS);
            assertThat(model.peek(policy, 1, now + wait).remaining()).isGreaterThan(decision.remaining());
            if (!isForgottenBefore(now + wait, model)) {
                assertThat(model.peek(policy, 1, now + wait - 1).remaining()).isEqualTo(decision.remaining());
            }
        }
    }

    @Property
    @Label("S8 a state is as good as absent from expiresAt on, and not before")
    void aStateIsAbsentFromExpiresAtOn(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        ModelKey model = new ModelKey();
        Run run = new Run(policy, start);
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost)) {
                continue;
            }
            Decision decision = model.acquire(policy, run.cost, run.time);
            run.answered(decision);
            if (model.state().isAbsent()) {
                continue;
            }
            long expiresAt = model.state().expiresAt();
            assertThat(expiresAt - model.state().time()).isBetween(1L, Micros.TEN_YEARS);
            assertThat(model.isAbsentAt(expiresAt)).as("absent at expiresAt").isTrue();
            assertThat(model.isAbsentAt(expiresAt - 1))
                    .as("absent before expiresAt")
                    .isFalse();
        }
    }

    @Property
    @Label("S1 admits without the model, by the algorithms' own functions, what it admits with it")
    void staticFunctionsAgree(
            @ForAll("policiesOfOne") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        ModelKey model = new ModelKey();
        Run run = new Run(policy, start);
        LimitNumbers numbers = policy.limits().get(0).numbers();
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost) || numbers.capacity() == 0) {
                continue;
            }
            long now = Math.max(run.time, model.state().time());
            CounterState state = model.state().advancedTo(now);
            if (!state.isAbsent()) {
                LimitState words = state.slots().get(0).state();
                boolean expected = model.peek(policy, run.cost, run.time).allowed();
                if (numbers.algorithm() == Algorithm.GREEDY) {
                    assertThat(GreedyBucket.admits(numbers, words.x(), run.cost))
                            .isEqualTo(expected);
                } else if (numbers.algorithm() == Algorithm.SLIDING) {
                    assertThat(SlidingWindow.admits(numbers, words.x(), words.y(), now, run.cost))
                            .isEqualTo(expected);
                }
            }
            run.answered(model.acquire(policy, run.cost, run.time));
        }
    }

    @Property
    @Label("S7 evenly spaced traffic at the refill rate or below is never denied")
    void evenTrafficIsNeverDenied(
            @ForAll("spacious") Limit limit,
            @ForAll("starts") long start,
            @ForAll @LongRange(min = 0, max = 3) long slower,
            @ForAll @IntRange(min = 2, max = 300) int calls) {
        Policy policy = Policy.of("api", limit);
        long perWindow = limit.algorithm() == Algorithm.SLIDING
                ? limit.capacity() - 1
                : limit.numbers().permits();
        long tick = limit.numbers().tick();
        long spacing = (Micros.ceilDiv(Micros.ceilDiv(Micros.of(limit.period()), perWindow), tick) + slower) * tick;
        ModelKey model = new ModelKey();
        for (int i = 0; i < calls; i++) {
            long now = start + i * spacing;
            assertThat(model.acquire(policy, 1, now).allowed())
                    .as("call %d, %d µs after the first, under %s", i, i * spacing, policy)
                    .isTrue();
            if (now > (1L << 53)) {
                return;
            }
        }
    }

    @Property
    @Label("S7 hits, admitted or denied, never push a window's end out")
    void hitsNeverPushAWindowsEndOut(
            @ForAll @LongRange(min = 1, max = 20) long permits,
            @ForAll @LongRange(min = 2, max = 100_000) long period,
            @ForAll boolean aligned,
            @ForAll("starts") long start,
            @ForAll List<@LongRange(min = 0, max = 100_000) Long> offsets) {
        Limit limit = aligned
                ? Limit.fixedWindow(permits).aligned().per(Histories.micros(period))
                : Limit.fixedWindow(permits).per(Histories.micros(period));
        Policy policy = Policy.of("api", limit);
        long end = aligned ? (Math.floorDiv(start, period) + 1) * period : start + period;
        ModelKey model = new ModelKey();
        model.acquire(policy, 1, start);
        for (long offset : offsets.stream().map(o -> o % (end - start)).sorted().toList()) {
            Decision decision = model.acquire(policy, 1, start + offset);
            assertThat(start + offset + decision.resetAfterMicros()).isEqualTo(end);
        }
        assertThat(model.acquire(policy, permits, end).allowed()).isTrue();
    }

    @Property
    @Label("S9 a window a thousand times as long decides alike where time runs a thousand times as slow")
    void lengthsBehaveAlike(@ForAll("smallLimits") Limit limit, @ForAll("moves") List<Move> moves) {
        Policy policy = Policy.of("api", limit);
        Policy slow = Policy.of(
                "api", Limit.parse(limit.text().replaceFirst("/\\d+us", "/" + Micros.of(limit.period()) + "ms")));
        ModelKey model = new ModelKey();
        ModelKey slowModel = new ModelKey();
        Run run = new Run(policy, 0);
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost)) {
                continue;
            }
            Decision decision = model.acquire(policy, run.cost, run.time);
            Decision slowly = slowModel.acquire(slow, run.cost, run.time * 1_000);
            assertThat(slowly.allowed()).isEqualTo(decision.allowed());
            assertThat(slowly.remaining()).isEqualTo(decision.remaining());
            assertThat(Micros.toMillisRoundedUp(slowly.retryAfterMicros())).isEqualTo(decision.retryAfterMicros());
            assertThat(Micros.toMillisRoundedUp(slowly.resetAfterMicros())).isEqualTo(decision.resetAfterMicros());
            run.answered(decision);
        }
    }

    @Property
    @Label("S10 remaining is never above the capacity nor below zero, and no wait is negative")
    void numbersStayInTheirBounds(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        ModelKey model = new ModelKey();
        Run run = new Run(policy, start);
        for (Move move : moves) {
            run.advance(move);
            if (new ExactKey(policy).refuses(run.cost)) {
                continue;
            }
            Decision decision = model.acquire(policy, run.cost, run.time);
            run.answered(decision);
            assertThat(decision.remaining()).isBetween(0L, decision.capacity());
            assertThat(decision.resetAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
            for (LimitStatus status : decision.limits()) {
                assertThat(status.remaining()).isBetween(0L, status.capacity());
                assertThat(status.resetAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
                assertThat(status.nextAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
                assertThat(status.retryAfterMicros() == 0).isEqualTo(status.admits());
            }
        }
    }

    @Property
    @Label("S2 no stretch of time as long as the period admits more than the limit allows in it")
    void admissionsAreBounded(
            @ForAll("smallLimits") Limit limit,
            @ForAll List<@LongRange(min = 0, max = 4) Long> steps,
            @ForAll @LongRange(min = 0, max = 50) long start) {
        Policy policy = Policy.of("api", limit);
        ModelKey model = new ModelKey();
        long now = start;
        List<Long> admitted = new ArrayList<>();
        for (long step : steps) {
            now += step;
            if (model.admits(policy, 1, now)) {
                admitted.add(now);
            }
        }
        long period = Micros.of(limit.period());
        long permits = limit.numbers().permits();
        for (long from : admitted) {
            long inPeriod = admitted.stream()
                    .filter(t -> t >= from && t < from + period)
                    .count();
            long most = switch (limit.algorithm()) {
                case GREEDY -> limit.capacity() + permits;
                case INTERVAL -> limit.capacity() + permits;
                case FIXED, ALIGNED, SLIDING, LOG, CALENDAR -> 2 * permits;
                case CONCURRENT -> throw new AssertionError("not drawn here: " + limit);
            };
            assertThat(inPeriod).isLessThanOrEqualTo(most);
        }
    }

    /** Where a history is: its time, the cost of the move at hand, and the last answer, which some moves wait for. */
    private static final class Run {
        private final Policy policy;
        private long time;
        private long cost;
        private @Nullable Decision last;

        Run(Policy policy, long start) {
            this.policy = policy;
            this.time = start;
        }

        void advance(Move move) {
            time = Histories.time(move, policy, time, last);
            cost = Histories.cost(move, policy);
        }

        void answered(Decision decision) {
            last = decision;
        }
    }

    @Provide
    Arbitrary<Policy> policiesOfOne() {
        return Histories.policiesOfOne();
    }

    @Provide
    Arbitrary<Policy> policies() {
        return Histories.policies();
    }

    @Provide
    Arbitrary<Limit> smallLimits() {
        return Histories.smallLimits();
    }

    /** Limits with room for one step of refill, and two permits a window for the sliding ones. */
    @Provide
    Arbitrary<Limit> spacious() {
        return Arbitraries.oneOf(Histories.smallLimits(), Histories.limits())
                .filter(limit -> switch (limit.algorithm()) {
                    case GREEDY ->
                        limit.capacity() > 0
                                && limit.numbers().unitsPerTick()
                                        <= limit.numbers().unitsPerPermit();
                    case INTERVAL ->
                        limit.capacity() > 0
                                && limit.capacity() >= limit.numbers().permits();
                    case FIXED, ALIGNED -> limit.capacity() > 0;
                    case SLIDING -> limit.capacity() > 1;
                    case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + limit);
                });
    }

    @Provide
    Arbitrary<Long> starts() {
        return Histories.starts();
    }

    @Provide
    Arbitrary<List<Move>> moves() {
        return Histories.moves();
    }
}
