package dev.guard.domain;

/**
 * How a limit counts. The code of an algorithm is part of the stored format and never changes.
 */
public enum Algorithm {
    /** Token bucket whose permits return one by one (the generic cell rate algorithm, in another notation). */
    GREEDY(1),
    /** Token bucket whose permits return all at once, at the interval's end. */
    INTERVAL(2),
    /** Fixed window that the key's first permit opens. */
    FIXED(3),
    /** Fixed window aligned to the epoch. */
    ALIGNED(4),
    /** Two fixed windows, the older weighted by its overlap with the last period. */
    SLIDING(5),
    /** Every charge remembered with its time until a period later. */
    LOG(6),
    /** Fixed window of a calendar: a day, week, month or year in a time zone. */
    CALENDAR(7),
    /** Permits held at the same time, each until it is given back or its lease ends. */
    CONCURRENT(8);

    private final int code;

    Algorithm(int code) {
        this.code = code;
    }

    /** The number that stands for the algorithm in stored state, 1 to 127. */
    public int code() {
        return code;
    }
}
