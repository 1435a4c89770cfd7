package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardException;
import dev.guard.domain.Key;
import dev.guard.domain.Permit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Permits that a call took and can give back.
 *
 * <pre>{@code
 * try (HeldPermit permit = exports.acquire(user, Duration.ofSeconds(2))) {
 *     export();
 * }
 * }</pre>
 *
 * <p>Closing gives concurrent slots back, and leaves what was used of every other limit used. Safe for use by several threads;
 * another process gives back by the value of {@link #permit()}.
 */
public final class HeldPermit implements AutoCloseable {

    private final PolicyCalls calls;
    private final Key key;
    private final Allowed decision;
    private final Permit permit;
    private final AtomicBoolean closed = new AtomicBoolean();

    HeldPermit(PolicyCalls calls, Key key, Allowed decision, String id) {
        this.calls = calls;
        this.key = key;
        this.decision = decision;
        this.permit = decision.permit(id);
    }

    /** What is held, as a value that any process may give back. Its id is a secret. */
    public Permit permit() {
        return permit;
    }

    /** The decision that granted it. */
    public Allowed decision() {
        return decision;
    }

    /**
     * Gives the permits back to every limit that still counts them, concurrent slots included, as if they had never been taken.
     *
     * @return {@code APPLIED}; {@code NOTHING} where nothing counts them any more or they were refunded before; {@code REFUSED} where
     *     the key remembers as many refunds as it may, and nothing was given back
     */
    public Effect refund() {
        return calls.apply(new Refund(key, permit, Deadline.NONE));
    }

    /** Gives concurrent slots back, and nothing else; {@code NOTHING} where none are held any more. */
    public Effect release() {
        return calls.apply(new Release(key, permit.id(), Deadline.NONE));
    }

    /** Lets the leases of concurrent slots begin anew; {@code NOTHING} where they have ended, and somebody else may hold them. */
    public Effect extend() {
        return calls.apply(new Extend(key, permit.id(), Deadline.NONE));
    }

    /**
     * Gives concurrent slots back, once. Without a concurrency limit there is nothing to do. It raises no error of guard's: what
     * could not be given back comes back when its lease ends, and work that is done is not undone by it.
     */
    @Override
    public void close() {
        if (calls.policy().hasConcurrency() && closed.compareAndSet(false, true)) {
            try {
                release();
            } catch (GuardException e) {
                // The lease gives back what this call could not.
            }
        }
    }

    @Override
    public String toString() {
        return "HeldPermit[policy=" + key.policy() + ", cost=" + permit.cost() + "]";
    }
}
