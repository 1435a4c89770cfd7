package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The calls of one policy: what the limiters of all forms share. Plain acquisitions and peeks take the store's own fast path. */
final class PolicyCalls {

    private final Guard guard;
    private final Policy policy;
    private final CounterStore store;
    private final PolicyCounters counters;
    private final WaitingLines lines;

    PolicyCalls(Guard guard, Policy policy) {
        this.guard = guard;
        this.policy = policy;
        this.store = guard.counters();
        this.counters = store.counters(policy);
        this.lines = guard.lines();
    }

    Policy policy() {
        return policy;
    }

    // ─── Plain decisions ────────────────────────────────────────────────────────────────────────

    Decision tryAcquire(String tenant, String subject, long cost) {
        requireAnonymous();
        return counters.tryAcquire(tenant, subject, cost, Deadline.NONE);
    }

    CompletableFuture<Decision> tryAcquireAsync(String tenant, String subject, long cost) {
        return answered(() -> {
            requireAnonymous();
            return counters.tryAcquireAsync(tenant, subject, cost, Deadline.NONE);
        });
    }

    Decision peek(String tenant, String subject, long cost) {
        guard.requireOpen();
        return counters.peek(tenant, subject, cost, Deadline.NONE);
    }

    CompletableFuture<Decision> peekAsync(String tenant, String subject, long cost) {
        return answered(() -> counters.peekAsync(tenant, subject, cost, Deadline.NONE));
    }

    KeyCounter key(String tenant, String subject) {
        guard.requireOpen();
        return counters.key(tenant, subject);
    }

    /** That the guard is open, and that permits which nobody can name may be taken of the policy. */
    void requireAnonymous() {
        guard.requireOpen();
        if (policy.hasConcurrency()) {
            throw new InvalidArgumentException("policy '" + policy.name()
                    + "' has a concurrency limit, whose permits are given back; expected tryAcquirePermit or acquire,"
                    + " which answer with a handle to do that with");
        }
    }

    AcquireAtMost atMost(Key key, long most) {
        requireAnonymous();
        return new AcquireAtMost(key, policy, most, null, Deadline.NONE);
    }

    // ─── Permits that are given back ────────────────────────────────────────────────────────────

    /** The question for permits, under an id that nobody else has. */
    Acquire question(Key key, long cost) {
        return new Acquire(key, policy, cost, newId(), Deadline.NONE);
    }

    /** The id of a {@link #question}. */
    static String idOf(Acquire question) {
        return Objects.requireNonNull(question.permitId(), "permitId");
    }

    String newId() {
        return guard.permitIds().next();
    }

    Key keyOf(String tenant, String subject) {
        return policy.key(tenant, subject);
    }

    Decision decide(Judged operation) {
        guard.requireOpen();
        return (Decision) run(operation);
    }

    Effect apply(CounterOperation operation) {
        guard.requireOpen();
        try {
            return (Effect) run(operation);
        } finally {
            heard(operation);
        }
    }

    CompletionStage<Decision> submit(Judged operation) {
        return Futures.mapped(submitted(operation), Decision.class::cast);
    }

    CompletableFuture<Effect> applyAsync(Supplier<CounterOperation> operation) {
        return answered(() -> {
            CounterOperation made = operation.get();
            return Futures.mapped(submitted(made), Effect.class::cast).whenComplete((effect, error) -> heard(made));
        });
    }

    /** Gives up what was taken for a caller who is no longer there. */
    void giveBack(Acquire question, Allowed allowed) {
        lines.giveBack(question, allowed);
    }

    void cancel(Cancel cancel) {
        var unused = submitted(cancel).whenComplete((effect, error) -> heard(cancel));
    }

    private Outcome run(CounterOperation operation) {
        return Outcomes.only(store.execute(List.of(operation)));
    }

    private CompletableFuture<Outcome> submitted(CounterOperation operation) {
        return Outcomes.only(Futures.called(() -> store.submit(List.of(operation))));
    }

    /** Wakes whoever waits for what an operation may have brought back. */
    private void heard(CounterOperation operation) {
        boolean bringsBack = operation instanceof Refund
                || operation instanceof Release
                || operation instanceof Commit
                || operation instanceof Cancel
                || operation instanceof Unblock
                || operation instanceof Reset;
        if (bringsBack) {
            lines.wake(operation.key());
        }
    }

    // ─── Waiting ────────────────────────────────────────────────────────────────────────────────

    /** Waits on the calling thread, in line with whoever else waits for permits of the key. */
    Decision acquire(Acquire question, Duration atMost) {
        guard.requireOpen();
        long deadline = lines.deadline(atMost);
        WaitingLines.Waiter waiter = lines.joinIfThereIsALine(question, deadline);
        if (waiter == null) {
            long news = lines.news(question.key());
            Decision decision = (Decision) run(question);
            if (!(decision instanceof Denied denied) || lines.isHopeless(denied, deadline)) {
                return decision;
            }
            waiter = lines.join(question, deadline, denied, news);
        }
        return lines.await(waiter);
    }

    /**
     * Waits without a thread. A caller who cancels the future has left the line, and what is won for it later is given back.
     *
     * @param result what to answer with; it may throw
     */
    <T> CompletableFuture<T> acquireAsync(
            Supplier<Acquire> questions, Duration atMost, Function<Acquire, Function<Decision, T>> result) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            guard.requireOpen();
            Acquire question = questions.get();
            Function<Decision, T> told = result.apply(question);
            long deadline = lines.deadline(atMost);
            WaitingLines.Waiter waiter = lines.joinIfThereIsALine(question, deadline);
            if (waiter != null) {
                await(waiter, question, told, answer);
                return answer;
            }
            long news = lines.news(question.key());
            CompletableFuture<Outcome> asked = submitted(question);
            boolean atOnce = asked.isDone();
            var unused = asked.whenComplete((outcome, error) -> {
                if (outcome instanceof Denied denied && !answer.isDone() && !lines.isHopeless(denied, deadline)) {
                    await(lines.join(question, deadline, denied, news), question, told, answer);
                } else {
                    deliver(atOnce, (Decision) outcome, error, question, told, answer);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private <T> void await(
            WaitingLines.Waiter waiter, Acquire question, Function<Decision, T> told, CompletableFuture<T> answer) {
        boolean atOnce = waiter.outcome().isDone();
        var unused = waiter.outcome()
                .whenComplete((decision, error) -> deliver(atOnce, decision, error, question, told, answer));
        var unusedToo = answer.whenComplete((value, error) -> {
            if (!waiter.outcome().isDone()) {
                lines.leave(waiter, new CancellationException("nobody waits for the permits any more"));
            }
        });
    }

    /** Completes the caller's future, on the guard's executor unless the answer was there at once. */
    private <T> void deliver(
            boolean atOnce,
            @Nullable Decision decision,
            @Nullable Throwable error,
            Acquire question,
            Function<Decision, T> told,
            CompletableFuture<T> answer) {
        onExecutor(atOnce, () -> {
            if (decision == null) {
                answer.completeExceptionally(Futures.unwrapped(Objects.requireNonNull(error)));
                return;
            }
            boolean taken;
            try {
                taken = answer.complete(told.apply(decision));
            } catch (RuntimeException e) {
                taken = answer.completeExceptionally(e);
            }
            if (!taken && decision instanceof Allowed allowed) {
                lines.giveBack(question, allowed);
            }
        });
    }

    // ─── Listing ────────────────────────────────────────────────────────────────────────────────

    KeyPage list(String tenant, String cursor) {
        guard.requireOpen();
        return store.list(tenant, policy.name(), cursor);
    }

    CompletableFuture<KeyPage> listAsync(String tenant, String cursor) {
        return answered(() -> store.submitList(tenant, policy.name(), cursor));
    }

    // ─── Answers ────────────────────────────────────────────────────────────────────────────────

    <T> CompletableFuture<T> answered(Supplier<? extends CompletionStage<T>> call) {
        return answered(call, value -> {});
    }

    /**
     * The future of a call: done where the answer is there at once, else completed on the guard's executor. Errors, thrown ones
     * too, are as they are.
     *
     * @param unwanted what to do with a value for a caller who has cancelled the future meanwhile
     */
    <T> CompletableFuture<T> answered(Supplier<? extends CompletionStage<T>> call, Consumer<? super T> unwanted) {
        CompletableFuture<T> stage = Futures.called(() -> {
                    guard.requireOpen();
                    return call.get();
                })
                .toCompletableFuture();
        if (stage.isDone()) {
            return Futures.unwrapped(stage);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        var unused = stage.whenComplete((value, error) -> onExecutor(false, () -> {
            if (error != null) {
                answer.completeExceptionally(Futures.unwrapped(error));
            } else if (!answer.complete(value)) {
                unwanted.accept(value);
            }
        }));
        return answer;
    }

    private void onExecutor(boolean here, Runnable completion) {
        if (here) {
            completion.run();
            return;
        }
        try {
            guard.executor().execute(completion);
        } catch (RejectedExecutionException e) {
            // Better on this thread than never.
            completion.run();
        }
    }
}
