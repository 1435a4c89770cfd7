package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The counters of a shared store as a guard asks them: every call has a deadline, and none is made while the store is away.
 *
 * <p>A call that has a deadline keeps it. One that has none gets the guard's, counted from the moment when it is made, so that who waits
 * for permits has it anew with each question. The store itself ends the call by then, see {@link CounterStore}; a listing, of which it
 * is told no deadline, is ended here.
 *
 * <p>Errors are the store's, and {@code CIRCUIT_OPEN} of a {@link CircuitBreaker}.
 */
final class ShieldedCounters implements CounterStore {

    private final CounterStore store;
    private final CircuitBreaker breaker;
    private final long patienceNanos;

    /**
     * Makes them.
     *
     * @param patienceNanos how long a call may take
     */
    ShieldedCounters(CounterStore store, CircuitBreaker breaker, long patienceNanos) {
        this.store = store;
        this.breaker = breaker;
        this.patienceNanos = patienceNanos;
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return submitted(() -> store.submit(timed(operations)));
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        return called(() -> store.execute(timed(operations)));
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return submitted(() -> inTime(store.submitList(tenant, policy, cursor)));
    }

    /** A listing that fails when its time is over. It is the one call that stores are told no deadline of, and it changes nothing. */
    private CompletionStage<KeyPage> inTime(CompletionStage<KeyPage> listing) {
        CompletableFuture<KeyPage> page = new CompletableFuture<>();
        var unused = Futures.mapped(listing, found -> found)
                .orTimeout(patienceNanos, TimeUnit.NANOSECONDS)
                .whenComplete((found, error) -> {
                    if (error == null) {
                        page.complete(found);
                    } else {
                        page.completeExceptionally(
                                error instanceof TimeoutException
                                        ? new BackendUnavailableException(
                                                Reason.TIMEOUT, "the store gave no page of keys in time")
                                        : error);
                    }
                });
        return page;
    }

    @Override
    public PolicyCounters counters(Policy policy) {
        return new Counters(store.counters(policy));
    }

    private List<? extends CounterOperation> timed(List<? extends CounterOperation> operations) {
        if (operations.stream().noneMatch(operation -> operation.deadline().isNone())) {
            return operations;
        }
        Deadline deadline = deadline();
        return operations.stream()
                .map(operation -> operation.deadline().isNone() ? operation.by(deadline) : operation)
                .toList();
    }

    private Deadline deadline() {
        return Deadline.after(System.nanoTime(), patienceNanos);
    }

    private Deadline timed(Deadline deadline) {
        return deadline.isNone() ? deadline() : deadline;
    }

    private <T> T called(Supplier<T> call) {
        breaker.requireClosed();
        T answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            breaker.failed(e);
            throw e;
        }
        breaker.answered();
        return answer;
    }

    private <T> CompletionStage<T> submitted(Supplier<CompletionStage<T>> call) {
        try {
            breaker.requireClosed();
        } catch (BackendUnavailableException e) {
            return CompletableFuture.failedFuture(e);
        }
        return Futures.called(call).whenComplete((answer, error) -> {
            if (error == null) {
                breaker.answered();
            } else {
                breaker.failed(Futures.unwrapped(error));
            }
        });
    }

    private final class Counters implements PolicyCounters {

        private final PolicyCounters counters;

        Counters(PolicyCounters counters) {
            this.counters = counters;
        }

        @Override
        public Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline) {
            return called(() -> counters.tryAcquire(tenant, subject, cost, timed(deadline)));
        }

        @Override
        public CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline) {
            return submitted(() -> counters.tryAcquireAsync(tenant, subject, cost, timed(deadline)));
        }

        @Override
        public Decision peek(String tenant, String subject, long cost, Deadline deadline) {
            return called(() -> counters.peek(tenant, subject, cost, timed(deadline)));
        }

        @Override
        public CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline) {
            return submitted(() -> counters.peekAsync(tenant, subject, cost, timed(deadline)));
        }

        @Override
        public KeyCounter key(String tenant, String subject) {
            KeyCounter key = counters.key(tenant, subject);
            return new KeyCounter() {
                @Override
                public boolean tryAcquire(long cost, Deadline deadline) {
                    return called(() -> key.tryAcquire(cost, timed(deadline)));
                }

                @Override
                public Decision decide(long cost, Deadline deadline) {
                    return called(() -> key.decide(cost, timed(deadline)));
                }
            };
        }
    }
}
