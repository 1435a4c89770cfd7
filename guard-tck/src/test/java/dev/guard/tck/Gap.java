package dev.guard.tck;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The time between a read and a write, in which a store that takes no lock loses updates. Left to chance it is so short that a rule
 * may miss it; here each call stays in it until another comes, or a moment has passed.
 */
public final class Gap {

    private static final int MOST_YIELDS = 300;

    private final AtomicInteger arrivals = new AtomicInteger();

    /** Waits for another call, a moment at most. */
    public void await() {
        int mine = arrivals.incrementAndGet();
        for (int yields = 0; yields < MOST_YIELDS && arrivals.get() == mine; yields++) {
            Thread.yield();
        }
    }
}
