package dev.guard.tck.machine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells by how much this machine runs threads later than they asked for, or had this process stopped, so that nobody else is blamed for it. Any
 * thread may ask.
 */
public final class Metronome implements AutoCloseable {

    private static final long BEAT = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long USUAL = TimeUnit.MILLISECONDS.toNanos(10);

    private final Thread thread = new Thread(this::run, "metronome");
    private volatile boolean over;
    private long lastBeat = System.nanoTime();
    private long late;

    private Metronome() {
        thread.setDaemon(true);
    }

    /** Begins to watch, on a daemon thread that stays until this is closed. */
    public static Metronome start() {
        Metronome metronome = new Metronome();
        metronome.thread.start();
        return metronome;
    }

    private void run() {
        while (!over) {
            LockSupport.parkNanos(BEAT);
            beat(System.nanoTime());
        }
    }

    private synchronized void beat(long now) {
        late += lateness(now);
        lastBeat = now;
    }

    private long lateness(long now) {
        return Math.max(0, now - lastBeat - USUAL);
    }

    /** How late it was, all in all, in nanoseconds: a number that grows. */
    public synchronized long lateNanos() {
        return late + lateness(System.nanoTime());
    }

    @Override
    public void close() {
        over = true;
    }
}
