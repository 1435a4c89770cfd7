package dev.guard.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Allowed;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the embedded backend remembers, and what it may forget. */
class MemoryBoundsTest {

    private volatile Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private final InstantSource time = () -> now;

    private MemoryBackend backend(long maxKeys) {
        return MemoryBackend.open(BackendSettings.of("memory", Map.of(MemoryBackend.MAX_KEYS, Long.toString(maxKeys)))
                .withMode(FailureMode.LOCAL_ONLY)
                .withTime(time));
    }

    private void advance(Duration duration) {
        now = now.plus(duration);
    }

    private static Decision call(PolicyCounters counters, Object subject) {
        return counters.tryAcquire("t", subject.toString(), 1, Deadline.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5/1h", "5/1h interval", "5/1h fixed", "5/1h fixed aligned", "5/1h sliding"})
    @DisplayName(
            "S16 a full table denies new subjects for CAPACITY, forgets nobody, and takes new ones once others expired")
    void fullTablesDenyNewSubjects(String limit) {
        try (MemoryBackend backend = backend(1_000)) {
            PolicyCounters counters = backend.counters().counters(Policy.of("p", Limit.parse(limit)));
            for (int i = 0; i < 1_000; i++) {
                assertThat(call(counters, i).allowed()).isTrue();
            }
            Decision denied = call(counters, "new");
            assertThat(denied)
                    .isInstanceOfSatisfying(
                            Denied.class, d -> assertThat(d.reason()).isEqualTo(Denied.Reason.CAPACITY));
            assertThat(denied.limit()).isEmpty();
            assertThat(denied.limits()).isEmpty();
            for (int i = 0; i < 1_000; i++) {
                assertThat(call(counters, i).remaining()).as("subject %s", i).isEqualTo(3);
            }
            advance(denied.retryAfter().minusNanos(1_000));
            assertThat(call(counters, "new").allowed()).isFalse();
            advance(Duration.ofHours(2));
            assertThat(call(counters, "new").allowed()).isTrue();
            assertThat(call(counters, "new").allowed()).isTrue();
        }
    }

    @Test
    @DisplayName("S16 the wait that a CAPACITY denial tells is over when the first counter expires")
    void capacityDenialsTellWhenToComeBack() {
        try (MemoryBackend backend = backend(10)) {
            PolicyCounters counters = backend.counters().counters(Policy.of("p", Limit.parse("5/1h fixed")));
            for (int i = 0; i < 10; i++) {
                call(counters, i);
                advance(Duration.ofMinutes(1));
            }
            Decision denied = call(counters, "new");
            assertThat(denied.retryAfter()).isEqualTo(Duration.ofMinutes(50));
            advance(denied.retryAfter());
            assertThat(call(counters, "new").allowed()).isTrue();
            assertThat(call(counters, "newer").allowed()).isFalse();
        }
    }

    @Test
    @DisplayName("S16 what is given back makes room for another key at once")
    void givingBackMakesRoom() {
        try (MemoryBackend backend = backend(10)) {
            CounterStore store = backend.counters();
            Policy exports = Policy.of("exports", Limit.parse("concurrent 2 lease 1h"));
            for (int i = 0; i < 100; i++) {
                Key key = exports.key("t", "s" + i);
                assertThat(hold(store, exports, key).allowed())
                        .as("subject %s", i)
                        .isTrue();
                assertThat(store.execute(List.of(new CounterOperation.Release(key, "id", Deadline.NONE))))
                        .containsExactly(Effect.APPLIED);
            }
            Policy rated = Policy.of("rated", Limit.parse("2/1h fixed"));
            for (int i = 0; i < 100; i++) {
                Key key = rated.key("t", "s" + i);
                Allowed allowed = (Allowed) hold(store, rated, key);
                assertThat(store.execute(
                                List.of(new CounterOperation.Refund(key, allowed.permit("id"), Deadline.NONE))))
                        .containsExactly(Effect.APPLIED);
                advance(Duration.ofNanos(1_000));
            }
        }
    }

    @Test
    @DisplayName("S16 a key that there is no room for is not blocked in silence: the call is unavailable")
    void noRoomForABlock() {
        try (MemoryBackend backend = backend(1)) {
            CounterStore store = backend.counters();
            Policy policy = Policy.of("p", Limit.parse("2/1h fixed"));
            Key first = policy.key("t", "first");
            Key second = policy.key("t", "second");
            List<CounterOperation> block = List.of(new CounterOperation.Block(second, 1_000_000, Deadline.NONE));
            call(store.counters(policy), "first");
            assertThatThrownBy(() -> store.execute(block))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.OUT_OF_MEMORY))
                    .hasMessage("policy 'p' has its most keys, and nothing may be forgotten; the operation did not take"
                            + " effect");
            assertThat(hold(store, policy, second))
                    .isInstanceOfSatisfying(
                            Denied.class, d -> assertThat(d.reason()).isEqualTo(Denied.Reason.CAPACITY));
            store.execute(List.of(new CounterOperation.Reset(first, Deadline.NONE)));
            assertThat(store.execute(block)).containsExactly(Effect.APPLIED);
        }
    }

    private static Decision hold(CounterStore store, Policy policy, Key key) {
        return (Decision) store.execute(List.of(new CounterOperation.Acquire(key, policy, 1, "id", Deadline.NONE)))
                .get(0);
    }

    @Test
    @DisplayName("S13 a listing shows the live keys of a tenant and a policy, whatever form they are kept in")
    void listing() {
        try (MemoryBackend backend = backend(10_000)) {
            CounterStore store = backend.counters();
            Policy policy = Policy.of("p", Limit.parse("2/1h fixed"));
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                expected.add("s" + i);
                if (i % 2 == 0) {
                    call(store.counters(policy), "s" + i);
                } else {
                    hold(store, policy, policy.key("t", "s" + i));
                }
            }
            store.counters(policy).tryAcquire("other", "elsewhere", 1, Deadline.NONE);
            assertThat(listed(store)).isEqualTo(expected);
            advance(Duration.ofHours(1));
            assertThat(listed(store)).isEmpty();
            assertThat(store.list("t", "unknown", KeyPage.START)).isEqualTo(new KeyPage(List.of(), Optional.empty()));
            for (String cursor : List.of("0", "64", "x", "-1", "01")) {
                assertThatThrownBy(() -> store.list("t", "p", cursor))
                        .isInstanceOf(InvalidArgumentException.class)
                        .hasMessage("cursor is '" + cursor + "', expected one that a page of this store named");
            }
        }
    }

    private static Set<String> listed(CounterStore store) {
        Set<String> subjects = new HashSet<>();
        Optional<String> cursor = Optional.of(KeyPage.START);
        while (cursor.isPresent()) {
            KeyPage page = store.list("t", "p", cursor.get());
            page.keys().forEach(key -> {
                assertThat(key.tenant()).isEqualTo("t");
                subjects.add(key.subject());
            });
            cursor = page.next();
        }
        return subjects;
    }

    @Test
    @DisplayName("S16 a million subjects stay under the cap, and one policy's do not starve another's")
    void aMillionSubjectsStayUnderTheCap() {
        try (MemoryBackend backend = backend(50_000)) {
            PolicyCounters flooded = backend.counters().counters(Policy.of("flooded", Limit.parse("1/1h")));
            PolicyCounters other = backend.counters().counters(Policy.of("other", Limit.parse("1/1h")));
            long admitted = 0;
            for (int i = 0; i < 1_000_000; i++) {
                admitted += call(flooded, i).allowed() ? 1 : 0;
            }
            assertThat(admitted).isEqualTo(50_000);
            assertThat(call(flooded, 7).allowed()).isFalse();
            assertThat(call(other, "someone").allowed()).isTrue();
        }
    }

    @Test
    @DisplayName("S16 subjects that come and go are admitted for ever, each as if it were new")
    void subjectsComeAndGo() {
        try (MemoryBackend backend = backend(100)) {
            PolicyCounters counters = backend.counters().counters(Policy.of("p", Limit.parse("2/1s")));
            for (int round = 0; round < 500; round++) {
                for (int i = 0; i < 100; i++) {
                    assertThat(call(counters, round + "-" + i).remaining()).isEqualTo(1);
                }
                advance(Duration.ofSeconds(1));
            }
        }
    }

    @Test
    @DisplayName("S16 a denial, a peek and a limit of 0 take no place in the table")
    void askingTakesNoPlace() {
        try (MemoryBackend backend = backend(1)) {
            PolicyCounters zero = backend.counters().counters(Policy.of("p", Limit.parse("0/1h")));
            PolicyCounters one = backend.counters().counters(Policy.of("p", Limit.parse("1/1h")));
            assertThat(call(zero, "a").allowed()).isFalse();
            assertThat(one.peek("t", "b", 1, Deadline.NONE).allowed()).isTrue();
            assertThat(call(one, "c").allowed()).isTrue();
            assertThat(call(zero, "d"))
                    .isInstanceOfSatisfying(
                            Denied.class, d -> assertThat(d.canRetry()).isFalse());
        }
    }

    @Test
    @DisplayName("S16 a full table does not deny what is only in shadow")
    void shadowsAreNotDenied() {
        try (MemoryBackend backend = backend(1)) {
            Policy policy =
                    Policy.builder("p").limit(Limit.parse("1/1h")).inShadow().build();
            PolicyCounters counters = backend.counters().counters(policy);
            assertThat(call(counters, "a").allowed()).isTrue();
            assertThat(call(counters, "b").allowed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7/1s fixed aligned", "7/1s", "7/1s fixed"})
    @DisplayName("S16 threads admit exactly the limit while expired keys make room for new ones under them")
    void admissionIsExactWhileKeysComeAndGo(String limit) throws Exception {
        int subjects = 64;
        try (MemoryBackend backend = backend(subjects)) {
            PolicyCounters counters = backend.counters().counters(Policy.of("p", Limit.parse(limit)));
            for (int round = 0; round < 60; round++) {
                int first = round * subjects / 2;
                AtomicLongArray admitted = new AtomicLongArray(subjects);
                Threads.inThreads(4, thread -> {
                    for (int i = 0; i < subjects * 8; i++) {
                        int subject = (i * 31 + thread * 17) % subjects;
                        if (call(counters, first + subject).allowed()) {
                            admitted.incrementAndGet(subject);
                        }
                    }
                    return 0;
                });
                for (int subject = 0; subject < subjects; subject++) {
                    assertThat(admitted.get(subject))
                            .as("subject %s in round %s", subject, round)
                            .isEqualTo(7);
                }
                advance(Duration.ofSeconds(1));
            }
        }
    }

    @Test
    @DisplayName("S16 a key's handle goes on counting after the key was forgotten, and after it was reset")
    void handlesOutliveTheirKeys() {
        try (MemoryBackend backend = backend(1)) {
            Policy policy = Policy.of("p", Limit.parse("2/1s fixed"));
            PolicyCounters counters = backend.counters().counters(policy);
            KeyCounter handle = counters.key("t", "a");
            assertThat(handle.tryAcquire(2, Deadline.NONE)).isTrue();
            advance(Duration.ofSeconds(1));
            assertThat(call(counters, "b").allowed()).isTrue();
            assertThat(handle.tryAcquire(1, Deadline.NONE))
                    .as("no place, and not counted on b")
                    .isFalse();
            advance(Duration.ofSeconds(1));
            assertThat(handle.tryAcquire(2, Deadline.NONE)).isTrue();
            assertThat(handle.tryAcquire(1, Deadline.NONE)).isFalse();
            assertThat(backend.counters()
                            .execute(List.of(new CounterOperation.Reset(policy.key("t", "a"), Deadline.NONE)))
                            .equals(List.of(Effect.APPLIED)))
                    .isTrue();
            assertThat(handle.tryAcquire(2, Deadline.NONE)).isTrue();
            assertThat(call(counters, "a").allowed()).isFalse();
        }
    }

    @Test
    @DisplayName("Subjects that were made to collide are told apart, and counted each for itself")
    void collidingSubjectsAreToldApart() {
        List<String> subjects = new ArrayList<>(List.of(""));
        for (int i = 0; i < 12; i++) {
            List<String> longer = new ArrayList<>();
            for (String subject : subjects) {
                longer.add(subject + "Aa");
                longer.add(subject + "BB");
            }
            subjects = longer;
        }
        assertThat(subjects.stream().map(String::hashCode).distinct()).hasSize(1);
        try (MemoryBackend backend = backend(10_000)) {
            PolicyCounters counters = backend.counters().counters(Policy.of("p", Limit.parse("2/1h")));
            for (int round = 0; round < 2; round++) {
                for (String subject : subjects) {
                    assertThat(call(counters, subject).remaining()).isEqualTo(1 - round);
                }
            }
            for (String subject : subjects) {
                assertThat(backend.counters()
                                .execute(List.of(new CounterOperation.Reset(new Key("t", "p", subject), Deadline.NONE)))
                                .equals(List.of(Effect.APPLIED)))
                        .isTrue();
            }
            assertThat(call(counters, subjects.get(0)).remaining()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3/1h fixed", "3/1h", "3/1h interval", "3/1h fixed aligned", "3/1h sliding"})
    @DisplayName("A store that runs for centuries counts on when a packed state can no longer tell the time")
    void centuriesPass(String limit) {
        try (MemoryBackend backend = backend(1_000)) {
            Policy policy = Policy.of("p", Limit.parse(limit));
            PolicyCounters counters = backend.counters().counters(policy);
            KeyCounter handle = counters.key("t", "a");
            for (int decade = 0; decade < 100; decade++) {
                assertThat(handle.tryAcquire(3, Deadline.NONE))
                        .as("decade %s", decade)
                        .isTrue();
                assertThat(handle.decide(1, Deadline.NONE).allowed()).isFalse();
                assertThat(call(counters, "b").allowed()).isTrue();
                assertThat(call(counters, "c" + decade).remaining()).isEqualTo(2);
                advance(Duration.ofDays(3_660));
            }
        }
    }

    @Test
    @DisplayName("A setting that is unknown or out of range is refused by name")
    void settingsAreChecked() {
        assertThatThrownBy(() -> MemoryBackend.open(BackendSettings.of("memory", Map.of("max_keys", "5"))))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("unknown setting backends.memory.max_keys, expected one of max_keys_per_policy");
        for (String value : List.of("0", "-1", "many", "1073741825", "")) {
            assertThatThrownBy(() ->
                            MemoryBackend.open(BackendSettings.of("memory", Map.of(MemoryBackend.MAX_KEYS, value))))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessage("backends.memory.max_keys_per_policy is '" + value
                            + "', expected a whole number from 1 to 1073741824");
        }
    }

    @Test
    @DisplayName("S16 a key that has the only place is never denied for CAPACITY, also while others reset it")
    void aResetKeepsThePlaceOfItsKey() throws Exception {
        try (MemoryBackend backend = backend(1)) {
            Policy policy = Policy.of("p", Limit.parse("2/1h fixed"));
            PolicyCounters counters = backend.counters().counters(policy);
            long denied = Threads.inThreads(3, thread -> {
                long forCapacity = 0;
                for (int i = 0; i < 100_000; i++) {
                    backend.counters()
                            .execute(List.of(new CounterOperation.Reset(policy.key("t", "s"), Deadline.NONE)));
                    Decision decision = call(counters, "s");
                    forCapacity += decision.limit().isEmpty() ? 1 : 0;
                }
                return forCapacity;
            });
            assertThat(denied).isZero();
        }
    }

    @Test
    @DisplayName("After close every call says that the backend is closed, and closing twice is harmless")
    void closedBackendsSaySo() {
        MemoryBackend backend = backend(10);
        Policy policy = Policy.of("p", Limit.parse("5/1h"));
        PolicyCounters counters = backend.counters().counters(policy);
        KeyCounter handle = counters.key("t", "s");
        assertThat(backend.ping()).isCompleted();
        backend.close();
        backend.close();
        assertThat(backend.ping()).isCompletedExceptionally();
        List<Runnable> calls = List.of(
                () -> call(counters, "s"),
                () -> counters.peek("t", "s", 1, Deadline.NONE),
                () -> handle.tryAcquire(1, Deadline.NONE),
                () -> handle.decide(1, Deadline.NONE),
                () -> backend.counters().execute(List.of()),
                () -> backend.counters()
                        .execute(List.of(new CounterOperation.Reset(policy.key("t", "s"), Deadline.NONE))),
                () -> backend.counters().list("t", "p", KeyPage.START),
                () -> backend.counters().counters(policy));
        for (Runnable call : calls) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(GuardClosedException.class)
                    .hasMessage("backend memory is closed");
        }
        assertThat(counters.tryAcquireAsync("t", "s", 1, Deadline.NONE)).isCompletedExceptionally();
        assertThat(counters.peekAsync("t", "s", 1, Deadline.NONE)).isCompletedExceptionally();
    }

    @Test
    @DisplayName("The embedded backend is local, named memory, and found as a service")
    void isFound() {
        try (MemoryBackend backend = backend(1)) {
            assertThat(backend.isShared()).isFalse();
            assertThat(backend.name()).isEqualTo("memory");
        }
        assertThat(ServiceLoader.load(BackendProvider.class)).singleElement().satisfies(provider -> {
            assertThat(provider.name()).isEqualTo("memory");
            provider.open(BackendSettings.of("memory", Map.of())).close();
        });
    }

    @Test
    @DisplayName("S4 the store's own time goes on by the monotonic clock")
    void ownTimeGoesOn() {
        try (MemoryBackend backend = MemoryBackend.open(BackendSettings.of("memory", Map.of()))) {
            KeyCounter counter = backend.counters()
                    .counters(Policy.of("p", Limit.parse("1/1ms fixed")))
                    .key("t", "s");
            long start = System.nanoTime();
            int admitted = 0;
            while (admitted < 20) {
                admitted += counter.tryAcquire(1, Deadline.NONE) ? 1 : 0;
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(18));
        }
    }
}
