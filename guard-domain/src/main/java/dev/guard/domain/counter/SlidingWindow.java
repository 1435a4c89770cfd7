package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;

/**
 * The sliding window counter: two fixed windows aligned to the epoch, of which the previous one counts with the share of
 * it that the last period still covers. Constant in size, at the price of treating the previous window's permits as if
 * they had been spread evenly.
 *
 * <p>The approximation is Cloudflare's, described in “How we built rate limiting capable of scaling to millions of
 * domains” (2017). Here it is exact arithmetic: with W the window's length and e the time elapsed in the current one,
 * both in ticks, a cost is admitted when {@code prev·(W−e) + (curr+cost)·W ≤ N·W}.
 */
public final class SlidingWindow extends ScalarAlgorithm {

    static final SlidingWindow ALGORITHM = new SlidingWindow();

    private SlidingWindow() {}

    /** The number of the window that holds {@code time}, counted from the epoch. */
    public static long window(LimitNumbers numbers, long time) {
        return Math.floorDiv(time, numbers.period());
    }

    /** The permits used in the current window, {@code windows} ≥ 0 windows after {@code curr} was. */
    public static long current(long curr, long windows) {
        return windows == 0 ? curr : 0;
    }

    /** The permits used in the previous window, {@code windows} ≥ 0 windows after {@code curr} and {@code prev} were. */
    public static long previous(long curr, long prev, long windows) {
        return windows == 0 ? prev : windows == 1 ? curr : 0;
    }

    /** Whether {@code cost}, at most the capacity, is admitted at {@code now}; both sides of the comparison are exact. */
    public static boolean admits(LimitNumbers numbers, long curr, long prev, long now, long cost) {
        long ticks = ticks(numbers);
        return prev * (ticks - elapsed(numbers, now)) <= (numbers.capacity() - curr - cost) * ticks;
    }

    @Override
    long available(LimitNumbers numbers, long curr, long prev, long now) {
        return numbers.capacity() - weighted(numbers, prev, now) - curr;
    }

    @Override
    long waitFor(LimitNumbers numbers, long curr, long prev, long now, long cost) {
        long ticks = ticks(numbers);
        long left = ticks - elapsed(numbers, now);
        long room = numbers.capacity() - curr - cost;
        long wait = room >= 0 ? left - room * ticks / prev : left + ticks - (numbers.capacity() - cost) * ticks / curr;
        return micros(numbers, wait, now);
    }

    @Override
    long resetAfter(LimitNumbers numbers, long curr, long prev, long now) {
        long left = ticks(numbers) - elapsed(numbers, now);
        if (curr > 0) {
            return micros(numbers, ticks(numbers) + left, now);
        }
        return prev > 0 ? micros(numbers, left, now) : 0;
    }

    /** What the previous window's permits still weigh, in whole permits rounded up. */
    private static long weighted(LimitNumbers numbers, long prev, long now) {
        return Micros.ceilDiv(prev * (ticks(numbers) - elapsed(numbers, now)), ticks(numbers));
    }

    private static long ticks(LimitNumbers numbers) {
        return numbers.unitsPerPermit();
    }

    private static long elapsed(LimitNumbers numbers, long now) {
        long elapsed = Math.floorMod(now, numbers.period());
        return numbers.tick() == 1 ? elapsed : elapsed / numbers.tick();
    }

    private static long micros(LimitNumbers numbers, long ticks, long now) {
        return Micros.saturatedRest(ticks, numbers.tick(), Math.floorMod(now, numbers.tick()));
    }

    @Override
    LimitState initial(LimitNumbers numbers) {
        return new LimitState(0, 0);
    }

    @Override
    LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        long windows = window(numbers, now) - window(numbers, last);
        return state.with(current(state.x(), windows), previous(state.x(), state.y(), windows));
    }

    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        return new LimitState(state.x() + cost, state.y());
    }

    @Override
    LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost) {
        long windows = window(numbers, now) - window(numbers, time);
        if (windows == 0) {
            return new LimitState(state.x() - Math.min(cost, state.x()), state.y());
        }
        return windows == 1 ? new LimitState(state.x(), state.y() - Math.min(cost, state.y())) : state;
    }

    @Override
    long countedUntil(LimitNumbers numbers, long time) {
        return time + Math.min(2 * numbers.period(), Micros.TEN_YEARS);
    }

    @Override
    LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available) {
        if (numbers.period() != from.period()) {
            return initial(numbers);
        }
        // The previous window stays, as far as it weighs no more than what is used by now.
        long used = numbers.capacity() - available;
        long heaviest = used * ticks(numbers) / (ticks(numbers) - elapsed(numbers, now));
        long prev = Math.min(state.y(), heaviest);
        return new LimitState(used - weighted(numbers, prev, now), prev);
    }
}
