package dev.guard.bench.run;

import org.jspecify.annotations.Nullable;

/**
 * What guard promises of a work item.
 *
 * @param contestant whose number counts
 * @param than the contestant whose number it is divided by, or null where the number itself counts
 * @param bound the largest number that keeps the promise; of a metric of which more is better, the least
 */
public record Bar(
        String contestant, Metric metric, @Nullable String than, double bound) {

    static final double NO_BYTE = 0.5;

    /** At most {@code factor} times what another contestant needs, or at least {@code factor} times what it achieves. */
    public static Bar ratio(String contestant, Metric metric, String than, double factor) {
        return new Bar(contestant, metric, than, factor);
    }

    /** At most that much, or at least that much where more is better. */
    public static Bar value(String contestant, Metric metric, double bound) {
        return new Bar(contestant, metric, null, bound);
    }

    /** Not a byte allocated, but for what the measurement itself strews over millions of calls. */
    public static Bar allocatesNothing(String contestant) {
        return value(contestant, Metric.ALLOCATED, NO_BYTE);
    }

    /** Whether a number keeps the promise. */
    public boolean isReachedBy(double measured) {
        return metric.isMoreBetter() ? measured >= bound : measured <= bound;
    }
}
