package dev.guard.domain;

import java.time.Duration;

/** Durations in the grammar of limits: an integer and one of us, ms, s, m, h, d, w. No compound, no fraction. */
final class Periods {

    /** What a duration looks like. */
    static final String FORM = "an integer and one of us, ms, s, m (minutes), h, d, w, such as 30s";

    private static final String[] UNITS = {"w", "d", "h", "m", "s", "ms", "us"};
    private static final long[] MICROS = {
        604_800_000_000L, 86_400_000_000L, 3_600_000_000L, 60_000_000, 1_000_000, 1_000, 1
    };

    private Periods() {}

    /**
     * The microseconds of a duration, saturated at {@link Micros#TEN_YEARS}.
     *
     * @throws GuardConfigurationException if the text is not a duration of at least 1 µs
     */
    static long parse(String text) {
        int digits = Digits.leading(text);
        if (digits == 0) {
            throw new GuardConfigurationException("'" + text + "' is not a duration, expected " + FORM);
        }
        long count = Digits.saturated(text.substring(0, digits));
        String unit = text.substring(digits);
        for (int i = 0; i < UNITS.length; i++) {
            if (UNITS[i].equals(unit)) {
                if (count == 0) {
                    throw new GuardConfigurationException("'" + text + "' is no time at all, expected at least 1us");
                }
                return Micros.saturatedProduct(count, MICROS[i]);
            }
        }
        throw new GuardConfigurationException("'" + text + "' is not a duration: "
                + (unit.isEmpty() ? "the unit is missing" : "'" + unit + "' is not a unit of time")
                + ", expected one of us, ms, s, m (minutes), h, d, w");
    }

    /**
     * The microseconds of a duration that was set in code, saturated at {@link Micros#TEN_YEARS}.
     *
     * @param setting what it was set for, as the error names it
     * @throws GuardConfigurationException if it is not a whole number of microseconds, 1 or more
     */
    static long of(String setting, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new GuardConfigurationException(setting + " is " + duration + ", expected at least one microsecond");
        }
        if (duration.toNanosPart() % 1_000 != 0) {
            throw new GuardConfigurationException(
                    setting + " is " + duration + ", expected a whole number of microseconds");
        }
        return Micros.of(duration);
    }

    /** The shortest text of a duration above 0: in the largest unit that divides it. */
    static String text(long micros) {
        for (int i = 0; i < UNITS.length; i++) {
            if (micros % MICROS[i] == 0) {
                return micros / MICROS[i] + UNITS[i];
            }
        }
        throw new AssertionError("every duration is a whole number of microseconds");
    }
}
