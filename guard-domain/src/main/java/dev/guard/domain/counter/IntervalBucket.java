package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;

/**
 * The token bucket with interval refill: a period's permits return all at once, at whole periods after the anchor, which
 * is the time of the charge that found the bucket full.
 */
public final class IntervalBucket extends ScalarAlgorithm {

    static final IntervalBucket ALGORITHM = new IntervalBucket();

    private IntervalBucket() {}

    /** The level at {@code now} of a bucket that had {@code level} when its anchor was {@code anchor}. */
    public static long level(LimitNumbers numbers, long level, long anchor, long now) {
        long missing = numbers.capacity() - level;
        if (missing == 0 || now - anchor < numbers.period()) {
            return level;
        }
        long periods = (now - anchor) / numbers.period();
        return periods >= periodsFor(numbers, missing) ? level + missing : level + periods * numbers.permits();
    }

    /** The anchor that goes with {@link #level} at {@code now}: the time of the last refill, 0 for a full bucket. */
    public static long anchor(LimitNumbers numbers, long level, long anchor, long now) {
        if (level(numbers, level, anchor, now) == numbers.capacity()) {
            return 0;
        }
        long elapsed = now - anchor;
        return elapsed < numbers.period() ? anchor : now - elapsed % numbers.period();
    }

    /** The anchor after a charge at {@code now}: a full bucket's refills start to count then. */
    public static long anchorOfCharge(LimitNumbers numbers, long level, long anchor, long now) {
        return level == numbers.capacity() ? now : anchor;
    }

    /** The microseconds from {@code now} until a bucket at {@code level} is at {@code target} > {@code level} permits. */
    public static long waitForLevel(LimitNumbers numbers, long level, long anchor, long target, long now) {
        return Micros.saturatedRest(periodsFor(numbers, target - level), numbers.period(), now - anchor);
    }

    private static long periodsFor(LimitNumbers numbers, long missing) {
        return Micros.ceilDiv(missing, numbers.permits());
    }

    @Override
    LimitState initial(LimitNumbers numbers) {
        return new LimitState(numbers.capacity(), 0);
    }

    @Override
    LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        return state.with(level(numbers, state.x(), state.y(), now), anchor(numbers, state.x(), state.y(), now));
    }

    @Override
    long available(LimitNumbers numbers, long x, long y, long now) {
        return x;
    }

    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        return new LimitState(state.x() - cost, anchorOfCharge(numbers, state.x(), state.y(), now));
    }

    @Override
    LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost) {
        return cost >= numbers.capacity() - state.x() ? initial(numbers) : new LimitState(state.x() + cost, state.y());
    }

    @Override
    long countedUntil(LimitNumbers numbers, long time) {
        return numbers.permits() == 0
                ? time
                : time + Micros.saturatedProduct(periodsFor(numbers, numbers.capacity()), numbers.period());
    }

    @Override
    long waitFor(LimitNumbers numbers, long x, long y, long now, long cost) {
        return waitForLevel(numbers, x, y, cost, now);
    }

    @Override
    long resetAfter(LimitNumbers numbers, long x, long y, long now) {
        return x == numbers.capacity() ? 0 : waitForLevel(numbers, x, y, numbers.capacity(), now);
    }

    @Override
    LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available) {
        return available == numbers.capacity()
                ? initial(numbers)
                : new LimitState(available, now - (now - state.y()) % numbers.period());
    }
}
