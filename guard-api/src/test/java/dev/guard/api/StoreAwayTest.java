package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.GuardException;
import dev.guard.domain.Limit;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A shared store that is away, or slow")
class StoreAwayTest {

    private static final Policy API = Policy.of("api", Limit.parse("10/10s"));
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final ManualTime time = new ManualTime();
    private final TestBackend backend = new TestBackend("test", true, time);
    private final Guard guard = guard(backend);

    private Guard guard(TestBackend of) {
        return Guard.builder().backend(of).time(time).directCompletion().build();
    }

    private void everythingFailsWith(GuardException error) {
        backend.answerThrough(() -> CompletableFuture.failedFuture(error));
    }

    private void everythingFailsWith(Reason reason) {
        everythingFailsWith(new BackendUnavailableException(reason, "a test"));
    }

    private void storeIsBack() {
        backend.answerThrough(() -> CompletableFuture.completedFuture(null));
    }

    private static Reason reasonOf(Form.Verbs verbs) {
        try {
            verbs.tryAcquire("alice", 1);
        } catch (BackendUnavailableException e) {
            return e.reason();
        }
        throw new AssertionError("it was decided");
    }

    private void callInVain(Form.Verbs verbs, int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> verbs.tryAcquire("alice", 1)).isInstanceOf(GuardException.class);
            time.advance(Duration.ofMillis(125));
        }
    }

    @Nested
    @DisplayName("S71 Deadlines")
    class Deadlines {

        private long millisOf(CounterOperation operation, long askedAt) {
            return operation.deadline().remaining(askedAt) / 1_000_000;
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName("every call has one, 100 ms after it was made")
        void everyCall(Form form) {
            Form.Verbs verbs = form.of(guard.limiter(API));

            long before = System.nanoTime();
            verbs.tryAcquire("alice", 1);
            verbs.peek("alice", 1);
            verbs.penalize("alice", 1);
            verbs.refund("alice", new Permit("id", 1, 1, 1));
            verbs.block("alice", Duration.ofSeconds(1));
            verbs.unblock("alice");
            verbs.reset("alice");
            long after = System.nanoTime();

            assertThat(backend.operations()).hasSize(7).allSatisfy(operation -> {
                assertThat(operation.deadline().isNone()).isFalse();
                assertThat(millisOf(operation, after)).isLessThanOrEqualTo(100);
                assertThat(millisOf(operation, before)).isGreaterThanOrEqualTo(99);
            });
        }

        @Test
        @DisplayName("a page of keys has one as well, blocking and asynchronous")
        void listing() {
            backend.answerThrough(CompletableFuture::new);
            RateLimiter limiter = Guard.builder()
                    .backend(backend)
                    .deadline(Duration.ofMillis(20))
                    .build()
                    .limiter(API);

            assertThatThrownBy(() -> limiter.list(""))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.TIMEOUT));
            assertThat(limiter.async().list(""))
                    .failsWithin(Duration.ofMinutes(1))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(BackendUnavailableException.class);
        }

        @Test
        @DisplayName("who waits for permits has the time anew with each question")
        void waiting() {
            guard.limiter(API).tryAcquire("alice", 10);
            var waiting = guard.async().limiter(API).tryAcquire("alice", 1, Duration.ofSeconds(5));
            while (!waiting.isDone()) {
                time.advance(Duration.ofMillis(200));
            }

            assertThat(waiting.join().allowed()).isTrue();
            assertThat(backend.operations())
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allSatisfy(operation ->
                            assertThat(operation.deadline().isNone()).isFalse());
            assertThat(backend.operations().stream().map(CounterOperation::deadline))
                    .doesNotHaveDuplicates();
        }

        @Test
        @DisplayName("can be set")
        void set() {
            Guard patient = Guard.builder()
                    .backend(backend)
                    .deadline(Duration.ofMinutes(2))
                    .build();

            long before = System.nanoTime();
            patient.limiter(API).tryAcquire("alice");

            assertThat(millisOf(backend.operations().get(0), before)).isGreaterThanOrEqualTo(120_000);
        }

        @ParameterizedTest
        @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0009S", "PT1H0.001S"})
        @DisplayName("are refused where nothing could keep them")
        void refused(String text) {
            assertThatThrownBy(() -> Guard.builder().deadline(Duration.parse(text)))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("deadline is " + text)
                    .hasMessageContaining("expected 1 ms to 1 h");
        }

        @Test
        @DisplayName("are for shared stores: one in this process has nothing to wait for")
        void notInMemory() {
            TestBackend local = TestBackend.local("local");
            Guard.builder()
                    .backend(local)
                    .mode(dev.guard.domain.FailureMode.LOCAL_ONLY)
                    .build()
                    .limiter(API)
                    .tryAcquire("alice");

            assertThat(local.operations().get(0).deadline()).isSameAs(Deadline.NONE);
        }
    }

    @Nested
    @DisplayName("S71, S72 The circuit breaker")
    class Breaker {

        @ParameterizedTest
        @EnumSource
        @DisplayName("after five failures in half a second no call is made, and each fails at once")
        void opens(Form form) {
            Form.Verbs verbs = form.of(guard.limiter(API));
            everythingFailsWith(Reason.TIMEOUT);

            callInVain(verbs, 4);
            assertThat(reasonOf(verbs)).isEqualTo(Reason.TIMEOUT);
            int asked = backend.asked();

            assertThat(reasonOf(verbs)).isEqualTo(Reason.CIRCUIT_OPEN);
            assertThat(backend.asked()).isEqualTo(asked);
            assertThatThrownBy(() -> verbs.reset("alice"))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("TIMEOUT")
                    .hasMessageContaining("this call was not made");
        }

        @ParameterizedTest
        @EnumSource
        @DisplayName(
                "it closes by itself once the store gives a sign of life, whoever calls meanwhile, however long the outage was")
        void closes(Form form) {
            Form.Verbs verbs = form.of(guard.limiter(API));
            everythingFailsWith(Reason.CONNECT);
            callInVain(verbs, 5);
            for (int i = 0; i < 140; i++) {
                assertThat(reasonOf(verbs)).isEqualTo(Reason.CIRCUIT_OPEN);
                time.advance(LONGEST_PAUSE);
            }

            storeIsBack();
            time.advance(LONGEST_PAUSE);

            assertThat(verbs.tryAcquire("alice", 1).allowed()).isTrue();
        }

        @Test
        @DisplayName("it goes on asking where a sign of life is never answered")
        void hangingProbe() {
            Form.Verbs verbs = Form.BLOCKING.of(guard.limiter(API));
            everythingFailsWith(Reason.CONNECT);
            callInVain(verbs, 5);
            backend.answerThrough(CompletableFuture::new);
            time.advance(LONGEST_PAUSE);

            storeIsBack();
            time.advance(Duration.ofSeconds(1));
            assertThat(reasonOf(verbs)).isEqualTo(Reason.CIRCUIT_OPEN);
            time.advance(LONGEST_PAUSE);

            assertThat(verbs.tryAcquire("alice", 1).allowed()).isTrue();
        }

        @Test
        @DisplayName("a sign of life that comes after it was given up is not one")
        void lateSign() {
            Form.Verbs verbs = Form.BLOCKING.of(guard.limiter(API));
            everythingFailsWith(Reason.CONNECT);
            callInVain(verbs, 5);
            CompletableFuture<Void> sign = new CompletableFuture<>();
            backend.answerThrough(() -> sign);
            time.advance(LONGEST_PAUSE);
            everythingFailsWith(Reason.CONNECT);
            time.advance(Duration.ofSeconds(1));

            sign.complete(null);

            assertThat(reasonOf(verbs)).isEqualTo(Reason.CIRCUIT_OPEN);
        }

        @Test
        @DisplayName("one answer in between, of any kind, begins the count anew")
        void answersCount() {
            Form.Verbs verbs = Form.BLOCKING.of(guard.limiter(API));
            for (int round = 0; round < 3; round++) {
                everythingFailsWith(Reason.TIMEOUT);
                callInVain(verbs, 4);
                if (round == 0) {
                    storeIsBack();
                    verbs.peek("alice", 1);
                } else if (round == 1) {
                    everythingFailsWith(new CorruptStateException("a stranger's value"));
                    callInVain(verbs, 1);
                } else {
                    everythingFailsWith(Reason.AUTH);
                    callInVain(verbs, 1);
                }
            }
            everythingFailsWith(Reason.TIMEOUT);
            callInVain(verbs, 4);

            assertThat(reasonOf(verbs)).isEqualTo(Reason.TIMEOUT);
        }

        @ParameterizedTest
        @EnumSource(
                value = Reason.class,
                names = {"OVERLOADED", "INTERRUPTED", "LATE", "AUTH", "PROTOCOL", "OUT_OF_MEMORY"})
        @DisplayName("it never opens for what callers could force, or what another call need not meet")
        void otherReasons(Reason reason) {
            Form.Verbs verbs = Form.BLOCKING.of(guard.limiter(API));
            everythingFailsWith(reason);

            callInVain(verbs, 50);

            assertThat(reasonOf(verbs)).isEqualTo(reason);
        }

        @Test
        @DisplayName(
                "many failures in one moment do not open it: a connection broke, and all that was under way with it")
        void oneMoment() {
            Form.Verbs verbs = Form.BLOCKING.of(guard.limiter(API));
            everythingFailsWith(Reason.CONNECTION_LOST);
            for (int i = 0; i < 100; i++) {
                assertThat(reasonOf(verbs)).isEqualTo(Reason.CONNECTION_LOST);
            }

            storeIsBack();

            assertThat(verbs.tryAcquire("alice", 1).allowed()).isTrue();
        }

        @Test
        @DisplayName("a closed guard asks nobody any more")
        void closedGuard() {
            Form.Verbs verbs = Form.BLOCKING.of(guard.limiter(API));
            everythingFailsWith(Reason.CONNECT);
            callInVain(verbs, 5);
            int[] probes = {0};
            backend.answerThrough(() -> {
                probes[0]++;
                return CompletableFuture.failedFuture(new BackendUnavailableException(Reason.CONNECT, "a test"));
            });
            time.advance(LONGEST_PAUSE);
            assertThat(probes[0]).isEqualTo(1);

            guard.close();
            time.advance(Duration.ofMinutes(1));

            assertThat(probes[0]).isEqualTo(1);
        }
    }
}
