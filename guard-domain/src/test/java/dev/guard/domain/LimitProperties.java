package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

@Label("A limit, whatever its numbers,")
class LimitProperties {

    @Property
    @Label("S9 is either refused by name when it is built, or counted below 2^52 units")
    void isRefusedOrFits(
            @ForAll Algorithm algorithm,
            @ForAll @LongRange(min = -2) long permits,
            @ForAll @LongRange(min = -2) long burst,
            @ForAll @LongRange(min = -2) long micros) {
        Limit limit;
        try {
            limit = built(algorithm, permits, burst, Duration.of(micros, ChronoUnit.MICROS));
        } catch (GuardConfigurationException e) {
            assertThat(e.detail()).contains("expected");
            return;
        }
        LimitNumbers numbers = limit.numbers();
        assertThat(Math.multiplyExact(Math.addExact(numbers.capacity(), numbers.maxDebt()), numbers.unitsPerPermit()))
                .isLessThan(1L << 52);
        assertThat(numbers.period()).isBetween(1L, Micros.TEN_YEARS);
        assertThat(numbers.period() % numbers.tick()).isZero();
    }

    @Property
    @Label("means the same after it was written and read")
    void survivesItsText(
            @ForAll Algorithm algorithm,
            @ForAll @LongRange(min = 0, max = 1_000_000) long permits,
            @ForAll @LongRange(min = 1, max = 1_000_000) long burst,
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long micros) {
        Limit limit;
        try {
            limit = built(algorithm, permits, burst, Duration.of(micros, ChronoUnit.MICROS));
        } catch (GuardConfigurationException doesNotFit) {
            return;
        }
        assertThat(Limit.parse(limit.text())).isEqualTo(limit).hasToString(limit.text());
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
        Assume.that(!text.matches("[ \t]*[0-9]+/[0-9]+[a-z]+.*"));
        assertThatThrownBy(() -> Limit.parse(text))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith("limit '" + text + "': ");
    }

    private static Limit built(Algorithm algorithm, long permits, long burst, Duration period) {
        return switch (algorithm) {
            case GREEDY -> Limit.tokenBucket(permits).burst(burst).per(period);
            case INTERVAL ->
                Limit.tokenBucket(permits).burst(burst).atInterval().per(period);
            case FIXED -> Limit.fixedWindow(permits).per(period);
            case ALIGNED -> Limit.fixedWindow(permits).aligned().per(period);
            case SLIDING -> Limit.slidingWindow(permits).per(period);
        };
    }
}
