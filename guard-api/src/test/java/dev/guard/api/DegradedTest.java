package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.api.SecurityEvent.Kind;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Decision;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.GuardException;
import dev.guard.domain.Limit;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A guard that was told what to do while its store is away")
@Timeout(60)
class DegradedTest {

    private static final Policy API = Policy.of("api", Limit.parse("8/1h fixed"));
    private static final Policy LOGIN = Policy.of("login", Limit.parse("8/1h fixed"));

    private final ManualTime time = new ManualTime();
    private final TestBackend store = new TestBackend("test", true, time);
    private final TestBackend.Provider locals = new TestBackend.Provider("memory", false);
    private final List<SecurityEvent> log = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        over.countDown();
    }

    private Guard.Builder builder() {
        return Guard.builder()
                .backend(store)
                .time(time)
                .directCompletion()
                .deadline(Duration.ofSeconds(30))
                .localProvider(locals)
                .securityLog(log::add);
    }

    private Guard guard() {
        return builder().whenUnavailable(Degradation.share(4)).build();
    }

    private void storeFailsWith(Reason reason) {
        GuardException error = new BackendUnavailableException(reason, "a test");
        store.answerThrough(() -> CompletableFuture.failedFuture(error));
    }

    private void storeIsBack() {
        store.answerThrough(() -> CompletableFuture.completedFuture(null));
    }

    private static void assertUnavailable(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        error -> assertThat(error.reason()).isEqualTo(reason));
    }

    @Nested
    @DisplayName("S73 while the store is away")
    class Away {

        @ParameterizedTest
        @EnumSource
        @DisplayName("gives out its share of the limit, says so with every answer, and nothing more")
        void share(Form form) {
            Form.Verbs verbs = form.of(guard().limiter(API));
            storeFailsWith(Reason.TIMEOUT);

            for (int i = 1; i <= 3; i++) {
                Decision decision = verbs.tryAcquire("alice", 1);
                assertThat(decision.allowed()).isEqualTo(i <= 2);
                assertThat(decision.degraded()).isTrue();
                assertThat(decision.source().backend()).isEqualTo("local_degraded");
                assertThat(decision.source().mode()).isEqualTo(FailureMode.EXPLICIT_DEGRADED);
                assertThat(decision.limits().get(0).capacity()).isEqualTo(2);
            }
            assertThat(verbs.peek("alice", 1).remaining()).isZero();
            assertThat(verbs.peek("alice", 1).degraded()).isTrue();
            assertThat(verbs.acquireAtMost("bob", 5).cost()).isEqualTo(2);
            assertThat(verbs.peek("carol", 1).remaining()).isEqualTo(2);
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("every tenant's event is in the log before its first answer, once for each outage")
        void events(Form form) {
            Guard guard = guard();
            Form.Verbs verbs = form.of(guard.limiter(API));
            storeFailsWith(Reason.CONNECT);

            verbs.tryAcquire("alice", 1);
            assertThat(log)
                    .containsExactly(new SecurityEvent(
                            Kind.BACKEND_UNAVAILABLE_AT_RUNTIME,
                            FailureMode.EXPLICIT_DEGRADED,
                            "default",
                            time.instant(),
                            "test",
                            Reason.CONNECT));
            verbs.tryAcquire("bob", 1);
            verbs.peek("bob", 1);
            assertThat(log).hasSize(1);
            form.of(guard.limiter(API).tenant("acme")).peek("bob", 1);
            assertThat(log).extracting(SecurityEvent::tenantId).containsExactly("default", "acme");
        }

        @ParameterizedTest
        @EnumSource(
                value = Reason.class,
                names = {"OVERLOADED", "MISCONFIGURED", "AUTH", "PROTOCOL", "CORRUPT_STATE", "SPLIT", "INTERRUPTED"})
        @DisplayName("is unavailable for a reason that a caller could bring about, or that is no outage")
        void noOutage(Reason reason) {
            Guard guard = guard();
            storeFailsWith(reason);
            for (Form form : Form.values()) {
                Form.Verbs verbs = form.of(guard.limiter(API));
                assertUnavailable(reason, () -> verbs.tryAcquire("alice", 1));
                assertUnavailable(reason, () -> verbs.acquireAtMost("alice", 1));
                assertUnavailable(reason, () -> verbs.peek("alice", 1));
            }
            assertThat(log).isEmpty();
            assertThat(guard.stats().degraded()).isFalse();
        }

        @ParameterizedTest
        @EnumSource(
                value = Reason.class,
                mode = EnumSource.Mode.EXCLUDE,
                names = {"OVERLOADED", "MISCONFIGURED", "AUTH", "PROTOCOL", "CORRUPT_STATE", "SPLIT", "INTERRUPTED"})
        @DisplayName("answers locally for every reason that is an outage")
        void outage(Reason reason) {
            Guard guard = guard();
            storeFailsWith(reason);
            for (Form form : Form.values()) {
                assertThat(form.of(guard.limiter(API)).peek("alice", 1).degraded())
                        .isTrue();
            }
            assertThat(guard.stats().degraded()).isTrue();
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("never answers what the store alone knows, and says that it is away")
        void never(Form form) {
            Form.Verbs verbs = form.of(guard().limiter(API));
            storeFailsWith(Reason.TIMEOUT);

            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> verbs.tryAcquirePermit("alice", 1),
                    () -> verbs.acquire("alice", 1, Duration.ZERO),
                    () -> verbs.tryReserve("alice", 1, Duration.ofSeconds(1)),
                    () -> verbs.refund("alice", new Permit("id", 1, 1, 1)),
                    () -> verbs.penalize("alice", 1),
                    () -> verbs.block("alice", Duration.ofSeconds(1)),
                    () -> verbs.unblock("alice"),
                    () -> verbs.reset("alice"))) {
                assertUnavailable(Reason.TIMEOUT, call);
            }
            assertThat(log).isEmpty();
        }

        @Test
        @DisplayName("never answers with a bare yes or no, which could not say that it is local")
        void bareAnswers() {
            Guard guard = guard();
            storeFailsWith(Reason.TIMEOUT);
            KeyLimiter key = guard.limiter(API).key("alice");
            assertUnavailable(Reason.TIMEOUT, key::tryAcquire);
            assertThat(key.decide().degraded()).isTrue();
        }

        @Test
        @DisplayName("never judges concurrency")
        void concurrency() {
            Guard guard = guard();
            Policy both = Policy.of("both", Limit.parse("8/1h"), Limit.parse("concurrent 4 lease 1m"));
            storeFailsWith(Reason.TIMEOUT);
            assertUnavailable(Reason.TIMEOUT, () -> guard.limiter(both).peek("alice"));
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("is unavailable for a cost above its share")
        void costs(Form form) {
            Form.Verbs verbs = form.of(guard().limiter(API));
            storeFailsWith(Reason.TIMEOUT);
            assertThat(verbs.tryAcquire("alice", 2).allowed()).isTrue();
            assertUnavailable(Reason.TIMEOUT, () -> verbs.tryAcquire("alice", 3));
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("is unavailable when the outage has lasted longer than was said")
        void atMost(Form form) {
            Guard guard = builder()
                    .whenUnavailable(Degradation.share(2).atMost(Duration.ofMinutes(1)))
                    .build();
            Form.Verbs verbs = form.of(guard.limiter(API));
            storeFailsWith(Reason.READ_ONLY);
            verbs.tryAcquire("alice", 1);
            time.advance(Duration.ofMinutes(1).minusNanos(1_000));
            verbs.tryAcquire("alice", 1);
            time.advance(Duration.ofNanos(1_000));
            assertUnavailable(Reason.READ_ONLY, () -> verbs.tryAcquire("alice", 1));
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("goes on while the circuit is open")
        void openCircuit(Form form) {
            Guard guard = guard();
            Form.Verbs verbs = form.of(guard.limiter(API));
            storeFailsWith(Reason.TIMEOUT);
            for (int i = 0; i < 10; i++) {
                assertThat(verbs.peek("alice", 1).degraded()).isTrue();
                time.advance(Duration.ofMillis(125));
            }
            assertThat(guard.stats().circuitOpen()).isTrue();
            assertThat(log).hasSize(1);
        }

        @Test
        @DisplayName("judges by limits of its own, where these were said")
        void ownLimits() {
            Guard guard = builder()
                    .whenUnavailable(Degradation.limits(Limit.parse("1/1m fixed")))
                    .build();
            storeFailsWith(Reason.TIMEOUT);
            assertThat(guard.limiter(API).tryAcquire("alice").allowed()).isTrue();
            Decision second = guard.limiter(API).tryAcquire("alice");
            assertThat(second.allowed()).isFalse();
            assertThat(second.policy().name()).isEqualTo("api");
        }

        @Test
        @DisplayName("decides for each policy by itself what was said of it")
        void perPolicy() {
            Guard guard = builder()
                    .whenUnavailable(Degradation.share(4))
                    .whenUnavailable("half", Degradation.share(2))
                    .failClosed("login")
                    .localOnly("here")
                    .build();
            Policy half = Policy.of("half", Limit.parse("8/1h fixed"));
            Policy here = Policy.of("here", Limit.parse("8/1h fixed"));
            Decision local = guard.limiter(here).tryAcquire("alice");
            assertThat(local.source().mode()).isEqualTo(FailureMode.LOCAL_ONLY);
            assertThat(store.asked()).isZero();

            storeFailsWith(Reason.TIMEOUT);
            assertThat(guard.limiter(API).peek("alice").remaining()).isEqualTo(2);
            assertThat(guard.limiter(half).peek("alice").remaining()).isEqualTo(4);
            assertUnavailable(Reason.TIMEOUT, () -> guard.limiter(LOGIN).tryAcquire("alice"));
            Decision still = guard.limiter(here).tryAcquire("alice");
            assertThat(still.remaining()).isEqualTo(6);
            assertThat(still.degraded()).isFalse();
            assertThat(guard.limiter(here).tryAcquirePermit("alice").decision().allowed())
                    .isTrue();
        }

        @Test
        @DisplayName("a single policy may, in a guard that fails closed")
        void onlyOnePolicy() {
            Guard guard = builder().whenUnavailable("api", Degradation.share(4)).build();
            assertThat(guard.mode()).isEqualTo(FailureMode.STRICT_DISTRIBUTED);
            storeFailsWith(Reason.TIMEOUT);
            assertThat(guard.limiter(API).tryAcquire("alice").degraded()).isTrue();
            assertUnavailable(Reason.TIMEOUT, () -> guard.limiter(LOGIN).tryAcquire("alice"));
        }
    }

    @Nested
    @DisplayName("S73 when the store is back")
    class Back {

        @ParameterizedTest
        @EnumSource
        @DisplayName("the store decides again at once; a second later that is reported, and local counts are dropped")
        void recovery(Form form) {
            Guard guard = guard();
            Form.Verbs verbs = form.of(guard.limiter(API));
            storeFailsWith(Reason.TIMEOUT);
            verbs.tryAcquire("alice", 2);
            storeIsBack();

            Decision first = verbs.tryAcquire("alice", 1);
            assertThat(first.degraded()).isFalse();
            assertThat(first.remaining()).isEqualTo(7);
            assertThat(guard.stats().degraded()).isTrue();
            time.advance(Duration.ofSeconds(1));
            verbs.peek("alice", 1);

            assertThat(guard.stats().degraded()).isFalse();
            awaitEvents(2);
            assertThat(log.get(1).event()).isEqualTo(Kind.BACKEND_RECOVERED);
            assertThat(log.get(1).tenantId()).isEqualTo("default");
            storeFailsWith(Reason.TIMEOUT);
            assertThat(verbs.peek("alice", 1).remaining()).isEqualTo(2);
            assertThat(log).hasSize(3);
        }

        @Test
        @DisplayName("single failures among many answers are one outage, and not one each")
        void flapping() {
            Guard guard = guard();
            for (int i = 0; i < 20; i++) {
                storeFailsWith(Reason.TIMEOUT);
                guard.limiter(API).peek("alice");
                storeIsBack();
                guard.limiter(API).peek("alice");
                time.advance(Duration.ofMillis(500));
            }
            assertThat(log).hasSize(1);
        }

        @Test
        @DisplayName("the circuit breaker finds it, though nobody calls")
        void byTheBreaker() {
            Guard guard = guard();
            storeFailsWith(Reason.TIMEOUT);
            for (int i = 0; i < 10; i++) {
                guard.limiter(API).peek("alice");
                time.advance(Duration.ofMillis(125));
            }
            storeIsBack();
            time.advance(Duration.ofMillis(500));
            time.advance(Duration.ofMillis(500));
            assertThat(guard.stats().circuitOpen()).isFalse();
            assertThat(guard.stats().degraded()).isFalse();
            awaitEvents(2);
            assertThat(log.get(1).event()).isEqualTo(Kind.BACKEND_RECOVERED);
        }
    }

    private void awaitEvents(int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (log.size() < count && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(log).hasSize(count);
    }

    @Nested
    @DisplayName("S73 S75 whoever is told of it")
    class Told {

        @ParameterizedTest
        @EnumSource
        @DisplayName("where the security log throws, calls are unavailable until it does not")
        void logThrows(Form form) {
            AtomicInteger calls = new AtomicInteger();
            Guard guard = builder()
                    .securityLog(event -> {
                        if (calls.incrementAndGet() <= 2) {
                            throw new IllegalStateException("the disk is full");
                        }
                    })
                    .whenUnavailable(Degradation.share(4))
                    .build();
            Form.Verbs verbs = form.of(guard.limiter(API));
            storeFailsWith(Reason.TIMEOUT);
            assertUnavailable(Reason.TIMEOUT, () -> verbs.tryAcquire("alice", 1));
            assertUnavailable(Reason.TIMEOUT, () -> verbs.tryAcquire("alice", 1));
            assertThat(verbs.tryAcquire("alice", 1).remaining()).isEqualTo(1);
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("where the security log hangs, calls are unavailable by their deadline")
        void logHangs(Form form) {
            Guard guard = builder()
                    .deadline(Duration.ofMillis(50))
                    .securityLog(event -> hang())
                    .whenUnavailable(Degradation.share(4))
                    .build();
            Form.Verbs verbs = form.of(guard.limiter(API));
            storeFailsWith(Reason.TIMEOUT);
            assertUnavailable(Reason.TIMEOUT, () -> verbs.tryAcquire("alice", 1));
            assertUnavailable(Reason.TIMEOUT, () -> verbs.peek("alice", 1));
            over.countDown();
            // Nothing was taken for those who had given up.
            Decision decision = untilLocal(() -> verbs.peek("alice", 1));
            assertThat(decision.remaining()).isEqualTo(2);
        }

        private Decision untilLocal(Supplier<Decision> call) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (true) {
                try {
                    return call.get();
                } catch (BackendUnavailableException e) {
                    assertThat(System.nanoTime()).isLessThan(end);
                }
            }
        }

        @Test
        @DisplayName("listeners that throw or hang change no decision; what they were not told is counted")
        void listeners() {
            List<SecurityEvent> heard = new CopyOnWriteArrayList<>();
            Guard guard = builder()
                    .whenUnavailable(Degradation.share(4))
                    .listener(event -> {
                        throw new IllegalStateException("a test");
                    })
                    .listener(heard::add)
                    .listener(event -> hang())
                    .build();
            storeFailsWith(Reason.TIMEOUT);
            for (int i = 0; i < 2_000; i++) {
                assertThat(guard.limiter(API).tenant("t" + i).peek("alice").degraded())
                        .isTrue();
            }
            assertThat(heard).hasSize(1);
            // Three a tenant: those of the first are with the listeners, 1,024 wait.
            assertThat(guard.stats().eventsDropped()).isBetween(6_000L - 1_024 - 3, 6_000L - 1_024);
        }

        private void hang() {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Test
        @DisplayName("more tenants than an outage keeps in mind are unavailable")
        void tenants() {
            Guard guard = guard();
            storeFailsWith(Reason.TIMEOUT);
            for (int i = 0; i < 10_000; i++) {
                guard.limiter(API).tenant("t" + i).peek("alice");
            }
            assertUnavailable(
                    Reason.TIMEOUT, () -> guard.limiter(API).tenant("one more").peek("alice"));
            assertThat(guard.limiter(API).tenant("t7").peek("alice").degraded()).isTrue();
        }
    }

    @Nested
    @DisplayName("C3 at the start")
    class Startup {

        /** A store that can be opened from some moment on. */
        private final class Later implements BackendProvider {
            private volatile boolean there;
            private volatile RuntimeException error = new BackendUnavailableException(Reason.CONNECT, "refused");

            @Override
            public String name() {
                return "later";
            }

            @Override
            public Backend open(BackendSettings settings) {
                if (!there) {
                    throw error;
                }
                return store;
            }
        }

        private final Later later = new Later();

        private Guard.Builder starting() {
            return Guard.builder()
                    .provider(later)
                    .time(time)
                    .directCompletion()
                    .deadline(Duration.ofSeconds(30))
                    .localProvider(locals)
                    .securityLog(log::add);
        }

        @Test
        @DisplayName("begins with the event, answers locally, and asks the store as soon as it is there")
        void begins() {
            Guard guard = starting().whenUnavailable(Degradation.share(4)).build();
            assertThat(log).extracting(SecurityEvent::event).containsExactly(Kind.BACKEND_UNAVAILABLE_AT_STARTUP);
            assertThat(guard.limiter(API).tryAcquire("alice").degraded()).isTrue();
            assertThat(log).hasSize(1);
            assertUnavailable(Reason.CIRCUIT_OPEN, () -> guard.limiter(API).reset("alice"));
            assertThat(guard.ping().toCompletableFuture()).isCompletedExceptionally();

            later.there = true;
            awaitRecovery(guard);
            assertThat(guard.limiter(API).tryAcquire("alice").degraded()).isFalse();
            assertThat(guard.ping().toCompletableFuture()).isCompleted();
            awaitEvents(2);
            assertThat(log.get(1).event()).isEqualTo(Kind.BACKEND_RECOVERED);
            guard.close();
            assertThat(store.timesClosed()).isEqualTo(1);
        }

        private void awaitRecovery(Guard guard) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (guard.stats().circuitOpen() && System.nanoTime() - end < 0) {
                time.advance(Duration.ofMillis(100));
                Thread.onSpinWait();
            }
            assertThat(guard.stats().circuitOpen()).isFalse();
        }

        @Test
        @DisplayName("fails where only single policies may be judged locally, or the reason is no outage")
        void refused() {
            assertUnavailable(
                    Reason.CONNECT,
                    () -> starting()
                            .whenUnavailable("api", Degradation.share(4))
                            .build());
            assertUnavailable(Reason.CONNECT, () -> starting().build());
            later.error = new BackendUnavailableException(Reason.AUTH, "wrong password");
            assertUnavailable(
                    Reason.AUTH,
                    () -> starting().whenUnavailable(Degradation.share(4)).build());
            later.error = new GuardConfigurationException("a setting");
            assertThatThrownBy(() ->
                            starting().whenUnavailable(Degradation.share(4)).build())
                    .isSameAs(later.error);
            assertThat(log).isEmpty();
        }

        @Test
        @DisplayName("fails where the event cannot be logged")
        void notLogged() {
            assertUnavailable(
                    Reason.CONNECT,
                    () -> starting()
                            .securityLog(event -> {
                                throw new IllegalStateException("a test");
                            })
                            .whenUnavailable(Degradation.share(4))
                            .build());
        }
    }

    @Nested
    @DisplayName("Bad settings")
    class Settings {

        private void assertRefused(String message, Guard.Builder builder) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining(message);
        }

        @Test
        @DisplayName("are refused with what was expected")
        void refused() {
            assertRefused(
                    "mode is explicit_degraded, and nothing says what one instance may give out by itself",
                    builder().mode(FailureMode.EXPLICIT_DEGRADED));
            assertRefused(
                    "mode is strict_distributed, and whenUnavailable says 1/4 of the limits for 300 s at most",
                    builder().mode(FailureMode.STRICT_DISTRIBUTED).whenUnavailable(Degradation.share(4)));
            assertRefused(
                    "mode is local_only, in which no policy has a store that could be away",
                    builder().mode(FailureMode.LOCAL_ONLY).localOnly("api"));
            assertRefused(
                    "policy 'api' is localOnly, and something else besides",
                    builder().localOnly("api").failClosed("api"));
            assertRefused(
                    "policy 'api' is failClosed, and something else besides",
                    builder().failClosed("api").whenUnavailable("api", Degradation.share(2)));
            assertThatThrownBy(() -> Degradation.share(0))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessage("share is 0, expected 1 or more instances");
            assertThatThrownBy(() -> Degradation.limits(Limit.parse("concurrent 4 lease 1m")))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("have a concurrency limit");
            assertThatThrownBy(() -> Degradation.limits()).isInstanceOf(GuardConfigurationException.class);
            for (String duration : List.of("PT0S", "PT-1S", "PT24H0.001S")) {
                assertThatThrownBy(() -> Degradation.share(2).atMost(Duration.parse(duration)))
                        .isInstanceOf(GuardConfigurationException.class)
                        .hasMessageContaining("the longest time to be degraded is " + duration);
            }
        }

        @Test
        @DisplayName("need guard-memory, and say so")
        void withoutMemory() {
            assertThatThrownBy(() -> Guard.builder()
                            .backend(store)
                            .whenUnavailable(Degradation.share(4))
                            .build())
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("add dev.guard:guard-memory");
        }
    }

    @Test
    @DisplayName("C3 events are JSON of one line of ASCII, whatever a tenant is called")
    void json() {
        SecurityEvent event = new SecurityEvent(
                Kind.BACKEND_UNAVAILABLE_AT_RUNTIME,
                FailureMode.EXPLICIT_DEGRADED,
                "a\"b\\c\nd\u2028é",
                time.instant(),
                "redis-lettuce",
                Reason.TIMEOUT);
        assertThat(event.toJson())
                .isEqualTo("{\"event\":\"BACKEND_UNAVAILABLE_AT_RUNTIME\",\"mode\":\"explicit_degraded\","
                        + "\"tenant_id\":\"a\\\"b\\\\c\\u000ad\\u2028\\u00e9\",\"timestamp\":\"" + time.instant()
                        + "\",\"backend\":\"redis-lettuce\",\"reason\":\"TIMEOUT\"}");
        assertThat(new SecurityEvent(Kind.BACKEND_RECOVERED, event.mode(), "default", event.timestamp(), "test", null)
                        .toJson())
                .doesNotContain("reason")
                .startsWith("{\"event\":\"BACKEND_RECOVERED\",")
                .endsWith("\"backend\":\"test\"}");
    }
}
