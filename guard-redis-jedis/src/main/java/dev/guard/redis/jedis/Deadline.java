package dev.guard.redis.jedis;

import java.time.Duration;

/**
 * The moment by which a call has to have ended, whatever it waits for.
 *
 * @param nanos that moment, by {@link System#nanoTime()}
 */
record Deadline(long nanos) {

    /** The moment that comes after this time. */
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** How long it is until then, in nanoseconds; 0 or less if it has passed. */
    long remaining() {
        return nanos - System.nanoTime();
    }

    boolean hasPassed() {
        return remaining() <= 0;
    }
}
