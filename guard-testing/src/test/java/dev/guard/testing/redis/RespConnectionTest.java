package dev.guard.testing.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.testing.Ports;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RespConnectionTest {

    private static final Duration LONG = Patience.times(Duration.ofSeconds(20));
    private static final Duration SHORT = Duration.ofMillis(100);

    @Test
    @DisplayName("Every byte goes to a real server and comes back")
    void everyByte() throws IOException {
        byte[] all = new byte[1024];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        byte[] key = "resp-connection-test\r\n\0".getBytes(UTF_8);
        try (RespConnection connection = RedisServers.shared().connect()) {
            assertThat((byte[]) connection.command(bytes("SET"), key, all)).isEqualTo(bytes("OK"));
            assertThat((byte[]) connection.command(bytes("GET"), key)).isEqualTo(all);
            assertThat(connection.command(bytes("DEL"), key)).isEqualTo(1L);
            assertThat(connection.command(bytes("GET"), key)).isNull();
        }
    }

    @Test
    @DisplayName("A list holds numbers, strings, lists, nothing, and errors as values")
    void lists() throws IOException {
        try (RespConnection connection = RedisServers.shared().connect()) {
            List<?> list = (List<?>) connection.command(
                    "EVAL", "return {1, 'two', {3}, false, redis.error_reply('FOUR and more')}", "0");
            assertThat(list).hasSize(5);
            assertThat(list.get(0)).isEqualTo(1L);
            assertThat((byte[]) list.get(1)).isEqualTo(bytes("two"));
            assertThat((List<?>) list.get(2)).isEqualTo(List.of(3L));
            assertThat(list.get(3)).isNull();
            assertThat(list.get(4))
                    .isInstanceOfSatisfying(
                            RespErrorException.class,
                            error -> assertThat(error.code()).isEqualTo("FOUR"));
        }
    }

    @Test
    @DisplayName("An error reply is thrown with its whole line, and the connection stays usable")
    void errors() throws IOException {
        try (RespConnection connection = RedisServers.shared().connect()) {
            assertThatThrownBy(() -> connection.command("EVALSHA", "0".repeat(40), "0"))
                    .isInstanceOfSatisfying(RespErrorException.class, error -> {
                        assertThat(error.code()).isEqualTo("NOSCRIPT");
                        assertThat(error).hasMessageStartingWith("NOSCRIPT No matching script");
                    });
            assertThat(connection.isClosed()).isFalse();
            assertThat((byte[]) connection.command("PING")).isEqualTo(bytes("PONG"));
        }
    }

    @Test
    @DisplayName("Commands may be sent ahead; replies come in their order")
    void pipeline() throws IOException {
        try (RespConnection connection = RedisServers.shared().connect()) {
            for (int i = 0; i < 100; i++) {
                connection.send(bytes("ECHO"), bytes("" + i));
            }
            for (int i = 0; i < 100; i++) {
                assertThat((byte[]) connection.receive()).isEqualTo(bytes("" + i));
            }
        }
    }

    @Test
    @DisplayName("Where no reply comes in time the connection is closed")
    void timeout() throws IOException {
        try (ReplyingServer server = ReplyingServer.of(bytes(""), bytes("+too late"));
                RespConnection connection = server.connect(SHORT)) {
            assertThatThrownBy(() -> connection.command("GET", "a")).isInstanceOf(SocketTimeoutException.class);
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    @DisplayName("A reply that ends too early is the end of the connection")
    void truncated() throws IOException {
        byte[] whole = bytes("*2\r\n$5\r\nvalue\r\n:12\r\n");
        for (int length = 0; length < whole.length; length++) {
            try (ReplyingServer server = ReplyingServer.of(Arrays.copyOf(whole, length));
                    RespConnection connection = server.connect(LONG)) {
                assertThatThrownBy(() -> connection.command("GET", "a"))
                        .as("after %s bytes", length)
                        .isInstanceOf(EOFException.class);
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    @Test
    @DisplayName("What is not RESP2 is refused")
    void garbage() throws IOException {
        for (String reply : List.of("HTTP/1.1 200 OK\r\n", "$x\r\n", ":\r\n", "+OK\r+", "$2\r\nabc\r\n", "_\r\n")) {
            try (ReplyingServer server = ReplyingServer.of(bytes(reply), bytes(""));
                    RespConnection connection = server.connect(LONG)) {
                assertThatThrownBy(() -> connection.command("GET", "a"))
                        .as(reply)
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(EOFException.class);
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    @Test
    @DisplayName("An empty string, no string, an empty list and no list are four things")
    void nothings() throws IOException {
        try (ReplyingServer server =
                        ReplyingServer.of(bytes("$0\r\n\r\n"), bytes("$-1\r\n"), bytes("*0\r\n"), bytes("*-1\r\n"));
                RespConnection connection = server.connect(LONG)) {
            assertThat((byte[]) connection.command("GET")).isEmpty();
            assertThat(connection.command("GET")).isNull();
            assertThat((List<?>) connection.command("GET")).isEmpty();
            assertThat(connection.command("GET")).isNull();
        }
    }

    @Test
    @DisplayName("Nobody there is an error at once")
    void refused() {
        assertThatThrownBy(() -> RespConnection.open("127.0.0.1", Ports.free(), LONG))
                .isInstanceOf(IOException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
