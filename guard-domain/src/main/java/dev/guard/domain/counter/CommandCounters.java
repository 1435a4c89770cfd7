package dev.guard.domain.counter;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Late;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The counters of a policy by way of commands of one operation. */
final class CommandCounters implements PolicyCounters {

    private final CounterStore store;
    private final Policy policy;

    CommandCounters(CounterStore store, Policy policy) {
        this.store = store;
        this.policy = policy;
    }

    @Override
    public Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline) {
        return only(store.execute(acquire(tenant, subject, cost, deadline)));
    }

    @Override
    public CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline) {
        return Stages.map(() -> store.submit(acquire(tenant, subject, cost, deadline)), CommandCounters::only);
    }

    @Override
    public Decision peek(String tenant, String subject, long cost, Deadline deadline) {
        return only(store.execute(peekOf(tenant, subject, cost, deadline)));
    }

    @Override
    public CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline) {
        return Stages.map(() -> store.submit(peekOf(tenant, subject, cost, deadline)), CommandCounters::only);
    }

    @Override
    public KeyCounter key(String tenant, String subject) {
        policy.key(tenant, subject);
        return new KeyCounter() {
            @Override
            public boolean tryAcquire(long cost, Deadline deadline) {
                return decide(cost, deadline).allowed();
            }

            @Override
            public Decision decide(long cost, Deadline deadline) {
                return CommandCounters.this.tryAcquire(tenant, subject, cost, deadline);
            }
        };
    }

    private List<Acquire> acquire(String tenant, String subject, long cost, Deadline deadline) {
        return List.of(new Acquire(policy.key(tenant, subject), policy, cost, deadline));
    }

    private List<Peek> peekOf(String tenant, String subject, long cost, Deadline deadline) {
        return List.of(new Peek(policy.key(tenant, subject), policy, cost, deadline));
    }

    private static Decision only(List<Outcome> outcomes) {
        Outcome outcome = outcomes.get(0);
        if (outcome instanceof Late) {
            throw new BackendUnavailableException(
                    BackendUnavailableException.Reason.LATE,
                    "the call reached the store after its deadline; nothing was charged");
        }
        return (Decision) outcome;
    }
}
