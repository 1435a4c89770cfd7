package dev.guard.api;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Policy;

/** A {@link Guard} for asynchronous callers: the same words, answered with futures. */
public final class AsyncGuard {

    private final Guard guard;

    AsyncGuard(Guard guard) {
        this.guard = guard;
    }

    /** The asynchronous limiter of a policy. */
    public AsyncRateLimiter limiter(Policy policy) {
        return guard.limiter(policy).async();
    }

    /**
     * The asynchronous limiter of a policy that the guard was built with.
     *
     * @throws GuardConfigurationException if there is none of that name
     */
    public AsyncRateLimiter limiter(String policy) {
        return guard.limiter(policy).async();
    }
}
