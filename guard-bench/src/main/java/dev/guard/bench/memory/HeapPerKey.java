package dev.guard.bench.memory;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.bench.run.Answer;
import dev.guard.bench.run.Metric;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import io.github.bucket4j.Bucket;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.openjdk.jol.info.GraphLayout;

/**
 * P3: the heap that a key takes, the subject's string included, by the used heap after full collections.
 *
 * <p>Arguments: the contestant, the number of keys, and {@code count} to have the objects counted one by one as well.
 */
public final class HeapPerKey {

    private HeapPerKey() {}

    public static void main(String[] args) throws JsonProcessingException {
        Holder holder = holder(args[0]);
        int keys = Integer.parseInt(args[1]);
        double perKey = heapPerKey(holder, new Subjects(keys), keys);
        boolean counted = args.length > 2 && args[2].equals("count");
        Answer.give(
                counted
                        ? Map.of(
                                Metric.HEAP,
                                perKey,
                                Metric.COUNTED,
                                (double) GraphLayout.parseInstance(holder.root())
                                                .totalSize()
                                        / keys)
                        : Map.of(Metric.HEAP, perKey));
    }

    private static double heapPerKey(Holder holder, Subjects subjects, int keys) {
        try {
            holder.put().accept("255.255.255.255");
            long before = usedHeap();
            for (int i = 0; i < keys; i++) {
                holder.put().accept(subjects.fresh(i));
            }
            return (double) (usedHeap() - before) / keys;
        } finally {
            Reference.reachabilityFence(subjects);
            Reference.reachabilityFence(holder);
        }
    }

    /** What holds the keys, and how one is put there by being used once. */
    private record Holder(Object root, Consumer<String> put) {}

    private static Holder holder(String contestant) {
        switch (contestant) {
            case "guard" -> {
                Guard guard = guard();
                // An hour's limit: nothing expires while it is measured.
                RateLimiter limiter = guard.limiter(Policy.of("bench", Limit.parse("1/1h")));
                return new Holder(limiter, limiter::tryAcquire);
            }
            case "map" -> {
                BareLimit limit = new BareLimit(Load.DENIED);
                ConcurrentMap<String, AtomicLong> states = new ConcurrentHashMap<>();
                return new Holder(
                        states,
                        subject -> limit.tryAcquire(states.computeIfAbsent(subject, unknown -> limit.newState())));
            }
            case "bucket4j" -> {
                ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();
                return new Holder(
                        buckets,
                        subject -> buckets.computeIfAbsent(subject, unknown -> Buckets.of(Load.DENIED))
                                .tryConsume(1));
            }
            default -> throw new IllegalArgumentException("unknown contestant " + contestant);
        }
    }

    private static Guard guard() {
        return EvictionStall.guardWith(2_000_000);
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                used += pool.getCollectionUsage().getUsed();
            }
        }
        return used;
    }
}
