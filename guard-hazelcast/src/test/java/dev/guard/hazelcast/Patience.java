package dev.guard.hazelcast;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** How long things are waited for: longer where {@code GUARD_TEST_TIMEOUT_FACTOR} says that the machine is slow. */
final class Patience {

    private static final long PAUSE_NANOS = 10_000_000;

    private Patience() {}

    static long factor() {
        String factor = System.getenv("GUARD_TEST_TIMEOUT_FACTOR");
        return factor == null || factor.isEmpty() ? 1 : Long.parseLong(factor);
    }

    static void until(String what, Callable<Boolean> so) {
        until(what, Duration.ofSeconds(60), so);
    }

    /** Looks again and again until something is so. A look that fails with an exception is a look that did not see it. */
    static void until(String what, Duration atMost, Callable<Boolean> so) {
        long end = System.nanoTime() + atMost.multipliedBy(factor()).toNanos();
        Exception last = null;
        while (System.nanoTime() - end < 0) {
            try {
                if (so.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError("still not: " + what, last);
    }
}
