package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A limiter")
class VerbsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Policy API = Policy.of("api", Limit.parse("10/1h fixed"));
    private static final Policy EXPORTS =
            Policy.of("exports", Limit.parse("10/1h fixed"), Limit.parse("concurrent 2 lease 30s"));

    private final ManualTime time = new ManualTime();
    private final TestBackend backend = new TestBackend("test", true, time);
    private final Guard guard =
            Guard.builder().backend(backend).time(time).directCompletion().build();

    private Form.Verbs api(Form form) {
        return form.of(guard.limiter(API));
    }

    private Form.Verbs exports(Form form) {
        return form.of(guard.limiter(EXPORTS));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("takes as many permits as there are, and tells how many")
    void acquiresAtMost(Form form) {
        assertThat(api(form).tryAcquire("alice", 7).allowed()).isTrue();
        Decision some = api(form).acquireAtMost("alice", 5);
        assertThat(some.allowed()).isTrue();
        assertThat(some.cost()).isEqualTo(3);
        Decision none = api(form).acquireAtMost("alice", Long.MAX_VALUE);
        assertThat(none.allowed()).isFalse();
        assertThat(none.retryAfter()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("hands out permits that can be given back once, by the handle or by their value")
    void permitsComeBack(Form form) {
        Form.Held held = api(form).tryAcquirePermit("alice", 4).orElseThrow();
        assertThat(held.decision().remaining()).isEqualTo(6);
        assertThat(held.permit().cost()).isEqualTo(4);
        assertThat(held.refund()).isEqualTo(Effect.APPLIED);
        assertThat(held.refund()).isEqualTo(Effect.NOTHING);
        assertThat(api(form).peek("alice", 1).remaining()).isEqualTo(10);

        Form.Held other = api(form).acquire("alice", 10, Duration.ZERO);
        assertThat(api(form).tryAcquirePermit("alice", 1)).isEmpty();
        assertThat(api(form).refund("alice", other.permit())).isEqualTo(Effect.APPLIED);
        assertThat(api(form).refund("bob", other.permit())).isEqualTo(Effect.NOTHING);
        assertThat(api(form).peek("alice", 1).remaining()).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("lends concurrent slots, which a release gives back and leaves the rest used")
    void slots(Form form) {
        Form.Held first = exports(form).tryAcquirePermit("alice", 1).orElseThrow();
        Form.Held second = exports(form).acquire("alice", 1, Duration.ZERO);
        assertThat(exports(form).tryAcquirePermit("alice", 1)).isEmpty();
        assertThat(first.release()).isEqualTo(Effect.APPLIED);
        assertThat(first.release()).isEqualTo(Effect.NOTHING);
        assertThat(exports(form).release("alice", second.permit())).isEqualTo(Effect.APPLIED);
        Decision now = exports(form).peek("alice", 1);
        assertThat(now.limits().get(0).remaining()).isEqualTo(8);
        assertThat(now.limits().get(1).remaining()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("extends a lease until it has ended")
    void keepsALease(Form form) {
        Form.Held held = exports(form).tryAcquirePermit("alice", 2).orElseThrow();
        time.advance(Duration.ofSeconds(29));
        assertThat(held.extend()).isEqualTo(Effect.APPLIED);
        time.advance(Duration.ofSeconds(29));
        assertThat(exports(form).peek("alice", 1).allowed()).isFalse();
        assertThat(exports(form).extend("alice", held.permit())).isEqualTo(Effect.APPLIED);
        time.advance(Duration.ofSeconds(30));
        assertThat(held.extend()).isEqualTo(Effect.NOTHING);
        assertThat(exports(form).peek("alice", 1).allowed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("reserves, and settles for what was spent: less comes back, more is debt")
    void reserves(Form form) {
        Form.Reserved less = api(form).tryReserve("alice", 8, MINUTE).orElseThrow();
        assertThat(less.decision().remaining()).isEqualTo(2);
        assertThat(api(form).tryReserve("alice", 3, MINUTE)).isEmpty();
        assertThat(less.commit(3)).isEqualTo(Effect.APPLIED);
        assertThat(api(form).peek("alice", 1).remaining()).isEqualTo(7);

        Form.Reserved more = api(form).reserve("alice", 2, MINUTE);
        assertThat(more.commit(9)).isEqualTo(Effect.APPLIED);
        assertThat(api(form).peek("alice", 1).allowed()).isFalse();

        Form.Reserved late = api(form).reserve("bob", 2, MINUTE);
        time.advance(MINUTE);
        assertThat(late.commit(2)).isEqualTo(Effect.LAPSED);
        assertThat(api(form).peek("bob", 1).remaining()).isEqualTo(8);
        Form.Reserved given = api(form).reserve("bob", 2, MINUTE);
        assertThat(given.cancel()).isEqualTo(Effect.APPLIED);
        assertThat(api(form).peek("bob", 1).remaining()).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("settles a reservation once, and says what was done with it; a refused number does not settle it")
    void settlesOnce(Form form) {
        Form.Reserved committed = api(form).reserve("alice", 2, MINUTE);
        assertThatThrownBy(() -> committed.commit(-1))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("actual is -1, expected 0 or more");
        committed.commit(1);
        assertThatThrownBy(() -> committed.commit(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this reservation was committed with 1 before, and can be settled once");
        assertThatThrownBy(committed::cancel).isInstanceOf(IllegalStateException.class);
        Form.Reserved cancelled = api(form).reserve("alice", 2, MINUTE);
        cancelled.cancel();
        assertThatThrownBy(() -> cancelled.commit(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this reservation was cancelled before, and can be settled once");
        assertThat(api(form).peek("alice", 1).remaining()).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("penalizes into debt, blocks, unblocks and resets")
    void administers(Form form) {
        assertThat(api(form).penalize("alice", 15)).isEqualTo(Effect.APPLIED);
        assertThat(api(form).peek("alice", 1).allowed()).isFalse();
        assertThat(api(form).reset("alice")).isEqualTo(Effect.APPLIED);
        assertThat(api(form).reset("alice")).isEqualTo(Effect.NOTHING);
        assertThat(api(form).block("alice", MINUTE)).isEqualTo(Effect.APPLIED);
        assertThat(api(form).block("alice", MINUTE)).isEqualTo(Effect.NOTHING);
        Decision blocked = api(form).tryAcquire("alice", 1);
        assertThat(blocked).isInstanceOf(Denied.class);
        assertThat(((Denied) blocked).reason()).isEqualTo(Denied.Reason.BLOCKED);
        assertThat(blocked.retryAfter()).isEqualTo(MINUTE);
        assertThat(api(form).unblock("alice")).isEqualTo(Effect.APPLIED);
        assertThat(api(form).unblock("alice")).isEqualTo(Effect.NOTHING);
        assertThat(api(form).tryAcquire("alice", 10).allowed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("throws a denial where it has no decision to answer with, as a 429 that carries it")
    void throwsDenials(Form form) {
        api(form).tryAcquire("alice", 10);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> api(form).acquire("alice", 1, Duration.ZERO),
                () -> api(form).reserve("alice", 1, MINUTE))) {
            assertThatThrownBy(call).isInstanceOfSatisfying(DeniedException.class, e -> {
                assertThat(e.statusCode()).isEqualTo(429);
                assertThat(e.denied().retryAfter()).isEqualTo(Duration.ofHours(1));
                assertThat(e.detail())
                        .isEqualTo("policy 'api' denies 1 for the reason LIMIT, and may admit it in PT1H");
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("raises what the store raises, from every verb, and never a denial in its place")
    void unavailable(Form form) {
        Permit permit = api(form).tryAcquirePermit("alice", 1).orElseThrow().permit();
        BackendUnavailableException away =
                new BackendUnavailableException(BackendUnavailableException.Reason.CONNECT, "refused");
        backend.answerThrough(() -> CompletableFuture.failedFuture(away));
        for (ThrowingCallable call : all(api(form), permit)) {
            assertThatThrownBy(call).isSameAs(away);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("raises from every verb once its guard is closed")
    void closed(Form form) {
        Form.Verbs api = api(form);
        Permit permit = api.tryAcquirePermit("alice", 1).orElseThrow().permit();
        guard.close();
        for (ThrowingCallable call : all(api, permit)) {
            assertThatThrownBy(call).isInstanceOf(GuardClosedException.class).hasMessage("this guard is closed");
        }
    }

    private static List<ThrowingCallable> all(Form.Verbs verbs, Permit permit) {
        return List.of(
                () -> verbs.tryAcquire("alice", 1),
                () -> verbs.tryAcquire("alice", 1, MINUTE),
                () -> verbs.acquireAtMost("alice", 1),
                () -> verbs.peek("alice", 1),
                () -> verbs.tryAcquirePermit("alice", 1),
                () -> verbs.acquire("alice", 1, MINUTE),
                () -> verbs.tryReserve("alice", 1, MINUTE),
                () -> verbs.reserve("alice", 1, MINUTE),
                () -> verbs.refund("alice", permit),
                () -> verbs.release("alice", permit),
                () -> verbs.extend("alice", permit),
                () -> verbs.penalize("alice", 1),
                () -> verbs.block("alice", MINUTE),
                () -> verbs.unblock("alice"),
                () -> verbs.reset("alice"));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("refuses arguments that can never be right, and says which and why")
    void arguments(Form form) {
        Form.Verbs api = api(form);
        refused(() -> api.acquireAtMost("alice", 0), "most is 0, expected 1 or more");
        refused(
                () -> api.tryAcquirePermit("alice", 11),
                "cost is 11, expected 1 to 10, the smallest capacity of policy 'api'");
        refused(() -> api.acquire("alice", 0, MINUTE), "cost is 0, expected 1 or more");
        refused(() -> api.acquire("alice", 1, MINUTE.negated()), "atMost is PT-1M, expected zero or more");
        refused(() -> api.tryAcquire("alice", 1, MINUTE.negated()), "atMost is PT-1M, expected zero or more");
        refused(() -> api.reserve("alice", 1, Duration.ZERO), "ttl is 0 us, expected 1 to 316224000000000 (ten years)");
        refused(() -> api.block("alice", Duration.ZERO), "duration is 0 us, expected 1 to 316224000000000 (ten years)");
        refused(() -> api.penalize("alice", 0), "cost is 0, expected 1 or more");
        assertThat(api.peek("alice", 1).remaining()).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("names the verbs to take, where a concurrency limit needs a handle")
    void concurrencyNeedsAHandle(Form form) {
        Form.Verbs exports = exports(form);
        String message = "policy 'exports' has a concurrency limit, whose permits are given back; expected"
                + " tryAcquirePermit or acquire, which answer with a handle to do that with";
        refused(() -> exports.tryAcquire("alice", 1), message);
        refused(() -> exports.tryAcquire("alice", 1, MINUTE), message);
        refused(() -> exports.acquireAtMost("alice", 1), message);
        assertThat(exports.peek("alice", 1).allowed()).isTrue();
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InvalidArgumentException.class).hasMessage(message);
    }

    @Test
    @DisplayName("lists the subjects of its own tenant and policy")
    void lists() {
        RateLimiter api = guard.limiter(API);
        api.tryAcquire("alice");
        api.tryAcquire("bob");
        api.tenant("acme").tryAcquire("carol");
        guard.limiter(EXPORTS).tryAcquirePermit("dave");
        assertThat(api.subjects()).containsExactlyInAnyOrder("alice", "bob");
        assertThat(api.tenant("acme").list(KeyPage.START).keys()).containsExactly(API.key("acme", "carol"));
        assertThat(api.async().list(KeyPage.START).join().keys()).hasSize(2);
    }

    @Test
    @DisplayName("gives concurrent slots back when a permit is closed, once, and keeps what else was used")
    void closesPermits() {
        RateLimiter exports = guard.limiter(EXPORTS);
        HeldPermit held = exports.acquire("alice", Duration.ZERO);
        held.close();
        held.close();
        assertThat(exports.peek("alice").limits().get(1).remaining()).isEqualTo(2);
        assertThat(exports.peek("alice").limits().get(0).remaining()).isEqualTo(9);
        assertThat(releases()).isEqualTo(1);
        guard.limiter(API).acquire("alice", Duration.ZERO).close();
        assertThat(releases()).as("without slots there is nothing to give back").isEqualTo(1);
    }

    private long releases() {
        return backend.operations().stream()
                .filter(operation -> operation.getClass().getSimpleName().equals("Release"))
                .count();
    }

    @Test
    @DisplayName("cancels a reservation that is closed before it is settled, and none that is")
    void closesReservations() {
        RateLimiter api = guard.limiter(API);
        try (Reservation tokens = api.reserve("alice", 5, MINUTE)) {
            assertThat(tokens.decision().remaining()).isEqualTo(5);
        }
        assertThat(api.peek("alice").remaining()).isEqualTo(10);
        Reservation settled = api.reserve("alice", 5, MINUTE);
        settled.commit(4);
        settled.close();
        settled.close();
        assertThat(api.peek("alice").remaining()).isEqualTo(6);
        assertThatThrownBy(settled::cancel).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName(
            "does not let closing a handle fail what is done, when the store is away: leases end and reservations lapse")
    void closesWithoutAStore() {
        HeldPermit held = guard.limiter(EXPORTS).acquire("alice", Duration.ZERO);
        Reservation reservation = guard.limiter(API).reserve("alice", 5, MINUTE);
        backend.answerThrough(() -> CompletableFuture.failedFuture(
                new BackendUnavailableException(BackendUnavailableException.Reason.TIMEOUT, "no answer")));
        held.close();
        reservation.close();
        backend.answerThrough(() -> CompletableFuture.completedFuture(null));
        time.advance(MINUTE);
        assertThat(guard.limiter(EXPORTS).peek("alice").limits().get(1).remaining())
                .isEqualTo(2);
        assertThat(guard.limiter(API).peek("alice").remaining()).isEqualTo(10);
    }

    @Test
    @DisplayName("gives back what a caller was granted who had cancelled the future")
    void cancelledFutures() {
        AsyncRateLimiter api = guard.async().limiter(API);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        backend.answerThrough(() -> gate);
        List<CompletableFuture<?>> cancelled = List.of(
                api.tryAcquirePermit("alice"),
                api.acquire("alice", MINUTE),
                api.reserve("alice", 1, MINUTE),
                api.tryReserve("alice", 1, MINUTE));
        cancelled.forEach(future -> future.cancel(false));
        backend.answerThrough(() -> CompletableFuture.completedFuture(null));
        gate.complete(null);
        assertThat(api.peek("alice").join().remaining()).isEqualTo(10);
    }

    @Test
    @DisplayName("never gives two permits one id, nor one that tells anything")
    void ids() {
        PermitIds ids = new PermitIds();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String id = ids.next();
            assertThat(id).hasSize(22).matches("[A-Za-z0-9_-]+");
            assertThat(seen.add(id)).isTrue();
        }
        HeldPermit held = guard.limiter(API).acquire("alice", Duration.ZERO);
        assertThat(held.toString()).doesNotContain(held.permit().id()).doesNotContain("alice");
    }
}
