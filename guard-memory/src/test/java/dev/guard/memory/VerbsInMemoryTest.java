package dev.guard.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.api.AsyncHeldPermit;
import dev.guard.api.AsyncRateLimiter;
import dev.guard.api.DeniedException;
import dev.guard.api.Guard;
import dev.guard.api.HeldPermit;
import dev.guard.api.ManualTime;
import dev.guard.api.RateLimiter;
import dev.guard.api.Reservation;
import dev.guard.domain.Effect;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A guard in memory")
@Timeout(60)
class VerbsInMemoryTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Policy API = Policy.of("api", Limit.parse("10/10s"));
    private static final Policy EXPORTS =
            Policy.of("exports", Limit.parse("100/1h fixed"), Limit.parse("concurrent 2 lease 30s"));

    private final ManualTime time = new ManualTime();
    private final Guard guard = Guard.inMemory(time);

    @Test
    @DisplayName("takes, gives back, reserves, blocks, resets and lists, blocking or not")
    void verbs() {
        RateLimiter api = guard.limiter(API);
        AsyncRateLimiter async = api.async();
        assertThat(api.acquireAtMost("alice", 12).cost()).isEqualTo(10);
        assertThat(async.acquireAtMost("alice", 12).join().allowed()).isFalse();
        assertThat(api.reset("alice")).isEqualTo(Effect.APPLIED);
        HeldPermit held = api.acquire("alice", 4, Duration.ZERO);
        assertThat(held.refund()).isEqualTo(Effect.APPLIED);
        assertThat(held.refund()).isEqualTo(Effect.NOTHING);
        try (Reservation reservation = api.reserve("alice", 8, MINUTE)) {
            assertThat(reservation.commit(5)).isEqualTo(Effect.APPLIED);
        }
        assertThat(api.peek("alice").remaining()).isEqualTo(5);
        async.reserve("alice", 5, MINUTE)
                .thenCompose(reservation -> reservation.cancel())
                .join();
        assertThat(async.penalize("alice", 6).join()).isEqualTo(Effect.APPLIED);
        assertThat(api.peek("alice").retryAfter()).isEqualTo(Duration.ofSeconds(2));
        assertThat(async.block("bob", MINUTE).join()).isEqualTo(Effect.APPLIED);
        assertThatThrownBy(() -> api.acquire("bob", Duration.ofSeconds(1))).isInstanceOf(DeniedException.class);
        assertThat(api.subjects()).containsExactlyInAnyOrder("alice", "bob");
        assertThat(api.unblock("bob")).isEqualTo(Effect.APPLIED);
        assertThat(api.tryAcquire("bob", 10).allowed()).isTrue();
    }

    @Test
    @DisplayName("serves those who wait in their order, as its time goes on")
    void waits() {
        RateLimiter api = guard.limiter(API);
        api.tryAcquire("alice", 10);
        List<CompletableFuture<AsyncHeldPermit>> all = new ArrayList<>();
        for (long cost : new long[] {3, 1, 2}) {
            all.add(api.async().acquire("alice", cost, MINUTE));
        }
        for (int second = 1; second <= 6; second++) {
            time.advance(Duration.ofSeconds(1));
            int served = second < 3 ? 0 : second < 4 ? 1 : second < 6 ? 2 : 3;
            for (int i = 0; i < served; i++) {
                assertThat(all.get(i).join().decision().allowed()).isTrue();
            }
            assertThat(all.subList(served, all.size())).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    @DisplayName("lends slots to many threads that wait, in real time, and never more than there are")
    void slots() throws Exception {
        try (Guard real = Guard.inMemory()) {
            RateLimiter exports = real.limiter(EXPORTS);
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            List<FutureTask<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                FutureTask<Integer> task = new FutureTask<>(() -> {
                    int done = 0;
                    for (; done < 10; done++) {
                        try (HeldPermit permit = exports.acquire("alice", MINUTE)) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            assertThat(permit.permit().cost()).isEqualTo(1);
                            inside.decrementAndGet();
                        }
                    }
                    return done;
                });
                tasks.add(task);
                new Thread(task).start();
            }
            for (FutureTask<Integer> task : tasks) {
                assertThat(task.get()).isEqualTo(10);
            }
            assertThat(most.get()).isBetween(1, 2);
            assertThat(exports.peek("bob").limits().get(0).remaining()).isEqualTo(100);
            assertThat(exports.tryAcquirePermit("alice").allowed()).isFalse();
        }
    }

    @Test
    @DisplayName("denies from memory of denials what its counters would deny")
    void memo() {
        try (Guard memo = Guard.builder()
                .backend("memory")
                .mode(FailureMode.LOCAL_ONLY)
                .denyMemo(Duration.ofHours(1))
                .build()) {
            RateLimiter limiter = memo.limiter(Policy.of("api", Limit.parse("1/1h fixed")));
            assertThat(limiter.key("alice").tryAcquire()).isTrue();
            assertThat(limiter.key("alice").tryAcquire()).isFalse();
            assertThat(limiter.tryAcquire("alice").allowed()).isFalse();
            assertThat(limiter.reset("alice")).isEqualTo(Effect.APPLIED);
            assertThat(limiter.key("alice").tryAcquire()).isTrue();
        }
    }
}
