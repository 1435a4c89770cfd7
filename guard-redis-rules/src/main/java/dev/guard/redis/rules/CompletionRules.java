package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** On which threads the futures of an asynchronous caller complete. */
public interface CompletionRules extends BackendUnderTest {

    Policy POLICY = Policy.of("p", Limit.parse("10/1h"));

    /** How a future ended, and on which thread. */
    record End(
            Thread thread,
            @Nullable Decision decision,
            @Nullable Throwable error) {}

    /** Follows a future that is not done yet. */
    private static CompletableFuture<End> asked(Guard guard) {
        CompletableFuture<Decision> answer =
                guard.async().limiter(POLICY).tryAcquire("alice").toCompletableFuture();
        CompletableFuture<End> end =
                answer.handle((decision, error) -> new End(Thread.currentThread(), decision, error));
        assertThat(end).isNotDone();
        return end;
    }

    @Test
    @DisplayName(
            "an answer, a timeout and a lost connection complete futures on the executor of the guard, and on no thread of the client")
    default void onTheExecutor() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.execute(() -> thread.complete(Thread.currentThread()));
        try (RedisServer server = RedisServers.standalone()) {
            try (Guard guard =
                    builder(server.url() + "?timeout=20s").executor(executor).build()) {
                server.pause();
                CompletableFuture<End> answered = asked(guard);
                server.resume();
                assertThat(answered.get(1, TimeUnit.MINUTES))
                        .satisfies(end -> assertThat(end.thread()).isSameAs(thread.join()))
                        .satisfies(end -> assertThat(end.decision()).matches(Decision::allowed, "is allowed"));

                server.pause();
                CompletableFuture<End> lost = asked(guard);
                server.kill();
                assertUnavailable(lost.get(1, TimeUnit.MINUTES), thread.join());
            }
            server.start();
            try (Guard guard =
                    builder(server.url() + "?timeout=500ms").executor(executor).build()) {
                server.pause();
                assertUnavailable(asked(guard).get(1, TimeUnit.MINUTES), thread.join());
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static void assertUnavailable(End end, Thread thread) {
        assertThat(end.thread()).isSameAs(thread);
        assertThat(end.error()).isInstanceOf(BackendUnavailableException.class);
    }

    @Test
    @DisplayName("where the caller asked for it, futures complete on the thread of the client that got the answer")
    default void directly() throws Exception {
        try (RedisServer server = RedisServers.standalone();
                Guard guard = builder(server.url() + "?timeout=20s")
                        .directCompletion()
                        .build()) {
            server.pause();
            CompletableFuture<End> answered = asked(guard);
            server.resume();
            assertThat(answered.get(1, TimeUnit.MINUTES).thread().getName()).containsAnyOf("lettuce", "jedis");
        }
    }
}
