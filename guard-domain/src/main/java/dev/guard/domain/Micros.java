package dev.guard.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * Time as guard counts it: whole microseconds in a {@code long}.
 *
 * <p>Every duration saturates at {@link #TEN_YEARS}: a longer one means the same as that, so that no sum of a time and
 * a duration overflows and every number stays exact in a double, which is what a Redis script calculates with.
 */
public final class Micros {

    /** Ten years of 366 days, the longest duration that guard counts. */
    public static final long TEN_YEARS = 3660L * 24 * 60 * 60 * 1_000_000;

    /** A wait that never ends: what a limit of 0 answers. Longer than {@link #TEN_YEARS}, and never added to a time. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final Duration LONGEST = Duration.ofDays(3660);

    private Micros() {}

    /**
     * The duration in microseconds, rounded up and saturated at {@link #TEN_YEARS}.
     *
     * @throws InvalidArgumentException if {@code duration} is negative
     */
    public static long of(Duration duration) {
        if (duration.isNegative()) {
            throw new InvalidArgumentException("duration is " + duration + ", expected zero or more");
        }
        if (duration.compareTo(LONGEST) >= 0) {
            return TEN_YEARS;
        }
        return duration.getSeconds() * 1_000_000 + (duration.getNano() + 999) / 1_000;
    }

    /**
     * The microseconds of a duration as limits write it, such as {@code 500ms} or {@code 10m}: an integer and one of us, ms, s, m
     * (minutes), h, d, w; saturated at {@link #TEN_YEARS}.
     *
     * @throws GuardConfigurationException if the text is not a duration of at least 1 µs
     */
    public static long parse(String text) {
        return Periods.parse(text);
    }

    /** A duration of {@code micros} > 0 as {@link #parse} reads it, in the largest unit that divides it. */
    public static String text(long micros) {
        return Periods.text(micros);
    }

    /** The microseconds from the epoch to an instant, rounded down. */
    public static long of(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    /** The duration of {@code micros} microseconds, saturated at {@link #TEN_YEARS}. */
    public static Duration toDuration(long micros) {
        return micros >= TEN_YEARS ? LONGEST : Duration.ofSeconds(micros / 1_000_000, (micros % 1_000_000) * 1_000);
    }

    /** Whole milliseconds, rounded up, of a duration of {@code micros} ≥ 0, saturated at {@link #TEN_YEARS}. */
    public static long toMillisRoundedUp(long micros) {
        return ceilDiv(Math.min(micros, TEN_YEARS), 1_000);
    }

    /** Whole seconds, rounded up, of a duration of {@code micros} ≥ 0, saturated at {@link #TEN_YEARS}. */
    public static long toSecondsRoundedUp(long micros) {
        return ceilDiv(Math.min(micros, TEN_YEARS), 1_000_000);
    }

    /** {@code dividend / divisor} rounded towards positive infinity, for a divisor above 0. */
    public static long ceilDiv(long dividend, long divisor) {
        return -Math.floorDiv(-dividend, divisor);
    }

    /** {@code count} steps of {@code step} > 0 microseconds, {@code count} ≥ 0, saturated at {@link #TEN_YEARS}. */
    public static long saturatedProduct(long count, long step) {
        return count > TEN_YEARS / step ? TEN_YEARS : count * step;
    }

    /**
     * What is left of {@code count} ≥ 1 steps of {@code step} > 0 microseconds when {@code elapsed}, less than one step, of
     * them are over; saturated at {@link #TEN_YEARS}.
     */
    public static long saturatedRest(long count, long step, long elapsed) {
        return count - 1 > TEN_YEARS / step ? TEN_YEARS : Math.min(count * step - elapsed, TEN_YEARS);
    }
}
