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
        return new LimitSlot(
                numbers,
                limit.isShadow(),
                CounterAlgorithm.of(numbers.algorithm()).initial(numbers));
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
        return algorithm().available(numbers, state.x(), state.y(), now);
    }

    boolean admits(long now, long cost) {
        return cost <= available(now);
    }

    long retryAfter(long now, long cost) {
        return algorithm().retryAfter(numbers, state.x(), state.y(), now, cost);
    }

    long resetAfter(long now) {
        return algorithm().resetAfter(numbers, state.x(), state.y(), now);
    }

    long remaining(long now) {
        return algorithm().remaining(numbers, state.x(), state.y(), now);
    }

    long nextAfter(long now) {
        return algorithm().nextAfter(numbers, state.x(), state.y(), now);
    }

    CounterAlgorithm algorithm() {
        return CounterAlgorithm.of(numbers.algorithm());
    }
}
