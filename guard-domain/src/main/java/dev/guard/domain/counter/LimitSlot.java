package dev.guard.domain.counter;

import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;

/**
 * One limit's part of a key's state: the numbers that it was counted in, and what it remembers. The numbers are there
 * for conversion alone; a command brings its own.
 *
 * @param numbers the numbers of the version that wrote the state
 * @param shadow whether that version only reported the limit
 * @param state what the limit remembers, as of the state's time
 */
public record LimitSlot(LimitNumbers numbers, boolean shadow, LimitState state) {

    static LimitSlot initial(Limit limit) {
        LimitNumbers numbers = limit.numbers();
        return new LimitSlot(numbers, limit.isShadow(), CounterAlgorithm.of(numbers.algorithm()).initial(numbers));
    }

    LimitSlot with(LimitState state) {
        return new LimitSlot(numbers, shadow, state);
    }

    LimitSlot advanced(long last, long now) {
        return with(algorithm().advance(numbers, state, last, now));
    }

    LimitSlot charged(long now, long cost) {
        return with(algorithm().charge(numbers, state, now, cost));
    }

    boolean isInitial() {
        return state.equals(algorithm().initial(numbers));
    }

    long available(long now) {
        return algorithm().available(numbers, state, now);
    }

    boolean admits(long now, long cost) {
        return cost <= available(now);
    }

    long retryAfter(long now, long cost) {
        return algorithm().retryAfter(numbers, state, now, cost);
    }

    long resetAfter(long now) {
        return algorithm().resetAfter(numbers, state, now);
    }

    long remaining(long now) {
        return Math.max(0, available(now));
    }

    /** Until {@code remaining} next grows; 0 where it is at the capacity. A limit of 0 never grows, and is at it. */
    long nextAfter(long now) {
        long remaining = remaining(now);
        return remaining == numbers.capacity() ? 0 : algorithm().waitFor(numbers, state, now, remaining + 1);
    }

    CounterAlgorithm algorithm() {
        return CounterAlgorithm.of(numbers.algorithm());
    }
}
