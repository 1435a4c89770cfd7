package dev.guard.domain;

import com.google.common.math.LongMath;

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
 * @param period the period or window in microseconds, 1 to {@link Micros#TEN_YEARS}
 * @param tick the resolution of time in microseconds: 1, 1,000 or 1,000,000
 * @param unitsPerTick the units that one tick adds to a greedy bucket; 1 elsewhere
 * @param unitsPerPermit the units that one permit costs
 * @param maxDebt how far below zero the available permits may fall
 */
public record LimitNumbers(
        Algorithm algorithm,
        long capacity,
        long permits,
        long period,
        long tick,
        long unitsPerTick,
        long unitsPerPermit,
        long maxDebt) {

    /** The largest capacity, and the bound that every product of a step stays at or below: 2<sup>52</sup> − 1. */
    public static final long LARGEST = (1L << 52) - 1;

    private static final long[] TICKS = {1, 1_000, 1_000_000};

    /**
     * Chooses the tick and the units of a limit whose debt may reach one capacity.
     *
     * @throws GuardConfigurationException if no tick makes the numbers fit
     */
    static LimitNumbers of(Algorithm algorithm, long capacity, long permits, long period) {
        long maxDebt = capacity;
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
            if (LongMath.saturatedMultiply(capacity + maxDebt, unitsPerPermit) <= LARGEST) {
                return new LimitNumbers(
                        algorithm, capacity, permits, period, tick, unitsPerTick, unitsPerPermit, maxDebt);
            }
        }
        throw new GuardConfigurationException("capacity " + capacity + " with a period of " + Periods.text(period)
                + " cannot be counted exactly: capacity and debt in units come to 2^52 or more;"
                + " expected a smaller capacity, or a period in whole seconds");
    }
}
