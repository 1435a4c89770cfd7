package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import java.util.List;

/** An algorithm that remembers each charge as an entry, which counts in full until its end and not at all from then on. */
abstract sealed class EntryAlgorithm extends CounterAlgorithm permits SlidingLog, ConcurrentSlots {

    /** The moment from which on an entry no longer counts; entries are kept in the order of their ends. */
    abstract long end(LimitNumbers numbers, LimitEntry entry);

    @Override
    final LimitState initial(LimitNumbers numbers) {
        return LimitState.NO_ENTRIES;
    }

    @Override
    final LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        List<LimitEntry> entries = state.entries();
        int first = 0;
        while (first < entries.size() && end(numbers, entries.get(first)) <= now) {
            first++;
        }
        return first == 0 ? state : LimitState.of(entries.subList(first, entries.size()));
    }

    @Override
    final long available(LimitNumbers numbers, LimitState state, long now) {
        long counted = 0;
        for (LimitEntry entry : state.entries()) {
            counted += entry.permits();
        }
        return numbers.capacity() - counted;
    }

    @Override
    final long countedUntil(LimitNumbers numbers, long time) {
        return time + numbers.period();
    }

    @Override
    final long waitFor(LimitNumbers numbers, LimitState state, long now, long cost) {
        long missing = cost - available(numbers, state, now);
        for (LimitEntry entry : state.entries()) {
            missing -= entry.permits();
            if (missing <= 0) {
                return end(numbers, entry) - now;
            }
        }
        throw new AssertionError("a cost of at most the capacity is admitted when all entries have ended");
    }

    @Override
    final long resetAfter(LimitNumbers numbers, LimitState state, long now) {
        List<LimitEntry> entries = state.entries();
        return entries.isEmpty() ? 0 : end(numbers, entries.get(entries.size() - 1)) - now;
    }
}
