package dev.guard.domain.counter;

import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.LimitNumbers;
import java.util.Objects;

/**
 * The window of a calendar: a day, week, month or year of a time zone. Otherwise as {@link AlignedWindow}; its length is what
 * the calendar says it is.
 */
final class CalendarWindow extends SingleWindow {

    static final CalendarWindow ALGORITHM = new CalendarWindow();

    private CalendarWindow() {}

    @Override
    LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        return state.x() == 0 || now >= end(numbers, state.y()) ? initial(numbers) : state;
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
    long countedUntil(LimitNumbers numbers, long time) {
        return end(numbers, time);
    }

    @Override
    LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available) {
        return new LimitState(numbers.capacity() - available, start(numbers, now));
    }

    @Override
    long resetAfter(LimitNumbers numbers, long x, long y, long now) {
        return x == 0 ? 0 : end(numbers, y) - now;
    }

    private static long start(LimitNumbers numbers, long time) {
        return calendar(numbers).start(time);
    }

    private static long end(LimitNumbers numbers, long time) {
        return calendar(numbers).end(time);
    }

    private static CalendarPeriod calendar(LimitNumbers numbers) {
        return Objects.requireNonNull(numbers.calendar(), "a calendar quota has a calendar");
    }
}
