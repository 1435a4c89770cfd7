package dev.guard.api;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.counter.PolicyCounters;

/**
 * The limiter of one policy, for the subjects of one tenant.
 *
 * <p>Each call is one atomic decision over all the policy's limits, by the clock of the store. Besides what is said at
 * the methods, each raises {@link dev.guard.domain.BackendUnavailableException} where the store could not be asked, and
 * {@link dev.guard.domain.GuardClosedException} after the guard was closed.
 */
public final class RateLimiter {

    private final Guard guard;
    private final PolicyCounters counters;
    private final String tenant;

    RateLimiter(Guard guard, PolicyCounters counters, String tenant) {
        this.guard = guard;
        this.counters = counters;
        this.tenant = tenant;
    }

    /**
     * The same policy for another tenant, whose subjects are counted apart.
     *
     * @throws InvalidArgumentException if the tenant is empty
     */
    public RateLimiter tenant(String tenant) {
        if (tenant.isEmpty()) {
            throw new InvalidArgumentException("tenant is empty, expected a name");
        }
        return new RateLimiter(guard, counters, tenant);
    }

    /** Takes one permit of all limits, or none. */
    public Decision tryAcquire(String subject) {
        return tryAcquire(subject, 1);
    }

    /**
     * Takes {@code cost} permits of all limits, or none.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit
     */
    public Decision tryAcquire(String subject, long cost) {
        guard.requireOpen();
        return counters.tryAcquire(tenant, subject, cost, Deadline.NONE);
    }

    /** Whether one permit could be taken, and how many remain; changes nothing. */
    public Decision peek(String subject) {
        return peek(subject, 1);
    }

    /**
     * Whether {@code cost} permits could be taken, and how many remain; changes nothing.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit
     */
    public Decision peek(String subject, long cost) {
        guard.requireOpen();
        return counters.peek(tenant, subject, cost, Deadline.NONE);
    }

    /** The limiter of one subject, to be kept and asked many times. */
    public KeyLimiter key(String subject) {
        guard.requireOpen();
        return new KeyLimiter(guard, counters.key(tenant, subject));
    }

    /** The same limiter for asynchronous callers. */
    public AsyncRateLimiter async() {
        return new AsyncRateLimiter(guard, counters, tenant);
    }
}
