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
    BUSIEST("busiest server", "× even"),

    /** Calls that were measured while the store was away. */
    TRIED("calls", "n"),
    /** How long a call took while the store was away. */
    BLOCKED_P50("p50", "ms"),
    BLOCKED_P99("p99", "ms"),
    BLOCKED_MOST("longest", "ms"),
    /** The same of timers that were set to the deadline at the same time: what of it is the machine's. */
    TIMER_P99("p99 of a timer", "ms"),
    /** The same of calls that were not made, as a breaker was open. */
    OPEN_P50("p50 with the breaker open", "µs"),
    OPEN_P99("p99 with the breaker open", "µs"),
    /** Time from the end of an outage to the first answer. */
    BACK_AFTER_1("after 1 s", "s"),
    BACK_AFTER_10("after 10 s", "s"),
    BACK_AFTER_30("after 30 s", "s"),
    BACK_AFTER_70("after 70 s", "s"),
    /** Calls that had failed when the store went on. */
    GIVEN_UP("given up on", "calls"),
    /** Permits that the store has charged for them. */
    CHARGED("charged later", "permits"),
    /** Calls of which the reply was lost. */
    CUT("replies lost", "calls"),
    /** Those of them that were executed, and more than once. */
    EXECUTED("executed", "calls"),
    TWICE("executed again", "calls"),
    MOST_EXECUTIONS("most executions", "a call");

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
