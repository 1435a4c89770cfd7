package dev.guard.memory;

import dev.guard.domain.Micros;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The store's time: microseconds since the epoch that never run backwards, whoever reads them. */
abstract class MemoryClock {

    abstract long now();

    /** {@link System#nanoTime()}, anchored to the wall clock once: a step of the wall clock changes nothing. */
    static MemoryClock system() {
        return new MonotonicClock(Micros.of(Instant.now()), System.nanoTime());
    }

    /** A time from outside, held where it would run backwards. */
    static MemoryClock of(InstantSource time) {
        return new InjectedClock(time);
    }

    private static final class MonotonicClock extends MemoryClock {
        private final long anchorMicros;
        private final long anchorNanos;

        MonotonicClock(long anchorMicros, long anchorNanos) {
            this.anchorMicros = anchorMicros;
            this.anchorNanos = anchorNanos;
        }

        @Override
        long now() {
            return anchorMicros + (System.nanoTime() - anchorNanos) / 1_000;
        }
    }

    private static final class InjectedClock extends MemoryClock {
        private final InstantSource time;
        private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);

        InjectedClock(InstantSource time) {
            this.time = time;
        }

        @Override
        long now() {
            return latest.accumulateAndGet(Micros.of(time.instant()), Math::max);
        }
    }
}
