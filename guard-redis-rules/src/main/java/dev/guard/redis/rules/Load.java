package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Decision;
import dev.guard.testing.redis.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Threads that take permits of some subjects one after the other, for as long as it is open, and what came of it. */
final class Load implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> subjects;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLongArray ended;
    private final Map<String, AtomicLong> allowed = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> denied = new ConcurrentHashMap<>();
    private final Map<Reason, AtomicLong> unavailable = new ConcurrentHashMap<>();
    private final Queue<Throwable> strange = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /**
     * Starts.
     *
     * @param limiters each is used by two threads: one that waits for its calls, and one that waits for their futures
     */
    Load(List<RateLimiter> limiters, List<String> subjects) {
        this.subjects = subjects;
        this.ended = new AtomicLongArray(2 * limiters.size());
        for (int i = 0; i < ended.length(); i++) {
            int number = i;
            RateLimiter limiter = limiters.get(i / 2);
            Thread thread = new Thread(() -> run(number, limiter), "load-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void run(int number, RateLimiter limiter) {
        for (int i = number; !over; i++) {
            String subject = subjects.get(i % subjects.size());
            try {
                Decision decision = number % 2 == 0
                        ? limiter.tryAcquire(subject)
                        : limiter.async().tryAcquire(subject).get();
                count(decision.allowed() ? allowed : denied, subject);
            } catch (ExecutionException e) {
                failed(e.getCause());
            } catch (Throwable e) {
                failed(e);
            }
            ended.incrementAndGet(number);
        }
    }

    private void failed(@Nullable Throwable error) {
        if (error instanceof BackendUnavailableException none) {
            count(unavailable, none.reason());
        } else {
            strange.add(error == null ? new AssertionError("an error without a cause") : error);
        }
        // Errors may come at once, and somebody else needs the processor to end them.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }

    private static <K> void count(Map<K, AtomicLong> counts, K key) {
        counts.computeIfAbsent(key, none -> new AtomicLong()).incrementAndGet();
    }

    /** How many permits of a subject were given out. */
    long allowed(String subject) {
        return of(allowed, subject);
    }

    /** How many permits were given out. */
    long allowed() {
        return subjects.stream().mapToLong(this::allowed).sum();
    }

    /** How many calls were answered, with a permit or without. */
    long answered() {
        return allowed()
                + subjects.stream().mapToLong(subject -> of(denied, subject)).sum();
    }

    private static <K> long of(Map<K, AtomicLong> counts, K key) {
        AtomicLong count = counts.get(key);
        return count == null ? 0 : count.get();
    }

    /** How many calls failed, for each reason. */
    Map<Reason, Long> unavailable() {
        Map<Reason, Long> counts = new TreeMap<>();
        unavailable.forEach((reason, count) -> counts.put(reason, count.get()));
        return counts;
    }

    void awaitAllowed(long least) {
        await(least + " permits are given out", () -> allowed() >= least);
    }

    /** Returns when no call is under way that had begun before. */
    void awaitEndOfCalls() {
        long[] before = new long[ended.length()];
        for (int i = 0; i < before.length; i++) {
            before[i] = ended.get(i);
        }
        for (int i = 0; i < before.length; i++) {
            int number = i;
            await("the call under way ends", () -> ended.get(number) > before[number]);
        }
    }

    /** Returns when each subject has been denied some more. */
    void awaitExhaustion() {
        for (String subject : subjects) {
            long before = of(denied, subject);
            await(subject + " is denied", () -> of(denied, subject) > before + 20);
        }
    }

    private void await(String what, java.util.concurrent.Callable<Boolean> so) {
        Patience.until(what, PATIENCE, this::toString, so);
    }

    /** Ends all threads. Fails if anything but an answer or a {@link BackendUnavailableException} ever came. */
    void stop() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join(Patience.times(PATIENCE).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            assertThat(thread.isAlive()).as(thread + " ends").isFalse();
        }
        assertThat(strange).isEmpty();
    }

    /** Stops. */
    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "allowed " + allowed + ", denied " + denied + ", unavailable " + unavailable + ", else " + strange;
    }
}
