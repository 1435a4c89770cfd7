package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.CalendarPeriod.Unit;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A calendar")
class CalendarPeriodTest {

    private static final long DAY = 86_400_000_000L;

    @ParameterizedTest(name = "S7 {0} {1}: the {2} of {3} is from {4} to {5}")
    @CsvSource({
        "an ordinary day, UTC, DAY, 2024-05-05T12:00:00Z, 2024-05-05T00:00:00Z, 2024-05-06T00:00:00Z",
        "the last microsecond, UTC, DAY, 2024-05-05T23:59:59.999999Z, 2024-05-05T00:00:00Z, 2024-05-06T00:00:00Z",
        "a leap day, UTC, DAY, 2024-02-29T12:00:00Z, 2024-02-29T00:00:00Z, 2024-03-01T00:00:00Z",
        "a leap February, UTC, MONTH, 2024-02-29T12:00:00Z, 2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
        "another February, UTC, MONTH, 2023-02-28T23:59:59Z, 2023-02-01T00:00:00Z, 2023-03-01T00:00:00Z",
        "no leap year, UTC, MONTH, 2100-02-28T12:00:00Z, 2100-02-01T00:00:00Z, 2100-03-01T00:00:00Z",
        "a leap year, UTC, YEAR, 2000-12-31T12:00:00Z, 2000-01-01T00:00:00Z, 2001-01-01T00:00:00Z",
        "before the epoch, UTC, YEAR, 1969-12-31T23:59:59.999999Z, 1969-01-01T00:00:00Z, 1970-01-01T00:00:00Z",
        "the epoch, UTC, DAY, 1970-01-01T00:00:00Z, 1970-01-01T00:00:00Z, 1970-01-02T00:00:00Z",
        "before the epoch, UTC, WEEK, 1969-12-30T00:00:00Z, 1969-12-29T00:00:00Z, 1970-01-05T00:00:00Z",
        "a year's end, Asia/Tokyo, YEAR, 2023-12-31T15:00:00Z, 2023-12-31T15:00:00Z, 2024-12-31T15:00:00Z",
        "before a year's end, Asia/Tokyo, YEAR, 2023-12-31T14:59:59Z, 2022-12-31T15:00:00Z, 2023-12-31T15:00:00Z",
        "a week over a year's end, UTC, WEEK, 2025-01-01T00:00:00Z, 2024-12-30T00:00:00Z, 2025-01-06T00:00:00Z",
        "a fixed offset, +05:45, DAY, 2024-05-05T18:15:00Z, 2024-05-05T18:15:00Z, 2024-05-06T18:15:00Z",
        "23 hours, Europe/Berlin, DAY, 2024-03-31T12:00:00Z, 2024-03-30T23:00:00Z, 2024-03-31T22:00:00Z",
        "25 hours, Europe/Berlin, DAY, 2024-10-27T00:30:00Z, 2024-10-26T22:00:00Z, 2024-10-27T23:00:00Z",
        "a month of 743 hours, Europe/Berlin, MONTH, 2024-03-15T00:00:00Z, 2024-02-29T23:00:00Z, 2024-03-31T22:00:00Z",
        "a year, Europe/Berlin, YEAR, 2024-07-01T00:00:00Z, 2023-12-31T23:00:00Z, 2024-12-31T23:00:00Z",
        "23 hours, America/New_York, DAY, 2024-03-10T12:00:00Z, 2024-03-10T05:00:00Z, 2024-03-11T04:00:00Z",
        "25 hours, America/New_York, DAY, 2024-11-03T12:00:00Z, 2024-11-03T04:00:00Z, 2024-11-04T05:00:00Z",
        "half an hour less, Australia/Lord_Howe, DAY, 2024-10-05T20:00:00Z, 2024-10-05T13:30:00Z, 2024-10-06T13:00:00Z",
        "half an hour more, Australia/Lord_Howe, DAY, 2024-04-06T20:00:00Z, 2024-04-06T13:00:00Z, 2024-04-07T13:30:00Z",
        "no midnight, America/Sao_Paulo, DAY, 2018-11-04T12:00:00Z, 2018-11-04T03:00:00Z, 2018-11-05T02:00:00Z",
        "before no midnight, America/Sao_Paulo, DAY, 2018-11-04T02:59:59Z, 2018-11-03T03:00:00Z, 2018-11-04T03:00:00Z",
        "eleven at night twice, America/Sao_Paulo, DAY, 2018-02-18T02:30:00Z, 2018-02-17T02:00:00Z, 2018-02-18T03:00:00Z",
        "no midnight, Asia/Beirut, DAY, 2022-03-26T22:00:00Z, 2022-03-26T22:00:00Z, 2022-03-27T21:00:00Z",
        "eleven at night twice, Asia/Beirut, DAY, 2022-10-29T21:30:00Z, 2022-10-28T21:00:00Z, 2022-10-29T22:00:00Z",
        "no midnight, Africa/Cairo, DAY, 2010-04-29T22:00:00Z, 2010-04-29T22:00:00Z, 2010-04-30T21:00:00Z",
        "eleven at night twice, Africa/Cairo, DAY, 2010-09-30T21:30:00Z, 2010-09-29T21:00:00Z, 2010-09-30T22:00:00Z",
        "no midnight, America/Havana, DAY, 2022-03-13T05:00:00Z, 2022-03-13T05:00:00Z, 2022-03-14T04:00:00Z",
        "midnight once, America/Havana, DAY, 2022-11-06T04:30:00Z, 2022-11-06T04:00:00Z, 2022-11-07T05:00:00Z",
        "midnight twice, America/Havana, DAY, 2022-11-06T05:30:00Z, 2022-11-06T04:00:00Z, 2022-11-07T05:00:00Z",
        "midnight twice, Asia/Gaza, DAY, 2017-10-27T22:30:00Z, 2017-10-27T21:00:00Z, 2017-10-28T22:00:00Z",
        "a month from no midnight, Asia/Amman, MONTH, 2002-04-10T00:00:00Z, 2002-03-31T21:00:00Z, 2002-04-30T21:00:00Z",
        "a minute of tomorrow, America/St_Johns, DAY, 2010-11-07T02:30:30Z, 2010-11-07T02:30:00Z, 2010-11-08T03:30:00Z",
        "yesterday again, America/St_Johns, DAY, 2010-11-07T02:45:00Z, 2010-11-07T02:30:00Z, 2010-11-08T03:30:00Z",
        "before a skipped day, Pacific/Apia, DAY, 2011-12-30T09:59:59Z, 2011-12-29T10:00:00Z, 2011-12-30T10:00:00Z",
        "after a skipped day, Pacific/Apia, DAY, 2011-12-30T10:00:00Z, 2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z",
        "six days, Pacific/Apia, WEEK, 2011-12-30T10:00:00Z, 2011-12-26T10:00:00Z, 2012-01-01T10:00:00Z",
        "30 days of December, Pacific/Apia, MONTH, 2011-12-30T10:00:00Z, 2011-12-01T10:00:00Z, 2011-12-31T10:00:00Z",
        "364 days, Pacific/Apia, YEAR, 2011-12-30T10:00:00Z, 2011-01-01T10:00:00Z, 2011-12-31T10:00:00Z",
        "before a skipped day, Pacific/Kwajalein, DAY, 1993-08-21T11:00:00Z, 1993-08-20T12:00:00Z, 1993-08-21T12:00:00Z",
        "after a skipped day, Pacific/Kwajalein, DAY, 1993-08-21T12:00:00Z, 1993-08-21T12:00:00Z, 1993-08-22T12:00:00Z",
        "a day twice, Pacific/Kwajalein, DAY, 1969-09-30T14:00:00Z, 1969-09-29T13:00:00Z, 1969-10-01T12:00:00Z",
        "a month with a day twice, Pacific/Kwajalein, MONTH, 1969-09-30T14:00:00Z, 1969-08-31T13:00:00Z, 1969-10-01T12:00:00Z",
    })
    void hasTheWindow(String why, String zone, Unit unit, Instant time, Instant start, Instant end) {
        CalendarPeriod calendar = CalendarPeriod.of(unit, ZoneId.of(zone), DayOfWeek.MONDAY);
        assertThat(instant(calendar.start(Micros.of(time)))).as(why).isEqualTo(start);
        assertThat(instant(calendar.end(Micros.of(time)))).as(why).isEqualTo(end);
        assertThat(calendar.start(Micros.of(end))).as(why).isEqualTo(Micros.of(end));
        assertThat(calendar.end(Micros.of(start) - 1)).as(why).isEqualTo(Micros.of(start));
    }

    @ParameterizedTest(name = "S7 has weeks from {0}")
    @EnumSource(DayOfWeek.class)
    void hasWeeksFromAnyDay(DayOfWeek weekStart) {
        ZoneId newYork = ZoneId.of("America/New_York");
        CalendarPeriod weeks = CalendarPeriod.of(Unit.WEEK, newYork, weekStart);
        // Through both changes of the clocks.
        for (long time = micros("2024-03-01T00:00:00Z"); time < micros("2024-12-01T00:00:00Z"); time += DAY / 2) {
            assertThat(instant(weeks.start(time)).atZone(newYork).getDayOfWeek())
                    .isEqualTo(weekStart);
            assertThat(instant(weeks.start(time)).atZone(newYork).getHour()).isZero();
            assertThat(weeks.end(time) - weeks.start(time)).isBetween(7 * DAY - DAY / 24, 7 * DAY + DAY / 24);
        }
        CalendarPeriod friday = CalendarPeriod.of(Unit.WEEK, ZoneId.of("Pacific/Apia"), DayOfWeek.FRIDAY);
        assertThat(instant(friday.start(micros("2012-01-01T00:00:00Z"))))
                .as("a week whose first day was skipped starts when the day after it does")
                .isEqualTo("2011-12-30T10:00:00Z");
    }

    @ParameterizedTest(name = "in {0} is one in UTC")
    @ValueSource(
            strings = {"UTC", "Z", "+00:00", "Etc/UTC", "GMT", "GMT0", "UTC+0", "Zulu", "Universal", "Etc/Greenwich"})
    void isOneInUtc(String zone) {
        CalendarPeriod calendar = CalendarPeriod.of(Unit.DAY, ZoneId.of(zone), DayOfWeek.MONDAY);
        CalendarPeriod utc = CalendarPeriod.of(Unit.DAY, ZoneOffset.UTC, DayOfWeek.MONDAY);
        assertThat(calendar).isEqualTo(utc).hasSameHashCodeAs(utc).hasToString("DAY@Z");
        assertThat(calendar.zone()).isEqualTo(ZoneOffset.UTC);
    }

    @Test
    @DisplayName("is equal to one with the same unit, zone and, where it has weeks, first day")
    void equality() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        CalendarPeriod month = CalendarPeriod.of(Unit.MONTH, berlin, DayOfWeek.MONDAY);
        CalendarPeriod week = CalendarPeriod.of(Unit.WEEK, berlin, DayOfWeek.SUNDAY);
        month.start(0);
        assertThat(month)
                .isEqualTo(CalendarPeriod.of(Unit.MONTH, berlin, DayOfWeek.SUNDAY))
                .hasSameHashCodeAs(CalendarPeriod.of(Unit.MONTH, berlin, DayOfWeek.SUNDAY))
                .isNotEqualTo(CalendarPeriod.of(Unit.YEAR, berlin, DayOfWeek.MONDAY))
                .isNotEqualTo(CalendarPeriod.of(Unit.MONTH, ZoneId.of("Europe/Paris"), DayOfWeek.MONDAY))
                .isNotEqualTo("MONTH@Europe/Berlin")
                .hasToString("MONTH@Europe/Berlin");
        assertThat(week)
                .isEqualTo(CalendarPeriod.of(Unit.WEEK, berlin, DayOfWeek.SUNDAY))
                .isNotEqualTo(CalendarPeriod.of(Unit.WEEK, berlin, DayOfWeek.MONDAY))
                .hasToString("WEEK@Europe/Berlin from SUNDAY");
        assertThat(week.hashCode())
                .isNotEqualTo(
                        CalendarPeriod.of(Unit.WEEK, berlin, DayOfWeek.MONDAY).hashCode());
        assertThat(week.unit()).isEqualTo(Unit.WEEK);
        assertThat(week.zone()).isEqualTo(berlin);
        assertThat(week.weekStart()).isEqualTo(DayOfWeek.SUNDAY);
        assertThat(month.weekStart()).isEqualTo(DayOfWeek.MONDAY);
    }

    @ParameterizedTest(name = "says that the longest {0} has {1} days")
    @CsvSource({"DAY, 1", "WEEK, 7", "MONTH, 31", "YEAR, 366"})
    void longest(Unit unit, long days) {
        assertThat(CalendarPeriod.of(unit, ZoneOffset.UTC, DayOfWeek.MONDAY).longest())
                .isEqualTo(days * DAY);
    }

    @Test
    @DisplayName("gives threads that ask for different times at once the windows of their own times")
    void isSafeUnderRaces() throws Exception {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        CalendarPeriod shared = CalendarPeriod.of(Unit.DAY, berlin, DayOfWeek.MONDAY);
        long base = micros("2024-03-29T12:00:00Z");
        int threads = 4;
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Long>> wrong = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long time = base + thread * DAY;
                CalendarPeriod own = CalendarPeriod.of(Unit.DAY, berlin, DayOfWeek.MONDAY);
                long start = own.start(time);
                long end = own.end(time);
                wrong.add(executor.submit(() -> {
                    go.await();
                    long count = 0;
                    for (int i = 0; i < 20_000; i++) {
                        count += shared.start(time) == start && shared.end(time) == end ? 0 : 1;
                    }
                    return count;
                }));
            }
            go.countDown();
            for (Future<Long> count : wrong) {
                assertThat(count.get(1, TimeUnit.MINUTES)).isZero();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static long micros(String instant) {
        return Micros.of(Instant.parse(instant));
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }
}
