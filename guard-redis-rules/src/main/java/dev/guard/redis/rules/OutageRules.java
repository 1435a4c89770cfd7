package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.tck.fault.Recovery;
import dev.guard.tck.fault.StoreFault;
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

    /** What is allowed on top of a deadline. */
    Duration SLACK = Duration.ofMillis(200);

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

    private Guard impatient(String url) {
        return builder(url).deadline(DEADLINE).build();
    }

    @Test
    @DisplayName("S71 a call to a server that is stopped ends by its deadline, blocking and asynchronous")
    default void deadlines() {
        try (RedisServer server = RedisServers.standalone();
                Guard guard = impatient(server.url())) {
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
                Guard guard = impatient(server.url())) {
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
            "S71, S72 while the server is away calls fail at once, and guard is back two seconds after it, whether it was killed or stopped, or its connections were dropped")
    default void recovery() {
        recovery(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(1));
    }

    @Test
    @Tag("deep")
    @DisplayName("S72 guard is back as soon after an outage of half a minute or more than one")
    default void recoveryFromLongOutages() {
        recovery(Duration.ofSeconds(30), Duration.ofSeconds(70), Duration.ofSeconds(30));
        recovery(Duration.ofSeconds(70), Duration.ofSeconds(30), Duration.ofSeconds(70));
    }

    private void recovery(Duration killed, Duration stopped, Duration dropped) {
        try (RedisServer server = RedisServers.standalone();
                FaultProxy proxy = FaultProxy.before(server.port());
                Guard direct = impatient(server.url());
                Guard proxied = impatient("redis://" + proxy.host() + ":" + proxy.port())) {
            Recovery.after(StoreFault.outage("killed", server::kill, server::start), killed, direct);
            Recovery.after(StoreFault.outage("stopped", server::pause, server::resume), stopped, direct);
            Recovery.after(StoreFault.outage("dropped", () -> proxy.set(Fault.drop()), proxy::heal), dropped, proxied);
        }
    }
}
