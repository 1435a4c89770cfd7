package dev.guard.bench.run;

import org.jspecify.annotations.Nullable;

/**
 * What guard promises of a work item.
 *
 * @param contestant whose number counts
 * @param than the contestant whose number it is divided by, or null where the number itself counts
 * @param atMost the largest number that keeps the promise
 */
public record Bar(
        String contestant, Metric metric, @Nullable String than, double atMost) {

    static final double NO_BYTE = 0.5;

    /** At most {@code factor} times what another contestant needs. */
    public static Bar ratio(String contestant, Metric metric, String than, double factor) {
        return new Bar(contestant, metric, than, factor);
    }

    /** At most that much. */
    public static Bar value(String contestant, Metric metric, double atMost) {
        return new Bar(contestant, metric, null, atMost);
    }

    /** Not a byte allocated, but for what the measurement itself strews over millions of calls. */
    public static Bar allocatesNothing(String contestant) {
        return value(contestant, Metric.ALLOCATED, NO_BYTE);
    }
}
