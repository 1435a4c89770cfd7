package dev.guard.domain;

/** Durations in the grammar of limits: an integer and one of us, ms, s, m, h, d, w. No compound, no fraction. */
final class Periods {

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
            throw new GuardConfigurationException(
                    "'" + text + "' is not a duration, expected an integer and one of us, ms, s,"
                            + " m (minutes), h, d, w, such as 30s");
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
