package dev.guard.api;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.counter.KeyCounter;

/** The limiter of one subject under one policy: {@link RateLimiter} with the subject said once. */
public final class KeyLimiter {

    private final Guard guard;
    private final KeyCounter counter;

    KeyLimiter(Guard guard, KeyCounter counter) {
        this.guard = guard;
        this.counter = counter;
    }

    /** Takes one permit of all limits, or none, and says only whether. Allocates nothing on an embedded backend. */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes {@code cost} permits of all limits, or none, and says only whether.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit
     */
    public boolean tryAcquire(long cost) {
        guard.requireOpen();
        return counter.tryAcquire(cost, Deadline.NONE);
    }

    /** Takes one permit of all limits, or none, and tells all about it. */
    public Decision decide() {
        return decide(1);
    }

    /**
     * Takes {@code cost} permits of all limits, or none, and tells all about it.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit
     */
    public Decision decide(long cost) {
        guard.requireOpen();
        return counter.decide(cost, Deadline.NONE);
    }
}
