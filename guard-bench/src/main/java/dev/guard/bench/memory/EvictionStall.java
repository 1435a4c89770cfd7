package dev.guard.bench.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.guard.api.Guard;
import dev.guard.api.ManualTime;
import dev.guard.api.RateLimiter;
import dev.guard.bench.run.Answer;
import dev.guard.bench.run.Metric;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.memory.MemoryBackend;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * P3: the time of single calls while the table grows, while it is full and every call evicts a key that expired, while it
 * is full of keys that did not, and while it is full of keys that all live longer than the table knows.
 *
 * <p>To tell a stall of ours from one of the machine, each call is followed by a pause of the same length in which nothing
 * is done but reading the clock: what interrupts the one interrupts the other. Of a call that took long, the thread's own
 * time is noted, which is what it would have taken on a machine without interruptions. The JVM runs without a garbage
 * collector, and its heap is touched before.
 *
 * <p>Arguments: the phase, and the number of keys of a full table.
 */
public final class EvictionStall {

    private static final long LONG = 20_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final int keys;
    private final Subjects subjects;
    private int next;

    /** What the table goes through. */
    public enum Phase {
        GROWING,
        EVICTING,
        REFUSING,
        REQUEUEING;

        public String label() {
            return "guard, " + name().toLowerCase(Locale.ROOT);
        }
    }

    private EvictionStall(int keys) {
        this.keys = keys;
        this.subjects = new Subjects(3 * keys);
    }

    public static void main(String[] args) throws JsonProcessingException {
        Phase phase = Phase.valueOf(args[0]);
        // Once to compile, once to measure.
        new EvictionStall(50_000).measure(phase);
        Answer.give(new EvictionStall(Integer.parseInt(args[1])).measure(phase));
    }

    private static Map<String, String> setting(int keys) {
        return Map.of(MemoryBackend.MAX_KEYS, Integer.toString(keys));
    }

    static Guard guardWith(int keys) {
        Guard.Builder builder = Guard.builder().backend(MemoryBackend.NAME).mode(FailureMode.LOCAL_ONLY);
        setting(keys).forEach((name, value) -> builder.setting("backends.memory." + name, value));
        return builder.build();
    }

    private Map<Metric, Double> measure(Phase phase) {
        return switch (phase) {
            case GROWING, EVICTING -> inRealTime(phase);
            case REFUSING, REQUEUEING -> inStillTime(phase);
        };
    }

    private Map<Metric, Double> inRealTime(Phase phase) {
        try (Guard guard = guardWith(keys)) {
            // A permit returns after 10 ms, and the key expires.
            RateLimiter limiter = guard.limiter(Policy.of("stall", Limit.parse("100/1s")));
            Map<Metric, Double> growing = record(limiter, keys);
            return phase == Phase.GROWING ? growing : record(limiter, 2 * keys);
        }
    }

    private Map<Metric, Double> inStillTime(Phase phase) {
        ManualTime time = new ManualTime();
        BackendSettings settings =
                BackendSettings.of(MemoryBackend.NAME, setting(keys)).withTime(time);
        try (MemoryBackend backend = MemoryBackend.open(settings);
                Guard guard = Guard.builder()
                        .backend(backend)
                        .mode(FailureMode.LOCAL_ONLY)
                        .build()) {
            RateLimiter limiter = guard.limiter(Policy.of("stall", Limit.parse("10/10s")));
            useAll(limiter);
            next = keys;
            if (phase == Phase.REFUSING) {
                return record(limiter, keys / 4);
            }
            // Each key is queued for one second, is used a second time just before, and does not expire then.
            time.advance(Duration.ofMillis(900));
            useAll(limiter);
            time.advance(Duration.ofMillis(200));
            return record(limiter, 2_000);
        }
    }

    private void useAll(RateLimiter limiter) {
        for (int i = 0; i < keys; i++) {
            limiter.tryAcquire(subjects.fresh(i));
        }
    }

    private Map<Metric, Double> record(RateLimiter limiter, int calls) {
        Histogram call = new Histogram(3);
        Histogram idle = new Histogram(3);
        long total = 0;
        long longestOwn = 0;
        for (int i = 1; i <= calls; i++) {
            String subject = subjects.fresh(next++);
            long before = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            limiter.tryAcquire(subject);
            long end = System.nanoTime();
            long took = end - start;
            if (took > LONG) {
                longestOwn = Math.max(longestOwn, THREADS.getCurrentThreadCpuTime() - before);
            }
            call.recordValue(took);
            total += took;
            long pause = total / i;
            long now = end;
            while (now - end < pause) {
                now = System.nanoTime();
            }
            idle.recordValue(now - end);
        }
        long own = call.getMaxValue() > LONG ? longestOwn : call.getMaxValue();
        return Map.of(
                Metric.OWN, micros(own),
                Metric.P50, micros(call.getValueAtPercentile(50)),
                Metric.P99, micros(call.getValueAtPercentile(99)),
                Metric.P999, micros(call.getValueAtPercentile(99.9)),
                Metric.MAX, micros(call.getMaxValue()),
                Metric.IDLE_P999, micros(idle.getValueAtPercentile(99.9)),
                Metric.IDLE_MAX, micros(idle.getMaxValue()));
    }

    private static double micros(long nanos) {
        return nanos / 1e3;
    }
}
