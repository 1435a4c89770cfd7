package dev.guard.bench.run;

/** In how many rounds of a run a work item takes part. */
public enum Repeats {
    /** Every round would give the same. */
    ONCE,
    /** Each round takes much longer than what is measured: members have to be started. */
    RARELY,
    /** Each round takes long, or has a longer measurement in it. */
    SELDOM,
    ALWAYS
}
