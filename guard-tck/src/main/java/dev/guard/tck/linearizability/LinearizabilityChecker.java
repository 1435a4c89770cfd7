package dev.guard.tck.linearizability;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history of overlapping calls is <em>linearizable</em>: whether each call can be given one moment between
 * its start and its end, so that all the answers are those which the object gives when it is asked one call at a time, at these
 * moments. It is what callers mean by <em>atomic</em> (Herlihy and Wing, <cite>Linearizability: a correctness condition for
 * concurrent objects</cite>, TOPLAS 12(3), 1990).
 *
 * <h2>The search</h2>
 *
 * <p>Wing and Gong (<cite>Testing and verifying concurrent objects</cite>, JPDC 17, 1993) build the order from its beginning. The
 * next call can be any that started before the first answer which is still to be explained: a call that started later comes
 * after that one. If the model gives the recorded answer, the search goes on with the state that the model is in then; if not,
 * with the next candidate; without one, it takes the last choice back. The events form a linked list, out of which a call and
 * its answer are lifted when they are put in order, and into which they are put back, in constant time, when the choice was
 * wrong. So the candidates are always the calls at the head of the list, up to the first answer.
 *
 * <p>Taken literally this is exponential, as it explores again and again what follows from the same calls in another order. Lowe
 * (<cite>Testing for linearizability</cite>, Concurrency and Computation 29(4), 2017) remembers each <em>configuration</em>,
 * the set of calls put in order so far and the state they led to. What follows depends on nothing else, so that no configuration is
 * explored twice. With n calls by t threads there are at most n · 2<sup>t</sup> such sets, and few states to each: histories
 * of some hundred calls take milliseconds.
 *
 * <h2>Calls without an answer</h2>
 *
 * <p>A call that failed in a way which does not say whether it took effect has a start and no end. It is a candidate from its start on,
 * with every state that the model may be in after it, and need not be chosen at all: the search is over when every
 * <em>answered</em> call has its place. Each such call stays a candidate until the end and may double the work; a history should
 * have few of them.
 *
 * <h2>The first answer that cannot be</h2>
 *
 * <p>Whatever is linearizable was so at every moment before: leave out the calls that had not begun then, and forget the answers
 * that had not come. So a history that is not has a first answer after which it never was again. Halving finds it, and it
 * is what a reader of a failure wants to see.
 *
 * <p>Histories over several objects are best taken apart first, see {@link Recorder#parts}: Herlihy and Wing's locality, which Horn
 * and Kroening (<cite>Faster linearizability checking via P-compositionality</cite>, FORTE 2015) generalise.
 *
 * @param <S> the states of the model
 * @param <C> the calls
 * @param <A> the answers
 */
public final class LinearizabilityChecker<S, C, A> {

    private final SequentialModel<S, C, A> model;
    private final Event<C, A> head = new Event<>(null, -1, false);
    private final BitSet ordered = new BitSet();
    private final List<Operation<C, A>> order = new ArrayList<>();
    private final Set<Configuration<S>> explored = new HashSet<>();

    /** The answers that are still in the list. */
    private int unexplained;

    private LinearizabilityChecker(SequentialModel<S, C, A> model, Collection<Operation<C, A>> history) {
        this.model = model;
        List<Operation<C, A>> operations = new ArrayList<>(history);
        operations.sort(Operation.BY_START);
        List<Event<C, A>> events = new ArrayList<>(2 * operations.size());
        Operation<C, A> before = null;
        for (int i = 0; i < operations.size(); i++) {
            Operation<C, A> operation = operations.get(i);
            Event<C, A> call = new Event<>(operation, i, false);
            call.follows = before != null && operation.isOfSameCommandAs(before);
            events.add(call);
            if (operation.isAnswered()) {
                Event<C, A> answer = new Event<>(operation, i, true);
                call.answer = answer;
                events.add(answer);
                unexplained++;
            }
            before = operation;
        }
        // Stable, and calls first: a call that starts in the very moment of an answer overlaps it.
        events.sort(Comparator.<Event<C, A>>comparingLong(Event::moment).thenComparing(event -> event.isAnswer));
        Event<C, A> last = head;
        for (Event<C, A> event : events) {
            event.previous = last;
            last.next = event;
            last = event;
        }
    }

    /**
     * Checks a history. The search goes as deep as the history is long, so that a few thousand calls are the most it is for.
     *
     * @param initial the state before the first call
     */
    public static <S, C, A> Verdict<C, A> check(
            SequentialModel<S, C, A> model, S initial, Collection<Operation<C, A>> history) {
        List<Operation<C, A>> order = explain(model, initial, history);
        if (order != null) {
            return new Verdict.Linearizable<>(order);
        }
        List<Operation<C, A>> answered = history.stream()
                .filter(Operation::isAnswered)
                .sorted(Operation.BY_END)
                .toList();
        List<Operation<C, A>> explained = List.of();
        int most = 0;
        int tooMany = answered.size();
        while (tooMany - most > 1) {
            int middle = (most + tooMany) >>> 1;
            List<Operation<C, A>> found = explain(model, initial, upTo(answered.subList(0, middle), history));
            if (found == null) {
                tooMany = middle;
            } else {
                most = middle;
                explained = found;
            }
        }
        return new Verdict.NotLinearizable<>(answered.get(most), explained);
    }

    /** What was known of a history when these answers had come, and no other. */
    private static <C, A> List<Operation<C, A>> upTo(
            List<Operation<C, A>> answered, Collection<Operation<C, A>> history) {
        long moment = answered.get(answered.size() - 1).end();
        Set<Operation<C, A>> known = new HashSet<>(answered);
        return history.stream()
                .filter(operation -> operation.start() <= moment)
                .map(operation -> known.contains(operation) ? operation : operation.withoutAnswer())
                .toList();
    }

    private static <S, C, A> @Nullable List<Operation<C, A>> explain(
            SequentialModel<S, C, A> model, S initial, Collection<Operation<C, A>> history) {
        LinearizabilityChecker<S, C, A> checker = new LinearizabilityChecker<>(model, history);
        return checker.canGoOnFrom(initial) ? List.copyOf(checker.order) : null;
    }

    /** Whether the calls that are still in the list can be put in order, given the state that those lifted out led to. */
    private boolean canGoOnFrom(S state) {
        if (unexplained == 0) {
            return true;
        }
        if (!explored.add(new Configuration<>((BitSet) ordered.clone(), state))) {
            return false;
        }
        for (Event<C, A> event = head.next; event != null; event = event.next) {
            if (event.isAnswer) {
                return false;
            }
            if (canComeNext(event) && canGoOnWith(event, state)) {
                return true;
            }
        }
        return false;
    }

    private boolean canGoOnWith(Event<C, A> call, S state) {
        Operation<C, A> operation = call.operation();
        Collection<S> states = model.after(state, operation.call(), operation.answer());
        if (states.isEmpty()) {
            return false;
        }
        call.lift();
        unexplained -= operation.isAnswered() ? 1 : 0;
        ordered.set(call.index);
        order.add(operation);
        for (S next : states) {
            if (canGoOnFrom(next)) {
                return true;
            }
        }
        order.remove(order.size() - 1);
        ordered.clear(call.index);
        unexplained += operation.isAnswered() ? 1 : 0;
        call.putBack();
        return false;
    }

    /** Whether everything in the same command before the call has its place. */
    private boolean canComeNext(Event<C, A> call) {
        return !call.follows || ordered.get(call.index - 1);
    }

    /** What was put in order, and the state it led to: all that decides what can follow. */
    private record Configuration<S>(BitSet ordered, S state) {}

    /** The start of a call, or its answer, in a list that events can be lifted out of and put back into. */
    private static final class Event<C, A> {
        private final @Nullable Operation<C, A> operation;
        private final int index;
        private final boolean isAnswer;

        /** Whether the call before it, in the order of starts, belongs to the same command. */
        private boolean follows;

        /** The answer of a call; null where there is none. */
        private @Nullable Event<C, A> answer;

        private @Nullable Event<C, A> previous;
        private @Nullable Event<C, A> next;

        Event(@Nullable Operation<C, A> operation, int index, boolean isAnswer) {
            this.operation = operation;
            this.index = index;
            this.isAnswer = isAnswer;
        }

        Operation<C, A> operation() {
            if (operation == null) {
                throw new AssertionError("the head of the list is no event");
            }
            return operation;
        }

        long moment() {
            return isAnswer ? operation().end() : operation().start();
        }

        void lift() {
            unlink();
            if (answer != null) {
                answer.unlink();
            }
        }

        /** Undoes the last {@link #lift} that was not undone, in the opposite order. */
        void putBack() {
            if (answer != null) {
                answer.link();
            }
            link();
        }

        private void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        private void link() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }
}
