package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.outage.Call.Outcome;
import dev.guard.testing.redis.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Threads that call one after the other. They end with the JVM, as a call may block longer than anything is measured. */
final class Callers {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CALLS_TO_BE_SERVED = 3;

    private Callers() {}

    static ExecutorService threads() {
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "caller");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Opens a limiter, and tries again where the machine was too busy to connect in time: nothing is measured yet. */
    static Limiter opened(Supplier<Limiter> opening) {
        AtomicReference<@Nullable Limiter> opened = new AtomicReference<>();
        Patience.until("a client is connected", PATIENCE, () -> "", () -> {
            opened.set(opening.get());
            return true;
        });
        return Objects.requireNonNull(opened.get());
    }

    /**
     * Calls with as many threads at a time, each for a subject of its own, until each was answered some times in a row: connections are there
     * for all of them.
     */
    static void untilServed(ExecutorService threads, Limiter limiter, List<String> subjects) {
        List<Future<?>> all = new ArrayList<>();
        for (String subject : subjects) {
            all.add(threads.submit(() -> untilServed(limiter, subject)));
        }
        for (Future<?> each : all) {
            Patience.until("callers are served", PATIENCE, () -> "", each::isDone);
            try {
                each.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("callers are not served", e.getCause());
            }
        }
    }

    /** Calls until the subject was answered some times in a row. */
    static void untilServed(Limiter limiter, String subject) {
        int[] inRow = {0};
        Patience.until("a caller is served", PATIENCE, () -> "", () -> {
            inRow[0] = new Call(subject).make(limiter) == Outcome.ANSWERED ? inRow[0] + 1 : 0;
            return inRow[0] == CALLS_TO_BE_SERVED;
        });
    }

    /** Waits so long, or until something is over. */
    static boolean pause(CountDownLatch over, long millis) {
        try {
            return over.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
