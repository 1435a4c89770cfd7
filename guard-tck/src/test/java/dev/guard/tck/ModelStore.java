package dev.guard.tck;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A client of a store that is nothing but the model and a map of states, right as it stands. Those that extend it get one thing
 * wrong each.
 */
class ModelStore implements Backend, CounterStore {

    private static final Gap GAP = new Gap();

    private static final ConcurrentMap<String, ConcurrentMap<Key, CounterState>> STORES = new ConcurrentHashMap<>();
    private static final DecisionSource SOURCE = DecisionSource.of("model", FailureMode.STRICT_DISTRIBUTED);

    private final String namespace;
    private final InstantSource time;
    private final ConcurrentMap<Policy, CompiledPolicy> compiled = new ConcurrentHashMap<>();
    final ConcurrentMap<Key, CounterState> states;

    ModelStore(TckEnvironment environment) {
        this.namespace = environment.namespace();
        this.time = environment.storeTime().orElseThrow();
        this.states = STORES.computeIfAbsent(namespace, name -> new ConcurrentHashMap<>());
    }

    /** Runs one operation as one atomic step. */
    Outcome run(CounterOperation operation) {
        while (true) {
            CounterState state = states.getOrDefault(operation.key(), CounterState.ABSENT);
            Step step = step(state, operation);
            if (step.leaves(state) || replace(operation.key(), state, step.state())) {
                return step.outcome();
            }
        }
    }

    /** Runs one operation in two steps that others may come between. */
    final Outcome runInTwoSteps(CounterOperation operation) {
        CounterState state = states.getOrDefault(operation.key(), CounterState.ABSENT);
        Step step = step(state, operation);
        GAP.await();
        if (!step.leaves(state)) {
            put(operation.key(), step.state());
        }
        return step.outcome();
    }

    final Step step(CounterState state, CounterOperation operation) {
        return CounterModel.step(state, operation, this::compiled, now(), Long.MAX_VALUE);
    }

    long now() {
        return Micros.of(time.instant());
    }

    final void put(Key key, CounterState state) {
        if (state.isAbsent()) {
            states.remove(key);
        } else {
            states.put(key, state);
        }
    }

    private boolean replace(Key key, CounterState before, CounterState after) {
        if (before.isAbsent()) {
            return after.isAbsent() ? !states.containsKey(key) : states.putIfAbsent(key, after) == null;
        }
        return after.isAbsent() ? states.remove(key, before) : states.replace(key, before, after);
    }

    private CompiledPolicy compiled(Policy policy) {
        return compiled.computeIfAbsent(policy, known -> CompiledPolicy.of(known, SOURCE));
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        for (CounterOperation operation : operations) {
            if (operation instanceof Judged judged) {
                compiled(judged.policy()).check(judged);
            }
        }
        List<Outcome> outcomes = new ArrayList<>();
        operations.forEach(operation -> outcomes.add(run(operation)));
        return outcomes;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        try {
            return CompletableFuture.completedFuture(execute(operations));
        } catch (InvalidArgumentException | BackendUnavailableException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        List<Key> keys = states.keySet().stream()
                .filter(key -> key.tenant().equals(tenant) && key.policy().equals(policy))
                .toList();
        return CompletableFuture.completedFuture(new KeyPage(keys, Optional.empty()));
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
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        STORES.remove(namespace);
    }
}
