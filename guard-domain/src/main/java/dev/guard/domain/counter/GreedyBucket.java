package dev.guard.domain.counter;

import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;

/**
 * The token bucket with greedy refill: permits return one by one, evenly over the period.
 *
 * <p>This is the leaky bucket as a meter of ITU-T I.371, and the generic cell rate algorithm in the notation of a level
 * instead of a theoretical arrival time; the two notations admit the same calls. The level is counted in units (see
 * {@link LimitNumbers}), so that a permit may return after any fraction of a period without rounding.
 */
public final class GreedyBucket extends ScalarAlgorithm {

    static final GreedyBucket ALGORITHM = new GreedyBucket();

    private GreedyBucket() {}

    /** The units of a full bucket. */
    public static long full(LimitNumbers numbers) {
        return numbers.capacity() * numbers.unitsPerPermit();
    }

    /** The level after {@code ticks} ≥ 0 more ticks. The time is clamped to the time to full before it is multiplied. */
    public static long refilled(LimitNumbers numbers, long level, long ticks) {
        long missing = full(numbers) - level;
        if (missing == 0 || numbers.unitsPerTick() == 0) {
            return level;
        }
        return ticks >= Micros.ceilDiv(missing, numbers.unitsPerTick())
                ? level + missing
                : level + ticks * numbers.unitsPerTick();
    }

    /** Whether a bucket at {@code level} holds {@code cost} permits; {@code cost} is at most the capacity. */
    public static boolean admits(LimitNumbers numbers, long level, long cost) {
        return cost * numbers.unitsPerPermit() <= level;
    }

    /** The whole permits in a bucket at {@code level}, below 0 in debt. */
    public static long available(LimitNumbers numbers, long level) {
        return Math.floorDiv(level, numbers.unitsPerPermit());
    }

    /** The microseconds from {@code now} until a bucket at {@code level} is at {@code target} > {@code level} units. */
    public static long waitForLevel(LimitNumbers numbers, long level, long target, long now) {
        if (numbers.unitsPerTick() == 0) {
            return Micros.NEVER;
        }
        long ticks = Micros.ceilDiv(target - level, numbers.unitsPerTick());
        // A tick of a microsecond, which most limits have, is worth being spared three divisions.
        return numbers.tick() == 1
                ? Math.min(ticks, Micros.TEN_YEARS)
                : Micros.saturatedRest(ticks, numbers.tick(), Math.floorMod(now, numbers.tick()));
    }

    @Override
    LimitState initial(LimitNumbers numbers) {
        return new LimitState(full(numbers), 0);
    }

    @Override
    LimitState advance(LimitNumbers numbers, LimitState state, long last, long now) {
        long ticks = Math.floorDiv(now, numbers.tick()) - Math.floorDiv(last, numbers.tick());
        return state.with(refilled(numbers, state.x(), ticks), 0);
    }

    @Override
    long available(LimitNumbers numbers, long x, long y, long now) {
        return available(numbers, x);
    }

    @Override
    LimitState charge(LimitNumbers numbers, LimitState state, long now, long cost) {
        return new LimitState(state.x() - cost * numbers.unitsPerPermit(), 0);
    }

    @Override
    LimitState refunded(LimitNumbers numbers, LimitState state, long now, long time, long cost) {
        long missing = full(numbers) - state.x();
        return cost > missing / numbers.unitsPerPermit()
                ? initial(numbers)
                : new LimitState(state.x() + cost * numbers.unitsPerPermit(), 0);
    }

    @Override
    long countedUntil(LimitNumbers numbers, long time) {
        if (numbers.unitsPerTick() == 0) {
            return time;
        }
        return time + Micros.saturatedProduct(Micros.ceilDiv(full(numbers), numbers.unitsPerTick()), numbers.tick());
    }

    @Override
    long waitFor(LimitNumbers numbers, long x, long y, long now, long cost) {
        return waitForLevel(numbers, x, cost * numbers.unitsPerPermit(), now);
    }

    @Override
    long resetAfter(LimitNumbers numbers, long x, long y, long now) {
        return x == full(numbers) ? 0 : waitForLevel(numbers, x, full(numbers), now);
    }

    @Override
    LimitState carried(LimitNumbers numbers, LimitNumbers from, LimitState state, long now, long available) {
        return new LimitState(available * numbers.unitsPerPermit(), 0);
    }
}
