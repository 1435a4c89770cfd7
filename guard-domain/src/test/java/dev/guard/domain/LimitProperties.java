package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

@Label("A limit, whatever its numbers,")
class LimitProperties {

    @Property
    @Label("S9 is either refused by name when it is built, or counted below 2^52 units, whatever its debt")
    void isRefusedOrFits(
            @ForAll Algorithm algorithm,
            @ForAll @LongRange(min = -2) long permits,
            @ForAll @LongRange(min = -2) long burst,
            @ForAll @LongRange(min = -2) long micros,
            @ForAll("calendars") CalendarPeriod calendar,
            @ForAll @LongRange(min = -2) long debt) {
        Optional<Limit> limit = ifAccepted(() -> built(algorithm, permits, burst, micros, calendar));
        limit.ifPresent(LimitProperties::requireExact);
        limit.flatMap(built -> ifAccepted(() -> built.maxDebt(debt))).ifPresent(indebted -> {
            assertThat(indebted.maxDebt()).isEqualTo(debt);
            requireExact(indebted);
        });
    }

    private static void requireExact(Limit limit) {
        LimitNumbers numbers = limit.numbers();
        assertThat(Math.multiplyExact(Math.addExact(numbers.capacity(), numbers.maxDebt()), numbers.unitsPerPermit()))
                .isLessThan(1L << 52);
        assertThat(numbers.period()).isBetween(1L, Micros.TEN_YEARS);
        assertThat(numbers.period() % numbers.tick()).isZero();
        assertThat(numbers.calendar() != null).isEqualTo(numbers.algorithm() == Algorithm.CALENDAR);
    }

    private static Optional<Limit> ifAccepted(Supplier<Limit> limit) {
        try {
            return Optional.of(limit.get());
        } catch (GuardConfigurationException e) {
            assertThat(e.detail()).contains("expected");
            return Optional.empty();
        }
    }

    @Property
    @Label("means the same after it was written and read")
    void survivesItsText(
            @ForAll Algorithm algorithm,
            @ForAll("counts") long permits,
            @ForAll @LongRange(min = 1, max = 1_000_000) long burst,
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long micros,
            @ForAll("calendars") CalendarPeriod calendar) {
        ifAccepted(() -> built(algorithm, permits, burst, micros, calendar)).ifPresent(limit -> {
            assertThat(limit.algorithm()).isEqualTo(algorithm);
            assertThat(Limit.parse(limit.text()))
                    .isEqualTo(limit)
                    .hasSameHashCodeAs(limit)
                    .hasToString(limit.text());
        });
    }

    @Property
    @Label("differs from one with another debt, and is the same again without it")
    void differsByItsDebt(
            @ForAll Algorithm algorithm,
            @ForAll @LongRange(min = 1, max = 4_096) long permits,
            @ForAll @LongRange(max = 100_000) long debt,
            @ForAll("calendars") CalendarPeriod calendar) {
        Assume.that(algorithm != Algorithm.CONCURRENT && debt != permits);
        Limit limit = built(algorithm, permits, permits, 60_000_000, calendar);
        Limit indebted = limit.maxDebt(debt);
        assertThat(indebted).isNotEqualTo(limit).doesNotHaveToString(limit.toString());
        assertThat(indebted.text()).isEqualTo(limit.text());
        assertThat(indebted.maxDebt(permits)).isEqualTo(limit).hasSameHashCodeAs(limit);
    }

    @Property
    @Label("adds in a period exactly its permits, to the unit")
    void addsItsPermitsInAPeriod(
            @ForAll @LongRange(min = 1, max = 100_000) long permits,
            @ForAll @LongRange(min = 1, max = 4_000_000_000L) long micros) {
        LimitNumbers numbers = Limit.tokenBucket(permits)
                .burst(1)
                .per(Duration.of(micros, ChronoUnit.MICROS))
                .numbers();
        assertThat(numbers.period() / numbers.tick() * numbers.unitsPerTick())
                .isEqualTo(permits * numbers.unitsPerPermit());
    }

    @Property
    @Label("that is no limit is refused with its text, and nothing else is ever thrown")
    void anyOtherTextIsRefused(@ForAll @StringLength(max = 20) String text) {
        Assume.that(!text.matches("[ \t]*[0-9]+/([0-9]+[a-z]+|day|week|month|year).*"));
        assertThatThrownBy(() -> Limit.parse(text))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith("limit '" + text + "': ");
    }

    /** Numbers of permits, of which every limit takes about half. */
    @Provide
    Arbitrary<Long> counts() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(0, LimitNumbers.MOST_ENTRIES + 1),
                Arbitraries.longs().between(0, 1_000_000));
    }

    @Provide
    Arbitrary<CalendarPeriod> calendars() {
        List<ZoneId> zones =
                ZoneId.getAvailableZoneIds().stream().sorted().map(ZoneId::of).toList();
        Arbitrary<ZoneId> offsets = Arbitraries.integers()
                .between(ZoneOffset.MIN.getTotalSeconds(), ZoneOffset.MAX.getTotalSeconds())
                .map(ZoneOffset::ofTotalSeconds);
        return Combinators.combine(
                        Arbitraries.of(CalendarPeriod.Unit.class),
                        Arbitraries.oneOf(Arbitraries.of(zones), offsets),
                        Arbitraries.of(DayOfWeek.class))
                .as(CalendarPeriod::of);
    }

    private static Limit built(Algorithm algorithm, long permits, long burst, long micros, CalendarPeriod calendar) {
        Duration period = Duration.of(micros, ChronoUnit.MICROS);
        return switch (algorithm) {
            case GREEDY -> Limit.tokenBucket(permits).burst(burst).per(period);
            case INTERVAL ->
                Limit.tokenBucket(permits).burst(burst).atInterval().per(period);
            case FIXED -> Limit.fixedWindow(permits).per(period);
            case ALIGNED -> Limit.fixedWindow(permits).aligned().per(period);
            case SLIDING -> Limit.slidingWindow(permits).per(period);
            case LOG -> Limit.slidingLog(permits).per(period);
            case CALENDAR ->
                switch (calendar.unit()) {
                    case DAY -> Limit.calendar(permits).perDay(calendar.zone());
                    case WEEK -> Limit.calendar(permits).perWeek(calendar.zone(), calendar.weekStart());
                    case MONTH -> Limit.calendar(permits).perMonth(calendar.zone());
                    case YEAR -> Limit.calendar(permits).perYear(calendar.zone());
                };
            case CONCURRENT -> Limit.concurrent(permits).lease(period);
        };
    }
}
