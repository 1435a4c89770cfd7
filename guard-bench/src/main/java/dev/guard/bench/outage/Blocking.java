package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.outage.Call.Outcome;
import dev.guard.bench.run.Metric;
import dev.guard.testing.redis.Patience;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.stream.IntStream;

/**
 * P12: how long a call blocks while the store is away. Four threads call one after the other for the first second of an outage, which
 * then lasts until the last call has ended, or until the cap: a call that is under way then counts as having taken so long. guard's
 * breaker opens within that second; calls that are not made count for themselves. Beside guard's calls a thread waits for a timer of the
 * same length again and again, which tells how late the machine is.
 */
final class Blocking {

    private static final int THREADS = 4;
    private static final int PERMITS = 1_000_000;
    /** guard's deadline if nobody sets it. */
    private static final long TIMER_MILLIS = 100;

    private static final Duration CALLING = Duration.ofSeconds(1);

    /** Outages before those that count: code that only failures run is compiled by then. */
    private static final int WARM_UP = 3;

    private static final int OPEN_WARM_UP = 20_000;
    private static final int OPEN_CALLS = 50_000;

    private static final List<String> SUBJECTS =
            IntStream.range(0, THREADS).mapToObj(thread -> "caller-" + thread).toList();

    private Blocking() {}

    /**
     * Measures a client in outages of one kind.
     *
     * @param outages how many there are
     * @throws IllegalStateException if a call is answered in one
     */
    static Map<Metric, Double> measure(Client client, Fault fault, int outages, Duration cap) {
        ExecutorService threads = Callers.threads();
        Queue<Long> nanos = new ConcurrentLinkedQueue<>();
        Queue<Long> timers = new ConcurrentLinkedQueue<>();
        Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
        int warmUp = client.isGuard() ? WARM_UP : 0;
        try (Scene scene = new Scene(fault);
                Limiter limiter = Callers.opened(() -> client.open(scene.address(), PERMITS))) {
            limiter.prepare(SUBJECTS);
            for (int i = 0; i < warmUp + outages; i++) {
                Callers.untilServed(threads, limiter, SUBJECTS);
                scene.breakOff();
                if (client.isGuard()) {
                    threads.execute(() -> timers(timers));
                }
                List<Call> calls = calls(threads, limiter, cap);
                if (i >= warmUp) {
                    calls.stream()
                            .filter(call -> call.outcome() != Outcome.NOT_MADE)
                            .forEach(call -> nanos.add(Math.min(call.nanos(), cap.toNanos())));
                }
                if (client.isGuard() && i == warmUp + outages - 1) {
                    long[] open = open(limiter);
                    numbers.put(Metric.OPEN_P50, percentile(open, 50) / 1e3);
                    numbers.put(Metric.OPEN_P99, percentile(open, 99) / 1e3);
                }
                scene.mend();
            }
        } finally {
            threads.shutdownNow();
        }
        if (client.isGuard()) {
            numbers.put(Metric.TIMER_P99, percentile(sorted(timers), 99) / 1e6);
        }
        long[] sorted = sorted(nanos);
        numbers.put(Metric.TRIED, (double) sorted.length);
        numbers.put(Metric.BLOCKED_P50, percentile(sorted, 50) / 1e6);
        numbers.put(Metric.BLOCKED_P99, percentile(sorted, 99) / 1e6);
        numbers.put(Metric.BLOCKED_MOST, percentile(sorted, 100) / 1e6);
        return numbers;
    }

    private static List<Call> calls(ExecutorService threads, Limiter limiter, Duration cap) {
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(THREADS);
        long begun = System.nanoTime();
        for (String subject : SUBJECTS) {
            threads.execute(() -> {
                while (System.nanoTime() - begun < CALLING.toNanos()) {
                    Call call = new Call(subject);
                    calls.add(call);
                    call.make(limiter);
                    Callers.pause(never, 1);
                }
                ended.countDown();
            });
        }
        Callers.pause(ended, CALLING.plus(cap).toMillis());
        List<Call> all = List.copyOf(calls);
        if (all.isEmpty() || all.stream().anyMatch(call -> call.outcome() == Outcome.ANSWERED)) {
            throw new IllegalStateException("of " + all.size() + " calls some were answered while the store was away");
        }
        return all;
    }

    /** Sets timers, one after the other, for as long as calls begin. */
    private static void timers(Queue<Long> nanos) {
        CountDownLatch never = new CountDownLatch(1);
        long begun = System.nanoTime();
        for (long now = begun; now - begun < CALLING.toNanos(); ) {
            Callers.pause(never, TIMER_MILLIS);
            long next = System.nanoTime();
            nanos.add(next - now);
            now = next;
        }
    }

    private static long[] sorted(Queue<Long> nanos) {
        return nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    /** How long calls take that are not made, sorted. */
    private static long[] open(Limiter limiter) {
        String subject = SUBJECTS.get(0);
        Patience.until(
                "the breaker is open",
                Duration.ofSeconds(10),
                () -> "",
                () -> new Call(subject).make(limiter) == Outcome.NOT_MADE);
        long[] nanos = new long[OPEN_CALLS];
        for (int i = -OPEN_WARM_UP; i < OPEN_CALLS; i++) {
            Call call = new Call(subject);
            if (call.make(limiter) != Outcome.NOT_MADE) {
                throw new IllegalStateException("a call with the breaker open is " + call.outcome());
            }
            if (i >= 0) {
                nanos[i] = call.nanos();
            }
        }
        Arrays.sort(nanos);
        return nanos;
    }

    /** The least number that so many of a hundred are not above. */
    static double percentile(long[] sorted, int percent) {
        int rank = (int) Math.ceil(sorted.length * percent / 100.0);
        return sorted[Math.max(rank, 1) - 1];
    }
}
