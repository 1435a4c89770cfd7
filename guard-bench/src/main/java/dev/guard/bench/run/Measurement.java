package dev.guard.bench.run;

import java.util.Map;

/** A way to measure one contestant once, in a JVM of its own. */
@FunctionalInterface
public interface Measurement {

    /** The numbers of one round. */
    Map<Metric, Double> measure(Effort effort);
}
