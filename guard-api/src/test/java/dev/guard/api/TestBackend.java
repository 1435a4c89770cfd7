package dev.guard.api;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.Step;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The model over a map, for tests of what stands above a backend. Its answers can be held back, or be an error. */
final class TestBackend implements Backend {

    private final String name;
    private final boolean shared;
    private final InstantSource time;
    private final DecisionSource source;
    private final Store store = new Store();
    private final List<CounterOperation> operations = Collections.synchronizedList(new ArrayList<>());
    private volatile int closed;
    private volatile Supplier<CompletableFuture<Void>> gate = () -> CompletableFuture.completedFuture(null);
    private volatile Supplier<CompletionStage<Audit>> look = this::unlooked;

    TestBackend(String name, boolean shared, InstantSource time) {
        this(name, shared, time, DecisionSource.of(name, FailureMode.STRICT_DISTRIBUTED));
    }

    TestBackend(String name, boolean shared, InstantSource time, DecisionSource source) {
        this.name = name;
        this.shared = shared;
        this.time = time;
        this.source = source;
    }

    static TestBackend shared(String name) {
        return new TestBackend(name, true, InstantSource.fixed(Instant.EPOCH));
    }

    static TestBackend local(String name) {
        return new TestBackend(name, false, InstantSource.fixed(Instant.EPOCH));
    }

    /** A provider of backends of that name, which writes down what it was asked to open. */
    static final class Provider implements BackendProvider {
        private final String name;
        private final boolean shared;
        private final List<BackendSettings> opened = new ArrayList<>();

        Provider(String name, boolean shared) {
            this.name = name;
            this.shared = shared;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Backend open(BackendSettings settings) {
            opened.add(settings);
            return new TestBackend(name, shared, settings.time().orElseGet(InstantSource::system), settings.source());
        }
    }

    /** From now on each answer is given when a future of the gate completes, and fails if that fails. */
    void answerThrough(Supplier<CompletableFuture<Void>> gate) {
        this.gate = gate;
    }

    /** What a backend says that does not look. */
    CompletionStage<Audit> unlooked() {
        return Backend.super.audit();
    }

    /** From now on this is found of the store. */
    TestBackend found(Supplier<CompletionStage<Audit>> audit) {
        this.look = audit;
        return this;
    }

    @Override
    public CompletionStage<Audit> audit() {
        return look.get();
    }

    /** Every operation that was submitted or executed, in order. */
    List<CounterOperation> operations() {
        synchronized (operations) {
            return List.copyOf(operations);
        }
    }

    /** How many operations that were. */
    int asked() {
        return operations.size();
    }

    int timesClosed() {
        return closed;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public CounterStore counters() {
        return store;
    }

    @Override
    public CompletionStage<Void> ping() {
        return gate.get();
    }

    @Override
    public void close() {
        closed++;
    }

    private final class Store implements CounterStore {
        private final Map<Key, CounterState> states = new HashMap<>();

        @Override
        public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
            TestBackend.this.operations.addAll(operations);
            if (closed > 0) {
                return CompletableFuture.failedFuture(new GuardClosedException("this backend"));
            }
            return gate.get()
                    .thenApply(open -> operations.stream().map(this::run).toList());
        }

        private synchronized Outcome run(CounterOperation operation) {
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, time.instant());
            Step step = CounterModel.step(
                    states.getOrDefault(operation.key(), CounterState.ABSENT),
                    operation,
                    policy -> CompiledPolicy.of(policy, source),
                    now,
                    Long.MAX_VALUE);
            states.put(operation.key(), step.state());
            return step.outcome();
        }

        @Override
        public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
            List<Key> keys = states.entrySet().stream()
                    .filter(entry -> !entry.getValue().isAbsent())
                    .map(Map.Entry::getKey)
                    .filter(key -> key.tenant().equals(tenant) && key.policy().equals(policy))
                    .toList();
            return gate.get().thenApply(open -> new KeyPage(keys, Optional.empty()));
        }
    }
}
