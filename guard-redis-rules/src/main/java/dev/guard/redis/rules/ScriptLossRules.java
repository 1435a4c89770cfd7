package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that loses its scripts. */
public interface ScriptLossRules extends BackendUnderTest {

    @Test
    @Tag("slow")
    @DisplayName(
            "S14 scripts that are lost every 50 ms for 10 s cost no error and no second count, and every key expires")
    default void scriptsAreLostAgainAndAgain() throws Exception {
        int threads = 4;
        int flushes = 200;
        long most = 10_000_000;
        Policy policy = Policy.of("p", Limit.parse(most + "/30d fixed"), Limit.parse(most + "/30d sliding"));
        CountDownLatch left = new CountDownLatch(flushes);
        ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor();
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try (RedisServer server = RedisServers.standalone();
                Guard guard = guard(server.url() + "?timeout=20s")) {
            RateLimiter limiter = guard.limiter(policy);
            List<Future<Long>> counts = new ArrayList<>();
            Future<?> flushing = flusher.scheduleAtFixedRate(
                    () -> {
                        server.command("SCRIPT", "FLUSH");
                        left.countDown();
                    },
                    0,
                    50,
                    TimeUnit.MILLISECONDS);
            for (int i = 0; i < threads; i++) {
                boolean async = i % 2 == 1;
                counts.add(callers.submit(() -> {
                    long calls = 0;
                    while (left.getCount() > 0 && !flushing.isDone()) {
                        String subject = "subject-" + calls++ % 10;
                        boolean allowed = async
                                ? limiter.async().tryAcquire(subject).get().allowed()
                                : limiter.tryAcquire(subject).allowed();
                        assertThat(allowed).isTrue();
                    }
                    return calls;
                }));
            }
            long calls = 0;
            for (Future<Long> count : counts) {
                calls += count.get(5, TimeUnit.MINUTES);
            }
            assertThat(flushing.isDone()).as("the flushing failed").isFalse();
            flushing.cancel(false);
            long used = 0;
            List<String> subjects = limiter.subjects().toList();
            for (String subject : subjects) {
                used += most - limiter.peek(subject).remaining();
            }
            assertThat(used).isEqualTo(calls);
            assertThat(server.calls("eval")).isPositive();
            List<?> keys = (List<?>) server.command("KEYS", "*");
            assertThat(keys)
                    .hasSize(10)
                    .allSatisfy(key -> assertThat((Long) server.command("PTTL", String.valueOf(key)))
                            .isPositive());
        } finally {
            flusher.shutdownNow();
            callers.shutdownNow();
            assertThat(flusher.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }
}
