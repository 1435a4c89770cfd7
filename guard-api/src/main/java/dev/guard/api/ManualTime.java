package dev.guard.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

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

    private final AtomicReference<Instant> now;

    /** A time that starts on 1 January 2026, 00:00 UTC. */
    public ManualTime() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** A time that starts there. */
    public ManualTime(Instant start) {
        this.now = new AtomicReference<>(start);
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
        now.updateAndGet(instant -> instant.plus(duration));
    }

    @Override
    public Instant instant() {
        return now.get();
    }
}
