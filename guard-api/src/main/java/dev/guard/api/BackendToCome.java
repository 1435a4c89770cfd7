package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shared backend that could not be opened when the guard was built, and is opened when its store is there. Until then every call fails for the
 * reason {@code CONNECT}; {@link #probe} tries to open it, on a thread of its own, and answers when that is done.
 */
final class BackendToCome implements Backend {

    private static final Logger LOGGER = LoggerFactory.getLogger(BackendToCome.class);

    private final String name;
    private final Supplier<Backend> opening;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Backend opened;
    private volatile RuntimeException lastError;
    private @Nullable CompletableFuture<Void> attempt;
    private boolean closed;

    BackendToCome(String name, Supplier<Backend> opening, BackendUnavailableException error) {
        this.name = name;
        this.opening = opening;
        this.lastError = error;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public CompletionStage<Void> ping() {
        Backend known = opened;
        return known == null ? CompletableFuture.failedFuture(away()) : known.ping();
    }

    @Override
    public CompletionStage<Void> probe() {
        Backend known = opened;
        return known == null ? attempt() : known.probe();
    }

    private BackendUnavailableException away() {
        return new BackendUnavailableException(
                Reason.CONNECT,
                "the store was away when the guard was built, and could not be opened since: " + lastError.getMessage(),
                lastError);
    }

    /** The attempt that is under way, or another one. */
    private CompletableFuture<Void> attempt() {
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(new GuardClosedException("backend " + name));
            }
            CompletableFuture<Void> known = attempt;
            if (known != null) {
                return known;
            }
            CompletableFuture<Void> begun = new CompletableFuture<>();
            attempt = begun;
            Thread thread = new Thread(() -> open(begun), "guard-open");
            thread.setDaemon(true);
            thread.start();
            return begun;
        } finally {
            lock.unlock();
        }
    }

    private void open(CompletableFuture<Void> begun) {
        RuntimeException failed = null;
        try {
            keep(opening.get());
        } catch (RuntimeException e) {
            if (!(e instanceof BackendUnavailableException)) {
                LOGGER.error("The store is there, and cannot be used", e);
            }
            lastError = e;
            failed = e;
        }
        lock.lock();
        try {
            attempt = null;
        } finally {
            lock.unlock();
        }
        if (failed == null) {
            begun.complete(null);
        } else {
            begun.completeExceptionally(failed);
        }
    }

    private void keep(Backend backend) {
        boolean late;
        lock.lock();
        try {
            late = closed;
            opened = backend;
        } finally {
            lock.unlock();
        }
        if (late) {
            backend.close();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        Backend known = opened;
        if (known != null) {
            known.close();
        }
    }

    @Override
    public CounterStore counters() {
        return new Counters();
    }

    /** The store's, once there is one. Policies are asked for by commands, as nobody's own counters are there to be kept. */
    private final class Counters implements CounterStore {

        private CounterStore store() {
            Backend known = opened;
            if (known == null) {
                throw away();
            }
            return known.counters();
        }

        @Override
        public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
            return Futures.called(() -> store().submit(operations));
        }

        @Override
        public List<Outcome> execute(List<? extends CounterOperation> operations) {
            return store().execute(operations);
        }

        @Override
        public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
            return Futures.called(() -> store().submitList(tenant, policy, cursor));
        }

        @Override
        public KeyPage list(String tenant, String policy, String cursor) {
            return store().list(tenant, policy, cursor);
        }
    }
}
