package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.backend.Backend;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The time that a guard's store is away, where a guard may answer locally meanwhile: when it began, who was told, and the local state.
 *
 * <p>It begins with the first call that fails for a reason that counts as an outage. It ends, and the local state with it, when the
 * circuit breaker finds the store again, or when the store answers and has not failed for a second: one lost packet among many calls is
 * not a new outage each time.
 *
 * <p>Before the first local answer of an outage each tenant's event is in the security log. A log that throws, hangs or falls behind makes
 * calls unavailable.
 */
final class Outage {

    /** How long the store has to have answered every call. */
    private static final long CALM = TimeUnit.SECONDS.toNanos(1);

    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MOST_TENANTS = 10_000;

    /** At the start nobody waits for a decision, and the log may have to be set up yet. */
    private static final long STARTUP_SECONDS = 10;

    private final String backend;
    private final Supplier<Backend> locals;
    private final Events events;
    private final Ticker ticker;
    private final InstantSource clock;
    private final long patienceNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Episode episode;

    /**
     * Begins without one.
     *
     * @param backend the name of the store that may be away
     * @param locals opens an empty local backend
     * @param clock what events say of the time
     * @param patienceNanos how long a call may take
     */
    Outage(
            String backend,
            Supplier<Backend> locals,
            Events events,
            Ticker ticker,
            InstantSource clock,
            long patienceNanos) {
        this.backend = backend;
        this.locals = locals;
        this.events = events;
        this.ticker = ticker;
        this.clock = clock;
        this.patienceNanos = patienceNanos;
        events.prepare(event(SecurityEvent.Kind.BACKEND_RECOVERED, Key.DEFAULT_TENANT, null));
    }

    /** One outage. */
    private static final class Episode {
        private final long since;
        private final Backend local;
        private final ConcurrentMap<String, CompletableFuture<Void>> told = new ConcurrentHashMap<>();
        private volatile long lastFailure;

        Episode(long since, Backend local) {
            this.since = since;
            this.lastFailure = since;
            this.local = local;
        }
    }

    /**
     * Whether an error is an outage, for which a guard may answer locally. What a caller could bring about by itself is none, and neither
     * is a store that refuses us, or that answers what it should not.
     */
    static boolean is(Reason reason) {
        return switch (reason) {
            case CONNECT, TIMEOUT, CONNECTION_LOST, READ_ONLY, LOADING, OUT_OF_MEMORY, TOPOLOGY, LATE, CIRCUIT_OPEN ->
                true;
            case OVERLOADED, MISCONFIGURED, AUTH, PROTOCOL, CORRUPT_STATE, SPLIT, INTERRUPTED -> false;
        };
    }

    /** Whether calls are answered locally, as far as calls have found. */
    boolean isNow() {
        return episode != null;
    }

    /**
     * The backend that stands in for a store that failed, once the tenant's event is in the log.
     *
     * @param atMost how long an outage may be answered locally
     * @return fails with {@code cause} where it has lasted longer, or the event cannot be logged
     */
    CompletableFuture<Backend> standIn(String tenant, BackendUnavailableException cause, Duration atMost) {
        Episode now = begun(cause);
        if (ticker.nanos() - now.since >= atMost.toNanos()) {
            return CompletableFuture.failedFuture(cause);
        }
        return told(now, tenant, cause).handle((done, error) -> {
            if (error != null) {
                cause.addSuppressed(Futures.unwrapped(error));
                throw cause;
            }
            return now.local;
        });
    }

    /** {@link #standIn} for a caller that waits for it, as long as {@link #left}. */
    Backend awaitedStandIn(String tenant, BackendUnavailableException cause, Duration atMost, long begun) {
        try {
            return standIn(tenant, cause, atMost).get(left(begun), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cause;
        } catch (ExecutionException | TimeoutException e) {
            throw cause;
        }
    }

    /**
     * How long a caller waits for the security log: for what the store has left of the time for the call. Where that is nothing, for a moment, in
     * which a log that is well has written a line.
     *
     * @param begun when the call began, by {@link System#nanoTime()}
     */
    long left(long begun) {
        return Math.max(MOMENT, patienceNanos - (System.nanoTime() - begun));
    }

    private Episode begun(BackendUnavailableException cause) {
        Episode known = episode;
        if (known == null) {
            lock.lock();
            try {
                known = episode;
                if (known == null) {
                    known = new Episode(ticker.nanos(), locals.get());
                    episode = known;
                }
            } finally {
                lock.unlock();
            }
        }
        if (cause.reason() != Reason.CIRCUIT_OPEN) {
            known.lastFailure = ticker.nanos();
        }
        return known;
    }

    private CompletableFuture<Void> told(Episode now, String tenant, BackendUnavailableException cause) {
        CompletableFuture<Void> known = now.told.get(tenant);
        if (known != null) {
            return known;
        }
        if (now.told.size() >= MOST_TENANTS) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("more than " + MOST_TENANTS + " tenants are concerned by one outage"));
        }
        CompletableFuture<Void> own = new CompletableFuture<>();
        CompletableFuture<Void> others = now.told.putIfAbsent(tenant, own);
        if (others != null) {
            return others;
        }
        var unused = events.announce(event(SecurityEvent.Kind.BACKEND_UNAVAILABLE_AT_RUNTIME, tenant, cause.reason()))
                .whenComplete((done, error) -> {
                    if (error == null) {
                        own.complete(null);
                    } else {
                        // Not told: the next call tries again.
                        now.told.remove(tenant, own);
                        own.completeExceptionally(error);
                    }
                });
        return own;
    }

    private SecurityEvent event(SecurityEvent.Kind kind, String tenant, @Nullable Reason reason) {
        return new SecurityEvent(kind, FailureMode.EXPLICIT_DEGRADED, tenant, clock.instant(), backend, reason);
    }

    /** Says that the guard is built without its store. It is an outage from now on, of which the default tenant has been told. */
    void atStartup(BackendUnavailableException cause) {
        Episode now = begun(cause);
        CompletableFuture<Void> logged = events.announce(
                event(SecurityEvent.Kind.BACKEND_UNAVAILABLE_AT_STARTUP, Key.DEFAULT_TENANT, cause.reason()));
        try {
            logged.get(STARTUP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cause;
        } catch (ExecutionException | TimeoutException e) {
            cause.addSuppressed(e);
            throw cause;
        }
        now.told.put(Key.DEFAULT_TENANT, logged);
    }

    /** Notes that the store answered a call. */
    void answered() {
        Episode known = episode;
        if (known != null && ticker.nanos() - known.lastFailure >= CALM) {
            end(known);
        }
    }

    /** Notes that the store was found again. */
    void recovered() {
        Episode known = episode;
        if (known != null) {
            end(known);
        }
    }

    private void end(Episode known) {
        lock.lock();
        try {
            if (episode != known) {
                return;
            }
            episode = null;
        } finally {
            lock.unlock();
        }
        for (String tenant : known.told.keySet()) {
            var unused = events.announce(event(SecurityEvent.Kind.BACKEND_RECOVERED, tenant, null));
        }
        known.local.close();
    }

    void close() {
        Episode known = episode;
        if (known != null) {
            known.local.close();
        }
    }
}
