package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The asynchronous view of a guard")
class AsyncGuardTest {

    private static final Policy API = Policy.of("api", Limit.parse("3/1h fixed"));

    private final TestBackend backend = TestBackend.shared("test");
    private final Deque<Runnable> executor = new ArrayDeque<>();
    private final Guard guard =
            Guard.builder().backend(backend).policy(API).executor(executor::add).build();
    private final CompletableFuture<Void> gate = new CompletableFuture<>();

    @Test
    @DisplayName("answers as the blocking form does")
    void answersAlike() {
        AsyncRateLimiter limiter = guard.async().limiter(API);
        assertThat(limiter.tryAcquire("alice")).isCompletedWithValueMatching(decision -> decision.remaining() == 2);
        assertThat(limiter.tryAcquire("alice", 2)).isCompletedWithValueMatching(Decision::allowed);
        assertThat(limiter.peek("alice")).isCompletedWithValueMatching(decision -> !decision.allowed());
        assertThat(guard.async().limiter("api").tenant("acme").peek("alice", 3))
                .isCompletedWithValueMatching(decision -> decision.remaining() == 3);
        assertThat(executor).as("what is complete at once needs no executor").isEmpty();
    }

    @Test
    @DisplayName("completes on the executor what the store answers later")
    void completesOnTheExecutor() {
        backend.answerThrough(() -> gate);
        CompletableFuture<Decision> answer = guard.async().limiter(API).tryAcquire("alice");
        gate.complete(null);
        assertThat(answer).isNotDone();
        executor.remove().run();
        assertThat(answer).isCompletedWithValueMatching(Decision::allowed);
    }

    @Test
    @DisplayName("completes on the store's thread where that was asked for")
    void directCompletion() {
        backend.answerThrough(() -> gate);
        try (Guard direct = Guard.builder().backend(backend).directCompletion().build()) {
            CompletableFuture<Decision> answer = direct.async().limiter(API).tryAcquire("alice");
            assertThat(answer).isNotDone();
            gate.complete(null);
            assertThat(answer).isCompletedWithValueMatching(Decision::allowed);
        }
    }

    @Test
    @DisplayName("fails its futures with the error itself, late or at once, and throws nothing")
    void failsWithTheErrorItself() {
        AsyncRateLimiter limiter = guard.async().limiter(API);
        backend.answerThrough(() -> gate);
        CompletableFuture<Decision> late = limiter.tryAcquire("alice");
        BackendUnavailableException away =
                new BackendUnavailableException(BackendUnavailableException.Reason.TIMEOUT, "no answer");
        gate.completeExceptionally(new CompletionException(away));
        executor.remove().run();
        assertThat(errorOf(late)).isSameAs(away);

        backend.answerThrough(() -> CompletableFuture.failedFuture(away));
        assertThat(errorOf(limiter.tryAcquire("alice"))).isSameAs(away);
        assertThat(errorOf(limiter.peek("alice"))).isSameAs(away);
    }

    @Test
    @DisplayName("fails its futures for a cost out of range and an empty tenant")
    void arguments() {
        AsyncRateLimiter limiter = guard.async().limiter(API);
        assertThat(errorOf(limiter.tryAcquire("alice", 0))).isInstanceOf(InvalidArgumentException.class);
        assertThat(errorOf(limiter.tryAcquire("alice", 4))).isInstanceOf(InvalidArgumentException.class);
        assertThat(errorOf(limiter.tenant("").tryAcquire("alice")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageStartingWith("tenant is empty");
        assertThat(errorOf(limiter.tryAcquire(null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("subject");
    }

    @Test
    @DisplayName("fails its futures once the guard is closed; what is under way still ends")
    void closing() {
        AsyncRateLimiter limiter = guard.async().limiter(API);
        backend.answerThrough(() -> gate);
        CompletableFuture<Decision> underWay = limiter.tryAcquire("alice");
        guard.close();
        assertThat(errorOf(limiter.tryAcquire("alice")))
                .isInstanceOf(GuardClosedException.class)
                .hasMessage("this guard is closed");
        gate.complete(null);
        executor.remove().run();
        assertThat(underWay).isCompletedWithValueMatching(Decision::allowed);
    }

    /** What a callback of the future sees, which is not wrapped for a future that failed by itself. */
    private static Throwable errorOf(CompletableFuture<?> future) {
        Throwable[] seen = new Throwable[1];
        Throwable thrown = catchThrowable(() -> future.whenComplete((value, error) -> seen[0] = error)
                .toCompletableFuture()
                .join());
        assertThat(thrown).isNotNull();
        return seen[0];
    }
}
