package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A limit")
class LimitTest {

    private static final String FORMS =
            "100/1m, 100/1m burst 20, 100/1m interval, 100/1m fixed, 100/1m fixed aligned or 100/1m sliding";
    private static final String UNITS = "us, ms, s, m (minutes), h, d, w";

    @ParameterizedTest(name = "{0} is {1}, {2} permits at most, {3} µs")
    @CsvSource({
        "100/1m, GREEDY, 100, 60000000",
        "100/1m burst 20, GREEDY, 20, 60000000",
        "100/1m burst 500, GREEDY, 500, 60000000",
        "100/1m interval, INTERVAL, 100, 60000000",
        "100/1m interval burst 20, INTERVAL, 20, 60000000",
        "100/1m fixed, FIXED, 100, 60000000",
        "100/1m fixed aligned, ALIGNED, 100, 60000000",
        "100/1m sliding, SLIDING, 100, 60000000",
        "0/1s, GREEDY, 0, 1000000",
        "007/05us, GREEDY, 7, 5",
        "1/1ms, GREEDY, 1, 1000",
        "1/1h, GREEDY, 1, 3600000000",
        "1/1d, GREEDY, 1, 86400000000",
        "1/1w, GREEDY, 1, 604800000000",
        "1/3660d, GREEDY, 1, 316224000000000",
        "1/3661d, GREEDY, 1, 316224000000000",
        "1/99999999999999999999w, GREEDY, 1, 316224000000000",
        "'  100/1m\t burst   20 ', GREEDY, 20, 60000000",
    })
    void isRead(String text, Algorithm algorithm, long capacity, long micros) {
        Limit limit = Limit.parse(text);
        assertThat(limit.algorithm()).isEqualTo(algorithm);
        assertThat(limit.capacity()).isEqualTo(capacity);
        assertThat(Micros.of(limit.period())).isEqualTo(micros);
        assertThat(limit.isShadow()).isFalse();
        assertThat(limit.name()).isEmpty();
    }

    @ParameterizedTest(name = "{0} is written {1}")
    @CsvSource({
        "60/60s, 60/1m",
        "60/90s, 60/90s",
        "1/7d, 1/1w",
        "1/1000us, 1/1ms",
        "5/1m burst 5, 5/1m",
        "5/1m interval burst 6, 5/1m interval burst 6",
        "5/99999d fixed aligned, 5/3660d fixed aligned",
    })
    void isWrittenShortest(String text, String shortest) {
        assertThat(Limit.parse(text).text()).isEqualTo(shortest);
        assertThat(Limit.parse(shortest)).isEqualTo(Limit.parse(text)).hasSameHashCodeAs(Limit.parse(text));
    }

    @Test
    @DisplayName("is the same whether it is built or read")
    void isTheSameBuiltOrRead() {
        Duration minute = Duration.ofMinutes(1);
        assertThat(Limit.tokenBucket(100).per(minute)).isEqualTo(Limit.parse("100/1m"));
        assertThat(Limit.tokenBucket(100).burst(20).per(minute)).isEqualTo(Limit.parse("100/1m burst 20"));
        assertThat(Limit.tokenBucket(100).atInterval().per(minute)).isEqualTo(Limit.parse("100/1m interval"));
        assertThat(Limit.tokenBucket(100).burst(20).atInterval().per(minute))
                .isEqualTo(Limit.tokenBucket(100).atInterval().burst(20).per(minute))
                .isEqualTo(Limit.parse("100/1m interval burst 20"));
        assertThat(Limit.fixedWindow(100).per(minute)).isEqualTo(Limit.parse("100/1m fixed"));
        assertThat(Limit.fixedWindow(100).aligned().per(minute)).isEqualTo(Limit.parse("100/1m fixed aligned"));
        assertThat(Limit.slidingWindow(100).per(minute)).isEqualTo(Limit.parse("100/1m sliding"));
    }

    @Test
    @DisplayName("differs from the same one with a name, or in shadow")
    void differsByNameAndShadow() {
        Limit limit = Limit.parse("100/1m");
        assertThat(limit.named("minute"))
                .isNotEqualTo(limit)
                .isEqualTo(limit.named("minute"))
                .hasToString("100/1m named minute");
        assertThat(limit.inShadow()).isNotEqualTo(limit).hasToString("100/1m in shadow");
        assertThat(limit.named("minute").inShadow()).hasToString("100/1m named minute in shadow");
        assertThat(limit.inShadow().named("minute").isShadow()).isTrue();
        assertThat(limit.named("minute").name()).hasValue("minute");
        assertThat(limit).isNotEqualTo("100/1m").isNotEqualTo(Limit.parse("101/1m"));
        assertThatThrownBy(() -> limit.named(""))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("the name of limit '100/1m' is empty, expected a name");
    }

    @ParameterizedTest(name = "is refused: {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''|is empty, expected a limit such as FORMS",
                "'   '|is empty, expected a limit such as FORMS",
                "100|'100' is not a rate, expected a limit such as FORMS",
                "100 / 1m|'100' is not a rate, expected a limit such as FORMS",
                "/1m|'/1m' is not a rate, expected a limit such as FORMS",
                "-5/1m|'-5/1m' is not a rate, expected a limit such as FORMS",
                "+5/1m|'+5/1m' is not a rate, expected a limit such as FORMS",
                "1.5/1m|'1.5/1m' is not a rate, expected a limit such as FORMS",
                "1_000/1m|'1_000/1m' is not a rate, expected a limit such as FORMS",
                "٣/1m|'٣/1m' is not a rate, expected a limit such as FORMS",
                "５/1m|'５/1m' is not a rate, expected a limit such as FORMS",
                "fixed 100/1m|'fixed' is not a rate, expected a limit such as FORMS",
                "100/|'' is not a duration, expected an integer and one of UNITS, such as 30s",
                "100/m|'m' is not a duration, expected an integer and one of UNITS, such as 30s",
                "100/-1m|'-1m' is not a duration, expected an integer and one of UNITS, such as 30s",
                "100/٣m|'٣m' is not a duration, expected an integer and one of UNITS, such as 30s",
                "100/60|'60' is not a duration: the unit is missing, expected one of UNITS",
                "100/1min|'1min' is not a duration: 'min' is not a unit of time, expected one of UNITS",
                "100/1M|'1M' is not a duration: 'M' is not a unit of time, expected one of UNITS",
                "100/1h30m|'1h30m' is not a duration: 'h30m' is not a unit of time, expected one of UNITS",
                "100/1.5h|'1.5h' is not a duration: '.5h' is not a unit of time, expected one of UNITS",
                "100/1/m|'1/m' is not a duration: '/m' is not a unit of time, expected one of UNITS",
                "100/0s|'0s' is no time at all, expected at least 1us",
                "100/1m sldiing|'sldiing' was not expected there, expected nothing, burst, interval, fixed or sliding after the rate",
                "100/1m FIXED|'FIXED' was not expected there, expected nothing, burst, interval, fixed or sliding after the rate",
                "100/1m aligned|'aligned' was not expected there, expected nothing, burst, interval, fixed or sliding after the rate",
                "100/1m 20|'20' was not expected there, expected nothing, burst, interval, fixed or sliding after the rate",
                "100/1m burst|expected a number of permits after burst",
                "100/1m burst twenty|expected a number of permits after burst, found 'twenty'",
                "100/1m burst -1|expected a number of permits after burst, found '-1'",
                "100/1m burst 20 30|'30' was not expected there, expected nothing after burst 20",
                "100/1m burst 20 interval|'interval' was not expected there, expected nothing after burst 20",
                "100/1m interval 20|'20' was not expected there, expected nothing or burst after interval",
                "100/1m fixed burst 20|'burst' was not expected there, expected nothing or aligned after fixed",
                "100/1m fixed aligned 2|'2' was not expected there, expected nothing after aligned",
                "100/1m sliding burst 20|'burst' was not expected there, expected nothing after sliding",
                "100/1m burst 0|burst is 0, expected 1 to 4503599627370495",
                "100/1m burst 4503599627370496|burst is 4503599627370496, expected 1 to 4503599627370495",
                "100/1m burst 99999999999999999999|burst is 9223372036854775807 or more, expected 1 to 4503599627370495",
                "0/1m burst 5|burst is 5 on a limit of 0 permits, which never fills; expected no burst, or at least 1 permit",
                "4503599627370496/1m|permits are 4503599627370496, expected at most 4503599627370495",
                "99999999999999999999/1m|permits are 9223372036854775807 or more, expected at most 4503599627370495",
                "100/1m log|sliding window logs are not supported by this version of guard, expected a limit such as FORMS",
                "5000/month@Europe/Berlin|calendar quotas are not supported by this version of guard, expected a limit such as FORMS",
                "5000/day|calendar quotas are not supported by this version of guard, expected a limit such as FORMS",
                "5000/Week|calendar quotas are not supported by this version of guard, expected a limit such as FORMS",
                "5000/year@UTC|calendar quotas are not supported by this version of guard, expected a limit such as FORMS",
                "concurrent 20 lease 30s|concurrency limits are not supported by this version of guard, expected a limit such as FORMS",
                "2251799813685248/1s fixed|capacity 2251799813685248 with a period of 1s cannot be counted exactly: capacity and debt"
                        + " in units come to 2^52 or more; expected a smaller capacity, or a period in whole seconds",
                "1000000000/316223999999999us sliding|capacity 1000000000 with a period of 316223999999999us cannot be counted"
                        + " exactly: capacity and debt in units come to 2^52 or more; expected a smaller capacity, or a period in"
                        + " whole seconds",
            })
    void isRefused(String text, String expected) {
        String message = expected.replace("FORMS", FORMS).replace("UNITS", UNITS);
        assertThatThrownBy(() -> Limit.parse(text))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("limit '" + text + "': " + message);
    }

    @Test
    @DisplayName("is refused by its builder as by its text: permits, burst, period")
    void isRefusedByItsBuilder() {
        Duration second = Duration.ofSeconds(1);
        refused(() -> Limit.tokenBucket(-1).per(second), "permits are -1, expected 0 or more");
        refused(() -> Limit.fixedWindow(-7).per(second), "permits are -7, expected 0 or more");
        refused(
                () -> Limit.slidingWindow(Long.MIN_VALUE).per(second),
                "permits are -9223372036854775808, expected 0 or more");
        refused(() -> Limit.tokenBucket(5).burst(-1).per(second), "burst is -1, expected 1 to 4503599627370495");
        refused(() -> Limit.tokenBucket(5).per(Duration.ZERO), "period is PT0S, expected at least one microsecond");
        refused(() -> Limit.tokenBucket(5).per(second.negated()), "period is PT-1S, expected at least one microsecond");
        refused(
                () -> Limit.tokenBucket(5).per(Duration.ofNanos(1_500)),
                "period is PT0.0000015S, expected a whole number of microseconds");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(GuardConfigurationException.class).hasMessage(message);
    }

    @Test
    @DisplayName("S9 of a period past ten years counts as one of ten years")
    void saturatesItsPeriod() {
        assertThat(Limit.fixedWindow(1).per(Duration.ofDays(100_000))).isEqualTo(Limit.parse("1/3660d fixed"));
        assertThat(Limit.fixedWindow(1).per(Duration.ofSeconds(Long.MAX_VALUE)))
                .isEqualTo(Limit.parse("1/3660d fixed"));
    }

    @ParameterizedTest(name = "{0} is counted in ticks of {1} µs, {2} units a tick and {3} units a permit")
    @CsvSource({
        "100/1m, 1, 1, 600000",
        "7/1s, 1, 7, 1000000",
        "1000000/1s, 1, 1, 1",
        "3000000/1s, 1, 3, 1",
        "100/1m interval, 1, 1, 1",
        "100/1m fixed, 1, 1, 1",
        "100/1m sliding, 1, 1, 60000000",
        "0/1s, 1, 0, 1",
        // 2 · 37,529,996 · 60,000,000 is just below 2^52; one permit more needs milliseconds.
        "37529996/1m sliding, 1, 1, 60000000",
        "37529997/1m sliding, 1000, 1, 60000",
        "37529997000/1m sliding, 1000000, 1, 60",
        "7/3660d, 1, 7, 316224000000000",
        "11/3660d, 1000, 11, 316224000000",
    })
    void choosesItsTick(String text, long tick, long perTick, long perPermit) {
        LimitNumbers numbers = Limit.parse(text).numbers();
        assertThat(numbers.tick()).isEqualTo(tick);
        assertThat(numbers.unitsPerTick()).isEqualTo(perTick);
        assertThat(numbers.unitsPerPermit()).isEqualTo(perPermit);
        assertThat(numbers.maxDebt()).isEqualTo(numbers.capacity());
    }
}
