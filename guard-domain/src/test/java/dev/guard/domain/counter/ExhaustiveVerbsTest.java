package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every history of three acts on small limits, of all verbs and at all small distances, against {@link ExactKey}. */
@DisplayName("The counter model, on every history of three acts,")
class ExhaustiveVerbsTest {

    private static final int DEPTH = 3;
    private static final long[] STEPS = {0, 1, 2};
    private static final CounterOperation.Cancel CANCEL = new CounterOperation.Cancel(Play.KEY, "r", Deadline.NONE);

    private final Map<Policy, CompiledPolicy> compiled = new IdentityHashMap<>();
    private final List<Object> history = new ArrayList<>();

    /** A way to go: the key as the model has it, as the oracle has it, and the permit that was taken last. */
    private record Way(CounterState state, ExactKey oracle, Permit permit, long time) {}

    @ParameterizedTest(name = "S1 equals the exact oracle in all verbs: {0}")
    @ValueSource(
            strings = {
                "2/3us",
                "3/2us burst 2",
                "2/3us interval",
                "1/2us interval burst 2",
                "2/3us fixed",
                "2/3us fixed aligned",
                "2/3us sliding",
                "3/2us log",
                "2/day",
                "concurrent 2 lease 2us"
            })
    void oneLimit(String limit) {
        walk(List.of(Policy.of("api", Limit.parse(limit))), 11);
    }

    @ParameterizedTest(name = "S1 equals the exact oracle in all verbs: 2/3us fixed beside {0}, blocking on excess")
    @ValueSource(strings = {"3/4us", "2/5us log", "concurrent 2 lease 3us", "2/4us sliding"})
    void twoLimits(String limit) {
        walk(
                List.of(Policy.builder("api")
                        .limit(Limit.parse("2/3us fixed"))
                        .limit(Limit.parse(limit))
                        .blockOnExcess(Histories.micros(2))
                        .build()),
                11);
    }

    @ParameterizedTest(name = "S1 S11 equals the exact oracle in all verbs while 2/3us{0} becomes 3/4us{0}")
    @ValueSource(strings = {"", " fixed", " log"})
    void twoVersions(String kind) {
        Limit older = Limit.parse("2/3us" + kind);
        Limit newer = Limit.parse("3/4us" + kind);
        walk(
                List.of(
                        Policy.of("api", older),
                        Policy.builder("api")
                                .version(2)
                                .carry(Carry.PROPORTIONAL)
                                .limit(newer)
                                .build()),
                6);
    }

    private void walk(List<Policy> policies, int verbs) {
        Permit none = new Permit("a", 1, 1, 0);
        walk(policies, verbs, 0, new Way(CounterState.ABSENT, new ExactKey(), none, 0));
    }

    private void walk(List<Policy> policies, int verbs, int depth, Way way) {
        for (long step : STEPS) {
            for (Policy policy : policies) {
                for (int verb = 0; verb < (policy == policies.get(0) ? verbs + 4 : verbs); verb++) {
                    CounterOperation operation = operation(verb, policy, way.permit);
                    history.add(List.of(step, operation));
                    Way next = go(way, operation, way.time + step);
                    if (depth + 1 < DEPTH) {
                        walk(policies, verbs, depth + 1, next);
                    }
                    history.remove(history.size() - 1);
                }
            }
        }
    }

    private Way go(Way way, CounterOperation operation, long time) {
        ExactKey oracle = way.oracle.copy();
        Step step = CounterModel.step(
                way.state,
                operation,
                policy -> compiled.computeIfAbsent(policy, p -> CompiledPolicy.of(p, ModelKey.SOURCE)),
                time,
                Long.MAX_VALUE);
        Outcome outcome = step.outcome();
        Object answer = outcome instanceof Decision decision ? ModelKey.answer(decision) : outcome;
        Object expected = oracle.run(operation, time);
        if (!answer.equals(expected)) {
            assertThat(answer).as("%s", history).isEqualTo(expected);
        }
        if (outcome == Effect.NOTHING) {
            assertThat(step.state()).isSameAs(way.state);
        }
        boolean took = outcome instanceof Decision decision
                && decision.allowed()
                && operation instanceof CounterOperation.Acquire;
        Permit permit =
                took ? new Permit("a", ((Decision) outcome).cost(), ((Decision) outcome).version(), time) : way.permit;
        return new Way(step.state(), oracle, permit, time);
    }

    /** The verbs that bring a policy, and those that count, come first; four that need none come last. */
    private static CounterOperation operation(int verb, Policy policy, Permit permit) {
        Deadline none = Deadline.NONE;
        return switch (verb) {
            case 0 -> new CounterOperation.Acquire(Play.KEY, policy, 1, "a", none);
            case 1 -> new CounterOperation.Refund(Play.KEY, permit, none);
            case 2 -> new CounterOperation.Reserve(Play.KEY, policy, 2, "r", 2, none);
            case 3 -> new CounterOperation.Commit(Play.KEY, policy, "r", 1, none);
            case 4 -> CANCEL;
            case 5 -> new CounterOperation.Penalize(Play.KEY, policy, 3, none);
            case 6 -> new CounterOperation.AcquireAtMost(Play.KEY, policy, 9, "b", none);
            case 7 -> new CounterOperation.Commit(Play.KEY, policy, "r", 4, none);
            case 8 -> new CounterOperation.Release(Play.KEY, "a", none);
            case 9 -> new CounterOperation.Extend(Play.KEY, "r", none);
            case 10 -> new CounterOperation.Extend(Play.KEY, "a", none);
            case 11 -> new CounterOperation.Block(Play.KEY, 2, none);
            case 12 -> new CounterOperation.Unblock(Play.KEY, none);
            case 13 -> new CounterOperation.Reset(Play.KEY, none);
            default -> new CounterOperation.Peek(Play.KEY, policy, 1, none);
        };
    }
}
