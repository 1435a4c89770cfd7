package dev.guard.domain.counter;

import java.util.List;

/**
 * What a limit remembers: two numbers whose meaning is the algorithm's own, and entries where each charge counts by itself.
 *
 * @param x greedy: the level in units; interval: the level in permits; windows: the permits used in the current window
 * @param y interval: the anchor of the refills; fixed, aligned, calendar: the window's start; sliding: the permits used in the
 *     previous window; elsewhere 0
 * @param entries log: the charges in the order of time, one for each time; concurrent: the permits that are held, by the end of
 *     their leases and their ids; elsewhere none
 */
public record LimitState(long x, long y, List<LimitEntry> entries) {

    static final LimitState NO_ENTRIES = new LimitState(0, 0);

    /** Copies the entries. */
    public LimitState {
        entries = List.copyOf(entries);
    }

    /** The state of an algorithm that needs no more than the two numbers. */
    public LimitState(long x, long y) {
        this(x, y, List.of());
    }

    /** The state with those numbers and no entries; itself where they are the very ones, as most calls come within one tick. */
    LimitState with(long x, long y) {
        return x == this.x && y == this.y ? this : new LimitState(x, y);
    }

    static LimitState of(List<LimitEntry> entries) {
        return new LimitState(0, 0, entries);
    }
}
