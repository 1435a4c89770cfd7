package dev.guard.domain;

import com.google.common.math.LongMath;
import org.jspecify.annotations.Nullable;

/**
 * A limit in whole numbers: what the step functions calculate with, what a command carries to the store, and what
 * stored state notes so that a later version can convert it.
 *
 * <p>A token bucket's level is counted in <em>units</em>: one tick adds {@code unitsPerTick} of them and one permit
 * costs {@code unitsPerPermit}, both reduced by their greatest common divisor, so that no rounding and no drift ever
 * occurs. A sliding window's usage is weighted in units of one permit for one tick. The tick is the first of 1 µs,
 * 1 ms and 1 s that divides the period and keeps {@code (capacity + maxDebt) × unitsPerPermit} below 2<sup>52</sup>:
 * every intermediate result is then exact in a double as well as in a long.
 *
 * @param algorithm how the limit counts
 * @param capacity the most permits that can be had at once, 0 to {@value #LARGEST}
 * @param permits the permits that return per period; for windows the same as the capacity
 * @param period the period or window in microseconds, 1 to {@link Micros#TEN_YEARS}; for calendars the longest window, for
 *     concurrency the lease
 * @param tick the resolution of time in microseconds: 1, 1,000 or 1,000,000
 * @param unitsPerTick the units that one tick adds to a greedy bucket; 1 elsewhere
 * @param unitsPerPermit the units that one permit costs
 * @param maxDebt how far below zero the available permits may fall; 0 for concurrency, which knows no debt
 * @param calendar the windows of a calendar quota; null elsewhere
 */
public record LimitNumbers(
        Algorithm algorithm,
        long capacity,
        long permits,
        long period,
        long tick,
        long unitsPerTick,
        long unitsPerPermit,
        long maxDebt,
        @Nullable CalendarPeriod calendar) {

    /** The largest capacity, and the bound that every product of a step stays at or below: 2<sup>52</sup> − 1. */
    public static final long LARGEST = (1L << 52) - 1;

    private static final long[] TICKS = {1, 1_000, 1_000_000};

    /** The most permits of a limit that remembers each charge or holder by itself. */
    public static final long MOST_ENTRIES = 4_096;

    /**
     * The same limit with another largest debt.
     *
     * @throws GuardConfigurationException if no tick makes the numbers fit
     */
    LimitNumbers withMaxDebt(long maxDebt) {
        return of(algorithm, capacity, permits, period, maxDebt, calendar);
    }

    /** The largest debt of a limit that was given none: one capacity, where it knows debt. */
    long defaultMaxDebt() {
        return defaultMaxDebt(algorithm, capacity);
    }

    private static long defaultMaxDebt(Algorithm algorithm, long capacity) {
        return algorithm == Algorithm.CONCURRENT ? 0 : capacity;
    }

    /** The numbers of a calendar quota. */
    static LimitNumbers of(CalendarPeriod calendar, long capacity) {
        return of(Algorithm.CALENDAR, capacity, capacity, calendar.longest(), capacity, calendar);
    }

    /**
     * Chooses the tick and the units of a limit whose debt may reach one capacity, where it knows debt.
     *
     * @throws GuardConfigurationException if no tick makes the numbers fit
     */
    static LimitNumbers of(Algorithm algorithm, long capacity, long permits, long period) {
        return of(algorithm, capacity, permits, period, defaultMaxDebt(algorithm, capacity), null);
    }

    private static LimitNumbers of(
            Algorithm algorithm,
            long capacity,
            long permits,
            long period,
            long maxDebt,
            @Nullable CalendarPeriod calendar) {
        for (long tick : TICKS) {
            if (period % tick != 0) {
                break;
            }
            long ticks = period / tick;
            long unitsPerTick = 1;
            long unitsPerPermit = 1;
            if (algorithm == Algorithm.GREEDY) {
                long divisor = LongMath.gcd(permits, ticks);
                unitsPerTick = permits / divisor;
                unitsPerPermit = ticks / divisor;
            } else if (algorithm == Algorithm.SLIDING) {
                unitsPerPermit = ticks;
            }
            if (LongMath.saturatedMultiply(LongMath.saturatedAdd(capacity, maxDebt), unitsPerPermit) <= LARGEST) {
                return new LimitNumbers(
                        algorithm, capacity, permits, period, tick, unitsPerTick, unitsPerPermit, maxDebt, calendar);
            }
        }
        boolean coarserTicks = (algorithm == Algorithm.GREEDY || algorithm == Algorithm.SLIDING)
                && period % TICKS[TICKS.length - 1] != 0;
        throw new GuardConfigurationException("capacity " + capacity + " and a largest debt of " + maxDebt
                + " with a period of " + Periods.text(period)
                + " cannot be counted exactly: together they come to 2^52 units or more; expected smaller numbers"
                + (coarserTicks ? ", or a period in whole seconds" : ""));
    }
}
