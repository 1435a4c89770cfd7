package dev.guard.tck.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.tck.fault.FakeRedis.Answer;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import dev.guard.testing.redis.RespConnection;
import dev.guard.testing.redis.RespErrorException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FakeRedisTest {

    private static final Duration LONG = Patience.times(Duration.ofSeconds(20));
    private static final Duration SHORT = Duration.ofMillis(100);

    private final FakeRedis fake = FakeRedis.start();

    @AfterEach
    void close() {
        fake.close();
    }

    private RespConnection connect(Duration timeout) throws IOException {
        return RespConnection.open(fake.host(), fake.port(), timeout);
    }

    private static String text(Object reply) {
        return new String((byte[]) reply, UTF_8);
    }

    @Test
    @DisplayName("What clients say when they connect is answered as a real server would")
    void handshake() throws IOException {
        try (RespConnection connection = connect(LONG)) {
            assertThat((List<?>) connection.command("HELLO", "2")).hasSize(14);
            assertThat(text(connection.command("AUTH", "user", "password"))).isEqualTo("OK");
            assertThat(text(connection.command("SELECT", "1"))).isEqualTo("OK");
            assertThat(text(connection.command("CLIENT", "SETINFO", "LIB-NAME", "x")))
                    .isEqualTo("OK");
            assertThat(text(connection.command("ping"))).isEqualTo("PONG");
            assertThat(text(connection.command("ECHO", "a"))).isEqualTo("a");
            assertThat(text(connection.command("INFO"))).contains("redis_version:7.0.15");
            assertThatThrownBy(() -> connection.command("EVALSHA", "0"))
                    .isInstanceOf(RespErrorException.class)
                    .hasMessage("ERR unknown command 'EVALSHA'");
        }
    }

    @Test
    @DisplayName("HELLO 3 is answered with a map of RESP3")
    void hello3() throws IOException {
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(() -> connection.command("HELLO", "3")).hasMessageContaining("byte " + (int) '%');
        }
    }

    @Test
    @DisplayName("Answers given to next come once each in their order, then the standing one")
    void order() throws IOException {
        fake.always("GET", Answer.bulk("always")).next("get", Answer.integer(1), Answer.error("OOM none"));
        try (RespConnection connection = connect(LONG);
                RespConnection other = connect(LONG)) {
            assertThat(connection.command("GET", "a")).isEqualTo(1L);
            assertThatThrownBy(() -> other.command("GET", "b")).hasMessage("OOM none");
            assertThat(text(connection.command("GET", "c"))).isEqualTo("always");
            assertThat(text(other.command("GET", "d"))).isEqualTo("always");
        }
        assertThat(fake.received())
                .containsExactly(List.of("GET", "a"), List.of("GET", "b"), List.of("GET", "c"), List.of("GET", "d"));
        assertThat(fake.received("get")).isEqualTo(4);
        assertThat(fake.accepted()).isEqualTo(2);
    }

    @Test
    @DisplayName("An answer to everything also stands for what is answered by default, but not for what is named")
    void everything() throws IOException {
        fake.everything(Answer.error("LOADING Redis is loading the dataset in memory"))
                .always("TIME", Answer.array(Answer.bulk("1"), Answer.bulk("2")));
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(() -> connection.command("PING")).hasMessageStartingWith("LOADING ");
            assertThat((List<?>) connection.command("TIME")).hasSize(2);
            fake.reset();
            assertThat(text(connection.command("PING"))).isEqualTo("PONG");
            assertThat(fake.received()).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "One before a real server answers what it was told to and the handshake, and hands on the rest as bytes")
    void beforeAServer() throws IOException {
        byte[] value = {0, -1, 13, 10};
        try (RedisServer server = RedisServers.standalone();
                FakeRedis before = FakeRedis.before(new InetSocketAddress(server.host(), server.port()))
                        .always("TIME", Answer.error("OOM none"));
                RespConnection connection = RespConnection.open(before.host(), before.port(), LONG)) {
            byte[] set = "SET".getBytes(UTF_8);
            assertThat(connection.command(set, new byte[] {-2}, value)).isEqualTo("OK".getBytes(UTF_8));
            assertThat(connection.command("GET".getBytes(UTF_8), new byte[] {-2}))
                    .isEqualTo(value);
            assertThat(connection.command("GET", "none")).isNull();
            assertThat(connection.command("EVAL", "return {1, {2}}", "0")).isEqualTo(List.of(1L, List.of(2L)));
            assertThatThrownBy(() -> connection.command("INCR")).hasMessageStartingWith("ERR wrong number");
            assertThatThrownBy(() -> connection.command("TIME")).hasMessage("OOM none");
            assertThat(server.calls("time")).isZero();
            before.reset();
            assertThat((List<?>) connection.command("TIME")).hasSize(2);
        }
    }

    @Test
    @DisplayName("never gives nothing, also to later commands over the connection, and a new connection is served")
    void never() throws IOException {
        fake.next("GET", Answer.never());
        try (RespConnection connection = connect(SHORT);
                RespConnection other = connect(LONG)) {
            connection.send("GET".getBytes(UTF_8));
            connection.send("PING".getBytes(UTF_8));
            assertThatThrownBy(connection::receive).isInstanceOf(SocketTimeoutException.class);
            Patience.until(
                    "both commands arrived",
                    LONG,
                    () -> "" + fake.received(),
                    () -> fake.received().equals(List.of(List.of("GET"), List.of("PING"))));
            assertThat(text(other.command("PING"))).isEqualTo("PONG");
        }
    }

    @Test
    @DisplayName("slowly gives one byte at a time, so that each read ends in time and the whole does not")
    void slowly() throws IOException {
        fake.always("GET", Answer.bulk("slow").slowly(Duration.ofMillis(5)));
        try (RespConnection connection = connect(LONG)) {
            long start = System.nanoTime();
            assertThat(text(connection.command("GET"))).isEqualTo("slow");
            assertThat(System.nanoTime() - start)
                    .as("ten bytes, five milliseconds before each")
                    .isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
        }
    }

    @Test
    @DisplayName("An answer may wait for a latch")
    void gate() throws IOException {
        CountDownLatch gate = new CountDownLatch(1);
        fake.always("GET", Answer.integer(1).when(gate));
        try (RespConnection impatient = connect(SHORT);
                RespConnection patient = connect(LONG)) {
            assertThatThrownBy(() -> impatient.command("GET")).isInstanceOf(SocketTimeoutException.class);
            patient.send("GET".getBytes(UTF_8));
            gate.countDown();
            assertThat(patient.receive()).isEqualTo(1L);
        }
    }

    @Test
    @DisplayName("A connection is closed or reset after a request, or in the middle of the answer")
    void closed() throws IOException {
        fake.next(
                "GET",
                Answer.close(),
                Answer.reset(),
                Answer.bulk("12345").cutTo(6).thenClose());
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(() -> connection.command("GET")).isInstanceOf(EOFException.class);
        }
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(() -> connection.command("GET")).isInstanceOf(SocketException.class);
        }
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(() -> connection.command("GET"))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining("inside of a reply");
        }
    }

    @Test
    @DisplayName("thenReset and thenHang come after the bytes")
    void afterTheBytes() throws IOException {
        fake.next("GET", Answer.status("QUEUED").thenHang());
        try (RespConnection connection = connect(SHORT)) {
            assertThat(text(connection.command("GET"))).isEqualTo("QUEUED");
            assertThatThrownBy(() -> connection.command("PING")).isInstanceOf(SocketTimeoutException.class);
        }
        fake.next("GET", Answer.bulk("12345").cutTo(6).thenReset());
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(() -> connection.command("GET")).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("A greeting comes before any command, such as that there are too many clients")
    void greeting() throws IOException {
        fake.greet(Answer.error("ERR max number of clients reached").thenClose());
        try (RespConnection connection = connect(LONG)) {
            assertThatThrownBy(connection::receive).hasMessage("ERR max number of clients reached");
            assertThatThrownBy(connection::receive).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("dropConnections closes those that there are, and close also the port, and ends what hangs")
    void drop() throws IOException {
        fake.always("GET", Answer.never());
        try (RespConnection connection = connect(LONG)) {
            connection.send("GET".getBytes(UTF_8));
            Patience.until("it arrived", LONG, () -> "", () -> fake.received("GET") == 1);
            fake.dropConnections();
            assertThatThrownBy(connection::receive).isInstanceOf(IOException.class);
        }
        try (RespConnection connection = connect(LONG)) {
            connection.send("GET".getBytes(UTF_8));
            Patience.until("it arrived", LONG, () -> "", () -> fake.received("GET") == 2);
            fake.close();
            assertThatThrownBy(connection::receive).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> connect(LONG)).isInstanceOf(IOException.class);
    }
}
