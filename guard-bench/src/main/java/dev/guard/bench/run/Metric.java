package dev.guard.bench.run;

/** A number that a measurement gives. Less is better, but where {@link #isMoreBetter()} says otherwise. */
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
    OWN("own max", "µs"),

    /** Calls of all threads together. */
    CALLS("calls", "/s"),
    /** Processor time of the calling process for a call, all its threads included, and of other members of its cluster. */
    CLIENT_CPU("client cpu", "µs"),
    /** Processor time of the servers for a call. */
    SERVER_CPU("server cpu", "µs"),
    /** Time in which servers ran scripts for a call, by their own statistics. */
    SCRIPT("in scripts", "µs"),
    /** Commands that clients sent for a call. */
    COMMANDS("commands", "a call"),
    /** Commands that scripts ran for a call. */
    INNER("commands in scripts", "a call"),
    /** Bytes of a server's memory for a key. */
    MEMORY("memory", "B a key"),
    /** The part of the busiest of several servers, as a multiple of an even part. */
    BUSIEST("busiest server", "× even");

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

    /** Whether more is better. */
    public boolean isMoreBetter() {
        return this == CALLS;
    }
}
