package dev.guard.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of a {@link KeyTable}: a chained hash table of cells, and a queue of the same cells in the order in which they may
 * expire.
 *
 * <p><b>Reading without a lock.</b> The cells are the chain's nodes, and growing the table moves them to other chains. A
 * reader that walks a chain at that moment may be led into another one and miss its cell. It can never find a wrong one,
 * as the key is compared, and it comes to an end, as chains are only ever appended to or cut. So a hit without the lock
 * counts, and a miss is looked up again under the lock before anything is concluded from it.
 *
 * <p><b>The queue</b> is a binary heap by {@link Cell#queuedFor}, the time at which the cell was known to expire when it was
 * queued. A charge moves the true time on and leaves the queue alone; a cell that comes up too early is queued anew. So a
 * charge costs nothing here, the earliest cell is always known, and nothing has to be scanned.
 */
final class Stripe {

    private static final int SMALLEST_TABLE = 8;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Cell[].class);

    private final MemoryClock clock;
    private volatile @Nullable Cell[] table = new Cell[SMALLEST_TABLE];
    private @Nullable Cell[] queue = new Cell[SMALLEST_TABLE];
    private int size;
    private volatile long nextExpiry = Long.MAX_VALUE;

    Stripe(MemoryClock clock) {
        this.clock = clock;
    }

    /** The cell of a key, or null where there is none or the table is being changed. Takes no lock. */
    @Nullable
    Cell glimpse(int hash, String tenant, String subject) {
        @Nullable Cell[] slots = table;
        for (Cell cell = (Cell) SLOT.getAcquire(slots, hash & (slots.length - 1)); cell != null; cell = cell.next) {
            if (cell.isFor(hash, tenant, subject)) {
                return cell;
            }
        }
        return null;
    }

    /** The cell of a key, or null where there is none. */
    synchronized @Nullable Cell find(int hash, String tenant, String subject) {
        return glimpse(hash, tenant, subject);
    }

    /** Adds a cell, unless there is one of the same key: then it answers that. */
    synchronized @Nullable Cell addIfAbsent(Cell cell) {
        Cell existing = glimpse(cell.hash, cell.tenant, cell.subject);
        if (existing != null) {
            return existing;
        }
        if (size == table.length) {
            grow();
        }
        append(table, cell);
        queue[size] = cell;
        cell.queueIndex = size++;
        cell.queuedFor = cell.expiresAt(clock);
        moveUp(cell);
        publishNextExpiry();
        return null;
    }

    /**
     * Ends and drops a cell, if it is still there.
     *
     * @return whether it was there
     */
    synchronized boolean drop(Cell cell) {
        if (find(cell.hash, cell.tenant, cell.subject) != cell) {
            return false;
        }
        cell.end();
        unlink(cell);
        return true;
    }

    /**
     * Drops cells that expired.
     *
     * @param since how long ago, at least, they should have, in microseconds
     * @param most the most cells to look at
     * @param enough the most cells to drop
     * @return how many were dropped
     */
    synchronized int dropExpired(long since, int most, int enough) {
        int dropped = 0;
        for (int i = 0; i < most && dropped < enough && size > 0; i++) {
            Cell first = at(0);
            if (first.queuedFor > clock.now() - since) {
                break;
            }
            if (first.endIfExpired(clock)) {
                unlink(first);
                dropped++;
            } else {
                requeue(first);
            }
        }
        return dropped;
    }

    /** Puts a cell whose time to expire may have come nearer in its place. */
    synchronized void requeueIfEarlier(Cell cell) {
        if (cell.queueIndex < size && queue[cell.queueIndex] == cell && cell.expiresAt(clock) < cell.queuedFor) {
            requeue(cell);
        }
    }

    /** A time before which no cell expires; {@link Long#MAX_VALUE} where there is none. Takes no lock. */
    long nextExpiry() {
        return nextExpiry;
    }

    private void grow() {
        @Nullable Cell[] grown = new Cell[table.length * 2];
        for (int i = 0; i < size; i++) {
            append(grown, at(i));
        }
        table = grown;
        queue = Arrays.copyOf(queue, grown.length);
    }

    /** Puts a cell at the head of its chain. A reader sees the cell whole or not at all. */
    private static void append(@Nullable Cell[] slots, Cell cell) {
        int slot = cell.hash & (slots.length - 1);
        cell.next = slots[slot];
        SLOT.setRelease(slots, slot, cell);
    }

    private void unlink(Cell cell) {
        @Nullable Cell[] slots = table;
        int slot = cell.hash & (slots.length - 1);
        Cell before = null;
        for (Cell other = slots[slot]; other != cell && other != null; other = other.next) {
            before = other;
        }
        if (before == null) {
            SLOT.setRelease(slots, slot, cell.next);
        } else {
            before.next = cell.next;
        }
        Cell last = at(--size);
        queue[size] = null;
        if (last != cell) {
            place(last, cell.queueIndex);
            moveUp(last);
            moveDown(last);
        }
        publishNextExpiry();
    }

    private void requeue(Cell cell) {
        cell.queuedFor = cell.expiresAt(clock);
        moveUp(cell);
        moveDown(cell);
        publishNextExpiry();
    }

    private void moveUp(Cell cell) {
        int index = cell.queueIndex;
        while (index > 0) {
            int parent = (index - 1) / 2;
            Cell above = at(parent);
            if (above.queuedFor <= cell.queuedFor) {
                break;
            }
            place(above, index);
            index = parent;
        }
        place(cell, index);
    }

    private void moveDown(Cell cell) {
        int index = cell.queueIndex;
        while (true) {
            int child = 2 * index + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && at(child + 1).queuedFor < at(child).queuedFor) {
                child++;
            }
            Cell below = at(child);
            if (cell.queuedFor <= below.queuedFor) {
                break;
            }
            place(below, index);
            index = child;
        }
        place(cell, index);
    }

    private void place(Cell cell, int index) {
        queue[index] = cell;
        cell.queueIndex = index;
    }

    private Cell at(int index) {
        Cell cell = queue[index];
        if (cell == null) {
            throw new AssertionError("the queue has a hole at " + index + " of " + size);
        }
        return cell;
    }

    private void publishNextExpiry() {
        nextExpiry = size == 0 ? Long.MAX_VALUE : at(0).queuedFor;
    }
}
