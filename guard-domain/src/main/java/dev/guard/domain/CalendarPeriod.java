package dev.guard.domain;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The days, weeks, months or years of a time zone, as windows that follow one another without a gap. Safe for use by several
 * threads.
 *
 * <p>A window starts at the first moment of its first day, which is not always midnight: where clocks go forward at
 * midnight it is one o'clock, and where they go back to the evening before, the day starts once, at the first of its
 * midnights. A day that a zone skipped altogether is no window. All of it is what {@link LocalDate#atStartOfDay(ZoneId)}
 * says, by the time zone rules of the Java runtime that runs.
 */
public final class CalendarPeriod {

    /** A unit of the calendar. */
    public enum Unit {
        /** From one start of a day to the next: 23 to 25 hours where clocks change, and 24 elsewhere. */
        DAY(1),
        /** Seven days, from the day of the week that was chosen. */
        WEEK(7),
        /** From the first of a month to the first of the next. */
        MONTH(31),
        /** From 1 January to the next. */
        YEAR(366);

        private final long days;

        Unit(int days) {
            this.days = days;
        }
    }

    private final Unit unit;
    private final ZoneId zone;
    private final DayOfWeek weekStart;

    /**
     * The window that was last asked for: calls come in the order of time, and finding one takes a while. Threads that ask for
     * different windows replace each other's; each uses the one that it holds.
     */
    private volatile @Nullable Window last;

    private record Window(long start, long end) {
        boolean holds(long time) {
            return start <= time && time < end;
        }
    }

    private CalendarPeriod(Unit unit, ZoneId zone, DayOfWeek weekStart) {
        this.unit = unit;
        this.zone = zone;
        this.weekStart = weekStart;
    }

    /**
     * The windows of a unit in a zone. Zones that never changed their clocks are the same if their offset is; others only if their
     * id is, whatever their rules say.
     *
     * @param weekStart the first day of a week; it makes no difference to other units
     */
    public static CalendarPeriod of(Unit unit, ZoneId zone, DayOfWeek weekStart) {
        return new CalendarPeriod(unit, zone.normalized(), unit == Unit.WEEK ? weekStart : DayOfWeek.MONDAY);
    }

    /** The unit. */
    public Unit unit() {
        return unit;
    }

    /** The time zone. */
    public ZoneId zone() {
        return zone;
    }

    /** The first day of a week; Monday for other units. */
    public DayOfWeek weekStart() {
        return weekStart;
    }

    /** The length of the longest window, in microseconds, not counting changes of the clocks. */
    public long longest() {
        return unit.days * 86_400_000_000L;
    }

    /**
     * The start of the window that holds {@code time}; both in microseconds since the epoch. Defined for every time within 100,000
     * years of it.
     */
    public long start(long time) {
        return window(time).start;
    }

    /** The end of the window that holds {@code time}, which is the start of the next; both in microseconds since the epoch. */
    public long end(long time) {
        return window(time).end;
    }

    private Window window(long time) {
        Window known = last;
        if (known == null || !known.holds(time)) {
            known = find(time);
            last = known;
        }
        return known;
    }

    private Window find(long time) {
        Instant instant = Instant.EPOCH.plus(time, ChronoUnit.MICROS);
        LocalDate first = firstDay(instant.atZone(zone).toLocalDate());
        long start = startOf(first);
        long end = startOf(next(first));
        // Where clocks go back over midnight, a moment may show the date of a day whose successor has begun already.
        while (end <= time) {
            first = next(first);
            start = end;
            end = startOf(next(first));
        }
        return new Window(start, end);
    }

    private long startOf(LocalDate day) {
        return Micros.of(day.atStartOfDay(zone).toInstant());
    }

    private LocalDate firstDay(LocalDate day) {
        return switch (unit) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(weekStart));
            case MONTH -> day.withDayOfMonth(1);
            case YEAR -> day.withDayOfYear(1);
        };
    }

    private LocalDate next(LocalDate first) {
        return switch (unit) {
            case DAY -> first.plusDays(1);
            case WEEK -> first.plusWeeks(1);
            case MONTH -> first.plusMonths(1);
            case YEAR -> first.plusYears(1);
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CalendarPeriod that
                && unit == that.unit
                && zone.equals(that.zone)
                && weekStart == that.weekStart;
    }

    @Override
    public int hashCode() {
        return Objects.hash(unit, zone, weekStart);
    }

    @Override
    public String toString() {
        return unit + "@" + zone + (unit == Unit.WEEK ? " from " + weekStart : "");
    }
}
