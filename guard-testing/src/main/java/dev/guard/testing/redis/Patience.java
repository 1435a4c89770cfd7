package dev.guard.testing.redis;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How long servers are waited for: longer where {@code GUARD_TEST_TIMEOUT_FACTOR} says that the machine is slow. */
public final class Patience {

    static final String FACTOR = "GUARD_TEST_TIMEOUT_FACTOR";

    private static final long PAUSE_NANOS = 5_000_000;

    private Patience() {}

    /** The duration, times the factor. */
    public static Duration times(Duration duration) {
        String factor = System.getenv(FACTOR);
        return factor == null || factor.isEmpty() ? duration : duration.multipliedBy(Integer.parseInt(factor));
    }

    /**
     * Looks again and again until something is so. A look that fails with an exception is a look that did not see it.
     *
     * @param what what is waited for, for the error
     * @param evidence what is known when it does not come, such as a log
     * @throws IllegalStateException if it does not come
     */
    public static void until(String what, Duration atMost, Supplier<String> evidence, Callable<Boolean> so) {
        Duration patience = times(atMost);
        long end = System.nanoTime() + patience.toNanos();
        @Nullable Exception last = null;
        while (true) {
            try {
                if (so.call()) {
                    return;
                }
                last = null;
            } catch (FailedForGood e) {
                throw e;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "After " + patience + " still not: " + what + "\n" + evidence.get(), last);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("Interrupted while waiting until " + what, last);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Says that looking on is of no use. */
    static final class FailedForGood extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        FailedForGood(String message) {
            super(message);
        }
    }
}
