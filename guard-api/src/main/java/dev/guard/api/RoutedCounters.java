package dev.guard.api;

import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.PolicyCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Counters of which those of some policies are kept in this process, and never anywhere else. */
final class RoutedCounters implements CounterStore {

    private final CounterStore shared;
    private final CounterStore local;
    private final Set<String> localPolicies;

    RoutedCounters(CounterStore shared, CounterStore local, Set<String> localPolicies) {
        this.shared = shared;
        this.local = local;
        this.localPolicies = Set.copyOf(localPolicies);
    }

    private CounterStore of(String policy) {
        return localPolicies.contains(policy) ? local : shared;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        List<CounterOperation> here = new ArrayList<>();
        List<CounterOperation> there = new ArrayList<>();
        for (CounterOperation operation : operations) {
            (isLocal(operation) ? here : there).add(operation);
        }
        if (here.isEmpty()) {
            return shared.submit(operations);
        }
        if (there.isEmpty()) {
            return local.submit(operations);
        }
        return shared.submit(there)
                .thenCombine(local.submit(here), (shared, local) -> inOrder(operations, shared, local));
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        if (operations.size() == 1) {
            return of(operations.get(0).key().policy()).execute(operations);
        }
        return CounterStore.super.execute(operations);
    }

    private boolean isLocal(CounterOperation operation) {
        return localPolicies.contains(operation.key().policy());
    }

    private List<Outcome> inOrder(
            List<? extends CounterOperation> operations, List<Outcome> shared, List<Outcome> local) {
        List<Outcome> outcomes = new ArrayList<>(operations.size());
        int here = 0;
        int there = 0;
        for (CounterOperation operation : operations) {
            outcomes.add(isLocal(operation) ? local.get(here++) : shared.get(there++));
        }
        return outcomes;
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return of(policy).submitList(tenant, policy, cursor);
    }

    @Override
    public KeyPage list(String tenant, String policy, String cursor) {
        return of(policy).list(tenant, policy, cursor);
    }

    @Override
    public PolicyCounters counters(Policy policy) {
        return of(policy.name()).counters(policy);
    }
}
