package dev.guard.tck.soak;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** By how much this machine runs threads later than they asked for, or had this process stopped: no call is to blame for that. */
final class Lateness {

    private static final long BEAT = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long USUAL = TimeUnit.MILLISECONDS.toNanos(10);

    private long lastBeat = System.nanoTime();
    private long late;

    private Lateness() {}

    /** Begins to watch, on a daemon thread that stays as long as the process does. */
    static Lateness watch() {
        Lateness lateness = new Lateness();
        Thread thread = new Thread(lateness::run, "soak-lateness");
        thread.setDaemon(true);
        thread.start();
        return lateness;
    }

    private void run() {
        while (true) {
            LockSupport.parkNanos(BEAT);
            beat(System.nanoTime());
        }
    }

    private synchronized void beat(long now) {
        late += sinceLastBeat(now);
        lastBeat = now;
    }

    private long sinceLastBeat(long now) {
        return Math.max(0, now - lastBeat - USUAL);
    }

    /** How late it was, all in all, in nanoseconds: a number that grows. */
    synchronized long nanos() {
        return late + sinceLastBeat(System.nanoTime());
    }
}
