package dev.guard.redis;

import dev.guard.domain.Deadline;
import dev.guard.domain.Micros;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the server's clock is ahead of this process's {@link System#nanoTime()}, as far as answers have told: an interval, as
 * nobody knows how long each way took. It serves deadlines only; what time it is, the server alone says.
 *
 * <p>A deadline is told to the server by the upper end of the interval, so that nothing is refused that comes in time, and
 * nothing happens later than its deadline and the interval's width, which is one round trip or less. The servers of a cluster have
 * clocks that differ a little, and an answer does not say whose it is. There the lower end of the latest of them is told, so that a
 * call may be refused a way's length before its deadline, and happens later than it by no more than the clocks differ.
 */
final class StoreClock {

    /** No deadline at all. */
    static final long NEVER = Long.MAX_VALUE;

    /** How long answers are gathered: clocks drift apart. */
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Optional<InstantSource> injected;
    private final LongSupplier nanoTime;
    private volatile boolean ofSeveralServers;
    private final AtomicReference<@Nullable Offset> known = new AtomicReference<>();

    StoreClock(Optional<InstantSource> injected, LongSupplier nanoTime) {
        this.injected = injected;
        this.nanoTime = nanoTime;
    }

    /** What the server's microseconds are ahead of ours: at least and at most; and when it was begun to be gathered. */
    private record Offset(long least, long most, long sinceNanos) {

        Offset and(long least, long most) {
            return least <= this.least && most >= this.most
                    ? this
                    : new Offset(Math.max(least, this.least), Math.min(most, this.most), sinceNanos);
        }

        /** The later of two servers' clocks. */
        Offset or(long least, long most) {
            return least > this.least ? new Offset(least, most, sinceNanos) : this;
        }
    }

    /** Says that answers come from servers with a clock each. */
    void ofSeveralServers() {
        ofSeveralServers = true;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** The injected time in microseconds, if there is one. */
    Optional<Long> injectedTime() {
        return injected.map(source -> Micros.of(source.instant()));
    }

    /** What the server's clock says, as far as is known; this machine's, where nothing is. */
    long serverTime() {
        Offset offset = known.get();
        if (injected.isPresent() || offset == null) {
            return Micros.of(injected.orElse(InstantSource.system()).instant());
        }
        return Math.floorDiv(nanoTime(), 1_000) + offset.most;
    }

    /** A deadline in the server's microseconds; {@link #NEVER} for none, or where the server's time is not known yet. */
    long ofServer(Deadline deadline) {
        if (deadline.isNone()) {
            return NEVER;
        }
        long now = nanoTime();
        long left = Math.floorDiv(deadline.remaining(now), 1_000);
        if (injected.isPresent()) {
            return Micros.of(injected.get().instant()) + left;
        }
        Offset offset = known.get();
        if (offset == null) {
            return NEVER;
        }
        return Math.floorDiv(now, 1_000) + (ofSeveralServers ? offset.least : offset.most) + left;
    }

    /** Notes that the server said {@code micros} between two readings of {@link #nanoTime}. */
    void told(long micros, long sentNanos, long receivedNanos) {
        long least = micros - Math.floorDiv(receivedNanos, 1_000) - 1;
        long most = micros - Math.floorDiv(sentNanos, 1_000) + 1;
        known.updateAndGet(before -> {
            if (before == null || receivedNanos - before.sinceNanos > LONGEST_NANOS) {
                return new Offset(least, most, receivedNanos);
            }
            if (ofSeveralServers) {
                return before.or(least, most);
            }
            boolean isSet = least > before.most || most < before.least;
            return isSet ? new Offset(least, most, receivedNanos) : before.and(least, most);
        });
    }
}
