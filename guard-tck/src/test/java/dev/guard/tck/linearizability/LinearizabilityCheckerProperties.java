package dev.guard.tck.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.tck.linearizability.Register.Call;
import dev.guard.tck.linearizability.Register.Increment;
import dev.guard.tck.linearizability.Register.Read;
import dev.guard.tck.linearizability.Register.Roll;
import dev.guard.tck.linearizability.Register.Write;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** The checker against the definition, on histories small enough to try every order. */
class LinearizabilityCheckerProperties {

    @Property(tries = 2_000)
    @Label("the checker says linearizable exactly where one of all the orders of a small history explains it")
    void agreesWithTheDefinition(@ForAll long seed) {
        List<Operation<Call, Integer>> history = history(new Random(seed));
        Verdict<Call, Integer> verdict = LinearizabilityChecker.check(Register.MODEL, 0, history);

        assertThat(verdict instanceof Verdict.Linearizable).isEqualTo(anyOrderExplains(history));
        if (verdict instanceof Verdict.Linearizable<Call, Integer> linearizable) {
            assertExplains(linearizable.order(), history);
        }
    }

    @Property(tries = 2_000)
    @Label("the answer that a failure names is the first with which no order explains what was seen so far")
    void namesTheFirst(@ForAll long seed) {
        List<Operation<Call, Integer>> history = history(new Random(seed));
        Verdict<Call, Integer> verdict = LinearizabilityChecker.check(Register.MODEL, 0, history);

        if (verdict instanceof Verdict.NotLinearizable<Call, Integer> broken) {
            Operation<Call, Integer> culprit = broken.inexplicable();
            assertThat(anyOrderExplains(until(culprit.end(), culprit.place(), history)))
                    .as("what was seen up to the answer")
                    .isFalse();
            List<Operation<Call, Integer>> before = until(culprit.end(), culprit.place() - 1, history);
            assertThat(anyOrderExplains(before)).as("what was seen before it").isTrue();
            assertExplains(broken.explained(), until(broken.explained(), before));
        } else {
            assertThat(anyOrderExplains(history)).isTrue();
        }
    }

    /** What was known at a moment: the calls begun, and the answers that had come, of the last one up to a place. */
    private static List<Operation<Call, Integer>> until(
            long moment, int place, List<Operation<Call, Integer>> history) {
        List<Operation<Call, Integer>> known = new ArrayList<>();
        for (Operation<Call, Integer> operation : history) {
            boolean answered = operation.end() < moment || (operation.end() == moment && operation.place() <= place);
            if (operation.start() <= moment) {
                known.add(answered ? operation : operation.withoutAnswer());
            }
        }
        return known;
    }

    /** Without the calls that began after the last answer, which an explanation leaves out. */
    private static List<Operation<Call, Integer>> until(
            List<Operation<Call, Integer>> explained, List<Operation<Call, Integer>> history) {
        return history.stream()
                .filter(operation -> operation.isAnswered() || explained.contains(operation))
                .toList();
    }

    /** Up to three threads that run a few calls or commands each; answers are mostly such as an object would give. */
    private static List<Operation<Call, Integer>> history(Random random) {
        int threads = 1 + random.nextInt(3);
        List<long[]> spans = new ArrayList<>();
        int[] left = new int[threads];
        for (int thread = 0; thread < threads; thread++) {
            left[thread] = 1 + random.nextInt(2);
        }
        long[] running = new long[threads];
        long moment = 0;
        for (int steps = 0; steps < 40; steps++) {
            int thread = random.nextInt(threads);
            if (running[thread] > 0) {
                spans.add(new long[] {thread, running[thread], ++moment});
                running[thread] = 0;
            } else if (left[thread] > 0) {
                left[thread]--;
                running[thread] = ++moment;
            }
        }
        List<Operation<Call, Integer>> history = new ArrayList<>();
        int state = 0;
        for (long[] span : spans) {
            int places = random.nextInt(6) == 0 ? 2 : 1;
            boolean answered = random.nextInt(8) > 0;
            for (int place = 0; place < places && history.size() < 6; place++) {
                Call call = call(random);
                int wild = random.nextInt(4);
                state = call instanceof Write write ? write.value() : state;
                Integer answer = call instanceof Roll ? 0 : Math.max(0, state + (wild == 0 ? -1 : 0));
                state += call instanceof Increment ? 1 : 0;
                history.add(new Operation<>(
                        (int) span[0],
                        call,
                        answered ? answer : null,
                        span[1],
                        answered ? span[2] : Operation.NEVER,
                        place));
            }
        }
        return history;
    }

    private static Call call(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> new Read();
            case 3 -> new Write(random.nextInt(3));
            case 4 -> new Roll(1 + random.nextInt(3));
            default -> new Increment();
        };
    }

    // ─── The definition, word by word ───────────────────────────────────────────────────────────

    private static boolean anyOrderExplains(List<Operation<Call, Integer>> history) {
        return anyOrderExplains(new ArrayList<>(), history);
    }

    private static boolean anyOrderExplains(
            List<Operation<Call, Integer>> order, List<Operation<Call, Integer>> history) {
        if (explains(order, history)) {
            return true;
        }
        for (Operation<Call, Integer> next : history) {
            if (!order.contains(next)) {
                order.add(next);
                boolean found = anyOrderExplains(order, history);
                order.remove(order.size() - 1);
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void assertExplains(List<Operation<Call, Integer>> order, List<Operation<Call, Integer>> history) {
        assertThat(explains(order, history))
                .as("%s explains %s", order, history)
                .isTrue();
    }

    private static boolean explains(List<Operation<Call, Integer>> order, List<Operation<Call, Integer>> history) {
        for (Operation<Call, Integer> operation : history) {
            if (operation.isAnswered() && !order.contains(operation)) {
                return false;
            }
        }
        for (int i = 0; i < order.size(); i++) {
            for (Operation<Call, Integer> earlier : history) {
                int place = order.indexOf(earlier);
                if (mustPrecede(earlier, order.get(i)) && (place < 0 || place > i)) {
                    return false;
                }
            }
        }
        Set<Integer> states = Set.of(0);
        for (Operation<Call, Integer> operation : order) {
            states = after(states, operation.call(), operation.answer());
        }
        return !states.isEmpty();
    }

    private static boolean mustPrecede(Operation<Call, Integer> one, Operation<Call, Integer> other) {
        boolean sameCommand = one.thread() == other.thread() && one.start() == other.start();
        return sameCommand ? one.place() < other.place() : one.end() < other.start();
    }

    private static Set<Integer> after(Set<Integer> states, Call call, @Nullable Integer answer) {
        Set<Integer> after = new HashSet<>();
        for (Integer state : states) {
            after.addAll(Register.MODEL.after(state, call, answer));
        }
        return after;
    }
}
