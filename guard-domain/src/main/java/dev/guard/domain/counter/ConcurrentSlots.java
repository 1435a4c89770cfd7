package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Permits that are held at the same time: each until its holder gives it back, or its lease ends, so that a holder that died
 * takes nothing with it. The period of the limit is the lease. There is no debt.
 */
final class ConcurrentSlots extends EntryAlgorithm {

    static final ConcurrentSlots ALGORITHM = new ConcurrentSlots();

    static final Comparator<LimitEntry> BY_END =
            Comparator.comparingLong(LimitEntry::time).thenComparing(LimitEntry::id);

    private ConcurrentSlots() {}

    @Override
    long end(LimitNumbers numbers, LimitEntry entry) {
        return entry.time();
    }

    /** Slots are held under an id, see {@link #held}; a charge without one is for what comes back by itself. */
    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        return state;
    }

    /** The state in which {@code id} holds {@code slots} more, until {@code end}. */
    static LimitState held(LimitState state, String id, long slots, long end) {
        List<LimitEntry> entries = new ArrayList<>(state.entries());
        entries.add(new LimitEntry(id, slots, end));
        entries.sort(BY_END);
        return LimitState.of(entries);
    }

    /** The state in which {@code id} holds nothing. */
    static LimitState released(LimitState state, String id) {
        return LimitState.of(
                state.entries().stream().filter(entry -> !entry.id().equals(id)).toList());
    }

    /** The state in which all that {@code id} holds is held until {@code end}. */
    static LimitState extended(LimitState state, String id, long end) {
        return LimitState.of(state.entries().stream()
                .map(entry -> entry.id().equals(id) ? new LimitEntry(id, entry.permits(), end) : entry)
                .sorted(BY_END)
                .toList());
    }

    static boolean holds(LimitState state, String id) {
        return state.entries().stream().anyMatch(entry -> entry.id().equals(id));
    }

    /** Slots are given back by their id, see {@link #released}. */
    @Override
    LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost) {
        return state;
    }
}
