package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static dev.guard.redis.jedis.Calls.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisDriver;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A primary that sentinels watch. */
@Tag("slow")
class SentinelDriverTest implements DriverRules {

    private static RedisSentinels sentinels;
    private static JedisDriver driver;

    @BeforeAll
    static void setUp() {
        sentinels = RedisServers.sentinels();
        driver = Calls.open(url(sentinels));
    }

    @AfterAll
    static void tearDown() {
        driver.close();
        sentinels.close();
    }

    private static String url(RedisSentinels sentinels) {
        return "redis-sentinel://" + sentinels.sentinelAddresses() + "?master=" + RedisSentinels.MASTER;
    }

    @Override
    public JedisDriver driver() {
        return driver;
    }

    @Override
    public JedisDriver open() {
        return Calls.open(url(sentinels));
    }

    @Override
    public int servers() {
        return 1;
    }

    @Test
    @DisplayName("the native client asks the same primary")
    void nativeClient() {
        call(driver, "SET", "native", "1");

        assertThat(driver.client().get("native")).isEqualTo("1");
    }

    @Test
    @DisplayName("after the primary was killed, calls reach the one that was promoted, without a restart")
    void failover() throws Exception {
        try (RedisSentinels own = RedisServers.sentinels(Duration.ofSeconds(1));
                JedisDriver other = Calls.open(url(own) + "&timeout=1s")) {
            call(other, "SET", "k", "1");
            RedisServer replica = own.replica();
            until("the replica has the key", () -> "1".equals(replica.command("GET", "k")));

            own.primary().kill();

            until("the new primary answers", () -> {
                try {
                    return "OK".equals(call(other, "SET", "after", "2"));
                } catch (RuntimeException e) {
                    return false;
                }
            });
            assertThat(call(other, "GET", "k")).isEqualTo("1");
            assertThat(other.nodes().stream().map(RedisDriver.Node::name)).containsExactly(replica.address());
        }
    }

    @Test
    @DisplayName("a primary that turned into a replica says READONLY once; the next call finds the new one")
    void demoted() {
        try (RedisSentinels own = RedisServers.sentinels();
                JedisDriver other = Calls.open(url(own))) {
            call(other, "SET", "k", "1");
            RedisServer first = own.primary();
            RedisServer second = own.replica();

            own.failOver();
            own.awaitPrimary(second);

            Object reply = null;
            for (int i = 0; i < 3 && reply == null; i++) {
                try {
                    reply = call(other, "SET", "after", "2");
                } catch (RuntimeException e) {
                    assertThat(failure(() -> {
                                throw e;
                            }))
                            .matches(text -> text.startsWith("READONLY")
                                    || text.equals(failed(Reason.CONNECTION_LOST, true))
                                    || text.equals(failed(Reason.CONNECT, false)));
                }
            }
            assertThat(reply).isEqualTo("OK");
            assertThat(second.command("GET", "after")).isEqualTo("2");
            assertThat(first.port()).isNotEqualTo(second.port());
        }
    }

    @Test
    @DisplayName("a name that the sentinels do not know, and sentinels that are away, are told apart when it is opened")
    void opening() {
        assertThat(failure(() -> Calls.open("redis-sentinel://" + sentinels.sentinelAddresses() + "?master=stranger")))
                .isEqualTo(failed(Reason.MISCONFIGURED, false));
        assertThat(catchThrowable(
                        () -> Calls.open("redis-sentinel://" + sentinels.sentinelAddresses() + "?master=stranger")))
                .hasMessageContaining("'stranger'");
        assertThat(failure(() -> Calls.open("redis-sentinel://127.0.0.1:1?master=guard")))
                .isEqualTo(failed(Reason.CONNECT, false));
    }
}
