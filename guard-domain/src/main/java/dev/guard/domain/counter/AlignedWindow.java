package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;

/**
 * The fixed window aligned to the epoch: every key's window starts at a multiple of the period. Otherwise as
 * {@link FixedWindow}.
 */
public final class AlignedWindow extends SingleWindow {

    static final AlignedWindow ALGORITHM = new AlignedWindow();

    private AlignedWindow() {}

    /** The start of the window that holds {@code now}. */
    public static long start(LimitNumbers numbers, long now) {
        return now - Math.floorMod(now, numbers.period());
    }

    @Override
    LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        return state.x() == 0 || state.y() != start(numbers, now) ? initial(numbers) : state;
    }

    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        return new LimitState(state.x() + cost, start(numbers, now));
    }

    @Override
    boolean isOfWindow(LimitNumbers numbers, long start, long time) {
        return start(numbers, time) == start;
    }

    @Override
    LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available) {
        return new LimitState(numbers.capacity() - available, start(numbers, now));
    }
}
