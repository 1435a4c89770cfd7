package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guard")
class GuardTest {

    private static final Policy API = Policy.of("api", Limit.parse("3/1h fixed"));

    private final TestBackend backend = TestBackend.shared("test");
    private final Guard guard = Guard.builder().backend(backend).policy(API).build();

    @Test
    @DisplayName("decides by the policy that its limiter was made for")
    void decides() {
        RateLimiter limiter = guard.limiter(API);
        assertThat(limiter.tryAcquire("alice").remaining()).isEqualTo(2);
        assertThat(limiter.tryAcquire("alice", 2).remaining()).isZero();
        assertThat(limiter.tryAcquire("alice").allowed()).isFalse();
        assertThat(limiter.peek("alice").allowed()).isFalse();
        assertThat(limiter.peek("bob", 3).remaining()).isEqualTo(3);
        assertThat(limiter.tryAcquire("bob").backend()).isEqualTo("test");
    }

    @Test
    @DisplayName("finds by name the policies that it was built with, and no others")
    void namedPolicies() {
        assertThat(guard.limiter("api").tryAcquire("alice").policy()).isEqualTo(API);
        assertThat(guard.policy("api")).hasValue(API);
        assertThat(guard.policy("other")).isEmpty();
        assertThatThrownBy(() -> guard.limiter("other"))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'other' is not known, expected one of [api]");
        assertThatThrownBy(() -> guard.async().limiter("other")).isInstanceOf(GuardConfigurationException.class);
    }

    @Test
    @DisplayName("lets all limiters of a policy share its counters")
    void limitersShareCounters() {
        guard.limiter(API).tryAcquire("alice", 2);
        KeyLimiter key = guard.limiter("api").key("alice");
        assertThat(key.tryAcquire()).isTrue();
        assertThat(key.tryAcquire()).isFalse();
        assertThat(key.decide().allowed()).isFalse();
        KeyLimiter bob = guard.limiter("api").key("bob");
        assertThat(bob.tryAcquire(2)).isTrue();
        assertThat(bob.decide(1).remaining()).isZero();
    }

    @Test
    @DisplayName("S12 counts tenants apart; without one it is the tenant named default")
    void tenants() {
        RateLimiter limiter = guard.limiter(API);
        limiter.tryAcquire("alice", 3);
        assertThat(limiter.tenant("acme").tryAcquire("alice").allowed()).isTrue();
        assertThat(limiter.tenant("default").tryAcquire("alice").allowed()).isFalse();
        assertThat(limiter.tenant("acme").async().peek("alice").join().remaining())
                .isEqualTo(2);
        assertThatThrownBy(() -> limiter.tenant(""))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("tenant is empty, expected a name");
    }

    @Test
    @DisplayName("refuses a cost that the policy can never admit, in every form, and charges nothing")
    void costs() {
        RateLimiter limiter = guard.limiter(API);
        String message = "cost is 4, expected 1 to 3, the smallest capacity of policy 'api'";
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> limiter.tryAcquire("alice", 4),
                () -> limiter.peek("alice", 4),
                () -> limiter.key("alice").tryAcquire(4),
                () -> limiter.key("alice").decide(4))) {
            assertThatThrownBy(call)
                    .isInstanceOf(InvalidArgumentException.class)
                    .hasMessage(message);
        }
        assertThat(limiter.peek("alice").remaining()).isEqualTo(3);
    }

    @Test
    @DisplayName("raises what the backend raises, and decides nothing in its place")
    void errors() {
        BackendUnavailableException away =
                new BackendUnavailableException(BackendUnavailableException.Reason.CONNECT, "refused");
        backend.answerThrough(() -> CompletableFuture.failedFuture(away));
        RateLimiter limiter = guard.limiter(API);
        assertThatThrownBy(() -> limiter.tryAcquire("alice")).isSameAs(away);
        assertThatThrownBy(() -> limiter.key("alice").tryAcquire()).isSameAs(away);
        assertThat(guard.ping().toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    @DisplayName("closes once, raises from then on in every method, and leaves open a backend that was handed in")
    void closing() {
        RateLimiter limiter = guard.limiter(API);
        KeyLimiter key = limiter.key("alice");
        guard.close();
        guard.close();
        assertThat(backend.timesClosed()).isZero();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> limiter.tryAcquire("alice"),
                () -> limiter.peek("alice"),
                () -> limiter.key("alice"),
                key::tryAcquire,
                key::decide,
                () -> guard.limiter(API),
                () -> guard.limiter("api"),
                () -> guard.async().limiter(API),
                guard::ping)) {
            assertThatThrownBy(call).isInstanceOf(GuardClosedException.class).hasMessage("this guard is closed");
        }
    }

    @Test
    @DisplayName("tells its mode and its backend")
    void tellsWhatItIs() {
        assertThat(guard.mode()).isEqualTo(FailureMode.STRICT_DISTRIBUTED);
        assertThat(guard.backend()).isEqualTo("test");
        assertThat(guard.ping().toCompletableFuture()).isCompleted();
    }

    @Test
    @DisplayName("is refused where mode and backend do not go together, naming both settings")
    void modeAndBackend() {
        refused(
                Guard.builder().backend(backend).mode(FailureMode.LOCAL_ONLY),
                "mode is local_only and backend is 'test', which is shared; expected mode strict_distributed, or backend memory");
        refused(
                Guard.builder().backend(TestBackend.local("alone")),
                "backend is 'alone', which no other process shares, and mode is strict_distributed;"
                        + " expected mode local_only, or a shared backend");
        try (Guard local = Guard.builder()
                .backend(TestBackend.local("alone"))
                .mode(FailureMode.LOCAL_ONLY)
                .build()) {
            assertThat(local.mode()).isEqualTo(FailureMode.LOCAL_ONLY);
        }
    }

    private static void refused(Guard.Builder builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(message);
    }

    @Test
    @DisplayName("is not built from a policy declared twice, an unknown setting or nothing")
    void builderArguments() {
        Guard.Builder builder = Guard.builder().policies(List.of(API));
        assertThatThrownBy(() -> builder.policy(Policy.of("api", Limit.parse("1/1s"))))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("policy 'api' is declared twice, expected one policy of a name");
        for (String name : List.of("mode", "backends.redis", "backend.redis.url")) {
            assertThatThrownBy(() -> builder.setting(name, "x"))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessage("unknown setting " + name + ", expected backends.<backend>.<setting>");
        }
        assertThatThrownBy(() -> builder.setting("backends.redis.url", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("backends.redis.url");
        assertThatThrownBy(() -> builder.backend((String) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("backend");
        assertThatThrownBy(() -> builder.mode(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("mode");
        assertThatThrownBy(() -> builder.executor(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("executor");
    }

    @Test
    @DisplayName("for tests lives in a time that goes on when it is told to, and never back")
    void manualTime() {
        ManualTime time = new ManualTime();
        assertThat(time.instant()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        try (Guard timed =
                Guard.builder().backend(new TestBackend("timed", true, time)).build()) {
            KeyLimiter key =
                    timed.limiter(Policy.of("api", Limit.parse("2/1s"))).key("alice");
            assertThat(key.tryAcquire(2)).isTrue();
            Decision denied = key.decide();
            assertThat(denied.retryAfter()).isEqualTo(Duration.ofMillis(500));
            time.advance(denied.retryAfter().minusNanos(1_000));
            assertThat(key.tryAcquire()).isFalse();
            time.advance(Duration.ofNanos(1_000));
            assertThat(key.tryAcquire()).isTrue();
        }
        assertThat(new ManualTime(Instant.EPOCH).instant()).isEqualTo(Instant.EPOCH);
        assertThatThrownBy(() -> time.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("duration is PT-0.000000001S, expected zero or more");
    }
}
