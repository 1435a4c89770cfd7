package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.bytes;
import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static dev.guard.redis.jedis.Calls.parts;
import static dev.guard.redis.jedis.Calls.start;
import static dev.guard.redis.jedis.Calls.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisDriver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a driver does on any topology. */
interface DriverRules {

    /** The driver; it is the same in all tests of a class. */
    JedisDriver driver();

    /** A new one, for tests that close it. */
    JedisDriver open();

    /** How many servers hold keys. */
    int servers();

    @Test
    @DisplayName("keys and values of any bytes come back as they were, from both forms of a call")
    default void binarySafe() {
        byte[] any = new byte[256];
        for (int i = 0; i < any.length; i++) {
            any[i] = (byte) i;
        }
        byte[] large = new byte[100_000];
        byte[] value = bytes("\r\n$-1\r\n-ERR\r\n");

        assertThat(text(driver().execute(any, bytes("SET"), any, value))).isEqualTo("OK");
        assertThat((byte[]) driver().execute(any, bytes("GET"), any)).isEqualTo(value);
        driver().execute(value, bytes("SET"), value, large);
        assertThat((byte[]) driver().submit(value, bytes("GET"), value)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(large);
    }

    @Test
    @DisplayName("replies are bytes, numbers, lists of them, and null")
    default void replies() {
        assertThat(call(driver(), "SET", "replies", "1")).isEqualTo("OK");
        assertThat(call(driver(), "INCR", "replies")).isEqualTo(2L);
        assertThat(call(driver(), "GET", "nothing")).isNull();
        assertThat(text(driver().execute(
                                bytes("replies"),
                                parts("EVAL", "return {1, {'a', false}, redis.status_reply('S')}", "1", "replies"))))
                .isEqualTo(Arrays.asList(1L, Arrays.asList("a", null), "S"));
    }

    @Test
    @DisplayName("an error keeps the server's text, and the connection serves on")
    default void errorsKeepTheirText() {
        call(driver(), "SET", "text", "1");

        assertThat(failure(() -> call(driver(), "LPUSH", "text", "1"))).startsWith("WRONGTYPE Operation against a key");
        assertThat(failure(start(driver(), "LPUSH", "text", "1"))).startsWith("WRONGTYPE Operation against a key");
        assertThat(failure(() -> driver().execute(
                                bytes("text"),
                                parts("EVALSHA", "ffffffffffffffffffffffffffffffffffffffff", "1", "text"))))
                .startsWith("NOSCRIPT No matching script");
        assertThat(call(driver(), "GET", "text")).isEqualTo("1");
    }

    @Test
    @DisplayName("every server that holds keys is there by its name, and answers to it")
    default void nodes() {
        List<RedisDriver.Node> nodes = driver().nodes();

        assertThat(nodes).hasSize(servers());
        assertThat(nodes.stream().map(RedisDriver.Node::name))
                .doesNotHaveDuplicates()
                .isEqualTo(driver().nodes().stream().map(RedisDriver.Node::name).toList());
        for (RedisDriver.Node node : nodes) {
            assertThat(text(node.submit(bytes("PING")).toCompletableFuture().join()))
                    .isEqualTo("PONG");
            assertThat(failure(node.submit(bytes("NONSENSE")))).startsWith("ERR unknown command");
        }
    }

    @Test
    @DisplayName("many calls at a time, of both forms, are each answered once and rightly")
    default void manyAtATime() {
        List<CompletableFuture<Object>> replies = new ArrayList<>();
        IntStream.range(0, 200)
                .forEach(i ->
                        replies.add(start(driver(), "INCR", "many-" + i % 20).toCompletableFuture()));
        replies.forEach(CompletableFuture::join);
        for (int i = 0; i < 20; i++) {
            assertThat(call(driver(), "GETDEL", "many-" + i)).isEqualTo("10");
        }
    }

    @Test
    @DisplayName("closing twice is harmless, and a call that comes later fails without being sent")
    default void closing() {
        JedisDriver driver = open();
        call(driver, "SET", "closing", "1");

        driver.close();

        assertThatCode(driver::close).doesNotThrowAnyException();
        assertThat(failure(() -> call(driver, "GET", "closing"))).isEqualTo(failed(Reason.CONNECT, false));
        assertThat(failure(start(driver, "GET", "closing"))).isEqualTo(failed(Reason.CONNECT, false));
        assertThat(failure(driver::nodes)).isEqualTo(failed(Reason.CONNECT, false));
    }
}
