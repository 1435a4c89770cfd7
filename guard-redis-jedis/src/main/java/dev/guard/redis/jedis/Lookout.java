package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out anew where the servers are, when a call met a reason to. One search at a time, in a thread of its own, serves all calls;
 * between two there is a pause, so that a store that is away is not asked by every call that finds it so.
 */
final class Lookout {

    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Servers servers;
    private final Executor executor;
    private @Nullable CompletableFuture<Void> search;
    private long pauseEnds = System.nanoTime();

    Lookout(Servers servers, Executor executor) {
        this.servers = servers;
        this.executor = executor;
    }

    /** Begins a search, if there is none and it is no pause. Answers when the last search is over. Does not block. */
    synchronized CompletableFuture<Void> begin() {
        CompletableFuture<Void> last = search;
        if (last != null && (!last.isDone() || System.nanoTime() - pauseEnds < 0)) {
            return last;
        }
        CompletableFuture<Void> next;
        try {
            next = CompletableFuture.runAsync(this::look, executor);
        } catch (RejectedExecutionException e) {
            next = CompletableFuture.completedFuture(null);
        }
        search = next;
        return next;
    }

    private void look() {
        try {
            servers.lookAgain();
        } catch (RuntimeException e) {
            LOG.debug("Where the servers are cannot be found out now", e);
        } finally {
            endWithPause();
        }
    }

    private synchronized void endWithPause() {
        pauseEnds = System.nanoTime() + PAUSE_NANOS;
    }

    /** Begins a search like {@link #begin} and waits for its end, or for the deadline, or until the thread is interrupted. */
    void await(Deadline deadline) {
        try {
            begin().get(Math.max(0, deadline.remaining(System.nanoTime())), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Where the servers are was not found out in time", e);
        }
    }
}
