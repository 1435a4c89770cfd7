package dev.guard.domain;

/**
 * The moment at which a caller gives up, on the scale of {@link System#nanoTime()} in this process. An adapter
 * translates it into its store's time before it sends a command, so that the store itself refuses what comes late.
 */
public final class Deadline {

    /** The caller waits as long as it takes. */
    public static final Deadline NONE = new Deadline(0);

    private final long nanoTime;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The deadline {@code timeoutNanos} after {@code nanoTime}, a reading of {@link System#nanoTime()}. */
    public static Deadline after(long nanoTime, long timeoutNanos) {
        return new Deadline(nanoTime + timeoutNanos);
    }

    /** Whether there is no deadline. */
    public boolean isNone() {
        return this == NONE;
    }

    /** The nanoseconds left at {@code nanoTime}, below 0 once it has passed; {@link Long#MAX_VALUE} for {@link #NONE}. */
    public long remaining(long nanoTime) {
        return isNone() ? Long.MAX_VALUE : this.nanoTime - nanoTime;
    }

    /** Whether it has passed at {@code nanoTime}. */
    public boolean hasPassed(long nanoTime) {
        return remaining(nanoTime) <= 0;
    }

    /** The later of two deadlines: when both callers have given up. */
    public Deadline orLater(Deadline other) {
        if (isNone() || other.isNone()) {
            return NONE;
        }
        return other.nanoTime - nanoTime > 0 ? other : this;
    }

    /** The earlier of two deadlines. */
    public Deadline orEarlier(Deadline other) {
        if (isNone() || other.isNone()) {
            return isNone() ? other : this;
        }
        return other.nanoTime - nanoTime < 0 ? other : this;
    }
}
