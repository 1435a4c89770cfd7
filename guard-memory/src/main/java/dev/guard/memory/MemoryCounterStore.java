package dev.guard.memory;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.domain.counter.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counters in this process: a table of cells for each policy's name. */
final class MemoryCounterStore implements CounterStore {

    final MemoryClock clock;
    final SeededHash hashes = SeededHash.random();
    private final DecisionSource source;
    private final long maxKeys;
    private final ConcurrentMap<String, KeyTable> tables = new ConcurrentHashMap<>();
    private final ConcurrentMap<Policy, MemoryCounters> counters = new ConcurrentHashMap<>();
    private volatile boolean closed;

    MemoryCounterStore(MemoryClock clock, DecisionSource source, long maxKeys) {
        this.clock = clock;
        this.source = source;
        this.maxKeys = maxKeys;
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        requireOpen();
        for (CounterOperation operation : operations) {
            if (operation instanceof Judged judged) {
                compiled(judged.policy()).check(judged);
            }
        }
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        for (CounterOperation operation : operations) {
            outcomes.add(run(operation));
        }
        return outcomes;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return completed(() -> execute(operations));
    }

    private Outcome run(CounterOperation operation) {
        if (isLate(operation.deadline())) {
            return new Late(clock.now());
        }
        Key key = operation.key();
        if (operation instanceof Acquire acquire && acquire.permitId() == null) {
            return ofPolicy(acquire.policy()).acquire(key.tenant(), key.subject(), acquire.cost());
        }
        if (operation instanceof Peek peek) {
            return ofPolicy(peek.policy()).peek(key.tenant(), key.subject(), peek.cost());
        }
        int hash = hashes.quick(key.tenant(), key.subject());
        if (operation instanceof Reset) {
            return reset(hash, key, operation);
        }
        return step(hash, key, operation);
    }

    /** A key that is reset leaves its place to another one, at once or as soon as that one needs it. */
    private Outcome reset(int hash, Key key, CounterOperation operation) {
        KeyTable table = tables.get(key.policy());
        Cell cell = table == null ? null : table.find(hash, key.tenant(), key.subject());
        if (table == null || cell == null) {
            return Effect.NOTHING;
        }
        // A key that gave out permits stays unpacked, so that it knows its birth when one of them comes back.
        Outcome outcome = cell.word() == Cell.UNPACKED ? step(table, cell, operation) : null;
        if (outcome != null) {
            return outcome;
        }
        boolean known = !table.drop(hash, key.tenant(), key.subject()).isAbsentAt(clock.now());
        return known ? Effect.APPLIED : Effect.NOTHING;
    }

    /** Runs what no packed cell can serve: it unpacks the cell, and replaces its state as the model says. */
    private Outcome step(int hash, Key key, CounterOperation operation) {
        while (true) {
            KeyTable table = tables.get(key.policy());
            Cell cell = table == null ? null : table.find(hash, key.tenant(), key.subject());
            Outcome outcome =
                    table == null || cell == null ? stepUnknown(hash, key, operation) : step(table, cell, operation);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    /** The outcome of an operation on a key's cell, or null where the cell is dead, and has left the table by now. */
    private @Nullable Outcome step(KeyTable table, Cell cell, CounterOperation operation) {
        cell.unpack(clock);
        while (cell.word() == Cell.UNPACKED) {
            CounterState state = cell.state();
            if (state == null) {
                break;
            }
            Step step = step(state, operation);
            if (step.leaves(state)) {
                return step.outcome();
            }
            boolean replaced = mayExpireEarlier(operation, state, step.state())
                    ? table.replaceState(cell, state, step.state())
                    : cell.replaceState(state, step.state());
            if (replaced) {
                return step.outcome();
            }
        }
        table.find(cell.hash, cell.tenant, cell.subject);
        return null;
    }

    /** Whether the cell may have to be dropped before the time that it is queued for: what is given back ends sooner. */
    private static boolean mayExpireEarlier(CounterOperation operation, CounterState before, CounterState after) {
        return !(operation instanceof Judged) && (after.isAbsent() || after.expiresAt() < before.expiresAt());
    }

    /** The outcome of an operation on a key that has no cell; null where another call has just added one. */
    private @Nullable Outcome stepUnknown(int hash, Key key, CounterOperation operation) {
        Step step = step(CounterState.ABSENT, operation);
        if (step.state().isAbsent()) {
            return step.outcome();
        }
        KeyTable table = table(key.policy());
        Cell cell = Cell.unpacked(key.tenant(), key.subject(), hash, step.state());
        Cell current = table.addIfAbsent(cell);
        if (current == null) {
            if (operation instanceof Judged judged) {
                return ofPolicy(judged.policy()).withoutRoom((Decision) step.outcome(), judged.cost());
            }
            throw new BackendUnavailableException(
                    BackendUnavailableException.Reason.OUT_OF_MEMORY,
                    "policy '" + key.policy()
                            + "' has its most keys, and nothing may be forgotten; the operation did not"
                            + " take effect");
        }
        return current == cell ? step.outcome() : null;
    }

    private Step step(CounterState state, CounterOperation operation) {
        return CounterModel.step(state, operation, this::compiled, clock.now(), Long.MAX_VALUE);
    }

    private CompiledPolicy compiled(Policy policy) {
        return ofPolicy(policy).compiled();
    }

    static boolean isLate(Deadline deadline) {
        return !deadline.isNone() && deadline.remaining(System.nanoTime()) < 0;
    }

    @Override
    public KeyPage list(String tenant, String policy, String cursor) {
        requireOpen();
        int part = cursor.equals(KeyPage.START) ? 0 : part(cursor);
        KeyTable table = tables.get(policy);
        if (table == null) {
            return new KeyPage(List.of(), Optional.empty());
        }
        List<Key> keys = new ArrayList<>();
        for (String subject : table.subjects(part, tenant)) {
            keys.add(new Key(tenant, policy, subject));
        }
        return new KeyPage(keys, part + 1 == KeyTable.PARTS ? Optional.empty() : Optional.of(String.valueOf(part + 1)));
    }

    private static int part(String cursor) {
        for (int part = 1; part < KeyTable.PARTS; part++) {
            if (cursor.equals(String.valueOf(part))) {
                return part;
            }
        }
        throw new InvalidArgumentException("cursor is '" + cursor + "', expected one that a page of this store named");
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return completed(() -> list(tenant, policy, cursor));
    }

    @Override
    public PolicyCounters counters(Policy policy) {
        requireOpen();
        return ofPolicy(policy);
    }

    /** One and the same object for equal policies: cells are packed by the rules of the object that made them. */
    private MemoryCounters ofPolicy(Policy policy) {
        MemoryCounters known = counters.get(policy);
        return known != null ? known : counters.computeIfAbsent(policy, this::newCounters);
    }

    private MemoryCounters newCounters(Policy policy) {
        return new MemoryCounters(this, table(policy.name()), CompiledPolicy.of(policy, source));
    }

    private KeyTable table(String policy) {
        return tables.computeIfAbsent(policy, name -> new KeyTable(clock, hashes, maxKeys));
    }

    void close() {
        closed = true;
        counters.clear();
        tables.clear();
    }

    void requireOpen() {
        if (closed) {
            throw new GuardClosedException("backend memory");
        }
    }

    static <T> CompletionStage<T> completed(Supplier<T> call) {
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
