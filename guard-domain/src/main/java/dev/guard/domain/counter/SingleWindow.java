package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;

/**
 * What all windows have in common that forget at their end, all at once, what was used in them. The state is the permits used
 * and the window's start.
 */
abstract sealed class SingleWindow extends CounterAlgorithm permits FixedWindow, AlignedWindow {

    @Override
    LimitState initial(LimitNumbers numbers) {
        return new LimitState(0, 0);
    }

    @Override
    long available(LimitNumbers numbers, long x, long y, long now) {
        return numbers.capacity() - x;
    }

    @Override
    long waitFor(LimitNumbers numbers, long x, long y, long now, long cost) {
        return resetAfter(numbers, x, y, now);
    }

    @Override
    long resetAfter(LimitNumbers numbers, long x, long y, long now) {
        return x == 0 ? 0 : y + numbers.period() - now;
    }
}
