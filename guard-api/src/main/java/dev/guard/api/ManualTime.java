package dev.guard.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A time that stands still until it is told to go on, for tests.
 *
 * <pre>{@code
 * ManualTime time = new ManualTime();
 * Guard guard = Guard.inMemory(time);
 * time.advance(Duration.ofMinutes(1));
 * }</pre>
 *
 * <p>Whoever waits for a permit of such a guard waits by this time too: {@link #advance} wakes them.
 */
public final class ManualTime implements InstantSource {

    private final Instant start;
    private final AtomicLong elapsedNanos = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeSet<Ring> rings =
            new TreeSet<>(Comparator.comparingLong(Ring::at).thenComparingLong(Ring::number));
    private long numbers;

    /** A task for when the time has come; among equals, the one that was asked for first. */
    private record Ring(long at, long number, Runnable task) {}

    /** A time that starts on 1 January 2026, 00:00 UTC. */
    public ManualTime() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** A time that starts there. */
    public ManualTime(Instant start) {
        this.start = start;
    }

    /**
     * Lets the time go on, and lets those who waited until now ask the store, on this thread, before it returns.
     *
     * @throws IllegalArgumentException if {@code duration} is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration is " + duration + ", expected zero or more");
        }
        elapsedNanos.addAndGet(duration.toNanos());
        for (Ring due = nextDue(); due != null; due = nextDue()) {
            due.task().run();
        }
    }

    @Override
    public Instant instant() {
        return start.plusNanos(elapsedNanos.get());
    }

    long nanos() {
        return elapsedNanos.get();
    }

    Ticker.Alarm alarm(long delayNanos, Runnable task) {
        lock.lock();
        try {
            Ring ring = new Ring(nanos() + delayNanos, numbers++, task);
            rings.add(ring);
            return () -> cancel(ring);
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Ring ring) {
        lock.lock();
        try {
            rings.remove(ring);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Ring nextDue() {
        lock.lock();
        try {
            return rings.isEmpty() || rings.first().at() > nanos() ? null : rings.pollFirst();
        } finally {
            lock.unlock();
        }
    }
}
