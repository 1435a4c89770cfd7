package dev.guard.domain.counter;

import dev.guard.domain.Algorithm;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;

/**
 * One algorithm's arithmetic, in the form that {@link CounterModel} works with. Pure: time is an argument, in
 * microseconds since the epoch, and a state is never changed but answered anew.
 *
 * <p>Every method but {@link #advance} takes a state that was advanced to {@code now}. Those that answer a number take the
 * state's two words, so that a caller without the model needs no object for them.
 */
abstract sealed class CounterAlgorithm permits GreedyBucket, IntervalBucket, SingleWindow, SlidingWindow {

    static CounterAlgorithm of(Algorithm algorithm) {
        return switch (algorithm) {
            case GREEDY -> GreedyBucket.ALGORITHM;
            case INTERVAL -> IntervalBucket.ALGORITHM;
            case FIXED -> FixedWindow.ALGORITHM;
            case ALIGNED -> AlignedWindow.ALGORITHM;
            case SLIDING -> SlidingWindow.ALGORITHM;
        };
    }

    /** The state of a limit that nothing was used of. */
    abstract LimitState initial(LimitNumbers numbers);

    /** The state at {@code now} of a limit that had {@code state} at {@code last} ≤ {@code now}. */
    abstract LimitState advance(LimitNumbers numbers, LimitState state, long last, long now);

    /** The whole permits available: at most the capacity, below 0 in debt. A cost is admitted when it is no more. */
    abstract long available(LimitNumbers numbers, long x, long y, long now);

    /** The state after {@code cost} ≥ 1 was charged; what would take the limit below its largest debt is dropped. */
    abstract LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost);

    /** The wait until {@code cost} is admitted, for a cost of at most the capacity that is not admitted yet. */
    abstract long waitFor(LimitNumbers numbers, long x, long y, long now, long cost);

    /** The wait until the state is initial again; 0 where it is. */
    abstract long resetAfter(LimitNumbers numbers, long x, long y, long now);

    /**
     * The state under {@code numbers} with {@code available} permits, from −maxDebt up to the capacity, that stays as
     * close to {@code state} as the algorithm allows. The state was advanced to {@code now} under {@code from}.
     */
    abstract LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available);

    /** Until the permits left next grow; 0 where they are at the capacity, as those of a limit of 0 always are. */
    final long nextAfter(LimitNumbers numbers, long x, long y, long now) {
        long remaining = remaining(numbers, x, y, now);
        return remaining == numbers.capacity() ? 0 : waitFor(numbers, x, y, now, remaining + 1);
    }

    /** The whole permits left: what is available, 0 in debt. */
    final long remaining(LimitNumbers numbers, long x, long y, long now) {
        return Math.max(0, available(numbers, x, y, now));
    }

    /** The wait until {@code cost} is admitted: 0 where it is now, {@link Micros#NEVER} above the capacity. */
    final long retryAfter(LimitNumbers numbers, long x, long y, long now, long cost) {
        if (cost > numbers.capacity()) {
            return Micros.NEVER;
        }
        return cost <= available(numbers, x, y, now) ? 0 : waitFor(numbers, x, y, now, cost);
    }

    /** What a charge of {@code cost} takes from {@code available} permits, so that no more than the largest debt is left. */
    static long chargeable(LimitNumbers numbers, long available, long cost) {
        return Math.min(cost, available + numbers.maxDebt());
    }
}
