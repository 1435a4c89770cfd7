package dev.guard.redis.lettuce;

import static dev.guard.redis.lettuce.Drivers.assertErrorReply;
import static dev.guard.redis.lettuce.Drivers.assertUnavailable;
import static dev.guard.redis.lettuce.Drivers.command;
import static dev.guard.redis.lettuce.Drivers.execute;
import static dev.guard.redis.lettuce.Drivers.get;
import static dev.guard.redis.lettuce.Drivers.key;
import static dev.guard.redis.lettuce.Drivers.open;
import static dev.guard.redis.lettuce.Drivers.submit;
import static dev.guard.redis.lettuce.Drivers.text;
import static dev.guard.redis.lettuce.Drivers.until;
import static dev.guard.redis.lettuce.Drivers.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisDriver;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The Lettuce driver on a cluster")
@Tag("slow")
class ClusterDriverTest {

    private static String url(RedisCluster cluster) {
        return "redis-cluster://"
                + cluster.nodes().stream().map(RedisServer::address).collect(Collectors.joining(","));
    }

    @Test
    @DisplayName("D9 sends every key to its server, from the first command on")
    void everyKey() throws Exception {
        RedisCluster cluster = RedisServers.sharedCluster();
        try (LettuceDriver driver = open(url(cluster))) {
            for (int i = 0; i < 60; i++) {
                String key = key();
                byte[] value = new byte[] {0, '\r', '\n', (byte) i, -1};
                assertThat(driver.execute(utf8(key), utf8("SET"), utf8(key), value))
                        .isEqualTo(utf8("OK"));
                assertThat(get(driver.submit(utf8(key), utf8("GET"), utf8(key))))
                        .isEqualTo(value);
                assertThat(cluster.nodeOf(key).command("DEL", key)).isEqualTo(1L);
            }
            String key = key();
            execute(driver, "LPUSH", key, "one");
            assertErrorReply("WRONGTYPE", () -> execute(driver, "GET", key));
            assertErrorReply(
                    "NOSCRIPT",
                    () -> driver.execute(
                            utf8(key), command("EVALSHA", "0123456789012345678901234567890123456789", "1", key)));
            assertThat(driver.execute(utf8(key), command("EVAL", "return redis.call('DEL', KEYS[1])", "1", key)))
                    .isEqualTo(1L);
        }
    }

    @Test
    @DisplayName("knows its primaries by their addresses, and sends each what is about no key")
    void nodes() throws Exception {
        RedisCluster cluster = RedisServers.sharedCluster();
        try (LettuceDriver driver =
                open("redis-cluster://" + cluster.nodes().get(0).address())) {
            List<RedisDriver.Node> nodes = driver.nodes();
            assertThat(nodes)
                    .extracting(RedisDriver.Node::name)
                    .containsExactlyElementsOf(cluster.nodes().stream()
                            .map(RedisServer::address)
                            .sorted()
                            .toList());
            for (RedisDriver.Node node : nodes) {
                assertThat(text(get(node.submit(command("CLUSTER", "MYID")))))
                        .isEqualTo(cluster.nodes().stream()
                                .filter(server -> server.address().equals(node.name()))
                                .findFirst()
                                .orElseThrow()
                                .command("CLUSTER", "MYID"));
            }
        }
    }

    @Test
    @DisplayName("follows ASK and MOVED when a slot goes to another server")
    void redirections() throws Exception {
        try (RedisCluster cluster = RedisServers.cluster();
                LettuceDriver driver = open(url(cluster))) {
            String key = "moved";
            int slot = cluster.slotOf(key);
            RedisServer from = cluster.nodeOf(key);
            RedisServer to = cluster.nodes().stream()
                    .filter(node -> node != from)
                    .findFirst()
                    .orElseThrow();
            assertThat(execute(driver, "INCR", key)).isEqualTo(1L);
            from.command("DEL", key);
            cluster.beginMove(slot, from, to);
            assertThat(execute(driver, "INCR", key)).isEqualTo(1L);
            assertThat(get(submit(driver, "INCR", key))).isEqualTo(2L);
            cluster.finishMove(slot, to);
            assertThat(execute(driver, "INCR", key)).isEqualTo(3L);
            assertThat(get(submit(driver, "INCR", key))).isEqualTo(4L);
            assertThat(to.command("GET", key)).isEqualTo("4");
        }
    }

    @Test
    @DisplayName("S71 S72 answers in time for the keys of a server that is stopped, and for the others as ever")
    void oneStopped() {
        try (RedisCluster cluster = RedisServers.cluster();
                LettuceDriver driver = open(url(cluster) + "?timeout=300ms")) {
            String there = "there";
            RedisServer stopped = cluster.nodeOf(there);
            String elsewhere = "elsewhere";
            for (int i = 0; cluster.nodeOf(elsewhere) == stopped; i++) {
                elsewhere = "elsewhere" + i;
            }
            execute(driver, "SET", there, "1");
            execute(driver, "SET", elsewhere, "1");
            stopped.pause();
            assertUnavailable(Reason.TIMEOUT, true, () -> execute(driver, "GET", there));
            assertThat(execute(driver, "GET", elsewhere)).isEqualTo("1");
            stopped.resume();
            until("it answers again", () -> "1".equals(execute(driver, "GET", there)));
        }
    }

    @Test
    @DisplayName("says CONNECT or TOPOLOGY, unsent, for the keys of a server that is gone")
    void oneGone() {
        try (RedisCluster cluster = RedisServers.cluster();
                LettuceDriver driver = open(url(cluster))) {
            String key = "gone";
            execute(driver, "SET", key, "1");
            cluster.nodeOf(key).kill();
            until("it is noticed", () -> {
                Throwable problem = catchThrowable(() -> execute(driver, "GET", key));
                return problem instanceof RedisConnectionException none
                        && !none.mayHaveBeenSent()
                        && List.of(Reason.CONNECT, Reason.TOPOLOGY).contains(none.reason());
            });
        }
    }

    @Test
    @DisplayName("E3 uses a client or a connection of the application, and leaves it open")
    void handedIn() throws Exception {
        RedisCluster cluster = RedisServers.sharedCluster();
        RedisClusterClient client =
                RedisClusterClient.create("redis://" + cluster.nodes().get(0).address());
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            String key = key();
            try (LettuceDriver driver = LettuceDriver.over(client)) {
                assertThat(execute(driver, "SET", key, "1")).isEqualTo("OK");
                assertThat(driver.client()).isEmpty();
            }
            try (LettuceDriver driver = LettuceDriver.over(connection)) {
                assertThat(get(submit(driver, "GET", key))).isEqualTo("1");
                assertThat(driver.nodes()).hasSize(3);
            }
            assertThat(connection.sync().del(key)).isEqualTo(1);
        } finally {
            client.shutdown();
        }
    }

    @Test
    @DisplayName("says that nobody listens, and that a server is in no cluster")
    void noCluster() {
        assertUnavailable(Reason.CONNECT, false, () -> open("redis-cluster://127.0.0.1:1"));
        assertThat(catchThrowable(
                        () -> open("redis-cluster://" + RedisServers.shared().address())))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("cluster support disabled");
    }
}
