package dev.guard.bench.redis;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.memory.Subjects;
import dev.guard.bench.run.Answer;
import dev.guard.bench.run.Metric;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * P17: the memory of a server that a key takes, by what it has in use before and after each of many subjects was asked for once.
 * Connections are closed whenever memory is looked at.
 *
 * <p>Arguments: the kind, the address, guard's limits, and the number of subjects.
 */
public final class KeyMemory {

    private static final int THREADS = 64;

    private KeyMemory() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Answer.give(Map.of(
                Metric.MEMORY,
                bytesPerKey(Kind.valueOf(args[0]), List.of(args[1]), args[2], Integer.parseInt(args[3]))));
    }

    /**
     * Removes all keys from the server and measures.
     *
     * @throws IllegalStateException if a call is denied or fails
     */
    public static double bytesPerKey(Kind kind, List<String> addresses, String limits, int keys)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (ServerWatch watch = new ServerWatch(addresses)) {
            watch.clear();
            Subjects subjects = new Subjects(keys + 1);
            // Scripts are kept, and so they are there before.
            ask(kind, addresses, limits, subjects, keys, keys + 1, threads);
            double before = memory(watch);
            ask(kind, addresses, limits, subjects, 0, keys, threads);
            return (memory(watch) - before) / keys;
        } finally {
            threads.shutdownNow();
        }
    }

    private static double memory(ServerWatch watch) throws IOException {
        watch.endOthers();
        return ServerWatch.sum(watch.read()).memory();
    }

    private static void ask(
            Kind kind,
            List<String> addresses,
            String limits,
            Subjects subjects,
            int from,
            int to,
            ExecutorService threads)
            throws InterruptedException {
        try (Limiter limiter = kind.open(addresses, limits)) {
            List<Future<?>> shares = IntStream.range(0, THREADS)
                    .<Future<?>>mapToObj(thread -> threads.submit(() -> {
                        for (int i = from + thread; i < to; i += THREADS) {
                            String subject = subjects.fresh(i);
                            limiter.prepare(List.of(subject));
                            if (!limiter.tryAcquire(subject)) {
                                throw new IllegalStateException("the first permit was denied");
                            }
                        }
                    }))
                    .toList();
            for (Future<?> share : shares) {
                share.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(kind + " failed", e.getCause());
        }
    }
}
