package dev.guard.tck.fault;

import dev.guard.tck.TckSettings;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How long something is waited for: longer where {@link TckSettings#TIMEOUT_FACTOR} says that the machine is slow. */
final class Patience {

    private static final long PAUSE_NANOS = 5_000_000;

    private Patience() {}

    /** The duration, times the factor. */
    static Duration times(Duration duration) {
        return duration.multipliedBy(TckSettings.timeoutFactor());
    }

    /**
     * Looks again and again until something is so. A look that fails with an exception is a look that did not see it.
     *
     * @param what what is waited for, for the error
     * @param evidence what is known when it does not come
     * @throws IllegalStateException if it does not come
     */
    static void until(String what, Duration atMost, Supplier<String> evidence, Callable<Boolean> so) {
        Duration patience = times(atMost);
        long end = System.nanoTime() + patience.toNanos();
        @Nullable Exception last = null;
        while (true) {
            try {
                if (so.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "after " + patience + " still not: " + what + "; " + evidence.get(), last);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting until " + what, last);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
