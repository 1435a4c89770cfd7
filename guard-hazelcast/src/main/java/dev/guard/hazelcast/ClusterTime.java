package dev.guard.hazelcast;

import dev.guard.domain.Deadline;
import dev.guard.domain.Micros;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the members' clocks are ahead of this process's {@link System#nanoTime()}, as far as answers have told. It serves deadlines
 * only; what time it is, the member says that owns the key.
 *
 * <p>An answer left its member before it came here, so that the member is ahead by at least what it says. The most of what
 * members said is told: a call may be refused a way's length before its deadline, and happens later than it by no more than the
 * members' clocks differ.
 */
final class ClusterTime {

    /** No deadline at all. */
    static final long NEVER = Long.MAX_VALUE;

    /** No injected time. */
    static final long NOT_INJECTED = Long.MIN_VALUE;

    /** How long answers are gathered: clocks drift apart. */
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Optional<InstantSource> injected;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Offset> known = new AtomicReference<>();

    private record Offset(long micros, long sinceNanos) {}

    ClusterTime(Optional<InstantSource> injected, LongSupplier nanoTime) {
        this.injected = injected;
        this.nanoTime = nanoTime;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** The injected time in microseconds; {@link #NOT_INJECTED} where there is none. */
    long injectedMicros() {
        return injected.isPresent() ? Micros.of(injected.get().instant()) : NOT_INJECTED;
    }

    /**
     * The last moment of a call in the members' microseconds: its deadline, and the end of the time that an answer is waited for.
     * {@link #NEVER} where no member's time is known yet. Under an injected time, which may leap at any moment, the deadline alone.
     */
    long ofMembers(Deadline deadline, long timeoutNanos) {
        long now = nanoTime();
        if (injected.isPresent()) {
            return deadline.isNone()
                    ? NEVER
                    : Micros.of(injected.get().instant()) + Math.floorDiv(deadline.remaining(now), 1_000);
        }
        Offset offset = known.get();
        if (offset == null) {
            return NEVER;
        }
        long left = Math.min(deadline.remaining(now), timeoutNanos);
        return Math.floorDiv(now, 1_000) + offset.micros + Math.floorDiv(left, 1_000);
    }

    /** Notes that a member said {@code micros} before now. */
    void told(long micros) {
        long now = nanoTime();
        long ahead = micros - Math.floorDiv(now, 1_000) - 1;
        known.updateAndGet(before -> before == null || now - before.sinceNanos > LONGEST_NANOS
                ? new Offset(ahead, now)
                : ahead > before.micros ? new Offset(ahead, before.sinceNanos) : before);
    }

    /** Forgets what was told: a member's clock says otherwise. */
    void retold(long micros) {
        long now = nanoTime();
        known.set(new Offset(micros - Math.floorDiv(now, 1_000) - 1, now));
    }
}
