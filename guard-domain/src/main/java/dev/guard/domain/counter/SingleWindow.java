package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;

/**
 * What all windows have in common that forget at their end, all at once, what was used in them. The state is the permits used
 * and the window's start.
 */
abstract sealed class SingleWindow extends ScalarAlgorithm permits FixedWindow, AlignedWindow, CalendarWindow {

    /** Whether a charge at {@code time} is counted in the window that started at {@code start}. */
    abstract boolean isOfWindow(LimitNumbers numbers, long start, long time);

    @Override
    LimitState initial(LimitNumbers numbers) {
        return new LimitState(0, 0);
    }

    @Override
    LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost) {
        if (state.x() == 0 || !isOfWindow(numbers, state.y(), time)) {
            return state;
        }
        return cost >= state.x() ? initial(numbers) : new LimitState(state.x() - cost, state.y());
    }

    @Override
    long countedUntil(LimitNumbers numbers, long time) {
        return time + numbers.period();
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
