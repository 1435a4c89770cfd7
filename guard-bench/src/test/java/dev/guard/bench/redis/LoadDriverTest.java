package dev.guard.bench.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.guard.bench.run.Metric;
import dev.guard.testing.Ports;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That every contestant decides right, and that what is counted is right. How fast anybody is, is no test. */
@Tag("slow")
class LoadDriverTest {

    private static final String LIMITS = "1000/240h, 10000/240h fixed, 20000/480h sliding";

    private static RedisServer server;

    @BeforeAll
    static void start() {
        server = RedisServers.standalone();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "RAW_LETTUCE,      1, 1,   3",
        "GUARD_LETTUCE,    1, 1,   3",
        "BUCKET4J_LETTUCE, 2, 2.2, 2",
        "REDISSON,         1, 1,   9",
        "RAW_JEDIS,        1, 1,   3",
        "GUARD_JEDIS,      1, 1,   3",
        "BUCKET4J_JEDIS,   2, 2.2, 2",
    })
    @DisplayName("each contestant admits exactly what it should, with as many commands as are known of it")
    void contestants(Kind kind, double leastSent, double mostSent, double inScripts) throws Exception {
        List<Map<Metric, Double>> all = LoadDriver.measure(load(kind, List.of(server.address()), 2, 1));

        assertThat(all).hasSize(2).allSatisfy(numbers -> {
            // Bucket4j begins anew when another thread was faster at the same key.
            assertThat(numbers.get(Metric.COMMANDS)).isBetween(leastSent, mostSent);
            // What connections say of themselves may fall into the time that is measured.
            assertThat(numbers.get(Metric.INNER)).isCloseTo(inScripts, within(0.2));
            assertThat(numbers.values()).allSatisfy(number -> assertThat(number).isPositive());
        });
    }

    @Test
    @DisplayName("the servers of a cluster share the decisions, one command for each")
    void cluster() throws Exception {
        try (RedisCluster cluster = RedisServers.cluster()) {
            List<String> addresses =
                    cluster.nodes().stream().map(RedisServer::address).toList();

            Map<Metric, Double> numbers =
                    LoadDriver.measure(load(Kind.GUARD_LETTUCE, addresses, 2)).get(0);

            assertThat(numbers.get(Metric.COMMANDS)).isEqualTo(1);
            assertThat(numbers.get(Metric.BUSIEST)).isBetween(1.0, 1.3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RAW_HAZELCAST,          1",
        "BUCKET4J_HAZELCAST_CAS, 1",
        "RAW_HAZELCAST,          2",
        "GUARD_HAZELCAST,        2",
        "BUCKET4J_HAZELCAST,     2",
    })
    @DisplayName(
            "each contestant in Hazelcast admits exactly what it should, one hot key included, alone and with another member")
    void hazelcast(Kind kind, int members) throws Exception {
        Load load = new Load(
                kind, Ports.addresses(members), LIMITS, List.of(Keys.values()), List.of(2), 500, 1_000, 50, 140);

        assertThat(LoadDriver.measure(load)).hasSize(2).allSatisfy(numbers -> {
            assertThat(numbers).containsKeys(Metric.CALLS, Metric.CLIENT_CPU).doesNotContainKey(Metric.COMMANDS);
            assertThat(numbers.values()).allSatisfy(number -> assertThat(number).isPositive());
        });
    }

    @Test
    @DisplayName("who has no hot key is not measured with one")
    void noHotKey() {
        Load load = new Load(
                Kind.RAW_JEDIS, List.of(server.address()), LIMITS, List.of(Keys.HOT), List.of(1), 10, 10, 1, 7);

        assertThatThrownBy(() -> LoadDriver.measure(load)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("who admits what it should deny is not measured")
    void wrongAnswers() {
        assertThatThrownBy(() -> LoadDriver.measure(load(Kind.BARE_SET, List.of(server.address()), 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("BARE_SET admitted permit 1001 of 1000");
    }

    @Test
    @DisplayName("a key of guard's takes more memory than a number, and less than Redisson's three")
    void memory() throws Exception {
        double number = bytesPerKey(Kind.BARE_SET);
        double guard = bytesPerKey(Kind.GUARD_LETTUCE);

        assertThat(number).isBetween(100.0, 200.0);
        assertThat(guard).isGreaterThan(number);
        assertThat(bytesPerKey(Kind.REDISSON)).isGreaterThan(guard);
    }

    private static double bytesPerKey(Kind kind) throws IOException, InterruptedException {
        return KeyMemory.bytesPerKey(kind, List.of(server.address()), LIMITS, 2_000);
    }

    private static Load load(Kind kind, List<String> addresses, Integer... threads) {
        return new Load(kind, addresses, LIMITS, List.of(Keys.RANDOM), List.of(threads), 500, 1_000, 50, 140);
    }
}
