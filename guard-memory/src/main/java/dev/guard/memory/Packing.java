package dev.guard.memory;

import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;
import dev.guard.domain.counter.AlignedWindow;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.FixedWindow;
import dev.guard.domain.counter.GreedyBucket;
import dev.guard.domain.counter.IntervalBucket;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.LimitState;
import dev.guard.domain.counter.SlidingWindow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a policy's only limit in one long, so that a call is one compare-and-set and allocates nothing.
 *
 * <p>A word is 0 where the limit is initial, and above 0 otherwise. Times in it are relative to the anchor, the time at
 * which the packing was made, and have a range: {@link #last} is the last moment at which a word can be read or made. A
 * limit whose range would be shorter than a day is not packed. What a word means follows from the
 * same functions that the model calls; this class only moves bits.
 */
abstract class Packing {

    /** What {@link #acquire} answers when the cost is not admitted. */
    static final long REFUSED = -1;

    /** One day. */
    static final long SHORTEST_RANGE = 24L * 60 * 60 * 1_000_000;

    final LimitNumbers numbers;
    final long anchor;
    final long last;
    private final int version;

    Packing(CompiledPolicy policy, long anchor, long range) {
        this.numbers = policy.numbers(0);
        this.version = policy.policy().version();
        this.anchor = anchor;
        this.last = anchor + Math.min(range, 10 * Micros.TEN_YEARS);
    }

    /** The packing of the policy's only limit; null where there are several, it is in shadow, it blocks on excess, or it would not fit for long. */
    static @Nullable Packing of(CompiledPolicy policy, long anchor) {
        boolean blocks = policy.policy().blockOnExcessMicros() > 0;
        if (!policy.isSimple() || blocks || !endsWithinTenYears(policy.numbers(0))) {
            return null;
        }
        Packing packing = switch (policy.numbers(0).algorithm()) {
            case GREEDY -> new Greedy(policy, anchor);
            case INTERVAL -> new Interval(policy, anchor);
            case FIXED -> new Fixed(policy, anchor);
            case ALIGNED -> new Aligned(policy, anchor);
            case SLIDING -> new Sliding(policy, anchor);
            case LOG, CALENDAR, CONCURRENT -> null;
        };
        return packing != null && packing.last - anchor >= SHORTEST_RANGE ? packing : null;
    }

    /** The word after {@code cost} was charged at {@code now}, or {@link #REFUSED}. */
    abstract long acquire(long word, long now, long cost);

    /** The first word of the limit's {@link LimitState} at {@code now}. */
    abstract long x(long word, long now);

    /** The second word of it. */
    abstract long y(long word, long now);

    /** The state in the model's form, at {@code now} ≤ {@link #last}. */
    final CounterState unpacked(long word, long now) {
        LimitState state = new LimitState(x(word, now), y(word, now));
        return new CounterState(version, now, List.of(new LimitSlot(numbers, false, state)));
    }

    /** Whether the limit is always initial ten years after its last change. Words do not tell when that was. */
    private static boolean endsWithinTenYears(LimitNumbers numbers) {
        long periods = switch (numbers.algorithm()) {
            case GREEDY, INTERVAL -> Micros.ceilDiv(numbers.capacity(), Math.max(1, numbers.permits()));
            case FIXED, ALIGNED -> 1;
            case SLIDING -> 2;
            case LOG, CALENDAR, CONCURRENT -> 1;
        };
        return periods <= Micros.TEN_YEARS / numbers.period();
    }

    /** The bits that numbers from 0 to {@code most} take, at least 1. */
    private static int bits(long most) {
        return Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(most));
    }

    /** The number of values that are left for a time beside {@code bits} bits of a word that is never negative. */
    private static long values(int bits) {
        return bits >= 62 ? 0 : 1L << (62 - bits);
    }

    private static long range(long steps, long micros) {
        return steps > 10 * Micros.TEN_YEARS / micros ? 10 * Micros.TEN_YEARS : steps * micros;
    }

    /** The time at which the bucket will be full, in units since the anchor: one number holds level and time. */
    private static final class Greedy extends Packing {
        private static final long MOST = 1L << 62;
        private final long full;
        private final long anchorTick;

        Greedy(CompiledPolicy policy, long anchor) {
            super(
                    policy,
                    anchor,
                    range(ticks(policy.numbers(0)), policy.numbers(0).tick()));
            this.full = GreedyBucket.full(numbers);
            this.anchorTick = tick(anchor);
        }

        private static long ticks(LimitNumbers numbers) {
            return (MOST - GreedyBucket.full(numbers)) / Math.max(1, numbers.unitsPerTick());
        }

        @Override
        long acquire(long word, long now, long cost) {
            long units = units(now);
            long missing = Math.max(0, word - units);
            return GreedyBucket.admits(numbers, full - missing, cost)
                    ? units + missing + cost * numbers.unitsPerPermit()
                    : REFUSED;
        }

        @Override
        long x(long word, long now) {
            return full - Math.max(0, word - units(now));
        }

        @Override
        long y(long word, long now) {
            return 0;
        }

        private long units(long now) {
            return (tick(now) - anchorTick) * numbers.unitsPerTick();
        }

        private long tick(long time) {
            return numbers.tick() == 1 ? time : Math.floorDiv(time, numbers.tick());
        }
    }

    /** The permits used of a full bucket, and the refills' anchor before them. */
    private static final class Interval extends Packing {
        private final int bits;

        Interval(CompiledPolicy policy, long anchor) {
            super(policy, anchor, values(bits(policy.numbers(0).capacity())));
            this.bits = bits(numbers.capacity());
        }

        @Override
        long acquire(long word, long now, long cost) {
            long level = x(word, now);
            if (cost > level) {
                return REFUSED;
            }
            long refills = IntervalBucket.anchorOfCharge(numbers, level, y(word, now), now);
            return (refills - anchor) << bits | (numbers.capacity() - level + cost);
        }

        @Override
        long x(long word, long now) {
            return IntervalBucket.level(numbers, level(word), refills(word), now);
        }

        @Override
        long y(long word, long now) {
            return IntervalBucket.anchor(numbers, level(word), refills(word), now);
        }

        private long level(long word) {
            return numbers.capacity() - (word & ((1L << bits) - 1));
        }

        private long refills(long word) {
            return anchor + (word >>> bits);
        }
    }

    /** The permits used, and the window's start before them. */
    private static final class Fixed extends Packing {
        private final int bits;

        Fixed(CompiledPolicy policy, long anchor) {
            super(policy, anchor, values(bits(policy.numbers(0).capacity())));
            this.bits = bits(numbers.capacity());
        }

        @Override
        long acquire(long word, long now, long cost) {
            long used = x(word, now);
            if (cost > numbers.capacity() - used) {
                return REFUSED;
            }
            return (FixedWindow.startOfCharge(used, start(word), now) - anchor) << bits | (used + cost);
        }

        @Override
        long x(long word, long now) {
            return FixedWindow.used(numbers, word & ((1L << bits) - 1), start(word), now);
        }

        @Override
        long y(long word, long now) {
            return x(word, now) == 0 ? 0 : start(word);
        }

        private long start(long word) {
            return anchor + (word >>> bits);
        }
    }

    /** The permits used, and the number of the window, counted from the anchor's, before them. */
    private static final class Aligned extends Packing {
        private final int bits;
        private final long first;

        Aligned(CompiledPolicy policy, long anchor) {
            super(
                    policy,
                    anchor,
                    range(
                            values(bits(policy.numbers(0).capacity())),
                            policy.numbers(0).period()));
            this.bits = bits(numbers.capacity());
            this.first = AlignedWindow.start(numbers, anchor);
        }

        @Override
        long acquire(long word, long now, long cost) {
            long used = x(word, now);
            return cost > numbers.capacity() - used ? REFUSED : window(now) << bits | (used + cost);
        }

        @Override
        long x(long word, long now) {
            return word >>> bits == window(now) ? word & ((1L << bits) - 1) : 0;
        }

        @Override
        long y(long word, long now) {
            return x(word, now) == 0 ? 0 : AlignedWindow.start(numbers, now);
        }

        private long window(long now) {
            return (now - first) / numbers.period();
        }
    }

    /** The permits used in the previous window, in the current one before them, and the window's number before both. */
    private static final class Sliding extends Packing {
        private final int bits;
        private final long first;

        Sliding(CompiledPolicy policy, long anchor) {
            super(
                    policy,
                    anchor,
                    range(
                            values(2 * bits(policy.numbers(0).capacity())),
                            policy.numbers(0).period()));
            this.bits = bits(numbers.capacity());
            this.first = SlidingWindow.window(numbers, anchor) * numbers.period();
        }

        @Override
        long acquire(long word, long now, long cost) {
            long windows = windows(word, now);
            long curr = SlidingWindow.current(curr(word), windows);
            long prev = SlidingWindow.previous(curr(word), prev(word), windows);
            return SlidingWindow.admits(numbers, curr, prev, now, cost)
                    ? (((window(word) + windows) << bits | (curr + cost)) << bits) | prev
                    : REFUSED;
        }

        @Override
        long x(long word, long now) {
            return SlidingWindow.current(curr(word), windows(word, now));
        }

        @Override
        long y(long word, long now) {
            return SlidingWindow.previous(curr(word), prev(word), windows(word, now));
        }

        /** The windows that began since the word was made; a division only where there are any. */
        private long windows(long word, long now) {
            long elapsed = now - first - window(word) * numbers.period();
            return elapsed < numbers.period() ? 0 : elapsed / numbers.period();
        }

        private long window(long word) {
            return word >>> (2 * bits);
        }

        private long curr(long word) {
            return (word >>> bits) & ((1L << bits) - 1);
        }

        private long prev(long word) {
            return word & ((1L << bits) - 1);
        }
    }
}
