package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;

/**
 * The fixed window that a key's first charge opens: it holds from its start to just before start + period, and what was
 * used in it is forgotten all at once at its end. Neither a denial nor a later charge moves the end.
 */
public final class FixedWindow extends SingleWindow {

    static final FixedWindow ALGORITHM = new FixedWindow();

    private FixedWindow() {}

    /** The permits used at {@code now} of a window that started at {@code start}. */
    public static long used(LimitNumbers numbers, long used, long start, long now) {
        return now - start >= numbers.period() ? 0 : used;
    }

    /** The start of the window that a charge at {@code now} belongs to, where {@code used} is what {@link #used} says. */
    public static long startOfCharge(long used, long start, long now) {
        return used == 0 ? now : start;
    }

    @Override
    LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        return used(numbers, state.x(), state.y(), now) == 0 ? initial(numbers) : state;
    }

    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        return new LimitState(state.x() + cost, startOfCharge(state.x(), state.y(), now));
    }

    @Override
    boolean isOfWindow(LimitNumbers numbers, long start, long time) {
        return time >= start;
    }

    @Override
    LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available) {
        return new LimitState(numbers.capacity() - available, state.y());
    }
}
