package dev.guard.tck.fault;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/**
 * How soon a guard is back after an outage of its store, however long that was.
 *
 * <pre>{@code
 * StoreFault fault = StoreFault.outage("dropped", () -> proxy.set(Fault.drop()), proxy::heal);
 * Duration back = Recovery.after(fault, Duration.ofSeconds(70), guard);
 * }</pre>
 */
public final class Recovery {

    /** In which a guard is to be back, times {@link dev.guard.tck.TckSettings#TIMEOUT_FACTOR}. */
    static final Duration BOUND = Duration.ofSeconds(2);

    private static final Duration READY = Duration.ofSeconds(10);
    private static final AtomicInteger TENANTS = new AtomicInteger();

    private Recovery() {}

    /**
     * Lets a fault begin, calls for as long as it is to last, one call after the other, ends it, and waits for the guard. It blocks.
     *
     * @param fault one under which the store decides nothing; where {@link Reason#CIRCUIT_OPEN} is one of its reasons, it lasts until that is
     *     found
     * @param length for how long at least, above zero
     * @param guard a guard in strict mode, on the store
     * @return from the end of the fault to the guard's next decision
     * @throws AssertionError if a call was answered meanwhile, or unavailable for another reason than the fault's, or the guard is not back
     *     within two seconds, times the timeout factor
     */
    public static Duration after(StoreFault fault, Duration length, Guard guard) {
        if (length.isNegative() || length.isZero()) {
            throw new IllegalArgumentException("length is " + length + ", expected more than zero");
        }
        RateLimiter limiter = guard.limiter(Verb.Policies.PLAIN).tenant("recovery" + TENANTS.incrementAndGet());
        Patience.until(
                "the store decides",
                READY,
                () -> guard.stats().toString(),
                () -> !limiter.peek("somebody").degraded());
        try {
            fault.begin();
            callFor(length, fault, limiter, guard);
        } finally {
            fault.end();
        }
        long ended = System.nanoTime();
        waitFor("guard is back after " + fault + " for " + length, BOUND, guard, () -> {
            limiter.peek("somebody");
            return true;
        });
        return Duration.ofNanos(System.nanoTime() - ended);
    }

    private static void callFor(Duration length, StoreFault fault, RateLimiter limiter, Guard guard) {
        long begun = System.nanoTime();
        Set<Reason> reasons = fault.reasons();
        boolean opens = reasons.contains(Reason.CIRCUIT_OPEN);
        AtomicReference<@Nullable String> wrong = new AtomicReference<>();
        waitFor("the circuit is open under " + fault, length.plus(READY), guard, () -> {
            try {
                wrong.set("a call was answered under " + fault + ": " + limiter.tryAcquire("somebody"));
                return true;
            } catch (BackendUnavailableException e) {
                if (!reasons.contains(e.reason())) {
                    wrong.set("a call was unavailable for " + e.reason() + ", expected one of " + reasons);
                    return true;
                }
                return System.nanoTime() - begun >= length.toNanos() && (!opens || e.reason() == Reason.CIRCUIT_OPEN);
            }
        });
        String found = wrong.get();
        if (found != null) {
            throw new AssertionFailedError(found);
        }
    }

    private static void waitFor(String what, Duration atMost, Guard guard, Callable<Boolean> so) {
        try {
            Patience.until(what, atMost, () -> guard.stats().toString(), so);
        } catch (IllegalStateException e) {
            throw new AssertionFailedError(e.getMessage(), e);
        }
    }
}
