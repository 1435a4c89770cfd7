package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import java.util.concurrent.CompletableFuture;

/**
 * {@link Reservation} for asynchronous callers. Settling it a second time fails the future with an {@link
 * IllegalStateException}.
 */
public final class AsyncReservation {

    private final PolicyCalls calls;
    private final Key key;
    private final Allowed decision;
    private final String id;
    private final Settlement settlement = new Settlement();

    AsyncReservation(PolicyCalls calls, Key key, Allowed decision, String id) {
        this.calls = calls;
        this.key = key;
        this.decision = decision;
        this.id = id;
    }

    /** The decision that granted it; its cost is what is reserved. */
    public Allowed decision() {
        return decision;
    }

    /** Settles for what was really spent, as {@link Reservation#commit} does. */
    public CompletableFuture<Effect> commit(long actual) {
        return calls.applyAsync(() -> {
            Commit commit = new Commit(key, calls.policy(), id, actual, Deadline.NONE);
            settlement.settle("committed with " + actual);
            return commit;
        });
    }

    /** Gives all of it back, as {@link Reservation#cancel} does. */
    public CompletableFuture<Effect> cancel() {
        return calls.applyAsync(() -> {
            settlement.settle("cancelled");
            return new Cancel(key, id, Deadline.NONE);
        });
    }

    /** Gives back what nobody is there to take. */
    void giveUp() {
        calls.cancel(new Cancel(key, id, Deadline.NONE));
    }

    @Override
    public String toString() {
        return "AsyncReservation[policy=" + key.policy() + ", cost=" + decision.cost() + "]";
    }
}
