package dev.guard.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.Step;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A limit")
class LimitTest {

    private static final String FORMS =
            "100/1m, 100/1m burst 20, 100/1m interval, 100/1m fixed, 100/1m fixed aligned, 100/1m sliding, 100/1m log,"
                    + " 5000/month@Europe/Berlin or concurrent 20 lease 30s";
    private static final String PERIOD =
            "an integer and one of us, ms, s, m (minutes), h, d, w, such as 30s, or day, week, month or year";
    private static final String RATED = "expected nothing, burst, interval, fixed, sliding or log after the rate";
    private static final String DAYS = "expected monday, tuesday, wednesday, thursday, friday, saturday or sunday";
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
        "100/1m log, LOG, 100, 60000000",
        "4096/9999d log, LOG, 4096, 316224000000000",
        "5000/day, CALENDAR, 5000, 86400000000",
        "5000/week, CALENDAR, 5000, 604800000000",
        "5000/month@Europe/Berlin, CALENDAR, 5000, 2678400000000",
        "2251799813685247/year@UTC, CALENDAR, 2251799813685247, 31622400000000",
        "concurrent 20 lease 30s, CONCURRENT, 20, 30000000",
        "concurrent 4096 lease 1us, CONCURRENT, 4096, 1",
        "concurrent 1 lease 4000d, CONCURRENT, 1, 316224000000000",
        "concurrent 0 lease 1s, CONCURRENT, 0, 1000000",
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
        "5/60s log, 5/1m log",
        "5/day, 5/day@UTC",
        "5/day@Z, 5/day@UTC",
        "5/day@UTC, 5/day@UTC",
        "5/day@GMT0, 5/day@UTC",
        "5/day@Etc/UTC, 5/day@UTC",
        "5/day@+00:00, 5/day@UTC",
        "5/day@+2, 5/day@+02:00",
        "5/day@GMT+2, 5/day@+02:00",
        "5/day@UTC+02:00, 5/day@+02:00",
        "5/day@Etc/GMT+2, 5/day@-02:00",
        "5/month@Europe/Berlin, 5/month@Europe/Berlin",
        "5/year@America/Argentina/Buenos_Aires, 5/year@America/Argentina/Buenos_Aires",
        "5/week@UTC from monday, 5/week@UTC",
        "5/week from sunday, 5/week@UTC from sunday",
        "5/week@Asia/Tokyo from saturday, 5/week@Asia/Tokyo from saturday",
        "concurrent 5 lease 60000ms, concurrent 5 lease 1m",
        "concurrent 007 lease 9999d, concurrent 7 lease 3660d",
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
        assertThat(Limit.slidingLog(100).per(minute)).isEqualTo(Limit.parse("100/1m log"));
        assertThat(Limit.concurrent(20).lease(minute)).isEqualTo(Limit.parse("concurrent 20 lease 1m"));
    }

    @Test
    @DisplayName("of a calendar is the same whether it is built or read, and another one in another unit, zone or week")
    void isTheSameCalendarBuiltOrRead() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        assertThat(Limit.calendar(9).perDay(berlin)).isEqualTo(Limit.parse("9/day@Europe/Berlin"));
        assertThat(Limit.calendar(9).perMonth(berlin)).isEqualTo(Limit.parse("9/month@Europe/Berlin"));
        assertThat(Limit.calendar(9).perYear(berlin)).isEqualTo(Limit.parse("9/year@Europe/Berlin"));
        assertThat(Limit.calendar(9).perWeek(berlin))
                .isEqualTo(Limit.calendar(9).perWeek(berlin, DayOfWeek.MONDAY))
                .isEqualTo(Limit.parse("9/week@Europe/Berlin"))
                .isNotEqualTo(Limit.calendar(9).perMonth(berlin))
                .isNotEqualTo(Limit.calendar(9).perWeek(ZoneId.of("Europe/Paris")))
                .isNotEqualTo(Limit.calendar(9).perWeek(berlin, DayOfWeek.SUNDAY));
        assertThat(Limit.calendar(9).perWeek(ZoneOffset.UTC, DayOfWeek.SUNDAY))
                .isEqualTo(Limit.calendar(9).perWeek(ZoneId.of("Etc/UTC"), DayOfWeek.SUNDAY))
                .isEqualTo(Limit.parse("9/week from sunday"));
    }

    @ParameterizedTest(name = "that always denies, {0}, says so, and that waiting is of no use")
    @ValueSource(
            strings = {
                "0/1m",
                "0/1m interval",
                "0/1m fixed",
                "0/1m fixed aligned",
                "0/1m sliding",
                "0/1m log",
                "0/month",
                "concurrent 0 lease 1m"
            })
    void ofZeroAlwaysDenies(String text) {
        Policy policy = Policy.of("api", Limit.parse(text));
        CompiledPolicy compiled = CompiledPolicy.of(policy, DecisionSource.of("model", FailureMode.LOCAL_ONLY));
        Acquire acquire = new Acquire(policy.key("acme", "alice"), policy, 1, "id", Deadline.NONE);

        Step step = CounterModel.step(CounterState.ABSENT, acquire, p -> compiled, 1_000_000, Long.MAX_VALUE);

        assertThat(step.state()).isSameAs(CounterState.ABSENT);
        assertThat(step.outcome()).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.canRetry()).isFalse();
            assertThat(denied.retryAfterMicros()).isEqualTo(Micros.NEVER);
            assertThat(denied.remaining()).isZero();
            assertThat(denied.capacity()).isZero();
            assertThat(denied.resetAfterMicros()).isZero();
            assertThat(denied.reason())
                    .isEqualTo(text.startsWith("concurrent") ? Denied.Reason.CONCURRENCY : Denied.Reason.LIMIT);
        });
    }

    @Test
    @DisplayName(
            "has a largest debt of one capacity, unless it is given another; concurrency and a limit of 0 have none")
    void largestDebt() {
        Limit limit = Limit.parse("100/1m burst 20");
        assertThat(limit.maxDebt()).isEqualTo(20);
        assertThat(limit.maxDebt(7).maxDebt()).isEqualTo(7);
        assertThat(limit.maxDebt(0).maxDebt()).isZero();
        assertThat(limit.maxDebt(7))
                .isNotEqualTo(limit)
                .isEqualTo(limit.maxDebt(9).maxDebt(7))
                .hasToString("100/1m burst 20 in debt up to 7");
        assertThat(limit.named("x").inShadow().maxDebt(0))
                .hasToString("100/1m burst 20 in debt up to 0 named x in shadow");
        assertThat(limit.maxDebt(7).maxDebt(20)).isEqualTo(limit).hasToString("100/1m burst 20");
        assertThat(Limit.parse("9/month").maxDebt()).isEqualTo(9);
        assertThat(Limit.parse("9/month").maxDebt(3).numbers().calendar())
                .isEqualTo(Limit.parse("9/month").numbers().calendar());
        assertThat(Limit.parse("concurrent 5 lease 1s").maxDebt()).isZero();
        assertThat(Limit.parse("concurrent 5 lease 1s").maxDebt(0)).isEqualTo(Limit.parse("concurrent 5 lease 1s"));
        assertThat(Limit.parse("0/1s interval").maxDebt(0)).isEqualTo(Limit.parse("0/1s interval"));
    }

    @Test
    @DisplayName("is refused with a largest debt that makes no sense, or with which it cannot be counted exactly")
    void isRefusedWithItsDebt() {
        Limit limit = Limit.parse("100/1m");
        refused(() -> limit.maxDebt(-1), "the largest debt of limit '100/1m' is -1, expected 0 to 4503599627370495");
        refused(
                () -> limit.maxDebt(1L << 52),
                "the largest debt of limit '100/1m' is 4503599627370496, expected 0 to 4503599627370495");
        refused(
                () -> Limit.parse("5/1s fixed").maxDebt((1L << 52) - 1),
                "capacity 5 and a largest debt of 4503599627370495 with a period of 1s cannot be counted exactly: together"
                        + " they come to 2^52 units or more; expected smaller numbers");
        refused(
                () -> Limit.parse("concurrent 5 lease 1s").maxDebt(1),
                "the largest debt of limit 'concurrent 5 lease 1s' is 1, expected 0: concurrency knows no debt");
        refused(
                () -> Limit.parse("0/1m interval").maxDebt(1),
                "the largest debt of limit '0/1m interval' is 1, expected 0: no permits return that would repay it");
        refused(
                () -> Limit.parse("1000/1m sliding").maxDebt(75_059_993_788_509L),
                "capacity 1000 and a largest debt of 75059993788509 with a period of 1m cannot be counted exactly: together"
                        + " they come to 2^52 units or more; expected smaller numbers");
    }

    @ParameterizedTest(name = "S9 {0} with a largest debt of {1} is counted in ticks of {2} µs")
    @CsvSource({
        // (20 + debt) · 600,000 is below 2^52 up to a debt of 7,505,999,358.
        "100/1m burst 20, 7505999358, 1",
        "100/1m burst 20, 7505999359, 1000",
        "100/1m burst 20, 7505999378930, 1000",
        "100/1m burst 20, 7505999378931, 1000000",
        "37529997/1m sliding, 37529996, 1",
        "37529997/1m sliding, 37529997, 1000",
        "1/1s fixed, 4503599627370494, 1",
        "1/1s interval, 4503599627370494, 1",
        "1/1s log, 4503599627370494, 1",
        "1/year, 4503599627370494, 1",
    })
    void choosesItsTickWithItsDebt(String text, long debt, long tick) {
        LimitNumbers numbers = Limit.parse(text).maxDebt(debt).numbers();
        assertThat(numbers.maxDebt()).isEqualTo(debt);
        assertThat(numbers.tick()).isEqualTo(tick);
        assertThat((numbers.capacity() + debt) * numbers.unitsPerPermit()).isLessThan(1L << 52);
        assertThat(numbers.capacity()).isEqualTo(Limit.parse(text).capacity());
        assertThat(numbers.algorithm()).isEqualTo(Limit.parse(text).algorithm());
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
        assertThat(limit).doesNotHaveSameHashCodeAs(Limit.parse("101/1m"));
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
                "100/|'' is not a period, expected PERIOD",
                "100/m|'m' is not a period, expected PERIOD",
                "100/-1m|'-1m' is not a period, expected PERIOD",
                "100/٣m|'٣m' is not a period, expected PERIOD",
                "100/60|'60' is not a duration: the unit is missing, expected one of UNITS",
                "100/1min|'1min' is not a duration: 'min' is not a unit of time, expected one of UNITS",
                "100/1M|'1M' is not a duration: 'M' is not a unit of time, expected one of UNITS",
                "100/1h30m|'1h30m' is not a duration: 'h30m' is not a unit of time, expected one of UNITS",
                "100/1.5h|'1.5h' is not a duration: '.5h' is not a unit of time, expected one of UNITS",
                "100/1/m|'1/m' is not a duration: '/m' is not a unit of time, expected one of UNITS",
                "100/0s|'0s' is no time at all, expected at least 1us",
                "100/1m sldiing|'sldiing' was not expected there, RATED",
                "100/1m FIXED|'FIXED' was not expected there, RATED",
                "100/1m aligned|'aligned' was not expected there, RATED",
                "100/1m 20|'20' was not expected there, RATED",
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
                "5000/Week|'Week' is not a period, expected PERIOD",
                "5000/months|'months' is not a period, expected PERIOD",
                "5000/1month|'1month' is not a duration: 'month' is not a unit of time, expected one of UNITS",
                "5000/1d@UTC|'1d' has no time zone, expected day, week, month or year before '@'",
                "5000/@UTC|'' has no time zone, expected day, week, month or year before '@'",
                "5000/month@|'' is not a time zone, ZONE",
                "5000/month@ UTC|'' is not a time zone, ZONE",
                "5000/month@europe/berlin|'europe/berlin' is not a time zone, ZONE",
                "5000/month@Europe/Atlantis|'Europe/Atlantis' is not a time zone, ZONE",
                "5000/month@utc|'utc' is not a time zone, ZONE",
                "5000/month@z|'z' is not a time zone, ZONE",
                "5000/month@+19:00|'+19:00' is not a time zone, ZONE",
                "5000/month@+2:00|'+2:00' is not a time zone, ZONE",
                "5000/month@UTC@UTC|'UTC@UTC' is not a time zone, ZONE",
                "5000/month @UTC|'@UTC' was not expected there, expected nothing after a calendar quota",
                "5000/month burst 20|'burst' was not expected there, expected nothing after a calendar quota",
                "5000/day interval|'interval' was not expected there, expected nothing after a calendar quota",
                "5000/day@UTC fixed|'fixed' was not expected there, expected nothing after a calendar quota",
                "5000/year aligned|'aligned' was not expected there, expected nothing after a calendar quota",
                "5000/year log|'log' was not expected there, expected nothing after a calendar quota",
                "5000/week sliding|'sliding' was not expected there, expected nothing or from after a week",
                "5000/week sunday|'sunday' was not expected there, expected nothing or from after a week",
                "5000/month from sunday|'from' was not expected there, expected nothing after a calendar quota:"
                        + " only weeks have a first day",
                "5000/week from|expected a day of the week after from, such as sunday",
                "5000/week from Sunday|'Sunday' is not a day of the week, DAYS",
                "5000/week from sun|'sun' is not a day of the week, DAYS",
                "5000/week from sunday monday|'monday' was not expected there, expected nothing after from sunday",
                "2251799813685248/month|capacity 2251799813685248 and a largest debt of 2251799813685248 with a period of"
                        + " 31d INEXACT",
                "4503599627370495/1s fixed|capacity 4503599627370495 and a largest debt of 4503599627370495 with a period"
                        + " of 1s INEXACT",
                "1/1s burst 4503599627370495|capacity 4503599627370495 and a largest debt of 4503599627370495 with a"
                        + " period of 1s INEXACT",
                "4503599627370496/day|permits are 4503599627370496, expected at most 4503599627370495",
                "100/1m log 5|'5' was not expected there, expected nothing after log",
                "100/1m log burst 5|'burst' was not expected there, expected nothing after log",
                "4097/1m log|permits are 4097, expected at most 4096 in a log, which remembers each of them, or"
                        + " 'sliding' for more",
                "99999999999999999999/1m log|permits are 9223372036854775807 or more, expected at most 4096 in a log,"
                        + " which remembers each of them, or 'sliding' for more",
                "concurrent|expected a number of permits after concurrent",
                "concurrent x|expected a number of permits after concurrent, found 'x'",
                "concurrent -1 lease 1s|expected a number of permits after concurrent, found '-1'",
                "concurrent 20|expected a lease after concurrent 20, such as lease 30s",
                "concurrent 20 30s|expected a lease after concurrent 20, such as lease 30s, found '30s'",
                "concurrent 20 for 30s|expected a lease after concurrent 20, such as lease 30s, found 'for 30s'",
                "concurrent 20 lease|expected a lease after concurrent 20, such as lease 30s, found 'lease'",
                "concurrent 20 lease 0s|'0s' is no time at all, expected at least 1us",
                "concurrent 20 lease month|'month' is not a duration, expected an integer and one of UNITS, such as 30s",
                "concurrent 20 lease 30s 5|'5' was not expected there, expected nothing after lease 30s",
                "concurrent 20/1m lease 30s|expected a number of permits after concurrent, found '20/1m'",
                "concurrent 4097 lease 1s|permits are 4097, expected at most 4096 held at the same time",
                "Concurrent 20 lease 30s|'Concurrent' is not a rate, expected a limit such as FORMS",
                "2251799813685248/1s fixed|capacity 2251799813685248 and a largest debt of 2251799813685248 with a period"
                        + " of 1s INEXACT",
                "1000000000/316223999999999us sliding|capacity 1000000000 and a largest debt of 1000000000 with a period"
                        + " of 316223999999999us INEXACT, or a period in whole seconds",
                "2251799813685248/1500ms|capacity 2251799813685248 and a largest debt of 2251799813685248 with a period"
                        + " of 1500ms INEXACT, or a period in whole seconds",
                "2251799813685248/1500ms fixed|capacity 2251799813685248 and a largest debt of 2251799813685248 with a"
                        + " period of 1500ms INEXACT",
                "2251799813685248/1s sliding|capacity 2251799813685248 and a largest debt of 2251799813685248 with a"
                        + " period of 1s INEXACT",
            })
    void isRefused(String text, String expected) {
        String message = expected.replace("FORMS", FORMS)
                .replace("UNITS", UNITS)
                .replace("PERIOD", PERIOD)
                .replace("RATED", RATED)
                .replace("DAYS", DAYS)
                .replace("ZONE", "expected one such as Europe/Berlin, UTC or +02:00")
                .replace(
                        "INEXACT",
                        "cannot be counted exactly: together they come to 2^52 units or more; expected smaller numbers");
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
        refused(() -> Limit.slidingLog(-1).per(second), "permits are -1, expected 0 or more");
        refused(() -> Limit.calendar(-1).perDay(ZoneOffset.UTC), "permits are -1, expected 0 or more");
        refused(
                () -> Limit.calendar(Long.MAX_VALUE).perYear(ZoneOffset.UTC),
                "permits are 9223372036854775807 or more, expected at most 4503599627370495");
        refused(() -> Limit.concurrent(-1).lease(second), "permits are -1, expected 0 or more");
        refused(
                () -> Limit.concurrent(4_097).lease(second),
                "permits are 4097, expected at most 4096 held at the same time");
        refused(() -> Limit.concurrent(5).lease(Duration.ZERO), "lease is PT0S, expected at least one microsecond");
        refused(
                () -> Limit.concurrent(5).lease(Duration.ofNanos(1_500)),
                "lease is PT0.0000015S, expected a whole number of microseconds");
        refused(
                () -> Limit.slidingLog(5).per(Duration.ofNanos(-1_000)),
                "period is PT-0.000001S, expected at least one microsecond");
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
        assertThat(Limit.concurrent(1).lease(Duration.ofDays(100_000)))
                .isEqualTo(Limit.parse("concurrent 1 lease 3660d"));
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
        "100/1m log, 1, 1, 1",
        "100/month, 1, 1, 1",
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

    @ParameterizedTest(name = "{0} shared by {1} is {2}")
    @CsvSource({
        "100/1m, 4, 25/1m",
        "100/1m, 3, 33/1m",
        "100/1m, 1, 100/1m",
        "100/1m burst 20, 4, 25/1m burst 5",
        "2/1m burst 100, 4, 0/1m",
        "100/1m burst 3, 4, 0/1m",
        "100/1m interval burst 20, 10, 10/1m interval burst 2",
        "9/1m fixed, 10, 0/1m fixed",
        "100/1m fixed aligned, 4, 25/1m fixed aligned",
        "100/1m sliding, 4, 25/1m sliding",
        "100/1m log, 4, 25/1m log",
        "5000/month@Europe/Berlin, 4, 1250/month@Europe/Berlin",
        "concurrent 20 lease 30s, 3, concurrent 6 lease 30s",
        "0/1m, 2, 0/1m"
    })
    @DisplayName("S73 a share of a limit is what each of several instances may give out so that all stay within it")
    void share(String text, int instances, String share) {
        Limit limit = Limit.parse(text).named("n").inShadow();
        assertThat(limit.share(instances))
                .isEqualTo(Limit.parse(share).named("n").inShadow());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    @DisplayName("a limit is not shared by nobody")
    void sharedByNobody(int instances) {
        assertThatThrownBy(() -> Limit.parse("100/1m").share(instances))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("the limit '100/1m' is shared by " + instances + " instances, expected 1 or more");
    }
}
