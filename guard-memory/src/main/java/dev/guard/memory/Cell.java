package dev.guard.memory;

import dev.guard.domain.counter.CounterState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one key, and the key itself: the node of a {@link Stripe}'s table, so that a key costs one object
 * beside its subject.
 *
 * <p>The state is either packed in {@link #word}, by the rules of {@link #packing}, or in {@link #state}, in the model's
 * form. A cell begins packed where its policy allows it, and is unpacked for good by the first call that the packing cannot
 * serve: another version of the policy, or a time beyond the packing's range. A dead cell is no longer in the table, or
 * about to leave it; nothing is ever charged to it, and whoever finds it looks the key up again.
 *
 * <p>Charges are compare-and-sets of the word or the state. Everything else is guarded by the lock of the stripe, but for
 * the unpacking, which is guarded by the cell's own.
 */
final class Cell {

    /** The word of a cell whose state is in the model's form. */
    static final long UNPACKED = -2;

    /** The word of a cell that nothing may be charged to any more. */
    static final long DEAD = -3;

    private static final CounterState DEAD_STATE = new CounterState(-1, Long.MIN_VALUE, List.of());
    private static final VarHandle WORD;
    private static final VarHandle STATE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(Cell.class, "word", long.class);
            STATE = lookup.findVarHandle(Cell.class, "state", CounterState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final String tenant;
    final String subject;
    final int hash;
    final @Nullable Packing packing;

    /** The next cell of the chain. Written under the stripe's lock, read without. */
    volatile @Nullable Cell next;

    /** The place in the stripe's queue, and the time by which it is ordered there. Under the stripe's lock. */
    int queueIndex;

    long queuedFor;

    private volatile long word;
    private volatile CounterState state;

    private Cell(String tenant, String subject, int hash, @Nullable Packing packing, long word, CounterState state) {
        this.tenant = tenant;
        this.subject = subject;
        this.hash = hash;
        this.packing = packing;
        this.state = state;
        this.word = word;
    }

    static Cell packed(String tenant, String subject, int hash, Packing packing, long word) {
        return new Cell(tenant, subject, hash, packing, word, CounterState.ABSENT);
    }

    static Cell unpacked(String tenant, String subject, int hash, CounterState state) {
        return new Cell(tenant, subject, hash, null, UNPACKED, state);
    }

    boolean isFor(int hash, String tenant, String subject) {
        return this.hash == hash && this.subject.equals(subject) && this.tenant.equals(tenant);
    }

    /** The packed state, or {@link #UNPACKED} or {@link #DEAD}. */
    long word() {
        return word;
    }

    boolean replaceWord(long expected, long next) {
        return WORD.compareAndSet(this, expected, next);
    }

    /** The state of an unpacked cell; null where the cell is dead. */
    @Nullable
    CounterState state() {
        CounterState current = state;
        return isDead(current) ? null : current;
    }

    /** The mark of a dead cell is one object, and equal to others that are none. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isDead(CounterState state) {
        return state == DEAD_STATE;
    }

    boolean replaceState(CounterState expected, CounterState next) {
        return STATE.compareAndSet(this, expected, next);
    }

    /** Moves the state out of the word, once and for good; does nothing to a cell that is unpacked or dead. */
    synchronized void unpack(MemoryClock clock) {
        for (long current = word; current >= 0; current = word) {
            state = unpacked(current, clock);
            if (replaceWord(current, UNPACKED)) {
                return;
            }
        }
    }

    /** What the cell remembers, in the model's form; null where it is dead. Changes nothing. */
    @Nullable
    CounterState peek(MemoryClock clock) {
        long current = word;
        if (current == UNPACKED) {
            return state();
        }
        return current == DEAD ? null : unpacked(current, clock);
    }

    /** When the cell is as if it had never been, from which moment on it may be dropped. */
    long expiresAt(MemoryClock clock) {
        long current = word;
        if (current >= 0) {
            return unpacked(current, clock).expiresAt();
        }
        return state.isAbsent() ? Long.MIN_VALUE : state.expiresAt();
    }

    /** Ends the cell if it is as if it had never been. Answers whether it is dead now. */
    boolean endIfExpired(MemoryClock clock) {
        while (true) {
            long current = word;
            if (current >= 0) {
                if (unpacked(current, clock).expiresAt() > clock.now()) {
                    return false;
                }
                if (replaceWord(current, DEAD)) {
                    return true;
                }
            } else {
                CounterState currentState = state;
                if (!currentState.isAbsent() && currentState.expiresAt() > clock.now()) {
                    return false;
                }
                if (replaceState(currentState, DEAD_STATE)) {
                    word = DEAD;
                    return true;
                }
            }
        }
    }

    /** Ends the cell, whatever it remembers, and answers what that is. */
    CounterState end(MemoryClock clock) {
        long last = (long) WORD.getAndSet(this, DEAD);
        CounterState lastState = (CounterState) STATE.getAndSet(this, DEAD_STATE);
        return last >= 0 ? unpacked(last, clock) : lastState;
    }

    /**
     * The packed state in the model's form. The clock is read after the word, so that it is not before the charge that made
     * the word.
     */
    private CounterState unpacked(long current, MemoryClock clock) {
        Packing rules = packing;
        if (rules == null) {
            throw new AssertionError("a cell without a packing has no packed state");
        }
        return rules.unpacked(current, Math.min(clock.now(), rules.last));
    }
}
