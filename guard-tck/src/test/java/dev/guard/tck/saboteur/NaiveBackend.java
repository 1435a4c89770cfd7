package dev.guard.tck.saboteur;

import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Effect;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Judgement;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a stranger writes first: windows in a map, by subject, as long as the wall clock says. It reads well, it works when it is
 * tried by hand, and nearly every rule falls over it. The guide for authors of backends shows what the kit says to it.
 */
final class NaiveBackend implements Backend, CounterStore {

    /** The hits since a window began, in milliseconds since the epoch. */
    private record Window(long start, long hits) {}

    private final Map<String, Window> windows = new HashMap<>();

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        List<Outcome> outcomes = new ArrayList<>();
        for (CounterOperation operation : operations) {
            outcomes.add(run(operation));
        }
        return outcomes;
    }

    private Outcome run(CounterOperation operation) {
        if (operation instanceof Acquire acquire) {
            return count(acquire.policy(), acquire.key().subject(), acquire.cost(), true);
        }
        if (operation instanceof Peek peek) {
            return count(peek.policy(), peek.key().subject(), peek.cost(), false);
        }
        if (operation instanceof Reset reset) {
            return windows.remove(reset.key().subject()) == null ? Effect.NOTHING : Effect.APPLIED;
        }
        throw new UnsupportedOperationException(operation.getClass().getSimpleName());
    }

    private Decision count(Policy policy, String subject, long cost, boolean takes) {
        Limit limit = policy.limits().get(0);
        long now = System.currentTimeMillis();
        long period = limit.period().toMillis();
        Window window = windows.getOrDefault(subject, new Window(now, 0));
        if (now - window.start() > period) {
            window = new Window(now, 0);
        }
        boolean allowed = window.hits() + cost <= limit.capacity();
        if (takes) {
            window = new Window(window.start(), window.hits() + cost);
            windows.put(subject, window);
        }
        long rest = (window.start() + period - now) * 1_000;
        LimitStatus status = new LimitStatus(
                policy.limitName(0),
                limit.algorithm(),
                limit.capacity(),
                limit.numbers().period(),
                Math.max(0, limit.capacity() - window.hits()),
                allowed ? 0 : rest,
                rest,
                rest,
                allowed,
                true);
        return Decision.of(
                policy,
                DecisionSource.of(name(), FailureMode.LOCAL_ONLY),
                new Judgement(allowed, false, 0, policy.version(), now * 1_000),
                cost,
                List.of(status));
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return CompletableFuture.supplyAsync(() -> execute(operations));
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        List<Key> keys = windows.keySet().stream()
                .map(subject -> new Key(tenant, policy, subject))
                .toList();
        return CompletableFuture.completedFuture(new KeyPage(keys, Optional.empty()));
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
    public String name() {
        return "naive";
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public void close() {}
}
