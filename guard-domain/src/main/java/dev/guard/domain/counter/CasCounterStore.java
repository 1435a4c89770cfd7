package dev.guard.domain.counter;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counters over any store that keeps bytes under a key and can replace them on condition that nobody else did: the whole
 * contract of {@link CounterStore}, from five methods over a client that blocks.
 *
 * <p>An operation loads the key's bytes with the store's time, runs {@link CounterModel#step}, and writes what came of it if the
 * key is as it was loaded. If it is not, nothing was written, and the operation starts over. A denial, a peek and a late
 * operation write nothing; a state that is absent is removed. Operations of a list that follow one another on the same key are
 * loaded and written together.
 *
 * <p><b>Contention.</b> Whenever an attempt fails, another one has succeeded: the store as a whole makes progress. So that one
 * caller does as well, calls of this process stand in line for a key on which one of them failed, and compete with other
 * processes one at a time. After {@value #MOST_ATTEMPTS} attempts an operation gives up with {@link
 * BackendUnavailableException} for the reason {@code OVERLOADED}, having changed nothing. It is never denied for want of luck.
 *
 * <p><b>Time.</b> The store's, as {@link #load} tells it. Where that runs backwards the time of the key's state holds. What is
 * loaded after the operation's deadline is {@link Late}. A write is sent at once after that was checked, so that it can be late
 * by its own way to the store and no more. An adapter gives each of its calls a timeout of its client's.
 *
 * <p><b>Errors.</b> The adapter throws {@link BackendUnavailableException} where its client failed; it alone knows why. Any
 * other {@link RuntimeException} of the adapter's that is no {@link GuardException} becomes one for the reason {@code PROTOCOL},
 * with the exception as its cause: callers rely on the closed list of errors, and none of them is an allow. After the close it
 * becomes a {@link GuardClosedException}: the client is gone. An {@link Error} passes as it is. After an error the outcome of the write that failed is unknown, and nothing is sent again. Bytes that are
 * not of {@link CounterStateCodec} are a {@link CorruptStateException} for every operation, a reset too, and are left as they
 * are.
 *
 * <p><b>Threads.</b> All methods may be called by any number of threads, and the adapter's are too. The asynchronous forms run
 * the blocking ones in the executor; locks are such that virtual threads may wait for them.
 *
 * @param <R> what the store tells one revision of a value from another by
 */
public abstract class CasCounterStore<R> implements CounterStore {

    /** How often an operation is tried before it gives up. */
    public static final int MOST_ATTEMPTS = 128;

    private static final int MOST_POLICIES = 10_000;

    private final DecisionSource source;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final KeyLocks locks = new KeyLocks();
    private final ConcurrentMap<Policy, CompiledPolicy> policies = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Makes a store that is open.
     *
     * @param source what the decisions say of where they come from
     * @param executor where the asynchronous forms run; it may refuse work, which is then {@code OVERLOADED}
     * @param nanoTime {@code System::nanoTime}, by which deadlines are measured
     */
    protected CasCounterStore(DecisionSource source, Executor executor, LongSupplier nanoTime) {
        this.source = source;
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    /**
     * What a store holds of a key.
     *
     * @param <R> the type of the revision
     */
    public static final class Stored<R> {
        private final byte[] value;
        private final R revision;

        /**
         * A value of the store's.
         *
         * @param value the bytes, as they were given to {@link #create} or {@link #replace}; they are not copied
         * @param revision by which the store knows whether the key still has this value. It must not come back: a key that is
         *     removed and created again has another one. Where the bytes themselves are compared, it may be anything
         */
        public Stored(byte[] value, R revision) {
            this.value = value;
            this.revision = revision;
        }

        /** The bytes; not to be changed. */
        public byte[] value() {
            return value;
        }

        /** The revision. */
        public R revision() {
            return revision;
        }
    }

    /**
     * What a store answers to a load.
     *
     * @param time the store's own time when it looked, in microseconds since the epoch; never this process's
     * @param stored what it holds of the key, if anything
     * @param <R> the type of the revision
     */
    public record Loaded<R>(long time, Optional<Stored<R>> stored) {}

    /**
     * Looks a key up, and at the clock, in one round trip. It must see every write that was answered before it was called. What has
     * expired may be there or not.
     *
     * @throws BackendUnavailableException if the store did not answer
     */
    protected abstract Loaded<R> load(Key key);

    /**
     * Writes a value if the store has none at the key, in one atomic step.
     *
     * @param value the bytes
     * @param expiresAt from when on the store may forget the value, and not before, in microseconds since the epoch on the
     *     scale of {@link Loaded#time}. It is for clean-up only: later is as good
     * @return whether it was written; false where there is a value
     * @throws BackendUnavailableException if it is not known whether it was written
     */
    protected abstract boolean create(Key key, byte[] value, long expiresAt);

    /**
     * Writes a value if the store still has the expected one at the key, in one atomic step.
     *
     * @param expected what {@link #load} answered
     * @param value the bytes
     * @param expiresAt as for {@link #create}; it replaces the former one
     * @return whether it was written; false where the value was changed or is gone
     * @throws BackendUnavailableException if it is not known whether it was written
     */
    protected abstract boolean replace(Key key, Stored<R> expected, byte[] value, long expiresAt);

    /**
     * Removes a value if the store still has the expected one at the key, in one atomic step.
     *
     * @return whether it was removed; false where the value was changed or is gone
     * @throws BackendUnavailableException if it is not known whether it was removed
     */
    protected abstract boolean remove(Key key, Stored<R> expected);

    /**
     * The keys of a tenant under a policy that the store holds, a page at a time: each that is there from the first page to the
     * last comes at least once, also while others come and go. What has expired may come.
     *
     * @param cursor {@link KeyPage#START}, or what the page before named
     * @throws InvalidArgumentException if the cursor is none of this store's
     * @throws BackendUnavailableException if the store did not answer
     */
    protected abstract KeyPage scan(String tenant, String policy, String cursor);

    @Override
    public final List<Outcome> execute(List<? extends CounterOperation> operations) {
        requireOpen();
        for (CounterOperation operation : operations) {
            if (operation instanceof Judged judged) {
                compiled(judged.policy()).check(judged);
            }
        }
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        int next = 0;
        while (next < operations.size()) {
            int end = endOfKey(operations, next);
            outcomes.addAll(run(operations.get(next).key(), operations.subList(next, end)));
            next = end;
        }
        return outcomes;
    }

    @Override
    public final CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return async(() -> execute(operations));
    }

    @Override
    public final KeyPage list(String tenant, String policy, String cursor) {
        requireOpen();
        return asked(() -> scan(tenant, policy, cursor));
    }

    @Override
    public final CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return async(() -> list(tenant, policy, cursor));
    }

    /** Refuses all further calls with {@link GuardClosedException}. What was sent goes on; the client is the adapter's to close. */
    public final void close() {
        closed = true;
    }

    /**
     * Does nothing while the store is open.
     *
     * @throws GuardClosedException if it is closed
     */
    protected final void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private GuardClosedException closedException() {
        return new GuardClosedException("backend " + source.backend());
    }

    /**
     * Runs a call in the executor, for what else a backend has to ask its store. The stage carries what the call throws as it is;
     * it fails with {@link GuardClosedException} after the close, and for the reason {@code OVERLOADED} where the executor takes
     * no more work.
     */
    protected final <T> CompletionStage<T> async(Supplier<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            requireOpen();
            executor.execute(() -> complete(result, call));
        } catch (GuardClosedException e) {
            result.completeExceptionally(e);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    closed
                            ? closedException()
                            : new BackendUnavailableException(
                                    Reason.OVERLOADED, "the backend's executor refused the call; nothing was sent", e));
        }
        return result;
    }

    // ─── One key ────────────────────────────────────────────────────────────────────────────────

    private static int endOfKey(List<? extends CounterOperation> operations, int start) {
        int end = start + 1;
        while (end < operations.size()
                && operations.get(end).key().equals(operations.get(start).key())) {
            end++;
        }
        return end;
    }

    private List<Outcome> run(Key key, List<? extends CounterOperation> operations) {
        ReentrantLock lock = locks.of(key);
        boolean othersWait = lock.isLocked();
        List<Outcome> outcomes = othersWait ? null : attempt(key, operations);
        return outcomes == null ? runInLine(lock, key, operations) : outcomes;
    }

    private List<Outcome> runInLine(ReentrantLock lock, Key key, List<? extends CounterOperation> operations) {
        KeyLocks.lock(lock, latestDeadline(operations), nanoTime.getAsLong());
        try {
            for (int attempts = 1; attempts < MOST_ATTEMPTS; attempts++) {
                List<Outcome> outcomes = attempt(key, operations);
                if (outcomes != null) {
                    return outcomes;
                }
            }
        } finally {
            lock.unlock();
        }
        throw new BackendUnavailableException(
                Reason.OVERLOADED,
                "others changed the key during each of " + MOST_ATTEMPTS + " attempts; nothing was changed");
    }

    /** Runs the operations on what is stored now; null where another call changed it before it was written. */
    private @Nullable List<Outcome> attempt(Key key, List<? extends CounterOperation> operations) {
        Loaded<R> loaded = asked(() -> load(key));
        List<Limit> likely =
                operations.get(0) instanceof OfPolicy call ? call.policy().limits() : List.of();
        CounterState state = loaded.stored()
                .map(stored -> CounterStateCodec.decode(stored.value(), likely))
                .orElse(CounterState.ABSENT);
        boolean changes = false;
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        for (CounterOperation operation : operations) {
            Step step = step(state, operation, loaded.time());
            changes |= !step.leaves(state);
            state = step.state();
            outcomes.add(step.outcome());
        }
        return !changes || write(key, loaded.stored(), state) ? outcomes : null;
    }

    private Step step(CounterState state, CounterOperation operation, long storeTime) {
        return operation.deadline().remaining(nanoTime.getAsLong()) < 0
                ? new Step(state, new Late(storeTime))
                : CounterModel.step(state, operation, this::compiled, storeTime, Long.MAX_VALUE);
    }

    private boolean write(Key key, Optional<Stored<R>> expected, CounterState state) {
        if (state.isAbsent()) {
            return expected.isEmpty() || asked(() -> remove(key, expected.get()));
        }
        byte[] value = CounterStateCodec.encode(state);
        long expiresAt = state.expiresAt();
        return asked(() ->
                expected.isEmpty() ? create(key, value, expiresAt) : replace(key, expected.get(), value, expiresAt));
    }

    private Deadline latestDeadline(List<? extends CounterOperation> operations) {
        long now = nanoTime.getAsLong();
        Deadline latest = operations.get(0).deadline();
        for (CounterOperation operation : operations) {
            if (operation.deadline().remaining(now) > latest.remaining(now)) {
                latest = operation.deadline();
            }
        }
        return latest;
    }

    private CompiledPolicy compiled(Policy policy) {
        CompiledPolicy known = policies.get(policy);
        if (known != null) {
            return known;
        }
        if (policies.size() >= MOST_POLICIES) {
            policies.clear();
        }
        return policies.computeIfAbsent(policy, added -> CompiledPolicy.of(added, source));
    }

    // ─── The adapter ────────────────────────────────────────────────────────────────────────────

    private <T> T asked(Supplier<T> call) {
        try {
            return call.get();
        } catch (GuardException e) {
            throw e;
        } catch (RuntimeException e) {
            if (closed) {
                GuardClosedException error = closedException();
                error.addSuppressed(e);
                throw error;
            }
            throw new BackendUnavailableException(
                    Reason.PROTOCOL,
                    "the store's adapter failed with a " + e.getClass().getName()
                            + ", which it should have told apart; the outcome is unknown",
                    e);
        }
    }

    private static <T> void complete(CompletableFuture<T> result, Supplier<T> call) {
        try {
            result.complete(call.get());
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }
}
