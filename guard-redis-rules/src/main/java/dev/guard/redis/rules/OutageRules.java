package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a guard does while its server is away, and after it. */
public interface OutageRules extends BackendUnderTest {

    Policy OUTAGE_POLICY = Policy.of("p", Limit.parse("10/1h"));

    /** Longer than the machine stalls, as a rule; shorter than the timeout of the connections. */
    Duration DEADLINE = Duration.ofMillis(300);

    /** What is allowed on top of a deadline, and of the two seconds in which a guard is to be back. */
    Duration SLACK = Duration.ofMillis(200);

    Duration RECOVERY = Duration.ofSeconds(2);

    private static Optional<Reason> reasonOf(Runnable call) {
        try {
            call.run();
            return Optional.empty();
        } catch (BackendUnavailableException e) {
            return Optional.of(e.reason());
        } catch (CompletionException e) {
            if (e.getCause() instanceof BackendUnavailableException unavailable) {
                return Optional.of(unavailable.reason());
            }
            throw e;
        }
    }

    private Guard impatient(RedisServer server) {
        return builder(server.url()).deadline(DEADLINE).build();
    }

    @Test
    @DisplayName("S71 a call to a server that is stopped ends by its deadline, blocking and asynchronous")
    default void deadlines() {
        try (RedisServer server = RedisServers.standalone();
                Guard guard = impatient(server)) {
            RateLimiter limiter = guard.limiter(OUTAGE_POLICY);
            limiter.tryAcquire("alice");
            server.pause();
            List<Consumer<RateLimiter>> calls = List.of(
                    each -> each.tryAcquire("alice"),
                    each -> each.async().tryAcquire("alice").join());
            for (Consumer<RateLimiter> call : calls) {
                long begun = System.nanoTime();
                assertThat(reasonOf(() -> call.accept(limiter))).hasValue(Reason.TIMEOUT);
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isBetween(DEADLINE.minusMillis(1), DEADLINE.plus(Patience.times(SLACK)));
            }
        }
    }

    @Test
    @DisplayName("S15 what callers gave up on while the server was stopped is not charged when it goes on")
    default void nothingLate() {
        try (RedisServer server = RedisServers.standalone();
                Guard guard = impatient(server)) {
            RateLimiter limiter = guard.limiter(OUTAGE_POLICY);
            limiter.tryAcquire("alice");
            server.pause();
            List<CompletableFuture<Decision>> asked = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                asked.add(limiter.async().tryAcquire("alice"));
            }
            for (CompletableFuture<Decision> each : asked) {
                assertThat(reasonOf(each::join)).hasValue(Reason.TIMEOUT);
            }
            server.resume();

            Patience.until(
                    "the server answers",
                    Duration.ofSeconds(5),
                    server::log,
                    () -> reasonOf(() -> limiter.peek("alice")).isEmpty());
            // One by each connection that there was has arrived by now: after the first call, and before the peek or
            // beside it.
            Patience.until(
                    "the server has run what it was sent",
                    Duration.ofSeconds(5),
                    server::log,
                    () -> server.calls("evalsha") >= 3);
            assertThat(limiter.peek("alice").remaining()).isEqualTo(9);
        }
    }

    @Test
    @Tag("slow")
    @DisplayName(
            "S71, S72 while the server is down calls fail at once, and guard is back two seconds after it, whether it was killed or stopped")
    default void recovery() {
        recovery(Duration.ofSeconds(1), Duration.ofSeconds(10));
    }

    @Test
    @Tag("deep")
    @DisplayName("S72 guard is back as soon after an outage of half a minute or more than one")
    default void recoveryFromLongOutages() {
        recovery(Duration.ofSeconds(30), Duration.ofSeconds(70));
        recovery(Duration.ofSeconds(70), Duration.ofSeconds(30));
    }

    private void recovery(Duration killed, Duration stopped) {
        try (RedisServer server = RedisServers.standalone();
                Guard guard = impatient(server)) {
            RateLimiter limiter = guard.limiter(OUTAGE_POLICY);
            limiter.tryAcquire("alice");

            server.kill();
            callWhileItIsAway(server, limiter, killed);
            server.start();
            assertBackInTime(server, limiter);

            server.pause();
            callWhileItIsAway(server, limiter, stopped);
            server.resume();
            assertBackInTime(server, limiter);
        }
    }

    /** Calls until the time is over and the circuit open. No call is answered. */
    private static void callWhileItIsAway(RedisServer server, RateLimiter limiter, Duration outage) {
        long begun = System.nanoTime();
        Patience.until("the circuit is open", outage.plusSeconds(10), server::log, () -> {
            Optional<Reason> reason = reasonOf(() -> limiter.tryAcquire("alice"));
            assertThat(reason).isPresent();
            return reason.get() == Reason.CIRCUIT_OPEN && System.nanoTime() - begun >= outage.toNanos();
        });
    }

    private static void assertBackInTime(RedisServer server, RateLimiter limiter) {
        Patience.until(
                "guard is back",
                RECOVERY.plus(SLACK),
                server::log,
                () -> reasonOf(() -> limiter.peek("alice")).isEmpty());
    }
}
