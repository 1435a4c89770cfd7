package dev.guard.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How long tests wait for what must happen: longer where {@code GUARD_TEST_TIMEOUT_FACTOR} says that the machine is slow. */
final class Patience {

    /** What should take a moment. */
    static final Duration SOON = Duration.ofSeconds(20).multipliedBy(factor());

    private Patience() {}

    private static int factor() {
        String factor = System.getenv("GUARD_TEST_TIMEOUT_FACTOR");
        return factor == null || factor.isEmpty() ? 1 : Integer.parseInt(factor);
    }

    /** Looks again and again until something is so. */
    static void until(String what, BooleanSupplier so) {
        long end = System.nanoTime() + SOON.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("after " + SOON + " still not: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
    }
}
