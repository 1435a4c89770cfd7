package dev.guard.tck.saboteur;

import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.Step;
import dev.guard.tck.Gap;
import dev.guard.tck.TckEnvironment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The simplest correct backend: a lock around a map of states, and the model. Several clients share a {@link Server}.
 *
 * <p>Every decision that a backend's author has to make is a method of its own here, so that a saboteur is this class
 * with one of them made wrong.
 */
class ModelBackend implements Backend, CounterStore {

    /** The most keys of a page, few so that a listing has several. */
    private static final int PAGE = 3;

    /** Before every other cursor, so that the one of the empty subject is not {@link KeyPage#START}. */
    private static final String AFTER = ">";

    /** What is shared by the clients of one store, by namespace. */
    static final class Server {
        private final Map<String, Shelf> shelves = new ConcurrentHashMap<>();

        private Shelf shelf(String namespace) {
            return shelves.computeIfAbsent(namespace, name -> new Shelf());
        }
    }

    /** The keys of a namespace. Safe under several threads also where a saboteur takes no lock. */
    static final class Shelf {
        final Map<Object, Kept> kept = new ConcurrentHashMap<>();
        private final Gap gap = new Gap();
    }

    /** A state, and the key that it was written for. */
    record Kept(Key key, CounterState state) {}

    private final DecisionSource source = DecisionSource.of("model", FailureMode.STRICT_DISTRIBUTED);
    private final TckEnvironment environment;
    private final InstantSource storeTime;
    private final Shelf shelf;
    private volatile boolean closed;

    ModelBackend(Server server, TckEnvironment environment) {
        this.environment = environment;
        this.storeTime = environment.storeTime().orElseGet(InstantSource::system);
        this.shelf = server.shelf(environment.namespace());
    }

    /** What the kit opened this client with. */
    final TckEnvironment environment() {
        return environment;
    }

    /** What decisions say of where they come from. */
    final DecisionSource source() {
        return source;
    }

    final Map<Object, Kept> kept() {
        return shelf.kept;
    }

    /** Between reading a state and writing the next: lets another call come in between, if any is under way. */
    final void letAnotherComeBetween() {
        shelf.gap.await();
    }

    // ─── What a saboteur makes wrong ─────────────────────────────────────────────────────────────────────────────

    /** The time that counts, in microseconds since the epoch: the store's. */
    long now() {
        return Micros.of(storeTime.instant());
    }

    /** Where the state of a key is kept. */
    Object place(Key key) {
        return key;
    }

    /** Runs a command with nobody in between. */
    <T> T exclusively(Supplier<T> command) {
        synchronized (shelf) {
            return command.get();
        }
    }

    /** What is kept of a key; {@link CounterState#ABSENT} where nothing is. */
    CounterState load(Key key) {
        Kept kept = shelf.kept.get(place(key));
        return kept == null ? CounterState.ABSENT : kept.state();
    }

    /** Keeps a state. */
    void save(Key key, CounterState state) {
        if (state.isAbsent()) {
            shelf.kept.remove(place(key));
        } else {
            shelf.kept.put(place(key), new Kept(key, state));
        }
    }

    /** What comes of an operation. */
    Step step(CounterState stored, CounterOperation operation, long now) {
        return model(stored, operation, now);
    }

    /** Whether an operation comes after its deadline. */
    boolean isLate(CounterOperation operation) {
        Deadline deadline = operation.deadline();
        return !deadline.isNone() && deadline.remaining(System.nanoTime()) < 0;
    }

    /** Refuses a command of which any operation is out of range, before any of them is run. */
    void check(List<? extends CounterOperation> operations) {
        for (CounterOperation operation : operations) {
            if (operation instanceof Judged judged) {
                compiled(judged.policy()).check(judged);
            }
        }
    }

    /** Runs the operations of a command in their order, each for itself. */
    List<Outcome> run(List<? extends CounterOperation> operations) {
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        for (CounterOperation operation : operations) {
            outcomes.add(run(operation));
        }
        return outcomes;
    }

    Outcome run(CounterOperation operation) {
        long now = now();
        if (isLate(operation)) {
            return new Late(now);
        }
        CounterState stored = load(operation.key());
        Step step = step(stored, operation, now);
        if (!step.leaves(stored)) {
            save(operation.key(), step.state());
        }
        return step.outcome();
    }

    void requireOpen() {
        if (closed) {
            throw new GuardClosedException("backend model");
        }
    }

    /** Whether a key is one that a listing is about. */
    boolean isListed(Key key, String tenant, String policy) {
        return key.tenant().equals(tenant) && key.policy().equals(policy);
    }

    // ─── The rest ────────────────────────────────────────────────────────────────────────────────────────────────

    /** What the model says. */
    final Step model(CounterState stored, CounterOperation operation, long now) {
        return CounterModel.step(stored, operation, this::compiled, now, Long.MAX_VALUE);
    }

    final CompiledPolicy compiled(Policy policy) {
        return CompiledPolicy.of(policy, source);
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        requireOpen();
        check(operations);
        return exclusively(() -> run(operations));
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return completed(() -> execute(operations));
    }

    @Override
    public KeyPage list(String tenant, String policy, String cursor) {
        requireOpen();
        if (!cursor.equals(KeyPage.START) && !cursor.startsWith(AFTER)) {
            throw new InvalidArgumentException("cursor is '" + cursor + "', expected one that a page named");
        }
        long now = now();
        List<Key> rest = shelf.kept.values().stream()
                .filter(kept -> isListed(kept.key(), tenant, policy))
                .filter(kept -> !kept.state().isAbsentAt(now))
                .map(Kept::key)
                .filter(key -> cursor.equals(KeyPage.START) || (AFTER + key.subject()).compareTo(cursor) > 0)
                .sorted((one, other) -> one.subject().compareTo(other.subject()))
                .toList();
        if (rest.size() <= PAGE) {
            return new KeyPage(rest, Optional.empty());
        }
        List<Key> page = rest.subList(0, PAGE);
        return new KeyPage(page, Optional.of(AFTER + page.get(PAGE - 1).subject()));
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return completed(() -> list(tenant, policy, cursor));
    }

    /** What a call came to, as the stage of the asynchronous form. */
    <T> CompletionStage<T> completed(Supplier<T> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public CounterStore counters() {
        return this;
    }

    @Override
    public CompletionStage<Void> ping() {
        return completed(() -> {
            requireOpen();
            return null;
        });
    }

    @Override
    public void close() {
        closed = true;
    }
}
