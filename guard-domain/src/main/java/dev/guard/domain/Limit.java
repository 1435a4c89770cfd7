package dev.guard.domain;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An algorithm with its numbers: how many permits, over which period, returning in which way.
 *
 * <p>A limit is written as text or built by steps; both make the same value, and both refuse by name what makes no
 * sense or cannot be counted exactly:
 *
 * <table>
 * <caption>The grammar of limits</caption>
 * <tr><th>text</th><th>steps</th><th>what it is</th></tr>
 * <tr><td>{@code 100/1m}</td><td>{@code tokenBucket(100).per(ofMinutes(1))}</td>
 *     <td>token bucket with greedy refill: one permit returns every 600 ms</td></tr>
 * <tr><td>{@code 100/1m burst 20}</td><td>{@code tokenBucket(100).burst(20).per(ofMinutes(1))}</td>
 *     <td>the same refill, at most 20 at once</td></tr>
 * <tr><td>{@code 100/1m interval}</td><td>{@code tokenBucket(100).atInterval().per(ofMinutes(1))}</td>
 *     <td>token bucket, all permits return at the interval's end; {@code burst} may follow</td></tr>
 * <tr><td>{@code 100/1m fixed}</td><td>{@code fixedWindow(100).per(ofMinutes(1))}</td>
 *     <td>fixed window that the key's first permit opens</td></tr>
 * <tr><td>{@code 100/1m fixed aligned}</td><td>{@code fixedWindow(100).aligned().per(ofMinutes(1))}</td>
 *     <td>fixed window aligned to the epoch</td></tr>
 * <tr><td>{@code 100/1m sliding}</td><td>{@code slidingWindow(100).per(ofMinutes(1))}</td>
 *     <td>sliding window counter: the previous window counts with the share of it that the last period covers</td></tr>
 * <tr><td>{@code 100/1m log}</td><td>{@code slidingLog(100).per(ofMinutes(1))}</td>
 *     <td>sliding window log: every charge counts for exactly a minute; at most 4,096 permits</td></tr>
 * <tr><td>{@code 5000/month@Europe/Berlin}</td><td>{@code calendar(5000).perMonth(ZoneId.of("Europe/Berlin"))}</td>
 *     <td>calendar quota; {@code day}, {@code week}, {@code month} or {@code year}, in UTC where no zone is given</td></tr>
 * <tr><td>{@code 100/week from sunday}</td><td>{@code calendar(100).perWeek(ZoneOffset.UTC, DayOfWeek.SUNDAY)}</td>
 *     <td>weeks from another day than Monday</td></tr>
 * <tr><td>{@code concurrent 20 lease 30s}</td><td>{@code concurrent(20).lease(ofSeconds(30))}</td>
 *     <td>20 held at the same time, each for 30 s unless it is extended or given back; at most 4,096 permits</td></tr>
 * </table>
 *
 * <p>A duration is an integer and one of us, ms, s, m (minutes), h, d, w. Periods saturate at ten years of 366 days. A
 * limit of 0 permits always denies.
 */
public final class Limit {

    private final LimitNumbers numbers;
    private final @Nullable String name;
    private final boolean shadow;

    private Limit(LimitNumbers numbers, @Nullable String name, boolean shadow) {
        this.numbers = numbers;
        this.name = name;
        this.shadow = shadow;
    }

    /**
     * The limit that a text describes.
     *
     * @throws GuardConfigurationException if the text is not in the grammar, or describes a limit that cannot be counted
     *     exactly; the message quotes the text and says what was expected
     */
    public static Limit parse(String text) {
        return LimitText.parse(text);
    }

    /** The first step to a token bucket that {@code permits} return to in every period. */
    public static TokenBucketStep tokenBucket(long permits) {
        return new TokenBucketStep(permits, permits, Algorithm.GREEDY);
    }

    /** The first step to a window of {@code permits} that the key's first permit opens. */
    public static FixedWindowStep fixedWindow(long permits) {
        return new FixedWindowStep(permits, Algorithm.FIXED);
    }

    /** The first step to a sliding window counter of {@code permits}. */
    public static SlidingWindowStep slidingWindow(long permits) {
        return new SlidingWindowStep(permits);
    }

    /** The first step to a sliding window log of {@code permits}, at most {@value LimitNumbers#MOST_ENTRIES}. */
    public static SlidingLogStep slidingLog(long permits) {
        return new SlidingLogStep(permits);
    }

    /** The first step to a quota of {@code permits} for each day, week, month or year of a time zone. */
    public static CalendarStep calendar(long permits) {
        return new CalendarStep(permits);
    }

    /** The first step to a limit of {@code permits} held at the same time, at most {@value LimitNumbers#MOST_ENTRIES}. */
    public static ConcurrentStep concurrent(long permits) {
        return new ConcurrentStep(permits);
    }

    /**
     * The same limit under a name of its own, which decisions and headers show.
     *
     * @throws GuardConfigurationException if the name is empty
     */
    public Limit named(String name) {
        if (name.isEmpty()) {
            throw new GuardConfigurationException("the name of limit '" + text() + "' is empty, expected a name");
        }
        return new Limit(numbers, name, shadow);
    }

    /**
     * The same limit with another largest debt than its capacity: how far below zero a penalty, or a reservation that turned out
     * too small, may take the permits available.
     *
     * @param permits 0 or more; 0 for concurrency, which knows no debt, and for a limit of 0 permits, which none would repay
     * @throws GuardConfigurationException if the number is out of range, or the limit cannot be counted exactly with it
     */
    public Limit maxDebt(long permits) {
        if (permits < 0 || permits > LimitNumbers.LARGEST) {
            throw new GuardConfigurationException("the largest debt of limit '" + text() + "' is " + permits
                    + ", expected 0 to " + LimitNumbers.LARGEST);
        }
        if (permits > 0 && (algorithm() == Algorithm.CONCURRENT || capacity() == 0)) {
            throw new GuardConfigurationException("the largest debt of limit '" + text() + "' is " + permits
                    + ", expected 0: "
                    + (capacity() == 0 ? "no permits return that would repay it" : "concurrency knows no debt"));
        }
        return new Limit(numbers.withMaxDebt(permits), name, shadow);
    }

    /** The same limit in shadow: evaluated and reported with every decision, never enforced. */
    public Limit inShadow() {
        return new Limit(numbers, name, true);
    }

    /**
     * What one of several instances may give out by itself, so that all of them together stay within this limit: its permits and its
     * capacity divided by their number, rounded down, under the same name. A limit of fewer permits than instances becomes one of 0,
     * which denies. The largest debt is one capacity.
     *
     * @param instances 1 or more
     * @throws GuardConfigurationException if it is below 1
     */
    public Limit share(int instances) {
        if (instances < 1) {
            throw new GuardConfigurationException(
                    "the limit '" + text() + "' is shared by " + instances + " instances, expected 1 or more");
        }
        CalendarPeriod calendar = numbers.calendar();
        long permits = numbers.permits() / instances;
        long capacity = permits == 0 ? 0 : capacity() / instances;
        LimitNumbers share = calendar == null
                ? LimitNumbers.of(algorithm(), capacity, capacity == 0 ? 0 : permits, numbers.period())
                : LimitNumbers.of(calendar, capacity);
        return new Limit(share, name, shadow);
    }

    /** How far below zero the permits available may fall; one capacity where it was not set, 0 for concurrency. */
    public long maxDebt() {
        return numbers.maxDebt();
    }

    /** How the limit counts. */
    public Algorithm algorithm() {
        return numbers.algorithm();
    }

    /** The most permits that can be had at once. */
    public long capacity() {
        return numbers.capacity();
    }

    /** The period, or the window's length; for a calendar quota that of the longest window, for concurrency the lease. */
    public Duration period() {
        return Micros.toDuration(numbers.period());
    }

    /** The limit's own name, if it was given one. */
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /** Whether the limit is evaluated and reported, but not enforced. */
    public boolean isShadow() {
        return shadow;
    }

    /** The limit in whole numbers. */
    public LimitNumbers numbers() {
        return numbers;
    }

    /** The limit's text in the grammar; parsing it makes this limit again, but for its name, its shadow and its largest debt. */
    public String text() {
        return LimitText.of(numbers);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Limit that
                && numbers.equals(that.numbers)
                && Objects.equals(name, that.name)
                && shadow == that.shadow;
    }

    @Override
    public int hashCode() {
        return Objects.hash(numbers, name, shadow);
    }

    @Override
    public String toString() {
        return text()
                + (maxDebt() == numbers.defaultMaxDebt() ? "" : " in debt up to " + maxDebt())
                + (name == null ? "" : " named " + name)
                + (shadow ? " in shadow" : "");
    }

    /** Makes a limit of checked numbers; the period is in microseconds. */
    static Limit of(Algorithm algorithm, long capacity, long permits, long period) {
        requireCountable(capacity, permits);
        return new Limit(LimitNumbers.of(algorithm, capacity, permits, period), null, false);
    }

    private static void requireCountable(long capacity, long permits) {
        if (permits < 0) {
            throw new GuardConfigurationException("permits are " + permits + ", expected 0 or more");
        }
        if (permits > LimitNumbers.LARGEST) {
            throw new GuardConfigurationException(
                    "permits are " + describe(permits) + ", expected at most " + LimitNumbers.LARGEST);
        }
        if (capacity != permits) {
            if (permits == 0) {
                throw new GuardConfigurationException("burst is " + describe(capacity)
                        + " on a limit of 0 permits, which never fills; expected no burst, or at least 1 permit");
            }
            if (capacity < 1 || capacity > LimitNumbers.LARGEST) {
                throw new GuardConfigurationException(
                        "burst is " + describe(capacity) + ", expected 1 to " + LimitNumbers.LARGEST);
            }
        }
    }

    /** Makes a limit of checked numbers that remembers each charge or holder by itself; the period is in microseconds. */
    static Limit ofEntries(Algorithm algorithm, long permits, long period) {
        if (permits > LimitNumbers.MOST_ENTRIES) {
            throw new GuardConfigurationException("permits are " + describe(permits) + ", expected at most "
                    + LimitNumbers.MOST_ENTRIES
                    + (algorithm == Algorithm.LOG
                            ? " in a log, which remembers each of them, or 'sliding' for more"
                            : " held at the same time"));
        }
        return of(algorithm, permits, permits, period);
    }

    /** Makes a calendar quota of checked numbers. */
    static Limit of(CalendarPeriod calendar, long permits) {
        requireCountable(permits, permits);
        return new Limit(LimitNumbers.of(calendar, permits), null, false);
    }

    private static String describe(long number) {
        return number == Long.MAX_VALUE ? "9223372036854775807 or more" : Long.toString(number);
    }

    /** A token bucket whose period is still to be said. */
    public static final class TokenBucketStep {
        private final long permits;
        private final long capacity;
        private final Algorithm refill;

        private TokenBucketStep(long permits, long capacity, Algorithm refill) {
            this.permits = permits;
            this.capacity = capacity;
            this.refill = refill;
        }

        /** At most so many permits at once, in place of a full period's worth; 1 or more. */
        public TokenBucketStep burst(long capacity) {
            return new TokenBucketStep(permits, capacity, refill);
        }

        /** All permits return at once at the interval's end, in place of one by one. */
        public TokenBucketStep atInterval() {
            return new TokenBucketStep(permits, capacity, Algorithm.INTERVAL);
        }

        /**
         * The bucket that takes this long to be given all its permits again.
         *
         * @throws GuardConfigurationException if a number is out of range, or the limit cannot be counted exactly
         */
        public Limit per(Duration period) {
            return of(refill, capacity, permits, Periods.of("period", period));
        }
    }

    /** A fixed window whose length is still to be said. */
    public static final class FixedWindowStep {
        private final long permits;
        private final Algorithm opening;

        private FixedWindowStep(long permits, Algorithm opening) {
            this.permits = permits;
            this.opening = opening;
        }

        /** Windows that start at multiples of their length since the epoch, for all keys alike. */
        public FixedWindowStep aligned() {
            return new FixedWindowStep(permits, Algorithm.ALIGNED);
        }

        /**
         * The window of this length.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit per(Duration period) {
            return of(opening, permits, permits, Periods.of("period", period));
        }
    }

    /** A sliding window whose length is still to be said. */
    public static final class SlidingWindowStep {
        private final long permits;

        private SlidingWindowStep(long permits) {
            this.permits = permits;
        }

        /**
         * The window of this length.
         *
         * @throws GuardConfigurationException if a number is out of range, or the limit cannot be counted exactly
         */
        public Limit per(Duration period) {
            return of(Algorithm.SLIDING, permits, permits, Periods.of("period", period));
        }
    }

    /** A sliding window log whose length is still to be said. */
    public static final class SlidingLogStep {
        private final long permits;

        private SlidingLogStep(long permits) {
            this.permits = permits;
        }

        /**
         * The log of this length.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit per(Duration period) {
            return ofEntries(Algorithm.LOG, permits, Periods.of("period", period));
        }
    }

    /** A calendar quota whose unit and zone are still to be said. */
    public static final class CalendarStep {
        private final long permits;

        private CalendarStep(long permits) {
            this.permits = permits;
        }

        /**
         * The quota of each day.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit perDay(ZoneId zone) {
            return per(CalendarPeriod.Unit.DAY, zone, DayOfWeek.MONDAY);
        }

        /**
         * The quota of each week from Monday.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit perWeek(ZoneId zone) {
            return perWeek(zone, DayOfWeek.MONDAY);
        }

        /**
         * The quota of each week from that day of the week.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit perWeek(ZoneId zone, DayOfWeek start) {
            return per(CalendarPeriod.Unit.WEEK, zone, start);
        }

        /**
         * The quota of each month.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit perMonth(ZoneId zone) {
            return per(CalendarPeriod.Unit.MONTH, zone, DayOfWeek.MONDAY);
        }

        /**
         * The quota of each year.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit perYear(ZoneId zone) {
            return per(CalendarPeriod.Unit.YEAR, zone, DayOfWeek.MONDAY);
        }

        private Limit per(CalendarPeriod.Unit unit, ZoneId zone, DayOfWeek weekStart) {
            return of(CalendarPeriod.of(unit, zone, weekStart), permits);
        }
    }

    /** A concurrency limit whose lease is still to be said. */
    public static final class ConcurrentStep {
        private final long permits;

        private ConcurrentStep(long permits) {
            this.permits = permits;
        }

        /**
         * The limit whose permits come back this long after they were taken, or extended, unless they are given back before.
         *
         * @throws GuardConfigurationException if a number is out of range
         */
        public Limit lease(Duration lease) {
            return ofEntries(Algorithm.CONCURRENT, permits, Periods.of("lease", lease));
        }
    }
}
