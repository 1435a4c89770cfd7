package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Whoever waits for permits")
@Timeout(60)
class WaitingTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** One permit returns each second. */
    private static final Policy API = Policy.of("api", Limit.parse("5/5s"));

    private static final Policy SLOTS = Policy.of("slots", Limit.parse("concurrent 2 lease 30s"));

    private final ManualTime time = new ManualTime();
    private final TestBackend backend = new TestBackend("test", true, time);
    private final Guard guard =
            Guard.builder().backend(backend).time(time).directCompletion().build();
    private final RateLimiter api = guard.limiter(API);
    private final RateLimiter slots = guard.limiter(SLOTS);

    @AfterEach
    void nobodyIsLeft() {
        guard.close();
        assertThat(length(API)).isZero();
        assertThat(length(SLOTS)).isZero();
    }

    private int length(Policy policy) {
        return guard.lines().length(Key.of(policy.name(), "alice"));
    }

    private long questions() {
        return backend.operations().stream().filter(Acquire.class::isInstance).count();
    }

    private CompletableFuture<AsyncHeldPermit> waiting(long cost) {
        return api.async().acquire("alice", cost, MINUTE);
    }

    @Test
    @DisplayName("gets them as soon as they are there, and not a microsecond earlier")
    void waits() {
        api.tryAcquire("alice", 5);
        CompletableFuture<AsyncHeldPermit> one = waiting(1);
        time.advance(SECOND.minusNanos(1_000));
        assertThat(one).isNotDone();
        time.advance(Duration.ofNanos(1_000));
        assertThat(one).isCompletedWithValueMatching(held -> held.decision().cost() == 1);
        assertThat(length(API)).as("a line vanishes with its last waiter").isZero();
    }

    @Test
    @DisplayName("gets them in the order of coming, and nobody who asks for less overtakes")
    void inOrder() {
        api.tryAcquire("alice", 5);
        List<String> order = new ArrayList<>();
        List<CompletableFuture<AsyncHeldPermit>> all = List.of(waiting(3), waiting(1), waiting(2), waiting(1));
        for (int i = 0; i < all.size(); i++) {
            int n = i;
            var unused = all.get(i).thenAccept(held -> order.add(n + " at " + time.nanos() / 1_000_000_000));
        }
        for (int second = 1; second <= 7; second++) {
            time.advance(SECOND);
        }
        assertThat(order).containsExactly("0 at 3", "1 at 4", "2 at 6", "3 at 7");
    }

    @Test
    @DisplayName("costs the store one question for each permit and each wait, however many wait and however long")
    void asksSeldom() {
        api.tryAcquire("alice", 5);
        List<CompletableFuture<AsyncHeldPermit>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(waiting(1));
        }
        assertThat(questions())
                .as("one that took five, and the first that was denied")
                .isEqualTo(2);
        for (int i = 0; i < 500; i++) {
            time.advance(Duration.ofMillis(100));
        }
        assertThat(all).allMatch(CompletableFuture::isDone);
        assertThat(questions()).isEqualTo(2 + 50 + 49);
    }

    @Test
    @DisplayName("is denied at once where the permits cannot be there in time, and asks the store no more")
    void hopeless() {
        api.tryAcquire("alice", 5);
        assertThat(api.tryAcquire("alice", 2, SECOND).retryAfter()).isEqualTo(Duration.ofSeconds(2));
        assertThatThrownBy(() -> api.acquire("alice", 2, SECOND)).isInstanceOf(DeniedException.class);
        CompletableFuture<AsyncHeldPermit> head = waiting(3);
        long asked = questions();
        time.advance(SECOND);
        Decision behind = api.tryAcquire("alice", 1, SECOND);
        assertThat(behind).isInstanceOf(Denied.class);
        assertThat(behind.cost()).isEqualTo(1);
        assertThat(behind.retryAfter()).as("the head's wait").isEqualTo(Duration.ofSeconds(2));
        assertThat(questions()).isEqualTo(asked);
        time.advance(Duration.ofSeconds(2));
        assertThat(head).isCompleted();
    }

    @Test
    @DisplayName("is denied at the deadline where others were first")
    void deadlineInLine() {
        api.tryAcquire("alice", 5);
        CompletableFuture<AsyncHeldPermit> head = waiting(1);
        CompletableFuture<Decision> second = api.async().tryAcquire("alice", 5, Duration.ofSeconds(3));
        time.advance(SECOND);
        assertThat(head).isCompleted();
        assertThat(second)
                .isCompletedWithValueMatching(
                        decision -> !decision.allowed() && decision.retryAfter().equals(Duration.ofSeconds(5)));
        CompletableFuture<AsyncHeldPermit> third = waiting(2);
        CompletableFuture<Decision> fourth = api.async().tryAcquire("alice", 1, Duration.ofSeconds(2));
        time.advance(Duration.ofSeconds(2));
        assertThat(third).isCompleted();
        assertThat(fourth).isCompletedWithValueMatching(decision -> !decision.allowed());
    }

    @Test
    @DisplayName("is woken by what this guard gives back, unblocks and resets")
    void wakes() {
        HeldPermit held = api.acquire("alice", 5, Duration.ZERO);
        CompletableFuture<AsyncHeldPermit> refunded = waiting(5);
        held.refund();
        assertThat(refunded).isCompleted();

        CompletableFuture<AsyncHeldPermit> reset = waiting(1);
        api.reset("alice");
        assertThat(reset).isCompleted();

        api.block("alice", Duration.ofSeconds(20));
        CompletableFuture<AsyncHeldPermit> unblocked = waiting(1);
        api.async().unblock("alice").join();
        assertThat(unblocked).isCompleted();

        Reservation reserved = api.reserve("alice", 3, MINUTE);
        CompletableFuture<AsyncHeldPermit> cancelled = waiting(2);
        reserved.cancel();
        assertThat(cancelled).isCompleted();

        Reservation spent = api.reserve("alice", 1, MINUTE);
        CompletableFuture<AsyncHeldPermit> committed = waiting(1);
        spent.commit(0);
        assertThat(committed).isCompleted();
    }

    @Test
    @DisplayName("waits for slots until the deadline, since they come back before their leases end")
    void slots() {
        HeldPermit first = slots.acquire("alice", Duration.ZERO);
        HeldPermit second = slots.acquire("alice", Duration.ZERO);
        CompletableFuture<AsyncHeldPermit> third = slots.async().acquire("alice", Duration.ofSeconds(2));
        CompletableFuture<AsyncHeldPermit> fourth = slots.async().acquire("alice", Duration.ofSeconds(2));
        time.advance(SECOND);
        assertThat(third).isNotDone();
        first.close();
        assertThat(third).isCompleted();
        assertThat(fourth).isNotDone();
        time.advance(SECOND);
        assertThatThrownBy(() -> Form.joined(fourth))
                .isInstanceOfSatisfying(
                        DeniedException.class,
                        e -> assertThat(e.denied().reason()).isEqualTo(Denied.Reason.CONCURRENCY));
        second.close();
    }

    @Test
    @DisplayName("asks once more at the deadline, and so finds the slots that another process gave back")
    void lastQuestion() {
        HeldPermit held = slots.acquire("alice", 2, Duration.ZERO);
        CompletableFuture<AsyncHeldPermit> waits = slots.async().acquire("alice", Duration.ofSeconds(2));
        try (Guard other = Guard.builder().backend(backend).time(time).build()) {
            other.limiter(SLOTS).release("alice", held.permit());
        }
        assertThat(waits).isNotDone();
        time.advance(Duration.ofSeconds(2));
        assertThat(waits).isCompleted();
    }

    @Test
    @DisplayName("is not forgotten where permits come back while the store is about to answer")
    void noLostWakeups() {
        HeldPermit held = slots.acquire("alice", 2, Duration.ZERO);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> denial = new CompletableFuture<>();
        backend.answerThrough(() -> gate);
        CompletableFuture<AsyncHeldPermit> waits = slots.async().acquire("alice", MINUTE);
        backend.answerThrough(() -> denial);
        var unused = slots.async().release("alice", held.permit());
        // The question is judged before the release, and its answer comes before the release is heard of.
        gate.complete(null);
        backend.answerThrough(() -> CompletableFuture.completedFuture(null));
        assertThat(waits).isNotDone();
        denial.complete(null);
        assertThat(waits).isCompleted();
    }

    @Test
    @DisplayName("leaves the line when the future is cancelled, and the next one moves up")
    void cancels() {
        api.tryAcquire("alice", 5);
        CompletableFuture<AsyncHeldPermit> head = waiting(5);
        CompletableFuture<AsyncHeldPermit> middle = waiting(1);
        CompletableFuture<AsyncHeldPermit> last = waiting(1);
        assertThat(length(API)).isEqualTo(3);
        middle.cancel(false);
        assertThat(length(API)).isEqualTo(2);
        time.advance(SECOND);
        assertThat(last).isNotDone();
        head.cancel(false);
        assertThat(last).isCompleted();
        assertThat(length(API)).isZero();
    }

    @Test
    @DisplayName("leaks no permit that is granted after the future was cancelled")
    void cancelsWhileAsking() {
        api.tryAcquire("alice", 5);
        CompletableFuture<AsyncHeldPermit> head = waiting(5);
        CompletableFuture<AsyncHeldPermit> next = waiting(5);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        backend.answerThrough(() -> gate);
        time.advance(Duration.ofSeconds(5));
        head.cancel(false);
        assertThat(length(API)).isEqualTo(1);
        backend.answerThrough(() -> CompletableFuture.completedFuture(null));
        gate.complete(null);
        assertThat(next).as("what the head won was given back").isCompleted();
    }

    @Test
    @DisplayName("gets the store's error where it cannot be asked, and lets the next one ask for itself")
    void errors() {
        api.tryAcquire("alice", 5);
        CompletableFuture<AsyncHeldPermit> head = waiting(1);
        CompletableFuture<AsyncHeldPermit> next = waiting(1);
        BackendUnavailableException away =
                new BackendUnavailableException(BackendUnavailableException.Reason.CONNECT, "refused");
        List<CompletableFuture<Void>> answers =
                new ArrayList<>(List.of(CompletableFuture.failedFuture(away), CompletableFuture.completedFuture(null)));
        backend.answerThrough(() -> answers.remove(0));
        time.advance(SECOND);
        assertThatThrownBy(() -> Form.joined(head)).isSameAs(away);
        assertThat(next).isCompleted();
    }

    @Test
    @DisplayName("gets an error when the guard is closed")
    void closes() {
        api.tryAcquire("alice", 5);
        List<CompletableFuture<AsyncHeldPermit>> all = List.of(waiting(1), waiting(2), waiting(1));
        guard.close();
        for (CompletableFuture<AsyncHeldPermit> waiter : all) {
            assertThatThrownBy(() -> Form.joined(waiter))
                    .isInstanceOf(GuardClosedException.class)
                    .hasMessage("this guard is closed");
        }
        assertThat(length(API)).isZero();
    }

    @Test
    @DisplayName("waits on no deep stack, whatever the length of the line")
    void manyWaiters() {
        Policy wide = Policy.of("wide", Limit.parse("20000/1h fixed"));
        RateLimiter limiter = guard.limiter(wide);
        limiter.tryAcquire("alice", 20_000);
        List<CompletableFuture<AsyncHeldPermit>> all = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            all.add(limiter.async().acquire("alice", Duration.ofHours(2)));
        }
        time.advance(Duration.ofHours(1));
        assertThat(all).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
        assertThat(limiter.peek("alice").remaining()).isZero();
    }

    @Test
    @DisplayName("stands in one line, on a thread or without one")
    void blocksInTheSameLine() throws Exception {
        api.tryAcquire("alice", 5);
        CompletableFuture<AsyncHeldPermit> first = waiting(1);
        FutureTask<HeldPermit> second = started(() -> api.acquire("alice", 1, MINUTE));
        await(() -> length(API) == 2);
        CompletableFuture<AsyncHeldPermit> third = waiting(1);
        time.advance(SECOND);
        assertThat(first).isCompleted();
        assertThat(second.isDone()).isFalse();
        time.advance(SECOND);
        assertThat(second.get().permit().cost()).isEqualTo(1);
        assertThat(third).isNotDone();
        time.advance(SECOND);
        assertThat(third).isCompleted();
    }

    @Test
    @DisplayName("on a thread that is interrupted holds nothing, leaves the line, and stays interrupted")
    void interrupts() throws Exception {
        api.tryAcquire("alice", 5);
        AtomicReference<Throwable> error = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                api.acquire("alice", 1, MINUTE);
            } catch (RuntimeException e) {
                error.set(e);
                interrupted.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        await(() -> length(API) == 1);
        thread.interrupt();
        thread.join();
        assertThat(error.get())
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.INTERRUPTED));
        assertThat(interrupted.get()).isTrue();
        assertThat(length(API)).isZero();
        time.advance(SECOND);
        assertThat(api.peek("alice").remaining()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "waits by the clock of this process where no time is injected, on one thread that begins with the first wait")
    void realTime() throws Exception {
        TestBackend real = new TestBackend("real", true, InstantSource.system());
        Policy quick = Policy.of("quick", Limit.parse("1/50ms"));
        try (Guard system = Guard.builder().backend(real).build()) {
            RateLimiter limiter = system.limiter(quick);
            limiter.tryAcquire("alice");
            limiter.acquire("alice", MINUTE).close();
            assertThat(limiter.async()
                            .acquire("alice", MINUTE)
                            .get(30, TimeUnit.SECONDS)
                            .permit()
                            .cost())
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("waits by any injected time, which is looked at now and then")
    void watchedTime() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        InstantSource watched = now::get;
        TestBackend watchedBackend = new TestBackend("watched", true, watched);
        try (Guard other = Guard.builder().backend(watchedBackend).time(watched).build()) {
            RateLimiter limiter = other.limiter(API);
            limiter.tryAcquire("alice", 5);
            CompletableFuture<AsyncHeldPermit> waits = limiter.async().acquire("alice", MINUTE);
            now.set(Instant.EPOCH.plusSeconds(1));
            assertThat(waits.get(30, TimeUnit.SECONDS).permit().cost()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("gets, with many threads and slots, a slot at a time and never more than there are")
    void hammered() throws Exception {
        List<FutureTask<Long>> tasks = new ArrayList<>();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            tasks.add(started(() -> {
                long held = 0;
                for (int n = 0; n < 200; n++) {
                    try (HeldPermit permit = slots.acquire("alice", MINUTE)) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        held += permit.permit().cost();
                        Thread.onSpinWait();
                        inside.decrementAndGet();
                    }
                }
                return held;
            }));
        }
        for (FutureTask<Long> task : tasks) {
            assertThat(task.get()).isEqualTo(200);
        }
        assertThat(most.get()).isBetween(1, 2);
        assertThat(length(SLOTS)).isZero();
    }

    private static <T> FutureTask<T> started(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(task).start();
        return task;
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
