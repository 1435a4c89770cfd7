package dev.guard.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.opentest4j.AssertionFailedError;

/**
 * Threads that start in the same moment and are waited for, but not for ever: a backend that hangs fails its rule and does not
 * hang the build.
 */
final class Crowd {

    /** What one thread of a crowd does. */
    @FunctionalInterface
    interface Task {
        void run(int thread) throws Exception;
    }

    private final Duration patience;

    Crowd(Duration patience) {
        this.patience = patience;
    }

    /**
     * Runs a task in {@code size} threads, numbered from 1, and waits until all have ended.
     *
     * @throws AssertionError the first that a thread threw; or one that says what a thread threw else, or where it hangs
     */
    void run(int size, Task task) {
        AtomicInteger missing = new AtomicInteger(size);
        CountDownLatch running = new CountDownLatch(size);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>(size);
        for (int i = 1; i <= size; i++) {
            int number = i;
            Thread thread = new Thread(
                    () -> {
                        try {
                            awaitOthers(missing);
                            task.run(number);
                        } catch (Throwable e) {
                            failures.add(e);
                        } finally {
                            running.countDown();
                        }
                    },
                    "guard-tck-" + number);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        awaitEnd(running, threads);
        Throwable failure = failures.peek();
        if (failure instanceof AssertionError error) {
            throw error;
        }
        if (failure != null) {
            throw new AssertionFailedError(
                    "a call failed although nothing was wrong with the store: " + failure, failure);
        }
    }

    /** Spins, as a thread that has to be woken comes too late to meet the others. */
    @SuppressWarnings(
            "ThreadPriorityCheck") // It only gives the others a turn, where there are fewer cores than threads.
    private static void awaitOthers(AtomicInteger missing) {
        missing.decrementAndGet();
        while (missing.get() > 0 && !Thread.currentThread().isInterrupted()) {
            Thread.yield();
        }
    }

    private void awaitEnd(CountDownLatch running, List<Thread> threads) {
        try {
            if (!running.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                String places = places(threads);
                threads.forEach(Thread::interrupt);
                throw new AssertionFailedError(
                        "the backend hangs: after " + patience + " there are threads that have not"
                                + " come back (GUARD_TEST_TIMEOUT_FACTOR=4 waits four times as long)\n" + places);
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new AssertionFailedError("interrupted while waiting for the threads of a rule", e);
        }
    }

    private static String places(List<Thread> threads) {
        StringBuilder places = new StringBuilder();
        for (Thread thread : threads) {
            StackTraceElement[] trace = thread.getStackTrace();
            if (trace.length > 0) {
                places.append("  ").append(thread.getName()).append(" is at\n");
                for (StackTraceElement element : trace) {
                    places.append("    ").append(element).append('\n');
                }
            }
        }
        return places.toString();
    }
}
