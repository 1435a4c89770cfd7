package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Refund;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("S17 A memo of denials")
class DenialMemoTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Policy API = Policy.of("api", Limit.parse("10/10s"));

    private final ManualTime time = new ManualTime();
    private final TestBackend backend = new TestBackend("test", true, time);
    private final Guard guard = Guard.builder()
            .backend(backend)
            .time(time)
            .directCompletion()
            .denyMemo(Duration.ofMillis(500))
            .build();
    private final RateLimiter api = guard.limiter(API);

    private int asked() {
        return backend.asked();
    }

    private void exhaust() {
        api.tryAcquire("alice", 10);
        assertThat(api.tryAcquire("alice", 4).allowed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("denies again without asking the store, with the rest of the wait")
    void deniesAgain(Form form) {
        Form.Verbs verbs = form.of(api);
        verbs.tryAcquire("alice", 10);
        Decision told = verbs.tryAcquire("alice", 4);
        int asked = asked();
        time.advance(Duration.ofMillis(400));
        Decision again = verbs.tryAcquire("alice", 4);
        assertThat(asked()).isEqualTo(asked);
        assertThat(again).isInstanceOf(Denied.class);
        assertThat(((Denied) again).reason()).isEqualTo(Denied.Reason.LIMIT);
        assertThat(again.retryAfter()).isEqualTo(Duration.ofMillis(3_600));
        assertThat(again.resetAfter()).isEqualTo(Duration.ofMillis(9_600));
        assertThat(again.limit().orElseThrow().name()).isEqualTo("api");
        assertThat(again.capacity()).isEqualTo(told.capacity());
        assertThat(again.version()).isEqualTo(1);
        assertThat(verbs.tryAcquirePermit("alice", 9)).isEmpty();
        assertThat(verbs.tryReserve("alice", 4, SECOND)).isEmpty();
        assertThat(asked()).isEqualTo(asked);
    }

    @Test
    @DisplayName("tells under the cost of the call what the store would, but for what returned meanwhile")
    void tellsAsTheStore() {
        exhaust();
        Decision again = api.tryAcquire("alice", 7);
        assertThat(again.cost()).isEqualTo(7);
        assertThat(again.retryAfter()).as("the wait that is known").isEqualTo(Duration.ofSeconds(4));
        assertThat(api.tryAcquire("alice", 4)).isEqualTo(new Bare(backend).tryAcquire(4));
    }

    /** The same backend without a memo. */
    private record Bare(TestBackend backend) {
        Decision tryAcquire(long cost) {
            try (Guard bare = Guard.builder().backend(backend).build()) {
                return bare.limiter(API).tryAcquire("alice", cost);
            }
        }
    }

    @Test
    @DisplayName("asks the store for less than was denied, for another subject, tenant or version, and for a peek")
    void asksForOthers() {
        exhaust();
        List<Runnable> others = List.of(
                () -> api.tryAcquire("alice", 3),
                () -> api.acquireAtMost("alice", 1),
                () -> api.peek("alice", 10),
                () -> api.async().peek("alice", 10).join(),
                () -> api.tryAcquire("bob", 4),
                () -> api.tenant("acme").tryAcquire("alice", 4),
                () -> guard.limiter(Policy.builder("api")
                                .limit(Limit.parse("10/10s"))
                                .version(2)
                                .build())
                        .tryAcquire("alice", 4));
        for (Runnable other : others) {
            int asked = asked();
            other.run();
            assertThat(asked()).isEqualTo(asked + 1);
        }
    }

    @Test
    @DisplayName("knows of a call for as much as there is when a single permit was denied")
    void atMost() {
        exhaust();
        assertThat(api.acquireAtMost("alice", 5).allowed()).isFalse();
        int asked = asked();
        Decision again = api.acquireAtMost("alice", 100);
        assertThat(asked()).isEqualTo(asked);
        assertThat(again.cost()).isEqualTo(1);
        assertThat(api.tryAcquire("alice").allowed()).isFalse();
        assertThat(asked()).isEqualTo(asked);
    }

    @Test
    @DisplayName("is over when its life is, or the wait, whichever comes first")
    void ends() {
        exhaust();
        int asked = asked();
        time.advance(Duration.ofMillis(500).minusNanos(1_000));
        api.tryAcquire("alice", 4);
        assertThat(asked()).isEqualTo(asked);
        time.advance(Duration.ofNanos(1_000));
        api.tryAcquire("alice", 4);
        assertThat(asked()).isEqualTo(asked + 1);
        time.advance(Duration.ofMillis(3_400));
        assertThat(api.tryAcquire("alice", 4).retryAfter()).isEqualTo(Duration.ofMillis(100));
        time.advance(Duration.ofMillis(100));
        assertThat(api.tryAcquire("alice", 4).allowed()).isTrue();
    }

    static Stream<Consumer<RateLimiter>> whatDrops() {
        return Stream.of(
                api -> api.reset("alice"),
                api -> api.unblock("alice"),
                api -> api.block("alice", SECOND),
                api -> api.penalize("alice", 1),
                api -> api.async().reset("alice").join(),
                api -> api.refund("alice", new Permit("x", 1, 1, 1)),
                api -> api.release("alice", new Permit("x", 1, 1, 1)),
                api -> api.extend("alice", new Permit("x", 1, 1, 1)));
    }

    @ParameterizedTest
    @MethodSource("whatDrops")
    @DisplayName("is dropped by whatever else this guard does on the key")
    void drops(Consumer<RateLimiter> operation) {
        exhaust();
        operation.accept(api);
        int asked = asked();
        api.tryAcquire("alice", 4);
        assertThat(asked()).isEqualTo(asked + 1);
    }

    @Test
    @DisplayName("is dropped when a reservation is settled, or a handle gives back")
    void dropsByHandles() {
        Reservation reservation = api.reserve("alice", 5, Duration.ofMinutes(1));
        HeldPermit held = api.acquire("alice", 5, Duration.ZERO);
        assertThat(api.tryAcquire("alice", 5).allowed()).isFalse();
        reservation.commit(0);
        assertThat(api.tryAcquire("alice", 5).allowed()).isTrue();
        assertThat(api.tryAcquire("alice", 5).allowed()).isFalse();
        held.refund();
        assertThat(api.tryAcquire("alice", 5).allowed()).isTrue();
    }

    @Test
    @DisplayName("keeps no denial that was under way while the key was reset")
    void racesWithAReset() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        backend.answerThrough(() -> answer);
        CompletableFuture<Decision> denial = api.async().tryAcquire("alice", 4);
        backend.answerThrough(() -> CompletableFuture.completedFuture(null));
        api.reset("alice");
        new Filled(backend).exhaust();
        answer.complete(null);
        assertThat(denial).isCompletedWithValueMatching(decision -> !decision.allowed());
        assertThat(((DenialMemo) guard.counters()).size()).isZero();
    }

    /** Uses the key up behind the guard's back. */
    private record Filled(TestBackend backend) {
        void exhaust() {
            backend.answerThrough(() -> CompletableFuture.completedFuture(null));
            try (Guard other = Guard.builder().backend(backend).build()) {
                other.limiter(API).tryAcquire("alice", 10);
            }
        }
    }

    @Test
    @DisplayName("forgets slots and full tables at once: they may be free again at any moment")
    void neverSlots() {
        Policy slots = Policy.of("slots", Limit.parse("concurrent 1 lease 30s"));
        RateLimiter limiter = guard.limiter(slots);
        limiter.acquire("alice", Duration.ZERO);
        assertThat(limiter.tryAcquirePermit("alice").allowed()).isFalse();
        int asked = asked();
        assertThat(limiter.tryAcquirePermit("alice").allowed()).isFalse();
        assertThat(asked()).isEqualTo(asked + 1);
    }

    @Test
    @DisplayName("denies a blocked key for as long as it knows, with the block as the reason")
    void blocked() {
        api.block("alice", Duration.ofMillis(300));
        assertThat(api.tryAcquire("alice").allowed()).isFalse();
        time.advance(Duration.ofMillis(100));
        int asked = asked();
        Decision again = api.tryAcquire("alice", 2);
        assertThat(asked()).isEqualTo(asked);
        assertThat(((Denied) again).reason()).isEqualTo(Denied.Reason.BLOCKED);
        assertThat(again.retryAfter()).isEqualTo(Duration.ofMillis(200));
        assertThat(again.limit()).isEmpty();
        time.advance(Duration.ofMillis(200));
        assertThat(api.tryAcquire("alice", 2).allowed()).isTrue();
    }

    @Test
    @DisplayName("lets no cost through to a denial that can never be right")
    void costs() {
        exhaust();
        String message = "cost is 11, expected 1 to 10, the smallest capacity of policy 'api'";
        assertThatThrownBy(() -> api.tryAcquire("alice", 11))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Form.joined(api.async().tryAcquire("alice", 11)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> api.tryReserve("alice", 11, SECOND)).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> Form.joined(api.async().reserve("alice", 11, SECOND)))
                .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> api.tryAcquire("alice", 0)).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    @DisplayName("does not grow beyond its table, whoever comes")
    void bounded() {
        Policy never = Policy.of("never", Limit.parse("0/1s"));
        RateLimiter limiter = guard.limiter(never);
        for (int i = 0; i < 3 * DenialMemo.SLOTS; i++) {
            assertThat(limiter.tryAcquire("subject " + i).allowed()).isFalse();
        }
        assertThat(((DenialMemo) guard.counters()).size()).isBetween(DenialMemo.SLOTS / 2, DenialMemo.SLOTS);
    }

    @Test
    @DisplayName("does not look into a command of several operations, and keeps their order")
    void lists() {
        exhaust();
        Key key = Key.of("api", "alice");
        Acquire four = new Acquire(key, API, 4, Deadline.NONE);
        Refund refund = new Refund(key, new Permit("x", 1, 1, 1), Deadline.NONE);
        int asked = asked();
        assertThat(guard.counters().execute(List.of(refund, four))).hasSize(2);
        assertThat(asked()).isEqualTo(asked + 2);
        api.tryAcquire("alice", 4);
        assertThat(asked()).as("the command dropped the memo").isEqualTo(asked + 3);
    }

    @Test
    @DisplayName("is off unless it is asked for, and lives for some time")
    void configuration() {
        try (Guard without = Guard.builder().backend(backend).build()) {
            assertThat(without.counters()).isNotInstanceOf(DenialMemo.class);
        }
        for (Duration life : List.of(Duration.ZERO, SECOND.negated())) {
            assertThatThrownBy(() -> Guard.builder().denyMemo(life))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessage("deny_memo is " + life + ", expected at least one microsecond");
        }
    }
}
