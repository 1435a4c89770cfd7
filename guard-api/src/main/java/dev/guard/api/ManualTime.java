package dev.guard.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A time that stands still until it is told to go on, for tests.
 *
 * <pre>{@code
 * ManualTime time = new ManualTime();
 * Guard guard = Guard.inMemory(time);
 * time.advance(Duration.ofMinutes(1));
 * }</pre>
 */
public final class ManualTime implements InstantSource {

    private final Instant start;
    private final AtomicLong elapsedNanos = new AtomicLong();

    /** A time that starts on 1 January 2026, 00:00 UTC. */
    public ManualTime() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** A time that starts there. */
    public ManualTime(Instant start) {
        this.start = start;
    }

    /**
     * Lets the time go on.
     *
     * @throws IllegalArgumentException if {@code duration} is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration is " + duration + ", expected zero or more");
        }
        elapsedNanos.addAndGet(duration.toNanos());
    }

    @Override
    public Instant instant() {
        return start.plusNanos(elapsedNanos.get());
    }
}
