package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import java.util.ArrayList;
import java.util.List;

/**
 * The sliding window log: every charge is remembered with its time, and counts until a period later. Exact at any moment, at
 * the price of an entry a charge; charges of one microsecond share one.
 */
final class SlidingLog extends EntryAlgorithm {

    static final SlidingLog ALGORITHM = new SlidingLog();

    private SlidingLog() {}

    @Override
    long end(LimitNumbers numbers, LimitEntry entry) {
        return entry.time() + numbers.period();
    }

    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        List<LimitEntry> entries = new ArrayList<>(state.entries());
        int newest = entries.size() - 1;
        boolean merges =
                newest >= 0 && (entries.get(newest).time() == now || entries.size() >= LimitNumbers.MOST_ENTRIES);
        // Debt alone makes more entries than there are permits; what does not fit joins the newest, counting from now.
        long merged = merges ? entries.remove(newest).permits() : 0;
        entries.add(new LimitEntry("", merged + cost, now));
        return LimitState.of(entries);
    }

    @Override
    LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost) {
        List<LimitEntry> entries = new ArrayList<>(state.entries().size());
        for (LimitEntry entry : state.entries()) {
            long left = entry.time() == time ? entry.permits() - Math.min(cost, entry.permits()) : entry.permits();
            if (left > 0) {
                entries.add(new LimitEntry("", left, entry.time()));
            }
        }
        return LimitState.of(entries);
    }
}
