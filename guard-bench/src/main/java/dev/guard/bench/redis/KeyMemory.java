package dev.guard.bench.redis;

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
 * What a contestant stores besides its keys is there before.
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
            try (Limiter limiter = kind.open(addresses, limits)) {
                // Each connection, script and buffer is made once, and the table of keys is there.
                ask(limiter, new Subjects(2 * THREADS), 0, 2 * THREADS, threads);
                watch.clear();
                Subjects subjects = new Subjects(keys + 1);
                ask(limiter, subjects, keys, keys + 1, threads);
                double before = memory(watch);
                ask(limiter, subjects, 0, keys, threads);
                return (memory(watch) - before) / keys;
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static double memory(ServerWatch watch) throws IOException {
        return ServerWatch.sum(watch.read()).memory();
    }

    private static void ask(Limiter limiter, Subjects subjects, int from, int to, ExecutorService threads)
            throws InterruptedException {
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
            try {
                share.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
