package dev.guard.domain.counter;

import dev.guard.domain.Algorithm;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;

/**
 * One algorithm's arithmetic, in the form that {@link CounterModel} works with. Pure: time is an argument, in
 * microseconds since the epoch, and a state is never changed but answered anew.
 *
 * <p>Every method but {@link #advance} takes a state that was advanced to {@code now}.
 */
abstract sealed class CounterAlgorithm permits ScalarAlgorithm, EntryAlgorithm {

    static CounterAlgorithm of(Algorithm algorithm) {
        return switch (algorithm) {
            case GREEDY -> GreedyBucket.ALGORITHM;
            case INTERVAL -> IntervalBucket.ALGORITHM;
            case FIXED -> FixedWindow.ALGORITHM;
            case ALIGNED -> AlignedWindow.ALGORITHM;
            case SLIDING -> SlidingWindow.ALGORITHM;
            case LOG -> SlidingLog.ALGORITHM;
            case CALENDAR -> CalendarWindow.ALGORITHM;
            case CONCURRENT -> ConcurrentSlots.ALGORITHM;
        };
    }

    /** The state of a limit that nothing was used of. */
    abstract LimitState initial(LimitNumbers numbers);

    /** The state at {@code now} of a limit that had {@code state} at {@code last} ≤ {@code now}. */
    abstract LimitState advance(LimitNumbers numbers, LimitState state, long last, long now);

    /** The whole permits available: at most the capacity, below 0 in debt. A cost is admitted when it is no more. */
    abstract long available(LimitNumbers numbers, LimitState state, long now);

    /** The state after {@code cost} ≥ 1 was charged, no more than is available and the largest debt together. */
    abstract LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost);

    /**
     * The state after {@code cost} ≥ 1, charged at {@code time} ≤ {@code now} in the same numbers, was given back: never more than
     * is counted still, and never above the capacity.
     */
    abstract LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost);

    /** Until when a charge at {@code time} may still be counted, so that there is something to give back. */
    abstract long countedUntil(LimitNumbers numbers, long time);

    /** The wait until {@code cost} is admitted, for a cost of at most the capacity that is not admitted yet. */
    abstract long waitFor(LimitNumbers numbers, LimitState state, long now, long cost);

    /** The wait until the state is initial again; 0 where it is. */
    abstract long resetAfter(LimitNumbers numbers, LimitState state, long now);

    /** Until the permits left next grow; 0 where they are at the capacity, as those of a limit of 0 always are. */
    final long nextAfter(LimitNumbers numbers, LimitState state, long now) {
        long remaining = remaining(numbers, state, now);
        return remaining == numbers.capacity() ? 0 : waitFor(numbers, state, now, remaining + 1);
    }

    /** The whole permits left: what is available, 0 in debt. */
    final long remaining(LimitNumbers numbers, LimitState state, long now) {
        return Math.max(0, available(numbers, state, now));
    }

    /** The wait until {@code cost} is admitted: 0 where it is now, {@link Micros#NEVER} above the capacity. */
    final long retryAfter(LimitNumbers numbers, LimitState state, long now, long cost) {
        if (cost > numbers.capacity()) {
            return Micros.NEVER;
        }
        return cost <= available(numbers, state, now) ? 0 : waitFor(numbers, state, now, cost);
    }
}
