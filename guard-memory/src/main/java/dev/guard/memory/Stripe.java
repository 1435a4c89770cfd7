package dev.guard.memory;

import dev.guard.domain.counter.CounterState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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

    /** A chain that chance does not make: one in 10<sup>20</sup> is as long where chains hold half a cell on average. */
    private static final int LONGEST_CHAIN = 16;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Cell[].class);

    private final MemoryClock clock;
    private final SeededHash hashes;

    /** The places taken in all stripes together. */
    private final AtomicLong taken;

    /** Whether cells are placed by the strong hash: once a chain grew too long, for good. */
    private volatile boolean suspicious;

    private volatile @Nullable Cell[] table = new Cell[SMALLEST_TABLE];
    private @Nullable Cell[] queue = new Cell[SMALLEST_TABLE];
    private int size;
    private volatile long nextExpiry = Long.MAX_VALUE;

    Stripe(MemoryClock clock, SeededHash hashes, AtomicLong taken) {
        this.clock = clock;
        this.hashes = hashes;
        this.taken = taken;
    }

    /** The cell of a key, or null where there is none or the table is being changed. Takes no lock. */
    @Nullable
    Cell glimpse(int hash, String tenant, String subject) {
        @Nullable Cell[] slots = table;
        int slot = slot(slots, hash, tenant, subject);
        for (Cell cell = (Cell) SLOT.getAcquire(slots, slot); cell != null; cell = cell.next) {
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

    /**
     * Adds a cell, unless there is one of the same key, or the table is full.
     *
     * @param place takes a place in the table, and says whether there was one
     * @return the cell of the key that is in the table now; null where there was no place
     */
    synchronized @Nullable Cell addIfAbsent(Cell cell, BooleanSupplier place) {
        Cell existing = glimpse(cell.hash, cell.tenant, cell.subject);
        if (existing != null || !place.getAsBoolean()) {
            return existing;
        }
        if (2 * size >= table.length) {
            rebuild(table.length * 2);
        }
        if (append(table, cell) > LONGEST_CHAIN && !suspicious) {
            suspicious = true;
            rebuild(table.length);
            append(table, cell);
        }
        if (size == queue.length) {
            queue = Arrays.copyOf(queue, 2 * size);
        }
        queue[size] = cell;
        cell.queueIndex = size++;
        cell.queuedFor = cell.expiresAt(clock);
        moveUp(cell);
        publishNextExpiry();
        return cell;
    }

    /**
     * Ends and drops the cell of a key, if there is one.
     *
     * @return what it remembered
     */
    synchronized CounterState drop(int hash, String tenant, String subject) {
        Cell cell = find(hash, tenant, subject);
        if (cell == null) {
            return CounterState.ABSENT;
        }
        CounterState last = cell.end(clock);
        unlink(cell);
        return last;
    }

    /** The subjects of a tenant that something is remembered of. */
    synchronized List<String> subjects(String tenant) {
        List<String> subjects = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Cell cell = at(i);
            CounterState state = cell.tenant.equals(tenant) ? cell.peek(clock) : null;
            if (state != null && !state.isAbsentAt(clock.now())) {
                subjects.add(cell.subject);
            }
        }
        return subjects;
    }

    /**
     * Drops cells that expired.
     *
     * @param since how long ago, at least, they should have, in microseconds
     * @param most the most cells to look at
     * @param enough the most cells to drop
     */
    synchronized void dropExpired(long since, int most, int enough) {
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
    }

    /** A time before which no cell expires; {@link Long#MAX_VALUE} where there is none. Takes no lock. */
    long nextExpiry() {
        return nextExpiry;
    }

    /** Puts the cells of the queue into a new table. */
    private void rebuild(int length) {
        @Nullable Cell[] rebuilt = new Cell[length];
        for (int i = 0; i < size; i++) {
            append(rebuilt, at(i));
        }
        table = rebuilt;
    }

    /** Puts a cell at the head of its chain, whose length it answers. A reader sees the cell whole or not at all. */
    private int append(@Nullable Cell[] slots, Cell cell) {
        int slot = slot(slots, cell.hash, cell.tenant, cell.subject);
        cell.next = slots[slot];
        SLOT.setRelease(slots, slot, cell);
        int length = 0;
        for (Cell other = cell; other != null && length <= LONGEST_CHAIN; other = other.next) {
            length++;
        }
        return length;
    }

    /** Takes a cell out and gives its place back, in the same moment for whoever takes the lock. */
    private void unlink(Cell cell) {
        @Nullable Cell[] slots = table;
        int slot = slot(slots, cell.hash, cell.tenant, cell.subject);
        Cell before = null;
        for (Cell other = slots[slot]; other != cell && other != null; other = other.next) {
            before = other;
        }
        if (before == null) {
            SLOT.setRelease(slots, slot, cell.next);
        } else {
            before.next = cell.next;
        }
        taken.decrementAndGet();
        Cell last = at(--size);
        queue[size] = null;
        if (last != cell) {
            place(last, cell.queueIndex);
            moveUp(last);
            moveDown(last);
        }
        publishNextExpiry();
    }

    private int slot(@Nullable Cell[] slots, int hash, String tenant, String subject) {
        return (suspicious ? hashes.strong(tenant, subject) : hash) & (slots.length - 1);
    }

    /**
     * Replaces what a cell remembers by what may expire earlier. The queue, and with it {@link #nextExpiry}, knows of that before
     * the state can be seen: who finds the key unused must not be told in the next moment that there is no place. Who comes
     * for the place in between waits for the lock.
     *
     * @return whether the cell remembered what was expected, and is in the table
     */
    synchronized boolean replaceState(Cell cell, CounterState expected, CounterState next) {
        if (find(cell.hash, cell.tenant, cell.subject) != cell) {
            return false;
        }
        cell.queuedFor = Math.min(cell.queuedFor, next.isAbsent() ? Long.MIN_VALUE : next.expiresAt());
        moveUp(cell);
        publishNextExpiry();
        boolean replaced = cell.replaceState(expected, next);
        requeue(cell);
        return replaced;
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
