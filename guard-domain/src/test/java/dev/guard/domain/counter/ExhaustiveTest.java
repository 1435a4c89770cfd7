package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every short history of small limits, without exception: what random histories may miss by bad luck. A history is a list
 * of (time step, cost); each of its prefixes is judged by the model and by {@link ExactKey}.
 */
@DisplayName("The counter model, on every short history,")
class ExhaustiveTest {

    private static final int DEPTH = 4;
    private static final long[] STEPS = {0, 1, 2, -1};

    @ParameterizedTest(name = "S1 equals the exact oracle: capacities 1 to 3, periods of 1 to 4 µs, {0}")
    @ValueSource(
            strings = {
                "",
                " burst 1",
                " burst 2",
                " burst 3",
                " interval",
                " interval burst 2",
                " fixed",
                " fixed aligned",
                " sliding"
            })
    void smallLimits(String kind) {
        for (int permits = 1; permits <= 3; permits++) {
            for (int period = 1; period <= 4; period++) {
                Policy policy = Policy.of("api", Limit.parse(permits + "/" + period + "us" + kind));
                walk(policy, new long[DEPTH], new long[DEPTH], 0, CounterState.ABSENT);
            }
        }
    }

    @ParameterizedTest(name = "S5 two limits are charged together or not at all: {0} beside 2/3us")
    @ValueSource(strings = {"1/2us", "3/4us fixed", "2/2us sliding", "3/2us interval", "2/4us fixed aligned"})
    void twoLimits(String other) {
        Policy policy = Policy.of("api", Limit.parse("2/3us"), Limit.parse(other));
        walk(policy, new long[DEPTH], new long[DEPTH], 0, CounterState.ABSENT);
        Policy shadow =
                Policy.of("api", Limit.parse("2/3us"), Limit.parse(other).inShadow());
        walk(shadow, new long[DEPTH], new long[DEPTH], 0, CounterState.ABSENT);
    }

    private static void walk(Policy policy, long[] steps, long[] costs, int depth, CounterState state) {
        if (depth == DEPTH) {
            return;
        }
        CompiledPolicy compiled = CompiledPolicy.of(policy, ModelKey.SOURCE);
        for (long step : STEPS) {
            for (long cost = 1; cost <= 2; cost++) {
                steps[depth] = step;
                costs[depth] = cost;
                ExactKey oracle = new ExactKey(policy);
                if (oracle.refuses(cost)) {
                    continue;
                }
                long time = 0;
                ExactKey.Answer expected = null;
                for (int i = 0; i <= depth; i++) {
                    time += steps[i];
                    expected = oracle.acquire(costs[i], time);
                }
                Step result = CounterModel.acquire(state, compiled, cost, time, Long.MAX_VALUE);
                check(policy, steps, costs, depth, result.outcome(), expected);
                walk(policy, steps, costs, depth + 1, result.state());
            }
        }
    }

    private static void check(
            Policy policy, long[] steps, long[] costs, int depth, Outcome outcome, ExactKey.Answer expected) {
        Decision decision = (Decision) outcome;
        List<LimitStatus> limits = decision.limits();
        if (decision.allowed() != expected.allowed() || !limits.equals(expected.limits())) {
            assertThat(decision.allowed() + " " + limits)
                    .as("%s after steps %s and costs %s, up to %d", policy, list(steps), list(costs), depth)
                    .isEqualTo(expected.allowed() + " " + expected.limits());
        }
    }

    private static String list(long[] numbers) {
        return Arrays.toString(numbers);
    }
}
