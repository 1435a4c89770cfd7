package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends exchanges that outlast their deadline, by closing their connections under the threads that read from them. A socket's own
 * timeout cannot do that: it starts anew with each byte.
 *
 * <p>One thread sleeps until the earliest deadline that it knows of. An exchange costs no more than noting its deadline, and wakes the
 * thread only where that comes before what the thread sleeps for. The thread looks at most once a millisecond, and is late by that much.
 */
final class Watchdog implements AutoCloseable {

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE = TimeUnit.HOURS.toNanos(1);
    private static final long LINGERING = TimeUnit.SECONDS.toNanos(1);

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile long wakesAt = System.nanoTime();

    /** Whether an exchange that the thread may not have seen wants it to look again. */
    private volatile boolean wanted;

    private volatile long lastNeeded = wakesAt;
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
     * The watch over a connection, which has to be left once the connection is of no more use.
     *
     * @param end ends an exchange, and the use of the connection; is called once at most, by another thread
     */
    Watch watch(Runnable end) {
        Watch watch = new Watch(end);
        watches.add(watch);
        return watch;
    }

    private void run() {
        while (isNeeded()) {
            wanted = false;
            look();
            // To end an exchange may have taken a while, and a wait for a lock, which uses up what was meant to end
            // this one.
            long pause = wakesAt - System.nanoTime();
            if (!wanted && pause > 0) {
                LockSupport.parkNanos(this, closed ? Math.min(pause, LINGERING) : pause);
            }
        }
    }

    private boolean isNeeded() {
        if (!closed) {
            return true;
        }
        long now = System.nanoTime();
        if (!watches.isEmpty()) {
            lastNeeded = now;
        }
        return now - lastNeeded < LINGERING;
    }

    /**
     * Ends what is late, and notes until when to sleep. A watch that begins meanwhile reads when the thread wakes after it noted its
     * deadline, and here that is written before the deadlines are read: either it is seen here, or it sees that it has to wake the
     * thread.
     */
    private void look() {
        long now = System.nanoTime();
        wakesAt = now + LONGEST_PAUSE;
        long pause = LONGEST_PAUSE;
        for (Watch watch : watches) {
            pause = Math.min(pause, watch.endIfLate(now));
        }
        pause = Math.max(pause, SHORTEST_PAUSE);
        wakesAt = now + pause;
    }

    /** Whether its thread runs. */
    boolean isRunning() {
        return thread.isAlive();
    }

    /** Lets the thread end when it has had nothing to watch for a second. */
    @Override
    public void close() {
        lastNeeded = System.nanoTime();
        closed = true;
        LockSupport.unpark(thread);
    }

    /**
     * The watch over the exchanges of one connection, one after the other. A connection that was ended is not watched again.
     *
     * <p>Where two exchanges have the same deadline, ending the second for that of the first is right.
     */
    final class Watch {

        /** What stands for the deadline once the connection was ended. */
        private static final Deadline ENDED = Deadline.after(0, 0);

        private final Runnable end;
        private final AtomicReference<@Nullable Deadline> current = new AtomicReference<>();

        private Watch(Runnable end) {
            this.end = end;
        }

        /** Watches an exchange from now on. */
        void begin(Deadline deadline) {
            if (current.compareAndSet(null, deadline) && deadline.remaining(wakesAt) < -SHORTEST_PAUSE) {
                wanted = true;
                LockSupport.unpark(thread);
            }
        }

        /**
         * Stops watching the exchange. Answers whether its end has come, or is just about to come: whoever is told so must give the
         * connection to nobody else.
         */
        boolean over() {
            Deadline deadline = current.get();
            return deadline != null && (deadline == ENDED || !current.compareAndSet(deadline, null));
        }

        /** Ends the exchange if it is late; otherwise answers how long it has. */
        private long endIfLate(long now) {
            Deadline deadline = current.get();
            if (deadline == null || deadline == ENDED) {
                return LONGEST_PAUSE;
            }
            if (deadline.hasPassed(now)) {
                if (current.compareAndSet(deadline, ENDED)) {
                    end.run();
                }
                return LONGEST_PAUSE;
            }
            return deadline.remaining(now);
        }

        /** Forgets the connection. */
        void leave() {
            watches.remove(this);
        }
    }
}
