package dev.guard.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The time that waits and memos of one guard are measured by, and what rings when some of it is over. */
abstract class Ticker {

    /** A task that was to run later. */
    @FunctionalInterface
    interface Alarm {
        /** An alarm that never rings. */
        Alarm NONE = () -> {};

        /** Lets the task not run, unless it has begun. */
        void cancel();
    }

    /** Nanoseconds from any fixed moment on; only differences mean something. */
    abstract long nanos();

    /**
     * Runs a task when this much time is over, or somewhat earlier: who is called looks at the time. The task must not block,
     * and runs on a thread that is not the caller's.
     */
    abstract Alarm alarm(long delayNanos, Runnable task);

    /** Ends what the ticker runs; from then on no alarm rings. */
    void close() {}

    /** {@link System#nanoTime}, and one thread that lives from the first alarm until the ticker is closed. */
    static Ticker system() {
        return new SystemTicker();
    }

    /** A time that was injected. It rings as it goes on where it is a {@link ManualTime}; any other is looked at each millisecond. */
    static Ticker of(InstantSource time) {
        return time instanceof ManualTime manual ? new ManualTicker(manual) : new WatchedTicker(time);
    }

    private static class SystemTicker extends Ticker {
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable ScheduledThreadPoolExecutor timer;
        private boolean closed;

        @Override
        long nanos() {
            return System.nanoTime();
        }

        @Override
        Alarm alarm(long delayNanos, Runnable task) {
            lock.lock();
            try {
                if (closed) {
                    return Alarm.NONE;
                }
                if (timer == null) {
                    timer = new ScheduledThreadPoolExecutor(1, SystemTicker::thread);
                    timer.setRemoveOnCancelPolicy(true);
                }
                Future<?> scheduled = timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            } finally {
                lock.unlock();
            }
        }

        private static Thread thread(Runnable work) {
            Thread thread = new Thread(work, "guard-waits");
            thread.setDaemon(true);
            return thread;
        }

        @Override
        void close() {
            lock.lock();
            try {
                closed = true;
                if (timer != null) {
                    timer.shutdownNow();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class ManualTicker extends Ticker {
        private final ManualTime time;
        private volatile boolean closed;

        ManualTicker(ManualTime time) {
            this.time = time;
        }

        @Override
        long nanos() {
            return time.nanos();
        }

        @Override
        Alarm alarm(long delayNanos, Runnable task) {
            return closed
                    ? Alarm.NONE
                    : time.alarm(delayNanos, () -> {
                        if (!closed) {
                            task.run();
                        }
                    });
        }

        @Override
        void close() {
            closed = true;
        }
    }

    /** A time that tells nobody when it goes on. */
    private static final class WatchedTicker extends SystemTicker {
        private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(1);

        private final InstantSource time;
        private final Instant start;

        WatchedTicker(InstantSource time) {
            this.time = time;
            this.start = time.instant();
        }

        @Override
        long nanos() {
            return Duration.between(start, time.instant()).toNanos();
        }

        @Override
        Alarm alarm(long delayNanos, Runnable task) {
            return super.alarm(Math.min(delayNanos, LOOK), task);
        }
    }
}
