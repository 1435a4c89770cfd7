package dev.guard.domain;

import java.util.List;

/** The call may not pass, and nothing was charged for it. */
public final class Denied extends Decision {

    private final Reason reason;

    /** Why a call is denied. */
    public enum Reason {
        /** A limit has too few permits left. */
        LIMIT,
        /** As many permits are held as may be at the same time. */
        CONCURRENCY,
        /** The key is blocked, whatever its limits say. */
        BLOCKED,
        /**
         * A local table is full of counters that must not be forgotten, and this key has none yet; or the key has as many
         * reservations as it may. HTTP 503.
         */
        CAPACITY
    }

    Denied(Figures figures, long cost, long x, long y, long now, Reason reason) {
        super(figures, cost, x, y, now);
        this.reason = reason;
    }

    /**
     * The denial of a key that a full table has no room for, or whose reservations are as many as there may be.
     *
     * @param retryAfter until there may be room, in microseconds
     * @param version the version of the policy that the key is counted under, or would be
     * @param time the store's time of the call, in microseconds since the epoch
     */
    public static Denied forCapacity(
            Policy policy, DecisionSource source, long cost, long retryAfter, int version, long time) {
        Judgement judgement = new Judgement(false, false, 0, version, time);
        Figures figures = new StatedFigures(policy, source, judgement, -1, List.of(), 0, retryAfter, 0, retryAfter);
        return new Denied(figures, cost, 0, 0, time, Reason.CAPACITY);
    }

    @Override
    public boolean allowed() {
        return false;
    }

    /** Why the call was denied. */
    public Reason reason() {
        return reason;
    }

    /** Whether the same call can pass later: not where its limit admits nothing at all. */
    public boolean canRetry() {
        return retryAfterMicros() != Micros.NEVER;
    }

    @Override
    Reason reasonOrNull() {
        return reason;
    }
}
