package dev.guard.bench.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import dev.guard.testing.redis.RespConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProxyTest {

    private static final Duration LONG = Patience.times(Duration.ofSeconds(10));
    private static final Duration SHORT = Duration.ofMillis(200);

    private static RedisServer server;
    private Proxy proxy;

    @BeforeAll
    static void start() {
        server = RedisServers.standalone();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        server.command("FLUSHALL");
        proxy = new Proxy(server.port());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    @DisplayName("while it refuses connections are reset and none is made, and then they are again")
    void refuses() throws Exception {
        RespConnection before = connect(LONG);
        incr(before);

        proxy.refuse();

        assertThatThrownBy(() -> incr(before)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> connect(LONG)).isInstanceOf(IOException.class);
        proxy.mend();
        try (RespConnection after = connect(LONG)) {
            assertThat(incr(after)).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("while it holds the server does what it is asked, and its answers come when that is over")
    void holds() throws Exception {
        try (RespConnection before = connect(LONG);
                RespConnection hasty = connect(SHORT)) {
            incr(before);
            proxy.hold();

            before.send(bytes("INCR"), bytes("n"));
            awaitNumber(2);
            assertThatThrownBy(() -> incr(hasty)).isInstanceOf(SocketTimeoutException.class);
            awaitNumber(3);

            proxy.mend();
            assertThat(before.receive()).isEqualTo(2L);
        }
    }

    @Test
    @DisplayName("a connection that was forgotten stays silent for good, and a new one is not")
    void forgets() throws Exception {
        try (RespConnection before = connect(SHORT)) {
            incr(before);

            proxy.forget();
            assertThatThrownBy(() -> incr(before)).isInstanceOf(SocketTimeoutException.class);
            RespConnection meanwhile = connect(SHORT);
            // A connection is there before the proxy has taken it over; it takes them over in their order.
            RespConnection next = connect(SHORT);
            assertThatThrownBy(() -> incr(next)).isInstanceOf(SocketTimeoutException.class);
            proxy.mend();

            assertThatThrownBy(() -> incr(meanwhile)).isInstanceOf(SocketTimeoutException.class);
            try (RespConnection after = connect(LONG)) {
                assertThat(incr(after)).isEqualTo(2);
            }
        }
    }

    @Test
    @DisplayName(
            "the reply that is to be lost is that of the command that writes; it was executed, and the next one is not lost")
    void cuts() throws Exception {
        for (boolean reset : new boolean[] {false, true}) {
            try (RespConnection connection = connect(LONG)) {
                proxy.cutReplyTo("lost", reset);
                connection.command("GET", "lost");
                connection.command("SET", "kept", "1");
                int before = proxy.cuts();

                assertThatThrownBy(() -> connection.command("SET", "lost", "1")).isInstanceOf(IOException.class);

                assertThat(proxy.cuts()).isEqualTo(before + 1);
                assertThat(server.command("GET", "lost")).isEqualTo("1");
            }
            try (RespConnection next = connect(LONG)) {
                assertThat(next.command("SET", "lost", "2")).isNotNull();
            }
        }
    }

    private RespConnection connect(Duration timeout) throws IOException {
        String address = proxy.address();
        return RespConnection.open("127.0.0.1", Integer.parseInt(address.substring(address.indexOf(':') + 1)), timeout);
    }

    private static long incr(RespConnection connection) throws IOException {
        return (Long) connection.command("INCR", "n");
    }

    private static void awaitNumber(long expected) {
        Patience.until(
                "the number is " + expected,
                LONG,
                () -> "",
                () -> String.valueOf(expected).equals(server.command("GET", "n")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
