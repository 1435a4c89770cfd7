package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Counters over compare-and-set")
@Timeout(120)
class CasCounterStoreTest {

    private static final Policy POLICY = Policy.of("api", Limit.parse("3/1h fixed"));
    private static final Key KEY = POLICY.key("t", "alice");

    private final MapCasStore.Shared shared = new MapCasStore.Shared();
    private final MapCasStore store = new MapCasStore(shared);

    private static Acquire acquire(long cost) {
        return new Acquire(KEY, POLICY, cost, Deadline.NONE);
    }

    @Test
    @DisplayName("cost a load and a write when allowed, and a load alone when denied or only asked")
    void roundTrips() {
        assertThat(store.execute(List.of(acquire(3)))).extracting(this::allowed).containsExactly(true);
        assertThat(shared.loads).hasValue(1);
        assertThat(shared.writes).hasValue(1);
        assertThat(store.execute(List.of(acquire(1)))).extracting(this::allowed).containsExactly(false);
        store.execute(List.of(new Peek(KEY, POLICY, 1, Deadline.NONE)));
        assertThat(shared.loads).hasValue(3);
        assertThat(shared.writes).hasValue(1);
    }

    @Test
    @DisplayName(
            "load and write operations on one key that follow one another together, and keep those before a denial")
    void lists() {
        Key other = POLICY.key("t", "bob");
        List<Outcome> outcomes = store.execute(
                List.of(acquire(2), acquire(2), acquire(1), new Acquire(other, POLICY, 1, Deadline.NONE), acquire(1)));
        assertThat(outcomes).extracting(this::allowed).containsExactly(true, false, true, true, false);
        assertThat(shared.loads).hasValue(3);
        assertThat(shared.writes).hasValue(2);
        assertThat(store.execute(List.of())).isEmpty();
    }

    @Test
    @DisplayName("remove a key that is absent, and write nothing where there was none")
    void absence() {
        Reset reset = new Reset(KEY, Deadline.NONE);
        assertThat(store.execute(List.of(reset))).containsExactly(Effect.NOTHING);
        assertThat(store.execute(List.of(acquire(1), reset))).element(1).isEqualTo(Effect.APPLIED);
        assertThat(shared.writes).hasValue(0);
        store.execute(List.of(acquire(1)));
        assertThat(shared.expiries).containsEntry(KEY, shared.time.get() + 3_600_000_000L);
        assertThat(store.execute(List.of(reset))).containsExactly(Effect.APPLIED);
        assertThat(shared.rows).isEmpty();
    }

    @Test
    @DisplayName("check every cost before anything is run")
    void arguments() {
        assertThatThrownBy(() -> store.execute(List.of(acquire(1), acquire(4))))
                .isInstanceOf(InvalidArgumentException.class);
        assertThat(shared.loads).hasValue(0);
    }

    // ─── Deadlines ──────────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("S5 judge what is loaded at its deadline, and neither judge nor write what is loaded after it")
    void late() {
        AtomicLong nanos = new AtomicLong(500);
        MapCasStore slow = new MapCasStore(shared, ModelKey.SOURCE, Runnable::run, nanos::get) {
            @Override
            protected Loaded<Long> load(Key key) {
                nanos.addAndGet(100);
                return super.load(key);
            }
        };
        Acquire inTime = new Acquire(KEY, POLICY, 1, Deadline.after(500, 100));
        Acquire late = new Acquire(KEY, POLICY, 1, Deadline.after(500, 99));
        assertThat(slow.execute(List.of(late, inTime, late)))
                .satisfiesExactly(
                        outcome -> assertThat(outcome).isEqualTo(new Late(shared.time.get())),
                        outcome -> assertThat(allowed(outcome)).isTrue(),
                        outcome -> assertThat(outcome).isEqualTo(new Late(shared.time.get())));
        shared.writes.set(0);
        assertThat(slow.execute(List.of(inTime, inTime))).hasOnlyElementsOfType(Late.class);
        assertThat(shared.writes).hasValue(0);
    }

    @Test
    @DisplayName("give up waiting for others on the key at the deadline, with the reason TIMEOUT")
    void deadlineInLine() throws Exception {
        withOneInLine(waiting -> {
            Acquire acquire = new Acquire(KEY, POLICY, 1, Deadline.after(System.nanoTime(), 1_000));
            assertUnavailable(waiting, acquire, Reason.TIMEOUT, "until the deadline; nothing was changed");
        });
    }

    @Test
    @DisplayName("wait for others on the key up to the latest deadline of a command, wherever in it that is")
    void latestDeadlineInLine() throws Exception {
        Acquire late = new Acquire(KEY, POLICY, 1, Deadline.after(System.nanoTime(), 1));
        AtomicReference<FutureTask<List<Outcome>>> both = new AtomicReference<>();
        withOneInLine(waiting -> {
            both.set(new FutureTask<>(() -> waiting.execute(List.of(late, acquire(1)))));
            Thread thread = new Thread(both.get());
            thread.start();
            while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
                Thread.onSpinWait();
            }
        });
        assertThat(both.get().get(60, TimeUnit.SECONDS))
                .satisfiesExactly(
                        outcome -> assertThat(outcome).isInstanceOf(Late.class),
                        outcome -> assertThat(allowed(outcome)).isTrue());
    }

    @Test
    @DisplayName("S13 reset a key anew where another call changed it before it was removed")
    void overtakenReset() {
        store.execute(List.of(acquire(1)));
        MapCasStore overtaken = new MapCasStore(shared) {
            @Override
            protected boolean remove(Key key, Stored<Long> expected) {
                if (shared.writes.get() == 1) {
                    store.execute(List.of(acquire(1)));
                }
                return super.remove(key, expected);
            }
        };
        assertThat(overtaken.execute(List.of(new Reset(KEY, Deadline.NONE)))).containsExactly(Effect.APPLIED);
        assertThat(shared.rows).isEmpty();
    }

    @Test
    @DisplayName("let an interrupted thread stop waiting for others on the key, and leave it interrupted")
    void interruptedInLine() throws Exception {
        withOneInLine(waiting -> {
            Thread.currentThread().interrupt();
            assertUnavailable(waiting, acquire(1), Reason.INTERRUPTED, "was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        });
    }

    private interface Body {
        void run(CasCounterStore<?> store) throws Exception;
    }

    /** Runs the body while another thread stands in line for the key, in the middle of its second attempt. */
    private void withOneInLine(Body body) throws Exception {
        CountDownLatch inLine = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        MapCasStore held = new MapCasStore(shared, ModelKey.SOURCE, Runnable::run, System::nanoTime) {
            @Override
            protected Loaded<Long> load(Key key) {
                if (shared.loads.get() > 0) {
                    inLine.countDown();
                    join(done);
                }
                return super.load(key);
            }

            @Override
            protected boolean create(Key key, byte[] value, long expiresAt) {
                return shared.writes.getAndIncrement() > 0 && super.create(key, value, expiresAt);
            }
        };
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<List<Outcome>> first = other.submit(() -> held.execute(List.of(acquire(1))));
            join(inLine);
            body.run(held);
            done.countDown();
            assertThat(first.get(60, TimeUnit.SECONDS))
                    .extracting(this::allowed)
                    .containsExactly(true);
        } finally {
            done.countDown();
            other.shutdownNow();
        }
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ─── Contention ─────────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("S2 admit exactly what there is to 64 threads on one key from four stores, and deny nobody too early")
    void contention() throws Exception {
        int permits = 2_000;
        Policy policy = Policy.of("api", Limit.fixedWindow(permits).per(Duration.ofDays(1)));
        List<MapCasStore> stores = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stores.add(new MapCasStore(shared));
        }
        AtomicLong allowed = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                MapCasStore mine = stores.get(i % stores.size());
                calls.add(threads.submit(() -> {
                    join(start);
                    for (int call = 0; call < 40; call++) {
                        Outcome outcome = mine.execute(List.of(new Acquire(KEY, policy, 1, Deadline.NONE)))
                                .get(0);
                        if (allowed(outcome)) {
                            allowed.incrementAndGet();
                        } else {
                            assertThat(((Decision) outcome).remaining()).isZero();
                        }
                    }
                }));
            }
            start.countDown();
            for (Future<?> call : calls) {
                call.get(100, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(allowed).hasValue(permits);
    }

    @Test
    @DisplayName("give up after a bounded number of attempts, for the reason OVERLOADED and never with a denial")
    void boundedAttempts() {
        MapCasStore beaten = new MapCasStore(shared) {
            @Override
            protected boolean create(Key key, byte[] value, long expiresAt) {
                return false;
            }
        };
        assertUnavailable(beaten, acquire(1), Reason.OVERLOADED, "during each of 128 attempts; nothing was changed");
        assertThat(shared.loads).hasValue(CasCounterStore.MOST_ATTEMPTS);
    }

    @Test
    @DisplayName("succeed with the last attempt that they make")
    void lastAttempt() {
        MapCasStore lucky = new MapCasStore(shared) {
            @Override
            protected boolean create(Key key, byte[] value, long expiresAt) {
                return shared.loads.get() == MOST_ATTEMPTS && super.create(key, value, expiresAt);
            }
        };
        assertThat(lucky.execute(List.of(acquire(1)))).extracting(this::allowed).containsExactly(true);
    }

    // ─── Errors ─────────────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("S76 refuse bytes that are not guard's to every verb, and leave them as they are")
    void corrupt() {
        byte[] foreign = "{\"count\":1}".getBytes(StandardCharsets.US_ASCII);
        shared.rows.put(KEY, new CasCounterStore.Stored<>(foreign, 1L));
        for (CounterOperation operation :
                List.of(acquire(1), new Peek(KEY, POLICY, 1, Deadline.NONE), new Reset(KEY, Deadline.NONE))) {
            assertThatThrownBy(() -> store.execute(List.of(operation)))
                    .isInstanceOf(CorruptStateException.class)
                    .hasMessageContaining("the format is 7b 22");
        }
        assertThat(shared.rows.get(KEY).value()).isSameAs(foreign);
        assertThat(shared.rows.get(KEY).revision()).isEqualTo(1);
        assertThat(shared.writes).hasValue(0);
    }

    @Test
    @DisplayName(
            "pass the adapter's own errors on, make any other exception one of reason PROTOCOL, and let an Error out as it is")
    void adapterErrors() {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        MapCasStore failing = new MapCasStore(shared) {
            @Override
            protected Loaded<Long> load(Key key) {
                throw sneaky(failure.get());
            }

            @Override
            protected KeyPage scan(String tenant, String policy, String cursor) {
                throw sneaky(failure.get());
            }
        };
        failure.set(new BackendUnavailableException(Reason.AUTH, "refused"));
        assertThatThrownBy(() -> failing.execute(List.of(acquire(1)))).isSameAs(failure.get());
        assertThatThrownBy(() -> failing.list("t", "api", KeyPage.START)).isSameAs(failure.get());
        failure.set(new IllegalStateException("secret"));
        assertUnavailable(failing, acquire(1), Reason.PROTOCOL, "with a java.lang.IllegalStateException");
        assertThatThrownBy(() -> failing.execute(List.of(acquire(1))))
                .hasCause(failure.get())
                .hasMessageNotContaining("secret");
        failure.set(new StackOverflowError());
        assertThatThrownBy(() -> failing.execute(List.of(acquire(1)))).isSameAs(failure.get());
        assertThat(failing.submit(List.of(acquire(1))).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    @DisplayName("send a write whose outcome is unknown once, and count it as used")
    void unknownOutcome() {
        MapCasStore lossy = new MapCasStore(shared) {
            @Override
            protected boolean create(Key key, byte[] value, long expiresAt) {
                super.create(key, value, expiresAt);
                throw new BackendUnavailableException(Reason.TIMEOUT, "no reply");
            }
        };
        assertUnavailable(lossy, acquire(1), Reason.TIMEOUT, "no reply");
        assertThat(shared.writes).hasValue(1);
        assertThat(store.counters(POLICY).peek("t", "alice", 1, Deadline.NONE).remaining())
                .isEqualTo(2);
    }

    private static RuntimeException sneaky(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    // ─── The asynchronous form, lists of keys, closing ──────────────────────────────────────────

    @Test
    @DisplayName("run the asynchronous form in the executor, never in the caller's thread, with the errors unwrapped")
    void asynchronous() {
        List<Runnable> queue = new ArrayList<>();
        MapCasStore queued = new MapCasStore(shared, ModelKey.SOURCE, queue::add, () -> 0);
        CompletableFuture<List<Outcome>> allowed =
                queued.submit(List.of(acquire(3))).toCompletableFuture();
        CompletableFuture<List<Outcome>> wrong =
                queued.submit(List.of(acquire(4))).toCompletableFuture();
        CompletableFuture<KeyPage> page =
                queued.submitList("t", "api", KeyPage.START).toCompletableFuture();
        AtomicReference<Throwable> seen = new AtomicReference<>();
        wrong.whenComplete((outcomes, error) -> seen.set(error));
        assertThat(shared.loads).hasValue(0);
        queue.forEach(Runnable::run);
        assertThat(allowed).isCompletedWithValueMatching(outcomes -> allowed(outcomes.get(0)));
        assertThat(seen.get()).isInstanceOf(InvalidArgumentException.class);
        assertThat(page).isCompletedWithValueMatching(keys -> keys.keys().equals(List.of(KEY)));
    }

    @Test
    @DisplayName("fail the future for the reason OVERLOADED where the executor takes no more work")
    void rejected() {
        MapCasStore full = new MapCasStore(
                shared,
                ModelKey.SOURCE,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                () -> 0);
        AtomicReference<Throwable> seen = new AtomicReference<>();
        full.submit(List.of(acquire(1))).whenComplete((outcomes, error) -> seen.set(error));
        assertThat(seen.get())
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED));
    }

    @Test
    @DisplayName("list the keys as the adapter's scan tells them, and pass on what it says of a foreign cursor")
    void listing() {
        store.execute(List.of(acquire(1)));
        assertThat(store.list("t", "api", KeyPage.START).keys()).containsExactly(KEY);
        assertThat(store.list("t2", "api", KeyPage.START).keys()).isEmpty();
        assertThatThrownBy(() -> store.list("t", "api", "foreign")).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    @DisplayName("answer every call after the close with an error of its own")
    void closed() {
        store.close();
        store.close();
        assertThatThrownBy(() -> store.execute(List.of(acquire(1))))
                .isInstanceOf(GuardClosedException.class)
                .hasMessage("backend model is closed");
        assertThatThrownBy(() -> store.list("t", "api", KeyPage.START)).isInstanceOf(GuardClosedException.class);
        AtomicReference<Throwable> seen = new AtomicReference<>();
        store.submit(List.of(acquire(1))).whenComplete((outcomes, error) -> seen.set(error));
        assertThat(seen.get()).isInstanceOf(GuardClosedException.class);
        List<Runnable> queue = new ArrayList<>();
        MapCasStore queued = new MapCasStore(shared, ModelKey.SOURCE, queue::add, () -> 0);
        queued.close();
        assertThat(queued.submit(List.of(acquire(1)))).isCompletedExceptionally();
        assertThat(queue).isEmpty();
    }

    @Test
    @DisplayName("answer a call that the close overtook with that error too, whatever the client that is gone throws")
    void closedMeanwhile() {
        MapCasStore closing = new MapCasStore(shared) {
            @Override
            protected Loaded<Long> load(Key key) {
                close();
                throw new IllegalStateException("the pool is gone");
            }
        };
        assertThatThrownBy(() -> closing.execute(List.of(acquire(1))))
                .isInstanceOf(GuardClosedException.class)
                .satisfies(
                        e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class));
        AtomicReference<MapCasStore> stopping = new AtomicReference<>();
        stopping.set(new MapCasStore(
                shared,
                ModelKey.SOURCE,
                task -> {
                    stopping.get().close();
                    throw new RejectedExecutionException("shut down");
                },
                () -> 0));
        AtomicReference<Throwable> seen = new AtomicReference<>();
        stopping.get().submit(List.of(acquire(1))).whenComplete((outcomes, error) -> seen.set(error));
        assertThat(seen.get()).isInstanceOf(GuardClosedException.class);
    }

    @Test
    @DisplayName("know more policies than they keep ready")
    void manyPolicies() {
        for (int version = 1; version <= 10_001; version++) {
            Policy policy = Policy.builder("api")
                    .version(version)
                    .limit(Limit.parse("3/1h fixed"))
                    .build();
            store.execute(List.of(new Peek(KEY, policy, 1, Deadline.NONE)));
        }
        assertThat(store.execute(List.of(acquire(3)))).extracting(this::allowed).containsExactly(true);
    }

    private static void assertUnavailable(
            CasCounterStore<?> store, CounterOperation operation, Reason reason, String detail) {
        assertThatThrownBy(() -> store.execute(List.of(operation)))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(detail);
    }

    private boolean allowed(Outcome outcome) {
        return ((Decision) outcome).allowed();
    }
}
