package dev.guard.domain.counter;

import static java.math.BigInteger.ONE;
import static java.math.BigInteger.ZERO;

import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * One limit as docs/contract.md describes it, written a second time and in another way: as a history of what was charged and
 * given back, and the question how many permits are available at a moment if nothing more happens. Exact integers of any
 * size, no packed state, and no formula for a wait: a wait is found by searching for the first moment that answers.
 */
abstract class ExactLimit {

    /** The limit as the version declared it that the history is told in. */
    final Limit limit;

    final BigInteger capacity;
    final long period;

    /** What happened, in its order. */
    final List<Event> events = new ArrayList<>();

    /** A charge of {@code cost} at {@code at}; or, where {@code cost} is below 0, what came back of the charge at {@code charged}. */
    record Event(long at, long charged, BigInteger cost) {
        boolean givesBack() {
            return cost.signum() < 0;
        }
    }

    ExactLimit(Limit limit) {
        this.limit = limit;
        this.capacity = BigInteger.valueOf(limit.capacity());
        this.period = Micros.of(limit.period());
    }

    static ExactLimit of(Limit limit) {
        return switch (limit.algorithm()) {
            case GREEDY -> new Greedy(limit);
            case INTERVAL -> new Interval(limit);
            case FIXED -> new Fixed(limit);
            case ALIGNED, CALENDAR -> new Aligned(limit);
            case SLIDING -> new Sliding(limit);
            case LOG -> new Log(limit);
            case CONCURRENT -> new Concurrent(limit);
        };
    }

    /** The same history, told of a limit whose numbers are the same. */
    ExactLimit copy(Limit limit) {
        ExactLimit copy = of(limit);
        copy.events.addAll(events);
        copy.resume(this);
        return copy;
    }

    /** Takes over what a history began with, or what it knows besides its events. */
    abstract void resume(ExactLimit from);

    /** Begins a history with {@code available} permits at {@code now}, after {@code from} in other numbers. */
    abstract void carryOn(ExactLimit from, long now, BigInteger available);

    /** The whole permits available at {@code time}, if nothing happens from now on. */
    abstract BigInteger available(long time);

    /** Until when a charge at {@code time} may still be counted. */
    abstract long countedUntil(long time);

    void charge(long now, long cost) {
        events.add(new Event(now, now, BigInteger.valueOf(cost)));
    }

    /** Charges what is there and what may be owed, whatever was asked for; concurrency knows no debt. */
    final void owe(long now, long cost) {
        BigInteger most = available(now).add(BigInteger.valueOf(limit.maxDebt()));
        BigInteger charged = BigInteger.valueOf(cost).min(most);
        if (charged.signum() > 0 && !isConcurrent()) {
            charge(now, charged.longValueExact());
        }
    }

    final void giveBack(long now, long charged, long cost) {
        if (now < countedUntil(charged)) {
            events.add(new Event(now, charged, BigInteger.valueOf(cost).negate()));
        }
    }

    final boolean isConcurrent() {
        return this instanceof Concurrent;
    }

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
        BigInteger most = BigInteger.valueOf(limit.capacity()).add(BigInteger.valueOf(limit.maxDebt()));
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
                case INTERVAL, FIXED, ALIGNED, LOG, CALENDAR, CONCURRENT -> ONE;
            };
            if (most.multiply(unit).compareTo(ONE.shiftLeft(52)) < 0) {
                return tick;
            }
        }
        throw new AssertionError("a limit that does not fit was built: " + limit);
    }

    private static long saturated(BigInteger micros) {
        return micros.min(BigInteger.valueOf(Micros.TEN_YEARS)).longValueExact();
    }

    /** As the generic cell rate algorithm has it: one theoretical arrival time, in ticks times the permits of a period. */
    private static final class Greedy extends ExactLimit {
        private final long tick;
        private final BigInteger rate;
        private final BigInteger emission;
        private BigInteger first;

        Greedy(Limit limit) {
            super(limit);
            this.tick = tick(limit);
            this.rate = BigInteger.valueOf(limit.numbers().permits());
            this.emission = BigInteger.valueOf(period / tick);
        }

        @Override
        void resume(ExactLimit from) {
            first = ((Greedy) from).first;
        }

        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            first = scaled(now).add(capacity.subtract(available).multiply(emission));
        }

        @Override
        BigInteger available(long time) {
            BigInteger arrival = first;
            for (Event event : events) {
                BigInteger from = arrival == null ? scaled(event.at) : arrival.max(scaled(event.at));
                arrival = from.add(emission.multiply(event.cost));
            }
            BigInteger ahead =
                    arrival == null ? ZERO : arrival.subtract(scaled(time)).max(ZERO);
            return floor(capacity.multiply(emission).subtract(ahead), emission);
        }

        @Override
        long countedUntil(long time) {
            if (rate.signum() == 0) {
                return time;
            }
            BigInteger ticks = floor(capacity.multiply(emission).add(rate).subtract(ONE), rate);
            return time + saturated(ticks.multiply(BigInteger.valueOf(tick)));
        }

        private BigInteger scaled(long time) {
            return BigInteger.valueOf(Math.floorDiv(time, tick)).multiply(rate);
        }
    }

    /** As the sum of what was charged and what returned since the charge that found the bucket full. */
    private static final class Interval extends ExactLimit {
        private final BigInteger rate;
        private BigInteger firstLevel;
        private long firstAnchor;

        Interval(Limit limit) {
            super(limit);
            this.rate = BigInteger.valueOf(limit.numbers().permits());
            this.firstLevel = capacity;
        }

        /** What is there after the last refill, and when that was. */
        private record Beat(BigInteger level, long time) {}

        @Override
        void resume(ExactLimit from) {
            firstLevel = ((Interval) from).firstLevel;
            firstAnchor = ((Interval) from).firstAnchor;
        }

        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            firstLevel = available;
            // What a shorter period would have returned since the last beat is not made up for.
            firstAnchor = now - (now - ((Interval) from).at(now).time) % period;
        }

        @Override
        BigInteger available(long time) {
            return at(time).level;
        }

        private Beat at(long time) {
            BigInteger level = firstLevel;
            long beat = firstAnchor;
            for (Event event : events) {
                level = refilled(level, (event.at - beat) / period);
                beat = level.equals(capacity) ? event.at : event.at - (event.at - beat) % period;
                level = level.subtract(event.cost).min(capacity);
            }
            return new Beat(
                    refilled(level, (time - beat) / period),
                    level.equals(capacity) ? time : time - (time - beat) % period);
        }

        private BigInteger refilled(BigInteger level, long periods) {
            return level.equals(capacity)
                    ? capacity
                    : level.add(rate.multiply(BigInteger.valueOf(periods))).min(capacity);
        }

        @Override
        long countedUntil(long time) {
            if (rate.signum() == 0) {
                return time;
            }
            BigInteger periods = floor(capacity.add(rate).subtract(ONE), rate);
            return time + saturated(periods.multiply(BigInteger.valueOf(period)));
        }
    }

    /** Windows that are found by walking through all that ever happened. */
    private static final class Fixed extends ExactLimit {
        private BigInteger firstUsed = ZERO;
        private long firstStart;

        Fixed(Limit limit) {
            super(limit);
        }

        private record Window(BigInteger used, long start) {}

        @Override
        void resume(ExactLimit from) {
            firstUsed = ((Fixed) from).firstUsed;
            firstStart = ((Fixed) from).firstStart;
        }

        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            firstUsed = capacity.subtract(available);
            firstStart = ((Fixed) from).at(now).start;
        }

        @Override
        BigInteger available(long time) {
            return capacity.subtract(at(time).used);
        }

        private Window at(long time) {
            Window window = new Window(firstUsed, firstStart);
            for (Event event : events) {
                window = at(window, event.at);
                if (event.givesBack()) {
                    boolean isOfWindow = event.charged >= window.start;
                    window = new Window(isOfWindow ? window.used.add(event.cost).max(ZERO) : window.used, window.start);
                } else {
                    long start = window.used.signum() == 0 ? event.at : window.start;
                    window = new Window(window.used.add(event.cost), start);
                }
            }
            return at(window, time);
        }

        private Window at(Window window, long time) {
            return time < window.start + period ? window : new Window(ZERO, time);
        }

        @Override
        long countedUntil(long time) {
            return time + period;
        }
    }

    /** Windows that the epoch or a calendar gives: what is used of one is the sum of what was charged in it. */
    private static class Aligned extends ExactLimit {
        private final Map<Long, BigInteger> first = new HashMap<>();
        private NavigableSet<Long> starts = new TreeSet<>();
        private Set<LocalDate> daysLookedAround = new HashSet<>();

        Aligned(Limit limit) {
            super(limit);
        }

        @Override
        void resume(ExactLimit from) {
            first.putAll(((Aligned) from).first);
            starts = ((Aligned) from).starts;
            daysLookedAround = ((Aligned) from).daysLookedAround;
        }

        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            begin(start(now), capacity.subtract(available));
        }

        final void begin(long window, BigInteger used) {
            first.put(window, used);
        }

        @Override
        BigInteger available(long time) {
            return capacity.subtract(usedInWindow(start(time)));
        }

        final BigInteger usedInWindow(long window) {
            BigInteger used = first.getOrDefault(window, ZERO);
            for (Event event : events) {
                if (start(event.charged) == window) {
                    used = used.add(event.cost).max(ZERO);
                }
            }
            return used;
        }

        final long start(long time) {
            CalendarPeriod calendar = limit.numbers().calendar();
            if (calendar == null) {
                return Math.floorDiv(time, period) * period;
            }
            known(calendar, time);
            return Objects.requireNonNull(starts.floor(time), "a start before");
        }

        /** Writes down the starts of the windows around {@code time}, the days of the calendar one by one. */
        private void known(CalendarPeriod calendar, long time) {
            LocalDate day = Instant.EPOCH
                    .plus(time, ChronoUnit.MICROS)
                    .atZone(ZoneOffset.UTC)
                    .toLocalDate();
            if (!daysLookedAround.add(day)) {
                return;
            }
            long reach = period / 86_400_000_000L + 3;
            Stream.iterate(day.minusDays(reach), d -> d.plusDays(1))
                    .limit(2 * reach + 1)
                    .filter(d -> switch (calendar.unit()) {
                        case DAY -> true;
                        case WEEK -> d.getDayOfWeek() == calendar.weekStart();
                        case MONTH -> d.getDayOfMonth() == 1;
                        case YEAR -> d.getDayOfYear() == 1;
                    })
                    .forEach(d ->
                            starts.add(Micros.of(d.atStartOfDay(calendar.zone()).toInstant())));
        }

        @Override
        long countedUntil(long time) {
            if (limit.numbers().calendar() == null) {
                return time + period;
            }
            start(time);
            return Objects.requireNonNull(starts.higher(time), "a start after");
        }
    }

    private static final class Sliding extends Aligned {
        private final long tick;
        private final BigInteger length;

        Sliding(Limit limit) {
            super(limit);
            this.tick = tick(limit);
            this.length = BigInteger.valueOf(period / tick);
        }

        /** The previous window as far as it weighs no more than what is used in all, and the rest in this one. */
        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            if (from.period != period) {
                return;
            }
            long window = start(now);
            BigInteger used = capacity.subtract(available);
            BigInteger previous = ((Sliding) from).usedInWindow(window - period);
            // What weighs x rounded up weighs at most `used` as long as prev·left ≤ used·length.
            BigInteger left = left(now);
            BigInteger kept = previous.min(floor(used.multiply(length), left));
            begin(window - period, kept);
            begin(window, used.subtract(ceil(kept.multiply(left), length)));
        }

        @Override
        BigInteger available(long time) {
            long window = start(time);
            BigInteger room = capacity.multiply(length)
                    .subtract(usedInWindow(window - period).multiply(left(time)))
                    .subtract(usedInWindow(window).multiply(length));
            return floor(room, length);
        }

        private BigInteger left(long time) {
            return length.subtract(BigInteger.valueOf((time - start(time)) / tick));
        }

        @Override
        long countedUntil(long time) {
            return time + Math.min(2 * period, Micros.TEN_YEARS);
        }
    }

    /** Every charge by itself. */
    private static final class Log extends ExactLimit {
        Log(Limit limit) {
            super(limit);
        }

        @Override
        void resume(ExactLimit from) {
            // The events are all there is.
        }

        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            // An entry that is over does not come back in a longer period.
            from.events.stream()
                    .filter(event -> event.charged + from.period > now)
                    .forEach(events::add);
        }

        @Override
        BigInteger available(long time) {
            BigInteger available = capacity;
            for (long charged : events.stream()
                    .map(Event::charged)
                    .distinct()
                    .filter(at -> time < at + period)
                    .toList()) {
                available = available.subtract(entry(charged));
            }
            return available;
        }

        private BigInteger entry(long charged) {
            return events.stream()
                    .filter(event -> event.charged == charged)
                    .map(Event::cost)
                    .reduce(ZERO, (left, cost) -> left.add(cost).max(ZERO));
        }

        @Override
        void charge(long now, long cost) {
            if (events.size() >= LimitNumbers.MOST_ENTRIES) {
                throw new AssertionError("a history too long for a log, which merges entries then");
            }
            super.charge(now, cost);
        }

        @Override
        long countedUntil(long time) {
            return time + period;
        }
    }

    /** Slots, each with its holder and its end. */
    static final class Concurrent extends ExactLimit {
        private final List<Hold> holds = new ArrayList<>();

        private record Hold(String id, long slots, long end) {}

        Concurrent(Limit limit) {
            super(limit);
        }

        @Override
        void resume(ExactLimit from) {
            holds.addAll(((Concurrent) from).holds);
        }

        @Override
        void carryOn(ExactLimit from, long now, BigInteger available) {
            resume(from);
        }

        @Override
        BigInteger available(long time) {
            return capacity.subtract(holds.stream()
                    .filter(hold -> time < hold.end)
                    .map(hold -> BigInteger.valueOf(hold.slots))
                    .reduce(ZERO, BigInteger::add));
        }

        void hold(String id, long slots, long end) {
            holds.add(new Hold(id, slots, end));
        }

        boolean isHeldBy(String id, long now) {
            return holds.stream().anyMatch(hold -> hold.id.equals(id) && now < hold.end);
        }

        void release(String id) {
            holds.removeIf(hold -> hold.id.equals(id));
        }

        void extend(String id, long now) {
            holds.removeIf(hold -> now >= hold.end);
            holds.replaceAll(hold -> hold.id.equals(id) ? new Hold(id, hold.slots, now + period) : hold);
        }

        @Override
        long countedUntil(long time) {
            return time + period;
        }
    }

    static BigInteger floor(BigInteger dividend, BigInteger divisor) {
        BigInteger[] quotient = dividend.divideAndRemainder(divisor);
        return quotient[1].signum() < 0 ? quotient[0].subtract(ONE) : quotient[0];
    }

    private static BigInteger ceil(BigInteger dividend, BigInteger divisor) {
        return floor(dividend.negate(), divisor).negate();
    }
}
