package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spares callers the wait for a store that is away. After {@value #LEAST_FAILURES} failures in a row, over half a second at least, no call
 * is made any more: each fails at once with {@code CIRCUIT_OPEN}. The breaker asks the store for a sign of life itself, two to five
 * times a second at random moments, and lets calls through from the first one on, so that a guard is back within two seconds of its
 * store whether anybody calls or not.
 *
 * <p>Failures are what makes callers wait, or finds nobody: no connection, no answer, a lost connection, a server that is loading.
 * Whatever else a store answers shows that it is there. A call that is refused for our own sake, such as a full pool, says nothing of it.
 *
 * <p>Time is the ticker's. While all is well a call costs two readings of a volatile field.
 *
 * <p>The pattern is Michael Nygard's (Release It!, 2007); the probe in place of a trial call is what lets every caller have its answer at
 * once.
 */
final class CircuitBreaker {

    private static final int LEAST_FAILURES = 5;
    private static final long LEAST_SPAN = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LEAST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MOST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a sign of life is waited for before another is asked for. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private static final State CALM = new State(0, 0, null);

    private final Supplier<CompletionStage<Void>> probe;
    private final Ticker ticker;
    private final Runnable whenClosed;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = CALM;

    /**
     * What the last calls told.
     *
     * @param failures how many failed in a row
     * @param since when the first of them did
     * @param outage why no call is made; null while calls are
     */
    private record State(int failures, long since, @Nullable Reason outage) {}

    /**
     * Makes a closed one.
     *
     * @param probe asks the store for a sign of life
     * @param whenClosed is run each time when the store was found again; it must not block
     */
    CircuitBreaker(Supplier<CompletionStage<Void>> probe, Ticker ticker, Runnable whenClosed) {
        this.probe = probe;
        this.ticker = ticker;
        this.whenClosed = whenClosed;
    }

    /** Begins open: the store is known to be away. */
    void open(Reason reason) {
        lock.lock();
        try {
            state = new State(LEAST_FAILURES, ticker.nanos(), reason);
        } finally {
            lock.unlock();
        }
        askLater();
    }

    /** Whether no call is made. */
    boolean isOpen() {
        return state.outage != null;
    }

    /**
     * Says that a call is about to be made.
     *
     * @throws BackendUnavailableException if none is, as the store is away
     */
    void requireClosed() {
        Reason outage = state.outage;
        if (outage != null) {
            throw new BackendUnavailableException(
                    Reason.CIRCUIT_OPEN,
                    "the store is away, as the last calls found (" + outage
                            + "); it is asked for a sign of life, and this" + " call was not made");
        }
    }

    /** Notes that the store answered. */
    void answered() {
        // While it is open, the probe decides: an answer may be older than the outage.
        if (state.failures > 0 && state.outage == null) {
            lock.lock();
            try {
                if (state.outage == null) {
                    state = CALM;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Notes how a call failed. */
    void failed(Throwable error) {
        if (!(error instanceof BackendUnavailableException unavailable)) {
            answered();
            return;
        }
        switch (unavailable.reason()) {
            case CONNECT, TIMEOUT, CONNECTION_LOST, LOADING -> count(unavailable.reason());
            case OVERLOADED, CIRCUIT_OPEN, INTERRUPTED, LATE -> {}
            default -> answered();
        }
    }

    private void count(Reason reason) {
        boolean opens;
        lock.lock();
        try {
            if (state.outage != null) {
                return;
            }
            long now = ticker.nanos();
            long since = state.failures == 0 ? now : state.since;
            int failures = state.failures + 1;
            opens = failures >= LEAST_FAILURES && now - since >= LEAST_SPAN;
            state = new State(failures, since, opens ? reason : null);
        } finally {
            lock.unlock();
        }
        if (opens) {
            askLater();
        }
    }

    private void askLater() {
        var unused = ticker.alarm(
                ThreadLocalRandom.current().nextLong(LEAST_PAUSE, MOST_PAUSE), () -> new Attempt().begin());
    }

    private void close() {
        lock.lock();
        try {
            state = CALM;
        } finally {
            lock.unlock();
        }
        whenClosed.run();
    }

    /** One question for a sign of life. Whatever is heard first of it counts: an answer, an error, or nothing for a while. */
    private final class Attempt {

        private final AtomicBoolean heard = new AtomicBoolean();

        void begin() {
            Ticker.Alarm patience = ticker.alarm(PATIENCE, () -> end(false));
            var unused = Futures.called(probe).whenComplete((alive, error) -> {
                patience.cancel();
                end(error == null);
            });
        }

        private void end(boolean alive) {
            if (!heard.compareAndSet(false, true)) {
                return;
            }
            if (alive) {
                close();
            } else {
                askLater();
            }
        }
    }
}
