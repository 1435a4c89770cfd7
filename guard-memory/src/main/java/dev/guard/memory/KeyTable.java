package dev.guard.memory;

import dev.guard.domain.counter.CounterState;
import java.util.List;
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

    /** In how many parts subjects are listed. */
    static final int PARTS = 64;

    private static final int STRIPE_SHIFT = Integer.SIZE - 6;

    /** The most cells that one call looks at to make room; what it leaves undone the next call goes on with. */
    private static final int MOST_PER_CALL = 1024;

    private static final int MOST_PER_STRIPE = 16;

    /**
     * How long an expired cell is left alone while there is room: a subject that comes often and uses little expires between
     * its calls, and would be dropped and added again at each of them.
     */
    private static final long GRACE = 60_000_000;

    private final Stripe[] stripes = new Stripe[PARTS];
    private final MemoryClock clock;
    private final long maxKeys;
    private final AtomicLong keys = new AtomicLong();

    KeyTable(MemoryClock clock, SeededHash hashes, long maxKeys) {
        this.clock = clock;
        this.maxKeys = maxKeys;
        for (int i = 0; i < PARTS; i++) {
            stripes[i] = new Stripe(clock, hashes, keys);
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

    /**
     * Adds a cell, unless there is one of the same key, or the table is full and nothing in it has expired.
     *
     * <p>A place is taken in the same moment in which the cell is added: as long as it were only reserved, another call of the
     * same key would find neither the cell nor a place for its own. For the same reason it is given back in the same moment
     * in which the cell is dropped. And the last look is one at the key and the places, after the table was searched for
     * something to drop: what was dropped in between may have given its place to the same key.
     *
     * @return the cell of the key that is in the table now; null where there is no place
     */
    @Nullable
    Cell addIfAbsent(Cell cell) {
        Stripe stripe = stripe(cell.hash);
        boolean lastLook = false;
        for (int looks = MOST_PER_CALL / MOST_PER_STRIPE; ; looks--) {
            Cell current = stripe.addIfAbsent(cell, this::takePlace);
            if (current == cell) {
                stripe.dropExpired(GRACE, 2, 2);
            }
            if (current != null || lastLook) {
                return current;
            }
            lastLook = looks == 0 || !makeRoom();
        }
    }

    private boolean takePlace() {
        long taken = keys.get();
        while (taken < maxKeys) {
            if (keys.compareAndSet(taken, taken + 1)) {
                return true;
            }
            taken = keys.get();
        }
        return false;
    }

    /**
     * Replaces what a cell remembers by what may expire earlier. Whoever sees the new state can have the cell's place, if it has
     * expired.
     *
     * @return whether the cell remembered what was expected, and is in the table
     */
    boolean replaceState(Cell cell, CounterState expected, CounterState next) {
        return stripe(cell.hash).replaceState(cell, expected, next);
    }

    /** Ends and drops the cell of a key, if there is one; answers what it remembered. */
    CounterState drop(int hash, String tenant, String subject) {
        return stripe(hash).drop(hash, tenant, subject);
    }

    /** The subjects of a tenant in one of the parts of the table, 0 to {@link #PARTS} − 1, that something is remembered of. */
    List<String> subjects(int part, String tenant) {
        return stripes[part].subjects(tenant);
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
        stripe.dropExpired(0, MOST_PER_STRIPE, 1);
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

    /** Stripes go by the highest bits of the hash, chains within a stripe by the lowest. */
    private Stripe stripe(int hash) {
        return stripes[hash >>> STRIPE_SHIFT];
    }
}
