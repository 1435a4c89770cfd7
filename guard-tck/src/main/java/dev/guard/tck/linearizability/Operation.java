package dev.guard.tck.linearizability;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One call in a history: who made it, when, and what came back. Moments are numbers that grow from event to event; the unit is
 * nobody's concern.
 *
 * <p>A command of several operations becomes several calls with the same moments. They take effect in the order of their {@code
 * place}, and other calls may come between them.
 *
 * @param thread who called
 * @param call what was asked
 * @param answer what came back; null where nothing did, so that the call may have taken effect at any moment after its start, or
 *     never
 * @param start the moment just before the call
 * @param end the moment just after the answer; {@link #NEVER} where there is none
 * @param place the place in its command, from 0; 0 where it stands alone
 * @param <C> the calls
 * @param <A> the answers
 */
public record Operation<C, A>(int thread, C call, @Nullable A answer, long start, long end, int place) {

    /** The end of a call that nobody saw return. */
    public static final long NEVER = Long.MAX_VALUE;

    static final Comparator<Operation<?, ?>> BY_START =
            Comparator.<Operation<?, ?>>comparingLong(Operation::start).thenComparingInt(Operation::place);

    static final Comparator<Operation<?, ?>> BY_END =
            Comparator.<Operation<?, ?>>comparingLong(Operation::end).thenComparingInt(Operation::place);

    /**
     * Checks the moments.
     *
     * @throws IllegalArgumentException if the end is before the start, or there is an answer without an end or the other way
     *     round
     */
    public Operation {
        if (end < start) {
            throw new IllegalArgumentException("the call starts at " + start + " and ends at " + end);
        }
        if ((answer == null) != (end == NEVER)) {
            throw new IllegalArgumentException("the answer is " + answer + " and the end " + end);
        }
    }

    /** Whether an answer came. */
    public boolean isAnswered() {
        return end != NEVER;
    }

    /** The same call before its answer came. */
    Operation<C, A> withoutAnswer() {
        return new Operation<>(thread, call, null, start, NEVER, place);
    }

    /** Whether the call belongs to the same command as {@code other}, so that their order is given. */
    boolean isOfSameCommandAs(Operation<C, A> other) {
        return start == other.start && thread == other.thread;
    }
}
