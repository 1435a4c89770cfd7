package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends exchanges that outlast their deadline, by closing their connections under the threads that read from them. A socket's own
 * timeout cannot do that: it starts anew with each byte.
 *
 * <p>One thread looks at all exchanges every few milliseconds, so that an exchange costs no more than being noted, and wakes nobody.
 * After a second without any the thread sleeps until there is one.
 */
final class Watchdog implements AutoCloseable {

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int TICKS_UNTIL_ASLEEP = 200;

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    private Watchdog() {
        this.thread = new Thread(this::run, "guard-redis-jedis-watchdog");
        thread.setDaemon(true);
    }

    static Watchdog start() {
        Watchdog watchdog = new Watchdog();
        watchdog.thread.start();
        return watchdog;
    }

    /**
     * Begins to watch an exchange.
     *
     * @param end ends it; is called once, by another thread, if the exchange is still watched at its deadline
     */
    Watch watch(Deadline deadline, Runnable end) {
        Watch watch = new Watch(deadline, end);
        watches.add(watch);
        if (asleep) {
            LockSupport.unpark(thread);
        }
        return watch;
    }

    private void run() {
        int quietTicks = 0;
        while (!closed || quietTicks < TICKS_UNTIL_ASLEEP) {
            if (!watches.isEmpty()) {
                quietTicks = 0;
                watches.forEach(Watch::endIfLate);
            } else if (++quietTicks > TICKS_UNTIL_ASLEEP) {
                sleep();
                quietTicks = 0;
            }
            LockSupport.parkNanos(this, TICK);
        }
    }

    /** Whoever adds a watch reads the mark afterwards, and here the watches are read after the mark: one of both sees the other. */
    private void sleep() {
        asleep = true;
        while (watches.isEmpty() && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Lets the thread end when it has watched nothing for a second. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** An exchange that is watched. */
    final class Watch {

        private final Deadline deadline;
        private final Runnable end;
        private final AtomicBoolean over = new AtomicBoolean();

        private Watch(Deadline deadline, Runnable end) {
            this.deadline = deadline;
            this.end = end;
        }

        private void endIfLate() {
            if (deadline.hasPassed(System.nanoTime()) && over.compareAndSet(false, true)) {
                watches.remove(this);
                end.run();
            }
        }

        /** Stops watching. Answers whether the exchange was ended before. */
        boolean stop() {
            if (over.compareAndSet(false, true)) {
                watches.remove(this);
                return false;
            }
            return true;
        }
    }
}
