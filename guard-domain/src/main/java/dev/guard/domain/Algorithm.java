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
    SLIDING(5);

    private final int code;

    Algorithm(int code) {
        this.code = code;
    }

    /** The number that stands for the algorithm in stored state, 1 to 127. */
    public int code() {
        return code;
    }
}
