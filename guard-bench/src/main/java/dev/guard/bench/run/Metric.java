package dev.guard.bench.run;

/** A number that a measurement gives; less is better in all of them. */
public enum Metric {
    /** Time of a call, as the wall clock has it: whatever else the machine does counts as well. */
    TIME("time", "ns"),
    /** Processor time of the calling threads for a call: what time would be on an idle machine, but for waiting. */
    CPU("cpu", "ns"),
    /** Bytes allocated by a call. */
    ALLOCATED("allocated", "B"),
    /** Bytes of heap for a key. */
    HEAP("heap", "B"),
    /** Bytes of heap for a key, counted object by object. */
    COUNTED("counted", "B"),
    P50("p50", "µs"),
    P99("p99", "µs"),
    P999("p99.9", "µs"),
    MAX("max", "µs"),
    /** The same of pauses as long as the calls in which nothing is done: what the machine does by itself. */
    IDLE_P999("idle p99.9", "µs"),
    IDLE_MAX("idle max", "µs"),
    /** The longest call's own processor time. */
    OWN("own max", "µs");

    private final String label;
    private final String unit;

    Metric(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    public String label() {
        return label;
    }

    public String unit() {
        return unit;
    }
}
