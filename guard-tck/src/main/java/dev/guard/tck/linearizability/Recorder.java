package dev.guard.tck.linearizability;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what several threads ask and are answered. A moment is a number that is drawn before a call or after its answer: one
 * call ends before another starts exactly when the one's number is the smaller, whatever the clocks of the cores say.
 *
 * <p>May be used by any number of threads.
 *
 * @param <C> the calls
 * @param <A> the answers
 */
public final class Recorder<C, A> {

    private final AtomicLong moments = new AtomicLong();
    private final ConcurrentLinkedQueue<Operation<C, A>> operations = new ConcurrentLinkedQueue<>();

    /** Draws the moment at which a call starts. */
    public long start() {
        return moments.incrementAndGet();
    }

    /** Notes a call that was answered just now. */
    public void answered(int thread, C call, A answer, long start) {
        answered(thread, List.of(call), List.of(answer), start);
    }

    /** Notes a command of calls that was answered just now, each with the answer at the same place. */
    public void answered(int thread, List<C> calls, List<A> answers, long start) {
        note(thread, calls, answers, start, moments.incrementAndGet());
    }

    /** Notes a command of calls of which nobody knows what came. */
    public void unanswered(int thread, List<C> calls, long start) {
        note(thread, calls, null, start, Operation.NEVER);
    }

    private void note(int thread, List<C> calls, @Nullable List<A> answers, long start, long end) {
        for (int place = 0; place < calls.size(); place++) {
            A answer = answers == null ? null : answers.get(place);
            operations.add(new Operation<>(thread, calls.get(place), answer, start, end, place));
        }
    }

    /** What was noted so far, in the order in which the calls started. */
    public List<Operation<C, A>> history() {
        List<Operation<C, A>> history = new ArrayList<>(operations);
        history.sort(Operation.BY_START);
        return history;
    }

    /**
     * The parts of a history that concern different objects. A history is linearizable exactly when each of its parts is, and
     * the parts take far less time to check than the whole.
     *
     * @param object what a call concerns
     */
    public static <C, A, K> Map<K, List<Operation<C, A>>> parts(
            Collection<Operation<C, A>> history, Function<? super C, K> object) {
        Map<K, List<Operation<C, A>>> parts = new LinkedHashMap<>();
        for (Operation<C, A> operation : history) {
            parts.computeIfAbsent(object.apply(operation.call()), key -> new ArrayList<>())
                    .add(operation);
        }
        return parts;
    }
}
