package dev.guard.hazelcast;

import java.util.function.LongSupplier;

/**
 * The time of one member, in microseconds since the epoch: the cluster's, carried on by {@link System#nanoTime()}. Safe for use by
 * several threads.
 *
 * <p>Hazelcast's cluster time is the master's wall clock as the last heartbeat told it. It steps when that clock is set, when a
 * heartbeat was slow and when another member becomes the master, and a step of an hour would fill buckets that an hour's worth too
 * early, or lock keys out for one. So it is looked at only to begin with, and to be followed at a hundredth of the time that passes:
 * however far it steps, a second lasts 0.99 to 1.01 seconds.
 */
final class MemberClock {

    private static final long SAMPLE_NANOS = 100_000_000;
    private static final long SLEW = 100;

    private final LongSupplier clusterMillis;
    private final LongSupplier nanoTime;
    private volatile Anchor anchor;

    private record Anchor(long micros, long nanos) {}

    /**
     * Begins at the cluster's time.
     *
     * @param clusterMillis the cluster's time
     * @param nanoTime {@code System::nanoTime}
     */
    MemberClock(LongSupplier clusterMillis, LongSupplier nanoTime) {
        this.clusterMillis = clusterMillis;
        this.nanoTime = nanoTime;
        this.anchor = new Anchor(clusterMillis.getAsLong() * 1_000, nanoTime.getAsLong());
    }

    long micros() {
        long nanos = nanoTime.getAsLong();
        Anchor known = anchor;
        long elapsed = nanos - known.nanos;
        // A thread that read its nanoTime before another one moved the anchor is at the anchor.
        long micros = known.micros + Math.max(0, elapsed / 1_000);
        if (elapsed >= SAMPLE_NANOS) {
            long behind = clusterMillis.getAsLong() * 1_000 - micros;
            long most = elapsed / 1_000 / SLEW;
            // The cluster's time is whole milliseconds: what is within one of them is no difference.
            long correction = Math.abs(behind) <= 1_000 ? 0 : Math.max(-most, Math.min(most, behind));
            anchor = new Anchor(micros + correction, nanos);
        }
        return micros;
    }
}
