package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a shared store, for some policies of which a declared share of the limit is judged locally while the store is away.
 *
 * <p>Every call goes to the store first. What may be answered locally is a call that takes permits which nobody gives back, and a look: not
 * permits with a handle, reservations, refunds, penalties or blocks, which the store alone knows. Of a command all operations may, or
 * none is. An answer of yes or no alone cannot say where it comes from, and is the store's. Each local answer says that it is one; see {@link Outage} for when there are any.
 */
final class DegradableCounters implements CounterStore {

    private final CounterStore store;
    private final Function<String, @Nullable Degradation> degradations;
    private final Outage outage;

    /**
     * Makes them.
     *
     * @param degradations what is declared for the policy of a name; null where it fails closed
     */
    DegradableCounters(CounterStore store, Function<String, @Nullable Degradation> degradations, Outage outage) {
        this.store = store;
        this.degradations = degradations;
        this.outage = outage;
    }

    // ─── What may be answered locally ───────────────────────────────────────────────────────────

    /** What a command asks of the local backend instead. */
    private record StandIn(List<Judged> operations, List<String> tenants, Duration atMost) {}

    /** What a command is locally; null where it is for the store alone. */
    private @Nullable StandIn standIn(List<? extends CounterOperation> operations) {
        List<Judged> local = new ArrayList<>(operations.size());
        List<String> tenants = new ArrayList<>(1);
        Duration atMost = Duration.ofDays(365);
        for (CounterOperation operation : operations) {
            Degradation degradation = operation instanceof Judged judged ? of(judged.policy()) : null;
            Judged same = degradation == null ? null : local((Judged) operation, degradation);
            if (degradation == null || same == null) {
                return null;
            }
            local.add(same);
            if (!tenants.contains(same.key().tenant())) {
                tenants.add(same.key().tenant());
            }
            atMost = atMost.compareTo(degradation.atMost()) < 0 ? atMost : degradation.atMost();
        }
        return new StandIn(local, tenants, atMost);
    }

    private @Nullable Degradation of(Policy policy) {
        return policy.hasConcurrency() ? null : degradations.apply(policy.name());
    }

    private static @Nullable Judged local(Judged operation, Degradation degradation) {
        Policy policy = degradation.of(operation.policy());
        if (operation instanceof Acquire acquire && acquire.permitId() == null) {
            return new Acquire(acquire.key(), policy, acquire.cost(), Deadline.NONE);
        }
        if (operation instanceof AcquireAtMost acquire && acquire.permitId() == null) {
            return new AcquireAtMost(acquire.key(), policy, acquire.most(), null, Deadline.NONE);
        }
        return operation instanceof Peek peek ? new Peek(peek.key(), policy, peek.cost(), Deadline.NONE) : null;
    }

    // ─── Commands ───────────────────────────────────────────────────────────────────────────────

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        long begun = System.nanoTime();
        BackendUnavailableException cause;
        try {
            List<Outcome> outcomes = store.execute(operations);
            if (!areLate(outcomes)) {
                outage.answered();
                return outcomes;
            }
            cause = late();
        } catch (BackendUnavailableException e) {
            cause = e;
        }
        StandIn instead = Outage.is(cause.reason()) ? standIn(operations) : null;
        if (instead == null) {
            throw cause;
        }
        Backend local = null;
        for (String tenant : instead.tenants) {
            local = outage.awaitedStandIn(tenant, cause, instead.atMost, begun);
        }
        return judged(local, cause, backend -> backend.counters().execute(instead.operations));
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return orElse(() -> notLate(store.submit(operations)), cause -> {
            StandIn instead = standIn(operations);
            if (instead == null) {
                return null;
            }
            CompletableFuture<Backend> local = CompletableFuture.failedFuture(cause);
            for (int i = 0; i < instead.tenants.size(); i++) {
                String tenant = instead.tenants.get(i);
                local = i == 0
                        ? outage.standIn(tenant, cause, instead.atMost)
                        : local.thenCompose(before -> outage.standIn(tenant, cause, instead.atMost));
            }
            return new Local<>(local, backend -> backend.counters().execute(instead.operations));
        });
    }

    /** Whether the store did nothing of a command, as it came after its deadline. */
    private static boolean areLate(List<Outcome> outcomes) {
        return outcomes.stream().allMatch(Late.class::isInstance) && !outcomes.isEmpty();
    }

    private static CompletionStage<List<Outcome>> notLate(CompletionStage<List<Outcome>> answer) {
        return answer.thenApply(outcomes -> {
            if (areLate(outcomes)) {
                throw late();
            }
            return outcomes;
        });
    }

    private static BackendUnavailableException late() {
        return new BackendUnavailableException(Reason.LATE, "the call reached the store after its deadline");
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return store.submitList(tenant, policy, cursor);
    }

    @Override
    public KeyPage list(String tenant, String policy, String cursor) {
        return store.list(tenant, policy, cursor);
    }

    // ─── One policy ─────────────────────────────────────────────────────────────────────────────

    @Override
    public PolicyCounters counters(Policy policy) {
        Degradation degradation = of(policy);
        PolicyCounters counters = store.counters(policy);
        return degradation == null ? counters : new Counters(counters, degradation.of(policy), degradation.atMost());
    }

    private final class Counters implements PolicyCounters {
        private final PolicyCounters counters;
        private final Policy local;
        private final Duration atMost;

        Counters(PolicyCounters counters, Policy local, Duration atMost) {
            this.counters = counters;
            this.local = local;
            this.atMost = atMost;
        }

        @Override
        public Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline) {
            return asked(
                    tenant,
                    () -> counters.tryAcquire(tenant, subject, cost, deadline),
                    instead -> instead.tryAcquire(tenant, subject, cost, Deadline.NONE));
        }

        @Override
        public CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline) {
            return asking(
                    tenant,
                    () -> counters.tryAcquireAsync(tenant, subject, cost, deadline),
                    instead -> instead.tryAcquire(tenant, subject, cost, Deadline.NONE));
        }

        @Override
        public Decision peek(String tenant, String subject, long cost, Deadline deadline) {
            return asked(
                    tenant,
                    () -> counters.peek(tenant, subject, cost, deadline),
                    instead -> instead.peek(tenant, subject, cost, Deadline.NONE));
        }

        @Override
        public CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline) {
            return asking(
                    tenant,
                    () -> counters.peekAsync(tenant, subject, cost, deadline),
                    instead -> instead.peek(tenant, subject, cost, Deadline.NONE));
        }

        @Override
        public KeyCounter key(String tenant, String subject) {
            KeyCounter key = counters.key(tenant, subject);
            return new KeyCounter() {
                @Override
                public boolean tryAcquire(long cost, Deadline deadline) {
                    // A local answer says that it is one, which this one could not.
                    return key.tryAcquire(cost, deadline);
                }

                @Override
                public Decision decide(long cost, Deadline deadline) {
                    return asked(
                            tenant,
                            () -> key.decide(cost, deadline),
                            instead -> instead.tryAcquire(tenant, subject, cost, Deadline.NONE));
                }
            };
        }

        private <T> T asked(String tenant, Supplier<T> call, Function<PolicyCounters, T> instead) {
            long begun = System.nanoTime();
            BackendUnavailableException cause;
            try {
                T answer = call.get();
                outage.answered();
                return answer;
            } catch (BackendUnavailableException e) {
                cause = e;
            }
            if (!Outage.is(cause.reason())) {
                throw cause;
            }
            return judged(
                    outage.awaitedStandIn(tenant, cause, atMost, begun),
                    cause,
                    backend -> instead.apply(backend.counters().counters(local)));
        }

        private CompletionStage<Decision> asking(
                String tenant, Supplier<CompletionStage<Decision>> call, Function<PolicyCounters, Decision> instead) {
            return orElse(
                    call,
                    cause -> new Local<>(
                            outage.standIn(tenant, cause, atMost),
                            backend -> instead.apply(backend.counters().counters(local))));
        }
    }

    // ─── Both ───────────────────────────────────────────────────────────────────────────────────

    /** What the local backend says; what it cannot say, as a cost above its share, is unavailable for the store's reason. */
    private static <T> T judged(
            @Nullable Backend local, BackendUnavailableException cause, Function<Backend, T> question) {
        if (local == null) {
            throw cause;
        }
        try {
            return question.apply(local);
        } catch (InvalidArgumentException | GuardClosedException e) {
            cause.addSuppressed(e);
            throw cause;
        }
    }

    /** A local backend, once it may be asked, and what it is asked. */
    private record Local<T>(CompletableFuture<Backend> backend, Function<Backend, T> question) {}

    /**
     * The store's answer, or a local one where there is an outage. Who would have to wait longer for that than for the store is told of the
     * outage, and nothing is asked of the local backend.
     *
     * @param instead what is asked locally; null where the store alone is asked
     */
    private <T> CompletionStage<T> orElse(
            Supplier<CompletionStage<T>> call, Function<BackendUnavailableException, @Nullable Local<T>> instead) {
        long begun = System.nanoTime();
        CompletableFuture<T> result = new CompletableFuture<>();
        var unused = Futures.called(call).whenComplete((answer, error) -> {
            Throwable plain = error == null ? null : Futures.unwrapped(error);
            if (plain == null) {
                outage.answered();
                result.complete(answer);
            } else if (plain instanceof BackendUnavailableException cause && Outage.is(cause.reason())) {
                answerLocally(result, instead.apply(cause), cause, outage.left(begun));
            } else {
                result.completeExceptionally(plain);
            }
        });
        return result;
    }

    private static <T> void answerLocally(
            CompletableFuture<T> result, @Nullable Local<T> local, BackendUnavailableException cause, long nanos) {
        if (local == null) {
            result.completeExceptionally(cause);
            return;
        }
        var unused = local.backend.orTimeout(nanos, TimeUnit.NANOSECONDS).whenComplete((backend, failed) -> {
            try {
                result.complete(judged(failed == null ? backend : null, cause, local.question));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
    }
}
