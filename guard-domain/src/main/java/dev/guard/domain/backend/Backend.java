package dev.guard.domain.backend;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.counter.CounterStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A place where state is kept, as a bundle of stores: one for each port that the backend claims. Counters are required.
 *
 * <p>A backend may be used by any number of threads.
 */
public interface Backend extends AutoCloseable {

    /** The name by which configurations choose the backend: {@code memory}, {@code redis-lettuce} … */
    String name();

    /**
     * Whether several processes that open this backend share its state. One that is local to its process runs in {@link
     * dev.guard.domain.FailureMode#LOCAL_ONLY} alone.
     */
    boolean isShared();

    /** The counters. */
    CounterStore counters();

    /**
     * Asks the store for a sign of life: all of it, where it has several servers.
     *
     * @return a stage that completes when the store answered, or fails with {@link BackendUnavailableException}
     */
    CompletionStage<Void> ping();

    /**
     * Asks whether anybody is there: a store of several servers need not have all of them. A guard that stopped asking, as the store
     * was away, begins again when this succeeds.
     *
     * @return a stage that completes when the store answered, or fails with {@link BackendUnavailableException}
     */
    default CompletionStage<Void> probe() {
        return ping();
    }

    /**
     * Looks whether the store can keep what guard relies on: asks it what it says of itself, and tries what guard may do there. It changes nothing
     * that is stored, and takes a round trip or two. A guard does so when it is built.
     *
     * <p>A backend that does not say otherwise answers that nothing is known.
     *
     * @return a stage with what was found, or that fails with {@link BackendUnavailableException}
     */
    default CompletionStage<Audit> audit() {
        return CompletableFuture.completedFuture(Audit.notLookedAt(name()));
    }

    /**
     * Lets go of what the backend holds. Calls that come later raise {@link dev.guard.domain.GuardClosedException}; closing
     * twice is harmless.
     */
    @Override
    void close();
}
