package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;

/**
 * An algorithm whose state is two numbers. What is read from a state takes the numbers themselves, so that a caller without
 * the model needs no object for them.
 */
abstract sealed class ScalarAlgorithm extends CounterAlgorithm
        permits GreedyBucket, IntervalBucket, SingleWindow, SlidingWindow {

    abstract long available(LimitNumbers numbers, long x, long y, long now);

    abstract long waitFor(LimitNumbers numbers, long x, long y, long now, long cost);

    abstract long resetAfter(LimitNumbers numbers, long x, long y, long now);

    /**
     * The state under {@code numbers} with {@code available} permits, from −maxDebt up to the capacity, that stays as
     * close to {@code state} as the algorithm allows. The state was advanced to {@code now} under {@code from}.
     */
    abstract LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available);

    /** As {@link #nextAfter(LimitNumbers, LimitState, long)}. */
    final long nextAfter(LimitNumbers numbers, long x, long y, long now) {
        long remaining = remaining(numbers, x, y, now);
        return remaining == numbers.capacity() ? 0 : waitFor(numbers, x, y, now, remaining + 1);
    }

    /** As {@link #remaining(LimitNumbers, LimitState, long)}. */
    final long remaining(LimitNumbers numbers, long x, long y, long now) {
        return Math.max(0, available(numbers, x, y, now));
    }

    /** As {@link #retryAfter(LimitNumbers, LimitState, long, long)}. */
    final long retryAfter(LimitNumbers numbers, long x, long y, long now, long cost) {
        if (cost > numbers.capacity()) {
            return Micros.NEVER;
        }
        return cost <= available(numbers, x, y, now) ? 0 : waitFor(numbers, x, y, now, cost);
    }

    @Override
    final long available(LimitNumbers numbers, LimitState state, long now) {
        return available(numbers, state.x(), state.y(), now);
    }

    @Override
    final long waitFor(LimitNumbers numbers, LimitState state, long now, long cost) {
        return waitFor(numbers, state.x(), state.y(), now, cost);
    }

    @Override
    final long resetAfter(LimitNumbers numbers, LimitState state, long now) {
        return resetAfter(numbers, state.x(), state.y(), now);
    }
}
