package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisDriver;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three primaries. */
@Tag("slow")
class ClusterDriverTest implements DriverRules {

    private static RedisCluster cluster;
    private static JedisDriver driver;

    @BeforeAll
    static void setUp() {
        cluster = RedisServers.cluster();
        driver = Calls.open(url());
    }

    @AfterAll
    static void tearDown() {
        driver.close();
        cluster.close();
    }

    private static String url() {
        return "redis-cluster://" + cluster.nodes().get(0).address();
    }

    @Override
    public JedisDriver driver() {
        return driver;
    }

    @Override
    public JedisDriver open() {
        return Calls.open(url());
    }

    @Override
    public int servers() {
        return 3;
    }

    @Test
    @DisplayName("the native client reaches all servers")
    void nativeClient() {
        IntStream.range(0, 20).forEach(i -> call(driver, "SET", "native-" + i, "1"));

        assertThat(IntStream.range(0, 20)
                        .mapToObj(i -> driver.client().get("native-" + i))
                        .distinct())
                .containsExactly("1");
    }

    @Test
    @DisplayName("a key whose slot is being moved is found by ASK, and by MOVED when it has moved")
    void movedSlot() {
        String key = "moving";
        int slot = cluster.slotOf(key);
        RedisServer from = cluster.nodeOf(key);
        RedisServer to = cluster.nodes().stream()
                .filter(node -> node != from)
                .findFirst()
                .orElseThrow();

        cluster.beginMove(slot, from, to);
        assertThat(call(driver, "INCR", key)).isEqualTo(1L);
        assertThat(call(driver, "INCR", key)).isEqualTo(2L);
        cluster.finishMove(slot, to);

        assertThat(call(driver, "INCR", key)).isEqualTo(3L);
        assertThat(Calls.start(driver, "INCR", key).toCompletableFuture().join())
                .isEqualTo(4L);
        assertThat(to.command("GET", key)).isEqualTo("4");
    }

    @Test
    @DisplayName("a server that is gone fails its own keys only")
    void oneServerGone() {
        try (RedisCluster own = RedisServers.cluster();
                JedisDriver other =
                        Calls.open("redis-cluster://" + own.nodes().get(1).address() + "?timeout=1s")) {
            String lost = keyOn(own, own.nodes().get(0));
            String kept = keyOn(own, own.nodes().get(2));
            call(other, "SET", lost, "1");
            call(other, "SET", kept, "1");

            own.nodes().get(0).kill();

            assertThat(failure(() -> call(other, "GET", lost)))
                    .isIn(failed(Reason.CONNECTION_LOST, true), failed(Reason.CONNECTION_LOST, false));
            assertThat(failure(() -> call(other, "GET", lost))).isEqualTo(failed(Reason.CONNECT, false));
            assertThat(call(other, "GET", kept)).isEqualTo("1");
        }
    }

    private static String keyOn(RedisCluster cluster, RedisServer server) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> "key-" + i)
                .filter(key -> cluster.nodeOf(key) == server)
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("a cluster is found through any of its servers, and not where none answers or none is one")
    void opening() {
        RedisServer last = cluster.nodes().get(2);
        try (JedisDriver other = Calls.open("redis-cluster://127.0.0.1:1," + last.address())) {
            assertThat(other.nodes().stream().map(RedisDriver.Node::name))
                    .containsExactlyInAnyOrderElementsOf(
                            cluster.nodes().stream().map(RedisServer::address).toList());
        }
        assertThat(failure(() -> Calls.open("redis-cluster://127.0.0.1:1"))).isEqualTo(failed(Reason.CONNECT, false));
        try (RedisServer alone = RedisServers.standalone()) {
            assertThat(failure(() -> Calls.open("redis-cluster://" + alone.address())))
                    .startsWith("ERR This instance has cluster support disabled");
        }
    }
}
