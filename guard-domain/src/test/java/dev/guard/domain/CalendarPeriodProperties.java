package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.CalendarPeriod.Unit;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.LongRange;

@Label("The windows of a calendar, in any zone,")
class CalendarPeriodProperties {

    private static final long DAY = 86_400_000_000L;
    private static final long FIRST = micros(1900);
    private static final long LAST = micros(2100);
    private static final List<ZoneId> ZONES = Stream.concat(
                    ZoneId.getAvailableZoneIds().stream().sorted().map(ZoneId::of),
                    Stream.of("Z", "+00:01", "-00:00:01", "+05:45", "+18:00", "-18:00", "+12:34:56", "GMT-3")
                            .map(ZoneId::of))
            .toList();

    /** A unit in a zone, and a moment in microseconds since the epoch. */
    record Moment(Unit unit, ZoneId zone, DayOfWeek weekStart, long time) {
        CalendarPeriod calendar() {
            return CalendarPeriod.of(unit, zone, weekStart);
        }
    }

    @Property
    @Label("are those that walking through the zone's changes of its clocks finds")
    void areThoseOfTheRules(@ForAll("moments") Moment moment) {
        checkAgainstWalk(moment);
    }

    @Property
    @Label("follow one another without a gap, and every moment lies in its own")
    void partitionTime(@ForAll("moments") Moment moment) {
        CalendarPeriod calendar = moment.calendar();
        long start = calendar.start(moment.time());
        long end = calendar.end(moment.time());
        assertThat(moment.time()).isGreaterThanOrEqualTo(start).isLessThan(end);
        assertThat(calendar.start(start)).isEqualTo(start);
        assertThat(calendar.end(start)).isEqualTo(end);
        assertThat(calendar.start(end - 1)).isEqualTo(start);
        assertThat(calendar.end(end - 1)).isEqualTo(end);
        assertThat(calendar.start(end)).isEqualTo(end);
        assertThat(calendar.end(start - 1)).isEqualTo(start);
    }

    @Property
    @Label("last as long as their unit, give or take a day that a zone skipped or had twice, and two hours")
    void lastAsLongAsTheirUnit(@ForAll("moments") Moment moment) {
        long length = moment.calendar().end(moment.time()) - moment.calendar().start(moment.time());
        long shortest = switch (moment.unit()) {
            case DAY -> 1;
            case WEEK -> 7;
            case MONTH -> 28;
            case YEAR -> 365;
        };
        long apart = DAY + DAY / 12;
        assertThat(length)
                .isBetween(
                        Math.max(1, shortest * DAY - apart), moment.calendar().longest() + apart);
    }

    @Property
    @Label("start at the first moment of the weekday that was chosen, or of the first of a month or year")
    void startAtTheirFirstDay(@ForAll("moments") Moment moment) {
        long start = moment.calendar().start(moment.time());
        LocalDate before = Instant.EPOCH
                .plusNanos(1_000 * (start - 1))
                .atZone(moment.zone())
                .toLocalDate();
        LocalDate first =
                Instant.EPOCH.plusNanos(1_000 * start).atZone(moment.zone()).toLocalDate();
        assertThat(before).isBefore(first);
        if (before.plusDays(1).equals(first)) {
            assertThat(isFirstDay(moment, first)).isTrue();
        } else {
            assertThat(before.datesUntil(first.plusDays(1)).skip(1)).anyMatch(day -> isFirstDay(moment, day));
        }
    }

    @Property
    @Label("can be found for every moment that a history comes to, and far beyond")
    void areFoundAtTheExtremes(
            @ForAll("zones") ZoneId zone,
            @ForAll Unit unit,
            @ForAll @LongRange(min = -(1L << 61), max = 1L << 61) long time) {
        CalendarPeriod calendar = CalendarPeriod.of(unit, zone, DayOfWeek.MONDAY);
        assertThat(time).isGreaterThanOrEqualTo(calendar.start(time)).isLessThan(calendar.end(time));
    }

    @Property
    @Label("are the same, whatever was asked before")
    void doNotDependOnWhatWasAskedBefore(
            @ForAll("zones") ZoneId zone,
            @ForAll Unit unit,
            @ForAll List<@LongRange(min = -DAY, max = 400 * DAY) Long> times) {
        CalendarPeriod asked = CalendarPeriod.of(unit, zone, DayOfWeek.SUNDAY);
        for (long time : times) {
            CalendarPeriod fresh = CalendarPeriod.of(unit, zone, DayOfWeek.SUNDAY);
            assertThat(asked.start(time)).isEqualTo(fresh.start(time));
            assertThat(asked.end(time)).isEqualTo(fresh.end(time));
        }
    }

    @Example
    @Tag("deep")
    @Label("are right around every change of every zone's clocks in two hundred years")
    void areRightAroundEveryChange() {
        for (ZoneId zone : ZONES) {
            ZoneRules rules = zone.getRules();
            for (ZoneOffsetTransition change = rules.nextTransition(instant(FIRST));
                    change != null && Micros.of(change.getInstant()) < LAST;
                    change = rules.nextTransition(change.getInstant())) {
                for (long away : new long[] {-DAY, -1, 0, 1, DAY / 24, DAY}) {
                    for (Unit unit : Unit.values()) {
                        long time = Micros.of(change.getInstant()) + away;
                        checkAgainstWalk(new Moment(unit, zone, DayOfWeek.FRIDAY, time));
                    }
                }
            }
        }
    }

    private static void checkAgainstWalk(Moment moment) {
        long utcDay = Math.floorDiv(moment.time(), DAY);
        LocalDate day = LocalDate.ofEpochDay(utcDay).minusDays(3);
        while (!isFirstDay(moment, day)) {
            day = day.minusDays(1);
        }
        long start = firstMoment(moment.zone().getRules(), day);
        long end = start;
        while (end <= moment.time()) {
            start = end;
            do {
                day = day.plusDays(1);
            } while (!isFirstDay(moment, day));
            end = firstMoment(moment.zone().getRules(), day);
        }
        assertThat(moment.calendar().start(moment.time()))
                .as("start for %s", moment)
                .isEqualTo(start);
        assertThat(moment.calendar().end(moment.time()))
                .as("end for %s", moment)
                .isEqualTo(end);
    }

    private static boolean isFirstDay(Moment moment, LocalDate day) {
        return switch (moment.unit()) {
            case DAY -> true;
            case WEEK -> day.getDayOfWeek() == moment.weekStart();
            case MONTH -> day.getDayOfMonth() == 1;
            case YEAR -> day.getDayOfMonth() == 1 && day.getMonthValue() == 1;
        };
    }

    /** The first moment at which the clocks of a zone show that day or a later one: from change to change of its offset. */
    private static long firstMoment(ZoneRules rules, LocalDate day) {
        long midnight = day.toEpochDay() * 86_400;
        // Two days before midnight in UTC no clock on earth shows that day.
        Instant from = Instant.ofEpochSecond(midnight - 2 * 86_400);
        while (true) {
            long reached = Math.max(
                    from.getEpochSecond(), midnight - rules.getOffset(from).getTotalSeconds());
            ZoneOffsetTransition next = rules.nextTransition(from);
            if (next == null || reached < next.getInstant().getEpochSecond()) {
                return reached * 1_000_000;
            }
            from = next.getInstant();
        }
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(ZONES);
    }

    @Provide
    Arbitrary<Moment> moments() {
        Arbitrary<Long> anyTime = Arbitraries.longs().between(FIRST, LAST).withoutEdgeCases();
        Arbitrary<Long> away = Arbitraries.oneOf(
                Arbitraries.longs().between(-DAY, DAY), Arbitraries.of(-1L, 0L, 1L, DAY / 24, -DAY / 24));
        Arbitrary<Boolean> nearAChange = Arbitraries.of(true, false);
        return Combinators.combine(
                        Arbitraries.of(Unit.class),
                        zones(),
                        Arbitraries.of(DayOfWeek.class),
                        anyTime,
                        away,
                        nearAChange)
                .as((unit, zone, weekStart, time, distance, near) ->
                        new Moment(unit, zone, weekStart, near ? nextChange(zone, time) + distance : time));
    }

    private static long nextChange(ZoneId zone, long time) {
        ZoneOffsetTransition next = zone.getRules().nextTransition(instant(time));
        return next == null ? time : Micros.of(next.getInstant());
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    private static long micros(int year) {
        return Micros.of(LocalDate.of(year, 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant());
    }
}
