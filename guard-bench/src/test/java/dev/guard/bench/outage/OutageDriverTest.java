package dev.guard.bench.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.guard.bench.run.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** That what is counted is right, by contestants of which it is known. How long anything takes is no test. */
@Tag("deep")
class OutageDriverTest {

    @ParameterizedTest
    @CsvSource({
        "GUARD_LETTUCE, 1",
        "GUARD_JEDIS,   1",
        "LETTUCE,       2",
        "JEDIS,         1",
        "BUCKET4J,      2",
    })
    @DisplayName(
            "P14 who sends a command again after its reply was lost is seen to have done so, and who does not is not")
    void lostReplies(Client client, double executions) {
        Map<Metric, Double> numbers = LostReplies.measure(client, 8);

        assertThat(numbers)
                .contains(
                        entry(Metric.CUT, 8.0), entry(Metric.EXECUTED, 8.0), entry(Metric.MOST_EXECUTIONS, executions));
        assertThat(numbers.get(Metric.TWICE) > 0).isEqualTo(executions > 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"GUARD_LETTUCE", "GUARD_JEDIS"})
    @DisplayName("P13 guard's calls that failed while the store was stopped are not charged")
    void notCharged(Client client) {
        Map<Metric, Double> numbers = LateCharges.measure(client, 1, Duration.ofSeconds(10));

        assertThat(numbers.get(Metric.GIVEN_UP)).isPositive();
        assertThat(numbers.get(Metric.CHARGED)).isZero();
    }

    @Test
    @DisplayName("P13 a client that leaves its commands with the store is charged for calls that failed")
    void charged() {
        Map<Metric, Double> numbers = LateCharges.measure(Client.JEDIS, 1, Duration.ofSeconds(5));

        assertThat(numbers.get(Metric.GIVEN_UP)).isPositive();
        assertThat(numbers.get(Metric.CHARGED)).isPositive();
    }

    @Test
    @DisplayName("P13 calls that nobody has given up on yet are not counted")
    void underWay() {
        assertThat(LateCharges.measure(Client.LETTUCE, 1, Duration.ofSeconds(1)))
                .containsOnly(entry(Metric.GIVEN_UP, 0.0), entry(Metric.CHARGED, 0.0));
    }

    @Test
    @DisplayName("P12 a call that is under way at the cap counts as having taken so long")
    void capped() {
        assertThat(Blocking.measure(Client.LETTUCE, Fault.STOPPED, 1, Duration.ofSeconds(1)))
                .containsOnly(
                        entry(Metric.TRIED, 4.0),
                        entry(Metric.BLOCKED_P50, 1_000.0),
                        entry(Metric.BLOCKED_P99, 1_000.0),
                        entry(Metric.BLOCKED_MOST, 1_000.0));
    }

    @Test
    @DisplayName("P12 guard's calls end before the cap, and those that its breaker spares count for themselves")
    void breaker() {
        Map<Metric, Double> numbers = Blocking.measure(Client.GUARD_JEDIS, Fault.BLACKHOLE, 1, Duration.ofSeconds(20));

        assertThat(numbers.get(Metric.TRIED)).isBetween(5.0, 100.0);
        assertThat(numbers.get(Metric.BLOCKED_MOST)).isLessThan(20_000);
        assertThat(numbers.get(Metric.TIMER_P99)).isGreaterThanOrEqualTo(100);
        assertThat(numbers.get(Metric.OPEN_P50)).isPositive();
        assertThat(numbers.get(Metric.OPEN_P99)).isGreaterThanOrEqualTo(numbers.get(Metric.OPEN_P50));
    }

    @Test
    @DisplayName(
            "P12 guard answers after every kind of outage, and a client without a watch not after one that left its connection dead")
    void recovery() {
        List<Map<Metric, Double>> guard =
                Recovery.measure(Client.GUARD_LETTUCE, List.of(Fault.values()), List.of(1), Duration.ofSeconds(20));
        List<Map<Metric, Double>> lettuce =
                Recovery.measure(Client.LETTUCE, List.of(Fault.FORGOTTEN), List.of(1), Duration.ofSeconds(2));

        assertThat(guard)
                .hasSize(Fault.values().length)
                .allSatisfy(
                        numbers -> assertThat(numbers.get(Metric.BACK_AFTER_1)).isBetween(0.0, 19.0));
        assertThat(lettuce).containsExactly(Map.of(Metric.BACK_AFTER_1, 2.0));
    }
}
