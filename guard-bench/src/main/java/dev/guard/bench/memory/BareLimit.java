package dev.guard.bench.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The least that a rate limit can cost: one reading of the clock and one compare-and-set of one number. It is the generic
 * cell rate algorithm, whose number is the time at which the bucket will be full; it answers yes or no and nothing else.
 */
final class BareLimit {

    private final long nanosPerPermit;
    private final long nanosToFull;

    BareLimit(Load load) {
        this.nanosPerPermit = load.nanosPerPermit();
        this.nanosToFull = load.permits() * nanosPerPermit;
    }

    AtomicLong newState() {
        return new AtomicLong(System.nanoTime());
    }

    boolean tryAcquire(AtomicLong state) {
        while (true) {
            long full = state.get();
            long now = System.nanoTime();
            long next = (full - now > 0 ? full : now) + nanosPerPermit;
            if (next - now > nanosToFull) {
                return false;
            }
            if (state.compareAndSet(full, next)) {
                return true;
            }
        }
    }
}
