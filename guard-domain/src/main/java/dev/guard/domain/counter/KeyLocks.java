package dev.guard.domain.counter;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A few locks that all keys share, each key one of them: first come, first served. They order calls of this process that would
 * otherwise spoil each other's attempts; nothing relies on them for its correctness.
 */
final class KeyLocks {

    private static final int LOCKS = 256;

    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    KeyLocks() {
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock(true);
        }
    }

    ReentrantLock of(Key key) {
        int hash = key.hashCode();
        return locks[(hash ^ (hash >>> 16)) & (LOCKS - 1)];
    }

    /**
     * Waits for a lock.
     *
     * @param deadline until when, at most
     * @param nanoTime what the time is on the deadline's scale
     * @throws BackendUnavailableException for the reason {@code TIMEOUT} or {@code INTERRUPTED}, without the lock
     */
    static void lock(ReentrantLock lock, Deadline deadline, long nanoTime) {
        try {
            if (lock.tryLock(deadline.remaining(nanoTime), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException(
                    BackendUnavailableException.Reason.INTERRUPTED,
                    "the thread was interrupted while other calls changed the key; nothing was changed",
                    e);
        }
        throw new BackendUnavailableException(
                BackendUnavailableException.Reason.TIMEOUT,
                "other calls changed the key until the deadline; nothing was changed");
    }
}
