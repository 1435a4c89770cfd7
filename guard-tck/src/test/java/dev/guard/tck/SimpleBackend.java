package dev.guard.tck;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.Step;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A backend for one thread that judges every call rightly, and either remembers it or forgets it at once. */
final class SimpleBackend implements Backend, CounterStore {

    private static final DecisionSource SOURCE = DecisionSource.of("simple", FailureMode.LOCAL_ONLY);

    private final boolean remembers;
    private final InstantSource time;
    private final Map<Key, CounterState> states = new HashMap<>();

    SimpleBackend(TckEnvironment environment, boolean remembers) {
        this.remembers = remembers;
        this.time = environment.storeTime().orElseGet(InstantSource::system);
    }

    @Override
    public String name() {
        return "simple";
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public CounterStore counters() {
        return this;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        long now = Micros.of(time.instant());
        try {
            List<Outcome> outcomes = new ArrayList<>();
            for (CounterOperation operation : operations) {
                Step step = CounterModel.step(
                        states.getOrDefault(operation.key(), CounterState.ABSENT),
                        operation,
                        policy -> CompiledPolicy.of(policy, SOURCE),
                        now,
                        operation.deadline().remaining(System.nanoTime()) < 0 ? now - 1 : Long.MAX_VALUE);
                if (remembers) {
                    states.put(operation.key(), step.state());
                }
                outcomes.add(step.outcome());
            }
            return CompletableFuture.completedFuture(outcomes);
        } catch (GuardException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** When nothing will be left of a key, as its state says, in microseconds from now. */
    long expiresAfter(Key key) {
        return states.getOrDefault(key, CounterState.ABSENT).expiresAt() - Micros.of(time.instant());
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return CompletableFuture.completedFuture(new KeyPage(List.of(), Optional.empty()));
    }

    @Override
    public CompletionStage<Void> ping() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
}
