package dev.guard.api;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What was done with a reservation, which can be done once. */
final class Settlement {

    private final AtomicReference<@Nullable String> done = new AtomicReference<>();

    /**
     * Says what is done now.
     *
     * @throws IllegalStateException if something was done before
     */
    void settle(String what) {
        if (!done.compareAndSet(null, what)) {
            throw new IllegalStateException("this reservation was " + done.get() + " before, and can be settled once");
        }
    }

    /** Says what is done now, unless something was done before. */
    boolean trySettle(String what) {
        return done.compareAndSet(null, what);
    }
}
