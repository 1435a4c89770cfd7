package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Microseconds")
class MicrosTest {

    @Test
    @DisplayName("are rounded up from a duration, and saturate at ten years of 366 days")
    void fromADuration() {
        assertThat(Micros.TEN_YEARS).isEqualTo(316_224_000_000_000L);
        assertThat(Micros.of(Duration.ZERO)).isZero();
        assertThat(Micros.of(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(Micros.of(Duration.ofNanos(1_000))).isEqualTo(1);
        assertThat(Micros.of(Duration.ofNanos(1_001))).isEqualTo(2);
        assertThat(Micros.of(Duration.ofSeconds(2, 999_999_001))).isEqualTo(3_000_000);
        assertThat(Micros.of(Duration.ofDays(3660).minusNanos(1_000))).isEqualTo(Micros.TEN_YEARS - 1);
        assertThat(Micros.of(Duration.ofDays(3660))).isEqualTo(Micros.TEN_YEARS);
        assertThat(Micros.of(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))).isEqualTo(Micros.TEN_YEARS);
        assertThatThrownBy(() -> Micros.of(Duration.ofNanos(-1)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("duration is PT-0.000000001S, expected zero or more");
    }

    @Test
    @DisplayName("are rounded down from an instant, before the epoch as well")
    void fromAnInstant() {
        assertThat(Micros.of(Instant.ofEpochSecond(2, 1_999))).isEqualTo(2_000_001);
        assertThat(Micros.of(Instant.ofEpochSecond(-2, 999_999_999))).isEqualTo(-1_000_001);
    }

    @Test
    @DisplayName("are read from a text in the way of limits, and from no other")
    void fromAText() {
        assertThat(Micros.parse("500ms")).isEqualTo(500_000);
        assertThat(Micros.parse("10m")).isEqualTo(600_000_000);
        assertThat(Micros.parse("9999w")).isEqualTo(Micros.TEN_YEARS);
        for (String text : new String[] {"", "10", "m", "0s", "1m30s", "-1s", "1.5s", "1 s", "1S"}) {
            assertThatThrownBy(() -> Micros.parse(text))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("'" + text + "'");
        }
    }

    @Test
    @DisplayName("become a duration, ten years where they are more, or never end")
    void toADuration() {
        assertThat(Micros.toDuration(0)).isEqualTo(Duration.ZERO);
        assertThat(Micros.toDuration(1_500_001)).isEqualTo(Duration.ofSeconds(1, 500_001_000));
        assertThat(Micros.toDuration(Micros.TEN_YEARS - 1))
                .isEqualTo(Duration.ofDays(3660).minusNanos(1_000));
        assertThat(Micros.toDuration(Micros.TEN_YEARS)).isEqualTo(Duration.ofDays(3660));
        assertThat(Micros.toDuration(Micros.NEVER)).isEqualTo(Duration.ofDays(3660));
    }

    @ParameterizedTest(name = "S6 {0} µs leave as {1} ms or {2} s, rounded up")
    @CsvSource({
        "0, 0, 0",
        "1, 1, 1",
        "1000, 1, 1",
        "1001, 2, 1",
        "1000000, 1000, 1",
        "1000001, 1001, 2",
        "316224000000000, 316224000000, 316224000",
        "9223372036854775807, 316224000000, 316224000",
    })
    void areRoundedUp(long micros, long millis, long seconds) {
        assertThat(Micros.toMillisRoundedUp(micros)).isEqualTo(millis);
        assertThat(Micros.toSecondsRoundedUp(micros)).isEqualTo(seconds);
    }

    @ParameterizedTest(name = "{0} / {1} rounded up is {2}")
    @CsvSource({"7, 2, 4", "8, 2, 4", "-7, 2, -3", "-8, 2, -4", "0, 5, 0", "-1, 5, 0", "1, 5, 1"})
    void ceilDiv(long dividend, long divisor, long expected) {
        assertThat(Micros.ceilDiv(dividend, divisor)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "S9 {0} steps of {1} µs are {2} µs, and nothing overflows")
    @CsvSource({
        "0, 5, 0",
        "3, 5, 15",
        "45174857142857, 7, 316223999999999",
        "45174857142858, 7, 316224000000000",
        "316224000, 1000000, 316224000000000",
        "316224001, 1000000, 316224000000000",
        "9223372036854775807, 1, 316224000000000",
        "9223372036854775807, 604800000000, 316224000000000",
    })
    void saturatedProduct(long count, long step, long expected) {
        assertThat(Micros.saturatedProduct(count, step)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "S9 {0} steps of {1} µs less {2} µs are {3} µs, and only the rest saturates")
    @CsvSource({
        "1, 5, 4, 1",
        "3, 5, 2, 13",
        "316224000, 1000000, 1, 316223999999999",
        "316224001, 1000000, 999999, 316224000000000",
        "316224002, 1000000, 999999, 316224000000000",
        "2, 316224000000000, 316223999999999, 316224000000000",
        "2, 200000000000000, 100000000000000, 300000000000000",
        "4503599627370495, 316224000000000, 0, 316224000000000",
    })
    void saturatedRest(long count, long step, long elapsed, long expected) {
        assertThat(Micros.saturatedRest(count, step, elapsed)).isEqualTo(expected);
    }

    @Test
    @DisplayName("are written as they are read, in the largest unit that divides them")
    void text() {
        assertThat(Micros.text(1)).isEqualTo("1us");
        assertThat(Micros.text(90_000_000)).isEqualTo("90s");
        assertThat(Micros.text(Micros.parse("2h"))).isEqualTo("2h");
    }
}
