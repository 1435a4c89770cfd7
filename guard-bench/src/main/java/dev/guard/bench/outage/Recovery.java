package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.outage.Call.Outcome;
import dev.guard.bench.run.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * P12: the time from the end of an outage to the first answer, whoever gets it. Four threads call one after the other in the outage and after it; after it a call in a thread of its own begins every 50 ms, as new requests come, and every half second once three
 * seconds are over. All outages of a client run at the same time, each with a server, a way and a client object of its own.
 */
final class Recovery {

    private static final int THREADS = 4;
    private static final int PERMITS = 1_000_000;
    private static final long PAUSE_MILLIS = 10;
    private static final long FRESH_MILLIS = 50;
    private static final long SELDOM_MILLIS = 500;
    private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final List<String> SUBJECTS =
            IntStream.range(0, THREADS).mapToObj(thread -> "caller-" + thread).toList();

    private Recovery() {}

    /**
     * Measures a client in outages of several kinds.
     *
     * @param lengths how long each kind lasts, in seconds
     * @param cap how long an answer is waited for, and what is said if none comes
     * @return the numbers of each kind
     */
    static List<Map<Metric, Double>> measure(Client client, List<Fault> faults, List<Integer> lengths, Duration cap) {
        ExecutorService threads = Callers.threads();
        List<Outage> outages = new ArrayList<>();
        try {
            for (Fault fault : faults) {
                for (int seconds : lengths) {
                    outages.add(new Outage(client, fault, seconds, threads));
                }
            }
            outages.forEach(Outage::serve);
            outages.forEach(outage -> threads.execute(() -> outage.run(cap)));
            List<Map<Metric, Double>> all = new ArrayList<>();
            for (Fault fault : faults) {
                Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
                for (Outage outage : outages) {
                    if (outage.fault == fault) {
                        numbers.put(after(outage.seconds), outage.result());
                    }
                }
                all.add(numbers);
            }
            return all;
        } finally {
            CompletableFuture.allOf(outages.stream()
                            .map(outage -> CompletableFuture.runAsync(outage::close, threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
            threads.shutdownNow();
        }
    }

    private static Metric after(int seconds) {
        return switch (seconds) {
            case 1 -> Metric.BACK_AFTER_1;
            case 10 -> Metric.BACK_AFTER_10;
            case 30 -> Metric.BACK_AFTER_30;
            case 70 -> Metric.BACK_AFTER_70;
            default -> throw new IllegalArgumentException("an outage of " + seconds + " s, expected 1, 10, 30 or 70");
        };
    }

    private static final class Outage implements AutoCloseable {

        private final Fault fault;
        private final int seconds;
        private final ExecutorService threads;
        private final Scene scene;
        private final Limiter limiter;
        private final CountDownLatch over = new CountDownLatch(1);
        private final CompletableFuture<Long> firstAnswer = new CompletableFuture<>();
        private final CompletableFuture<Double> result = new CompletableFuture<>();
        private volatile boolean back;

        Outage(Client client, Fault fault, int seconds, ExecutorService threads) {
            this.fault = fault;
            this.seconds = seconds;
            this.threads = threads;
            this.scene = new Scene(fault);
            this.limiter = Callers.opened(() -> client.open(scene.address(), PERMITS));
        }

        void serve() {
            limiter.prepare(SUBJECTS);
            Callers.untilServed(threads, limiter, SUBJECTS);
        }

        private void call(String subject) {
            if (new Call(subject).make(limiter) == Outcome.ANSWERED && back) {
                firstAnswer.complete(System.nanoTime());
            }
        }

        void run(Duration cap) {
            try {
                scene.breakOff();
                SUBJECTS.forEach(subject -> threads.execute(() -> {
                    do {
                        call(subject);
                    } while (!Callers.pause(over, PAUSE_MILLIS));
                }));
                Callers.pause(over, TimeUnit.SECONDS.toMillis(seconds));
                back = true;
                long mended = System.nanoTime();
                scene.mend();
                result.complete(Math.min(firstAnswerAfter(mended, cap), cap.toNanos()) / 1e9);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            } finally {
                over.countDown();
            }
        }

        private long firstAnswerAfter(long mended, Duration cap) {
            // As many as wait for the same connections in a server that is not drowned.
            Semaphore places = new Semaphore(64);
            long now = System.nanoTime();
            for (; now - mended < cap.toNanos(); now = System.nanoTime()) {
                if (places.tryAcquire()) {
                    threads.execute(() -> {
                        call(SUBJECTS.get(0));
                        places.release();
                    });
                }
                try {
                    return firstAnswer.get(
                                    now - mended < SOON_NANOS ? FRESH_MILLIS : SELDOM_MILLIS, TimeUnit.MILLISECONDS)
                            - mended;
                } catch (TimeoutException e) {
                    // Another call is made.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
            return now - mended;
        }

        double result() {
            return result.join();
        }

        @Override
        public void close() {
            over.countDown();
            limiter.close();
            scene.close();
        }
    }
}
