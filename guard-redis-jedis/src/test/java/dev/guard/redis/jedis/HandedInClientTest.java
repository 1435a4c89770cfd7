package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static dev.guard.redis.jedis.Calls.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Clients that the application made itself, with settings that guard would not choose. */
class HandedInClientTest {

    /** What holds for each kind of client. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OfKind implements DriverRules {

        private UnifiedJedis client;
        private JedisDriver driver;

        abstract UnifiedJedis newClient();

        @BeforeAll
        void setUp() {
            client = newClient();
            driver = JedisDriver.using(client, Duration.ofSeconds(2), 4);
        }

        @AfterAll
        void tearDown() {
            driver.close();
            client.close();
        }

        @Override
        public JedisDriver driver() {
            return driver;
        }

        @Override
        public JedisDriver open() {
            return JedisDriver.using(client, Duration.ofSeconds(2), 4);
        }

        @Test
        @DisplayName("the client is the native one, and stays open when the driver is closed")
        void staysOpen() {
            JedisDriver other = open();
            call(other, "SET", "open", "1");
            other.close();

            assertThat(other.client()).isSameAs(client);
            assertThat(client.get("open")).isEqualTo("1");
        }
    }

    @Nested
    @DisplayName("of one server")
    class Standalone extends OfKind {

        private final RedisServer server = RedisServers.shared();

        @Override
        UnifiedJedis newClient() {
            return RedisClient.create(server.host(), server.port());
        }

        @Override
        public int servers() {
            return 1;
        }
    }

    @Nested
    @DisplayName("of sentinels")
    class Sentinels extends OfKind {

        private final RedisSentinels sentinels = RedisServers.sentinels();

        @Override
        UnifiedJedis newClient() {
            return RedisSentinelClient.builder()
                    .masterName(RedisSentinels.MASTER)
                    .sentinels(addresses(sentinels.sentinelAddresses()))
                    .build();
        }

        @Override
        public int servers() {
            return 1;
        }

        @AfterAll
        void stopServers() {
            sentinels.close();
        }
    }

    @Nested
    @DisplayName("of a cluster")
    class Cluster extends OfKind {

        private final RedisCluster cluster = RedisServers.sharedCluster();

        @Override
        UnifiedJedis newClient() {
            return RedisClusterClient.create(addresses(cluster.nodes().get(0).address()));
        }

        @Override
        public int servers() {
            return 3;
        }
    }

    private static Set<HostAndPort> addresses(String list) {
        return Arrays.stream(list.split(",")).map(HostAndPort::from).collect(Collectors.toSet());
    }

    @Test
    @DisplayName(
            "a server that does not answer, or byte by byte, holds a call no longer than the timeout, and is asked once")
    void timeout() {
        try (FakeRedis fake = FakeRedis.start();
                RedisClient client = RedisClient.create(fake.host(), fake.port());
                JedisDriver driver = JedisDriver.using(client, Duration.ofSeconds(1), 2)) {
            fake.next(
                    "INCR",
                    Answer.never(),
                    Answer.bulk("0123456789".repeat(10)).slowly(Duration.ofMillis(200)),
                    Answer.integer(3));

            assertTimeout(() -> failure(() -> call(driver, "INCR", "k")));
            assertTimeout(() -> failure(() -> call(driver, "INCR", "k")));
            assertThat(call(driver, "INCR", "k")).isEqualTo(3L);
            assertThat(fake.received("INCR")).isEqualTo(3);
        }
    }

    private static void assertTimeout(Supplier<String> call) {
        long start = System.nanoTime();
        assertThat(call.get()).isEqualTo(failed(Reason.TIMEOUT, true));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(times(Duration.ofSeconds(3)));
    }

    @Test
    @DisplayName("a cluster's client that tries five times is made to try once")
    void sentOnce() {
        try (FakeRedis fake = FakeRedis.start()) {
            fake.always(
                    "CLUSTER",
                    Answer.array(Answer.array(
                            Answer.integer(0),
                            Answer.integer(16_383),
                            Answer.array(Answer.bulk("127.0.0.1"), Answer.integer(fake.port()), Answer.bulk("id")))));
            fake.next("INCR", Answer.close(), Answer.integer(2));
            try (RedisClusterClient client = RedisClusterClient.create(new HostAndPort(fake.host(), fake.port()));
                    JedisDriver driver = JedisDriver.using(client, Duration.ofSeconds(2), 2)) {
                assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.CONNECTION_LOST, true));
                assertThat(fake.received("INCR")).isEqualTo(1);
            }
        }
    }

    @Test
    @DisplayName("RESP3 is turned into RESP2's replies")
    void resp3() {
        try (FakeRedis fake = FakeRedis.start();
                RedisClient client = RedisClient.builder()
                        .hostAndPort(fake.host(), fake.port())
                        .clientConfig(DefaultJedisClientConfig.builder().resp3().build())
                        .build();
                JedisDriver driver = JedisDriver.using(client, Duration.ofSeconds(2), 2)) {
            fake.next(
                    "GET",
                    Answer.map(Answer.bulk("a"), Answer.integer(1)),
                    Answer.raw("#t\r\n".getBytes(StandardCharsets.US_ASCII)),
                    Answer.raw("_\r\n".getBytes(StandardCharsets.US_ASCII)),
                    Answer.raw(",1.5\r\n".getBytes(StandardCharsets.US_ASCII)),
                    Answer.raw("*1\r\n-ERR inside\r\n".getBytes(StandardCharsets.US_ASCII)));

            assertThat(call(driver, "GET", "k")).isEqualTo(List.of("a", 1L));
            assertThat(call(driver, "GET", "k")).isEqualTo(1L);
            assertThat(call(driver, "GET", "k")).isNull();
            assertThat(call(driver, "GET", "k")).isEqualTo("1.5");
            assertThat(call(driver, "GET", "k").toString()).contains("ERR inside");
        }
    }

    @Test
    @DisplayName("a client of another kind is refused by the name of its class")
    void anotherKind() {
        try (UnifiedJedis client = new OtherClient()) {
            assertThat(catchThrowable(() -> JedisDriver.using(client, Duration.ofSeconds(1), 2)))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("OtherClient")
                    .hasMessageContaining("RedisClient");
        }
    }

    /** Some client. */
    static final class OtherClient extends UnifiedJedis {

        OtherClient() {
            super(new PooledConnectionProvider(new HostAndPort("127.0.0.1", 1)), RedisProtocol.RESP2);
        }
    }
}
