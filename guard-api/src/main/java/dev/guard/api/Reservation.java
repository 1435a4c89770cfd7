package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;

/**
 * Permits that were taken before it is known how many it will be.
 *
 * <pre>{@code
 * try (Reservation tokens = llm.reserve(user, estimated, Duration.ofSeconds(30))) {
 *     Answer answer = model.ask(prompt);
 *     tokens.commit(answer.tokensUsed());
 * }
 * }</pre>
 *
 * <p>It is settled once: by {@link #commit}, by {@link #cancel}, or by {@link #close}, which cancels what was not settled. One that
 * nobody settles in its time lapses, and gives everything back. That holds too where the store gave no answer to the settling:
 * it either arrived, or the reservation lapses.
 */
public final class Reservation implements AutoCloseable {

    private final PolicyCalls calls;
    private final Key key;
    private final Allowed decision;
    private final String id;
    private final Settlement settlement = new Settlement();

    Reservation(PolicyCalls calls, Key key, Allowed decision, String id) {
        this.calls = calls;
        this.key = key;
        this.decision = decision;
        this.id = id;
    }

    /** The decision that granted it; its cost is what is reserved. */
    public Allowed decision() {
        return decision;
    }

    /**
     * Settles for what was really spent: what is left over comes back, and what was spent beyond the reservation becomes debt.
     *
     * @param actual what was spent, 0 or more
     * @return {@code APPLIED}; {@code LAPSED} where the reservation was over, and all that was spent became debt; {@code NOTHING}
     *     where it was over and nothing was spent
     * @throws InvalidArgumentException if {@code actual} is below 0; the reservation is not settled by that
     * @throws IllegalStateException if the reservation was settled before
     */
    public Effect commit(long actual) {
        Commit commit = new Commit(key, calls.policy(), id, actual, Deadline.NONE);
        settlement.settle("committed with " + actual);
        return calls.apply(commit);
    }

    /**
     * Gives all of it back; {@code NOTHING} where it had lapsed, and all of it was back.
     *
     * @throws IllegalStateException if the reservation was settled before
     */
    public Effect cancel() {
        settlement.settle("cancelled");
        return calls.apply(new Cancel(key, id, Deadline.NONE));
    }

    /**
     * Cancels, unless the reservation was settled. It raises no error of guard's: a reservation that could not be cancelled
     * lapses, which gives back the same.
     */
    @Override
    public void close() {
        if (settlement.trySettle("closed")) {
            try {
                calls.apply(new Cancel(key, id, Deadline.NONE));
            } catch (GuardException e) {
                // It lapses by itself.
            }
        }
    }

    @Override
    public String toString() {
        return "Reservation[policy=" + key.policy() + ", cost=" + decision.cost() + "]";
    }
}
