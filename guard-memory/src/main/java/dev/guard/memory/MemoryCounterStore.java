package dev.guard.memory;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.Key;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.PolicyCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

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
        List<MemoryCounters> each = new ArrayList<>(operations.size());
        for (CounterOperation operation : operations) {
            MemoryCounters ofPolicy = ofPolicy(operation.policy());
            ofPolicy.checkCost(operation.cost());
            each.add(ofPolicy);
        }
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        for (int i = 0; i < operations.size(); i++) {
            outcomes.add(each.get(i).run(operations.get(i)));
        }
        return outcomes;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return completed(() -> execute(operations));
    }

    @Override
    public boolean reset(Key key) {
        requireOpen();
        KeyTable table = tables.get(key.policy());
        if (table == null) {
            return false;
        }
        Cell cell = table.find(hashes.quick(key.tenant(), key.subject()), key.tenant(), key.subject());
        if (cell == null) {
            return false;
        }
        boolean known = cell.expiresAt(clock) > clock.now();
        return table.drop(cell) && known;
    }

    @Override
    public CompletionStage<Boolean> submitReset(Key key) {
        return completed(() -> reset(key));
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
        KeyTable table = tables.computeIfAbsent(policy.name(), name -> new KeyTable(clock, hashes, maxKeys));
        return new MemoryCounters(this, table, CompiledPolicy.of(policy, source));
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
