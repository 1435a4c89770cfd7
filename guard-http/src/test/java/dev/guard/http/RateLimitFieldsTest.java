package dev.guard.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Judgement;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Policy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitFieldsTest {

    @ParameterizedTest(name = "{0} is told as {1}")
    @CsvSource({
        "100/1m, q=100;w=60",
        "100/1m fixed, q=100;w=60",
        "100/1m sliding, q=100;w=60",
        "100/1m burst 20, q=20;w=12",
        "10/1s burst 100, q=100;w=10",
        "7/1m burst 3, q=3;w=26",
        "100/1m interval burst 20, q=20;w=60",
        "100/1m interval burst 250, q=250;w=180",
        "100/10ms, q=100;w=1",
        "3/1500ms, q=3;w=2",
        "0/1m, q=0;w=60",
        "100/1m log, q=100;w=60",
        "5000/month@UTC, q=5000;w=2678400",
        "7/day@Europe/Berlin, q=7;w=86400",
        "concurrent 20 lease 30s, q=20;qu=\"concurrent-requests\"",
    })
    void a_policy_is_told_as_what_can_be_had_at_once_and_the_seconds_in_which_it_returns(
            String limit, String expected) {
        assertThat(RateLimitFields.policy(Policy.of("p", Limit.parse(limit)))).isEqualTo("\"p\";" + expected);
    }

    @Test
    void no_number_is_longer_than_a_structured_field_allows() {
        Policy huge = Policy.of("huge", Limit.parse(LimitNumbers.LARGEST / 2 + "/3660d fixed"));
        LimitNumbers numbers = huge.limits().get(0).numbers();
        Decision decision = Decision.of(
                huge,
                DecisionSource.of("memory", FailureMode.LOCAL_ONLY),
                new Judgement(true, false, 0, 1, 0),
                1,
                List.of(new LimitStatus(
                        "huge",
                        Algorithm.GREEDY,
                        numbers.capacity(),
                        numbers.period(),
                        numbers.capacity(),
                        0,
                        0,
                        0,
                        true,
                        true)));

        assertThat(RateLimitFields.policy(huge)).isEqualTo("\"huge\";q=999999999999999;w=316224000");
        assertThat(RateLimitFields.limits(decision)).isEqualTo("\"huge\";r=999999999999999");
    }

    @ParameterizedTest(name = "{0} is written {1}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "demo, demo",
                "per user, per user",
                "größe, gr%C3%B6%C3%9Fe",
                "100%, 100%25",
                "tab\there, tab%09here",
                "😀, %F0%9F%98%80",
                "a\"b\\c, a\"b\\c",
            })
    void a_name_is_written_in_printable_ASCII(String name, String expected) {
        assertThat(RateLimitFields.printable(name)).isEqualTo(expected);
    }

    @Test
    void quotes_and_backslashes_in_a_name_are_escaped() {
        assertThat(RateLimitFields.policy(Policy.of("a\"b\\c", Limit.parse("1/1s"))))
                .isEqualTo("\"a\\\"b\\\\c\";q=1;w=1");
    }
}
