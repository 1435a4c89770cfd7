package dev.guard.memory;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one policy's keys, bounded in number.
 *
 * <p>It is cut into stripes, so that adding a key locks, and growing a table moves, only a small part of it: no call waits
 * for more than the move of a sixty-fourth of the keys. A full table makes room by dropping a cell that expired, wherever
 * that is; it never drops another one.
 */
final class KeyTable {

    private static final int STRIPES = 64;
    private static final int STRIPE_SHIFT = Integer.SIZE - 6;

    /** The most cells that one call looks at to make room; what it leaves undone the next call goes on with. */
    private static final int MOST_PER_CALL = 1024;

    private static final int MOST_PER_STRIPE = 16;

    /**
     * How long an expired cell is left alone while there is room: a subject that comes often and uses little expires between
     * its calls, and would be dropped and added again at each of them.
     */
    private static final long GRACE = 60_000_000;

    private final Stripe[] stripes = new Stripe[STRIPES];
    private final MemoryClock clock;
    private final long maxKeys;
    private final AtomicLong keys = new AtomicLong();

    KeyTable(MemoryClock clock, SeededHash hashes, long maxKeys) {
        this.clock = clock;
        this.maxKeys = maxKeys;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe(clock, hashes);
        }
    }

    /** The cell of a key, or null where there is none or it was just being moved. Takes no lock. */
    @Nullable
    Cell glimpse(int hash, String tenant, String subject) {
        return stripe(hash).glimpse(hash, tenant, subject);
    }

    /** The cell of a key, or null where there is none. */
    @Nullable
    Cell find(int hash, String tenant, String subject) {
        return stripe(hash).find(hash, tenant, subject);
    }

    /** Whether a key may be added; if so the place is the caller's, to be used by {@link #addIfAbsent}. */
    boolean reserve() {
        int looks = MOST_PER_CALL / MOST_PER_STRIPE;
        while (true) {
            long current = keys.get();
            if (current < maxKeys) {
                if (keys.compareAndSet(current, current + 1)) {
                    return true;
                }
            } else if (looks-- == 0 || !makeRoom()) {
                return false;
            }
        }
    }

    /** Adds a cell for which a place was reserved, unless there is one of the same key: then it answers that. */
    @Nullable
    Cell addIfAbsent(Cell cell) {
        Stripe stripe = stripe(cell.hash);
        Cell existing = stripe.addIfAbsent(cell);
        if (existing != null) {
            keys.decrementAndGet();
        } else {
            forget(stripe.dropExpired(GRACE, 2, 2));
        }
        return existing;
    }

    /** Ends and drops a cell, if it is still there; answers whether it was. */
    boolean drop(Cell cell) {
        boolean dropped = stripe(cell.hash).drop(cell);
        forget(dropped ? 1 : 0);
        return dropped;
    }

    void requeueIfEarlier(Cell cell) {
        stripe(cell.hash).requeueIfEarlier(cell);
    }

    /** The number of keys that are remembered, including places that are reserved at the moment. */
    long size() {
        return keys.get();
    }

    /** A time before which no cell expires. */
    long nextExpiry() {
        return earliest().nextExpiry();
    }

    /** Looks at the cells that should have expired first. Answers whether it got on: dropped one, or moved some on. */
    private boolean makeRoom() {
        Stripe stripe = earliest();
        if (stripe.nextExpiry() > clock.now()) {
            return false;
        }
        forget(stripe.dropExpired(0, MOST_PER_STRIPE, 1));
        return true;
    }

    private Stripe earliest() {
        Stripe earliest = stripes[0];
        for (Stripe stripe : stripes) {
            if (stripe.nextExpiry() < earliest.nextExpiry()) {
                earliest = stripe;
            }
        }
        return earliest;
    }

    private void forget(int dropped) {
        if (dropped > 0) {
            keys.addAndGet(-dropped);
        }
    }

    /** Stripes go by the highest bits of the hash, chains within a stripe by the lowest. */
    private Stripe stripe(int hash) {
        return stripes[hash >>> STRIPE_SHIFT];
    }
}
