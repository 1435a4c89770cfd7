package dev.guard.domain.counter;

import static java.math.BigInteger.ONE;
import static java.math.BigInteger.ZERO;

import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * One limit as docs/contract.md describes it, written a second time and in another way: as a history of charges and the
 * question how many permits are available at a moment if nothing more is charged. Exact integers of any size, no packed
 * state, and no formula for a wait: a wait is found by searching for the first moment that answers.
 */
abstract class ExactLimit {

    final BigInteger capacity;
    final long period;

    ExactLimit(Limit limit) {
        this.capacity = BigInteger.valueOf(limit.capacity());
        this.period = Micros.of(limit.period());
    }

    static ExactLimit of(Limit limit) {
        return switch (limit.algorithm()) {
            case GREEDY -> new Greedy(limit);
            case INTERVAL -> new Interval(limit);
            case FIXED -> new Fixed(limit);
            case ALIGNED -> new Aligned(limit);
            case SLIDING -> new Sliding(limit);
        };
    }

    /** The whole permits available at {@code time}, if nothing is charged from now on. */
    abstract BigInteger available(long time);

    abstract void charge(long now, long cost);

    final boolean admits(long time, long cost) {
        return available(time).compareTo(BigInteger.valueOf(cost)) >= 0;
    }

    final long remaining(long time) {
        return available(time).max(ZERO).longValueExact();
    }

    final boolean isFull(long time) {
        return available(time).equals(capacity);
    }

    final long retryAfter(long now, long cost) {
        if (BigInteger.valueOf(cost).compareTo(capacity) > 0) {
            return Micros.NEVER;
        }
        return search(wait -> admits(now + wait, cost));
    }

    final long resetAfter(long now) {
        return search(wait -> isFull(now + wait));
    }

    final long nextAfter(long now) {
        long remaining = remaining(now);
        return remaining == capacity.longValueExact() ? 0 : search(wait -> remaining(now + wait) > remaining);
    }

    /** The least wait that fits, ten years where none up to ten years does. What fits once, fits ever after. */
    private static long search(LongPredicate fits) {
        if (fits.test(0)) {
            return 0;
        }
        long high = 1;
        while (!fits.test(high)) {
            if (high == Micros.TEN_YEARS) {
                return high;
            }
            high = Math.min(high * 4, Micros.TEN_YEARS);
        }
        long low = high / 4;
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (fits.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** The first of 1 µs, 1 ms, 1 s that divides the period and counts capacity and debt below 2^52 units. */
    static long tick(Limit limit) {
        BigInteger period = BigInteger.valueOf(Micros.of(limit.period()));
        BigInteger most = BigInteger.valueOf(limit.capacity()).shiftLeft(1);
        for (long tick : new long[] {1, 1_000, 1_000_000}) {
            BigInteger[] ticks = period.divideAndRemainder(BigInteger.valueOf(tick));
            if (ticks[1].signum() != 0) {
                continue;
            }
            BigInteger unit = switch (limit.algorithm()) {
                case GREEDY ->
                    ticks[0].divide(
                            ticks[0].gcd(BigInteger.valueOf(limit.numbers().permits())));
                case SLIDING -> ticks[0];
                case INTERVAL, FIXED, ALIGNED -> ONE;
            };
            if (most.multiply(unit).compareTo(ONE.shiftLeft(52)) < 0) {
                return tick;
            }
        }
        throw new AssertionError("a limit that does not fit was built: " + limit);
    }

    private record Charge(long time, long cost) {}

    /** As the generic cell rate algorithm has it: one theoretical arrival time, in ticks times the permits of a period. */
    private static final class Greedy extends ExactLimit {
        private final long tick;
        private final BigInteger rate;
        private final BigInteger emission;
        private BigInteger arrival;

        Greedy(Limit limit) {
            super(limit);
            this.tick = tick(limit);
            this.rate = BigInteger.valueOf(limit.numbers().permits());
            this.emission = BigInteger.valueOf(period / tick);
        }

        @Override
        BigInteger available(long time) {
            if (arrival == null) {
                return capacity;
            }
            BigInteger ahead = arrival.subtract(scaled(time)).max(ZERO);
            return floor(capacity.multiply(emission).subtract(ahead), emission);
        }

        @Override
        void charge(long now, long cost) {
            BigInteger from = arrival == null ? scaled(now) : arrival.max(scaled(now));
            arrival = from.add(emission.multiply(BigInteger.valueOf(cost)));
        }

        private BigInteger scaled(long time) {
            return BigInteger.valueOf(Math.floorDiv(time, tick)).multiply(rate);
        }
    }

    /** As the sum of what was charged and what returned since the charge that found the bucket full. */
    private static final class Interval extends ExactLimit {
        private final BigInteger rate;
        private final List<Charge> charges = new ArrayList<>();

        Interval(Limit limit) {
            super(limit);
            this.rate = BigInteger.valueOf(limit.numbers().permits());
        }

        @Override
        BigInteger available(long time) {
            BigInteger level = capacity;
            long anchor = charges.isEmpty() ? time : charges.get(0).time;
            long refills = 0;
            for (Charge charge : charges) {
                level = refilled(level, (charge.time - anchor) / period - refills);
                if (level.equals(capacity)) {
                    anchor = charge.time;
                }
                refills = (charge.time - anchor) / period;
                level = level.subtract(BigInteger.valueOf(charge.cost));
            }
            return refilled(level, (time - anchor) / period - refills);
        }

        private BigInteger refilled(BigInteger level, long periods) {
            return level.add(rate.multiply(BigInteger.valueOf(periods))).min(capacity);
        }

        @Override
        void charge(long now, long cost) {
            charges.add(new Charge(now, cost));
        }
    }

    /** Windows that are found by walking through all charges there ever were. */
    private static final class Fixed extends ExactLimit {
        private final List<Charge> charges = new ArrayList<>();

        Fixed(Limit limit) {
            super(limit);
        }

        @Override
        BigInteger available(long time) {
            BigInteger used = ZERO;
            long end = Long.MIN_VALUE;
            for (Charge charge : charges) {
                if (charge.time >= end) {
                    end = charge.time + period;
                    used = ZERO;
                }
                used = used.add(BigInteger.valueOf(charge.cost));
            }
            return time >= end ? capacity : capacity.subtract(used);
        }

        @Override
        void charge(long now, long cost) {
            charges.add(new Charge(now, cost));
        }
    }

    private static class Aligned extends ExactLimit {
        private final List<Charge> charges = new ArrayList<>();

        Aligned(Limit limit) {
            super(limit);
        }

        @Override
        BigInteger available(long time) {
            return capacity.subtract(usedInWindow(Math.floorDiv(time, period)));
        }

        final BigInteger usedInWindow(long window) {
            return charges.stream()
                    .filter(charge -> Math.floorDiv(charge.time, period) == window)
                    .map(charge -> BigInteger.valueOf(charge.cost))
                    .reduce(ZERO, BigInteger::add);
        }

        @Override
        void charge(long now, long cost) {
            charges.add(new Charge(now, cost));
        }
    }

    private static final class Sliding extends Aligned {
        private final long tick;

        Sliding(Limit limit) {
            super(limit);
            this.tick = tick(limit);
        }

        @Override
        BigInteger available(long time) {
            long window = Math.floorDiv(time, period);
            BigInteger length = BigInteger.valueOf(period / tick);
            BigInteger elapsed = BigInteger.valueOf((time - window * period) / tick);
            BigInteger room = capacity.multiply(length)
                    .subtract(usedInWindow(window - 1).multiply(length.subtract(elapsed)))
                    .subtract(usedInWindow(window).multiply(length));
            return floor(room, length);
        }
    }

    private static BigInteger floor(BigInteger dividend, BigInteger divisor) {
        BigInteger[] quotient = dividend.divideAndRemainder(divisor);
        return quotient[1].signum() < 0 ? quotient[0].subtract(ONE) : quotient[0];
    }
}
