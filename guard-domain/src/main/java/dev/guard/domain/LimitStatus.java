package dev.guard.domain;

import java.time.Duration;

/**
 * What one limit of a policy says, as part of a {@link Decision}. Every time is counted from the decision.
 *
 * @param name the limit's name
 * @param algorithm how the limit counts
 * @param capacity the most permits that can be had at once
 * @param windowMicros the limit's period or window; for calendars the longest one, for concurrency the lease
 * @param remaining whole permits left after the decision, 0 to {@code capacity}
 * @param retryAfterMicros until this limit would admit the cost; 0 where it does, {@link Micros#NEVER} where it never
 *     will
 * @param resetAfterMicros until the limit is as if nothing had been used; 0 where it is
 * @param nextAfterMicros until {@code remaining} next grows; 0 where it is at its capacity, {@link Micros#NEVER} where it
 *     never will
 * @param admits whether this limit, for itself, admitted the cost
 * @param enforced whether the limit takes part in the decision; a shadow limit is only reported
 */
public record LimitStatus(
        String name,
        Algorithm algorithm,
        long capacity,
        long windowMicros,
        long remaining,
        long retryAfterMicros,
        long resetAfterMicros,
        long nextAfterMicros,
        boolean admits,
        boolean enforced) {

    /** The limit's period or window. */
    public Duration window() {
        return Micros.toDuration(windowMicros);
    }

    /** Until this limit would admit the cost; ten years where it never will. */
    public Duration retryAfter() {
        return Micros.toDuration(retryAfterMicros);
    }

    /** Until the limit is as if nothing had been used. */
    public Duration resetAfter() {
        return Micros.toDuration(resetAfterMicros);
    }

    /** Until {@code remaining} next grows; ten years where it never will. */
    public Duration nextAfter() {
        return Micros.toDuration(nextAfterMicros);
    }
}
