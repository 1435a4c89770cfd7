package dev.guard.api;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.counter.PolicyCounters;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * {@link RateLimiter} for asynchronous callers. Every error that the blocking form throws fails the future instead, as it
 * is; nothing is thrown. Futures that are not complete at once complete on the guard's executor.
 */
public final class AsyncRateLimiter {

    private final Guard guard;
    private final PolicyCounters counters;
    private final String tenant;

    AsyncRateLimiter(Guard guard, PolicyCounters counters, String tenant) {
        this.guard = guard;
        this.counters = counters;
        this.tenant = tenant;
    }

    /** The same policy for another tenant, whose subjects are counted apart; the tenant is not empty. */
    public AsyncRateLimiter tenant(String tenant) {
        return new AsyncRateLimiter(guard, counters, tenant);
    }

    /** Takes one permit of all limits, or none. */
    public CompletableFuture<Decision> tryAcquire(String subject) {
        return tryAcquire(subject, 1);
    }

    /** Takes {@code cost} permits of all limits, or none. */
    public CompletableFuture<Decision> tryAcquire(String subject, long cost) {
        return answered(() -> counters.tryAcquireAsync(tenant, subject, cost, Deadline.NONE));
    }

    /** Whether one permit could be taken, and how many remain; changes nothing. */
    public CompletableFuture<Decision> peek(String subject) {
        return peek(subject, 1);
    }

    /** Whether {@code cost} permits could be taken, and how many remain; changes nothing. */
    public CompletableFuture<Decision> peek(String subject, long cost) {
        return answered(() -> counters.peekAsync(tenant, subject, cost, Deadline.NONE));
    }

    private CompletableFuture<Decision> answered(Supplier<CompletionStage<Decision>> call) {
        CompletableFuture<Decision> stage;
        try {
            guard.requireOpen();
            stage = call.get().toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (stage.isDone()) {
            return Futures.unwrapped(stage);
        }
        CompletableFuture<Decision> answer = new CompletableFuture<>();
        var unused = stage.whenCompleteAsync(
                (decision, error) -> {
                    if (error == null) {
                        answer.complete(decision);
                    } else {
                        answer.completeExceptionally(Futures.unwrapped(error));
                    }
                },
                guard.executor());
        return answer;
    }
}
