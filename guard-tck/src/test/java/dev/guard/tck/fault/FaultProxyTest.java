package dev.guard.tck.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.testing.redis.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FaultProxyTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** How long something is waited for that must not come. */
    private static final int A_WHILE = 100;

    private final EchoServer echo = EchoServer.start();
    private final FaultProxy proxy = FaultProxy.before(echo.port());

    @AfterEach
    void close() throws IOException {
        proxy.close();
        echo.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(Patience.times(LONG).toMillis()));
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String receive(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), US_ASCII);
    }

    private static String echoed(Socket socket, String text) throws IOException {
        send(socket, text);
        return receive(socket, text.length());
    }

    private static void assertNothingComes(Socket socket) throws IOException {
        int timeout = socket.getSoTimeout();
        socket.setSoTimeout(A_WHILE);
        InputStream in = socket.getInputStream();
        assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(timeout);
    }

    private void until(String what, Callable<Boolean> so) {
        Patience.until(what, LONG, proxy::toString, so);
    }

    // ─── Without a fault ────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("Without a fault everything goes through in both directions, however much it is, and then the end")
    void transparent() throws Exception {
        byte[] much = new byte[3_000_000];
        new Random(1).nextBytes(much);
        try (Socket socket = connect()) {
            Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(much);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            writer.start();
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(much);
            writer.join();
        }
        until("both ends are gone", () -> proxy.connections() == 0 && echo.connections() == 0);
        assertThat(proxy.accepted()).isEqualTo(1);
        assertThat(proxy.fault()).hasToString("no fault");
    }

    @Test
    @DisplayName("A store that is away is a reset to the client, and one that is back is found by the next connection")
    void storeAway() throws Exception {
        int port = echo.port();
        echo.close();
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> echoed(socket, "a")).isInstanceOf(SocketException.class);
        }
        try (EchoServer back = EchoServer.start(port);
                Socket socket = connect()) {
            assertThat(echoed(socket, "a")).isEqualTo("a");
            assertThat(back.received()).isEqualTo(1);
        }
    }

    // ─── Faults ─────────────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("refuse ends connections and refuses new ones, and the port is the same after it, again and again")
    void refuse() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = connect()) {
                assertThat(echoed(socket, "a")).isEqualTo("a");
                proxy.set(Fault.refuse());
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
                assertThat(proxy.connections()).isZero();
                assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            }
            proxy.heal();
        }
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "a")).isEqualTo("a");
        }
    }

    @Test
    @DisplayName("reset resets connections at once, and new ones before the store gets anything of what they send")
    void reset() throws Exception {
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "a")).isEqualTo("a");
            proxy.set(Fault.reset());
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> echoed(socket, "b")).isInstanceOf(SocketException.class);
        }
        assertThat(echo.received()).isEqualTo(1);
        proxy.heal();
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "c")).isEqualTo("c");
        }
    }

    @Test
    @DisplayName("A blackhole towards the store holds requests of old and new connections, which arrive after it")
    void blackholeTowardsStore() throws Exception {
        try (Socket old = connect()) {
            assertThat(echoed(old, "a")).isEqualTo("a");
            proxy.set(Fault.blackholeTowardsStore());
            try (Socket young = connect()) {
                send(old, "bc");
                send(young, "def");
                assertNothingComes(old);
                assertNothingComes(young);
                assertThat(echo.received()).isEqualTo(1);
                proxy.heal();
                assertThat(receive(old, 2)).isEqualTo("bc");
                assertThat(receive(young, 3)).isEqualTo("def");
            }
        }
    }

    @Test
    @DisplayName("What a client sent before it gave up within a blackhole arrives after it, and then its end")
    void givenUp() throws Exception {
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "a")).isEqualTo("a");
            proxy.set(Fault.blackholeTowardsStore());
            send(socket, "bc");
        }
        assertThat(echo.received()).isEqualTo(1);
        proxy.heal();
        until("it arrived", () -> echo.received() == 3);
        until("both ends are gone", () -> proxy.connections() == 0 && echo.connections() == 0);
    }

    @Test
    @DisplayName("A blackhole towards the client lets the store do what it is asked, and holds its replies")
    void blackholeTowardsClient() throws Exception {
        try (Socket socket = connect()) {
            proxy.set(Fault.blackholeTowardsClient());
            send(socket, "abc");
            until("the store has it", () -> echo.received() == 3);
            assertNothingComes(socket);
            proxy.heal();
            assertThat(receive(socket, 3)).isEqualTo("abc");
        }
    }

    @Test
    @DisplayName("What is dropped never arrives, its connections stay silent after it, and only new ones are well")
    void drop() throws Exception {
        try (Socket old = connect()) {
            assertThat(echoed(old, "a")).isEqualTo("a");
            proxy.set(Fault.drop());
            try (Socket young = connect()) {
                send(old, "bc");
                send(young, "def");
                assertNothingComes(old);
                assertNothingComes(young);
                proxy.heal();
                send(old, "gh");
                send(young, "ijk");
                try (Socket next = connect()) {
                    assertThat(echoed(next, "l")).isEqualTo("l");
                }
                assertNothingComes(old);
                assertNothingComes(young);
                assertThat(echo.received()).isEqualTo(2);
                assertThat(proxy.connections()).isGreaterThanOrEqualTo(2);
            }
        }
        until("both ends are gone", () -> proxy.connections() == 0 && echo.connections() == 0);
    }

    @Test
    @DisplayName(
            "The end of a store that is dropped does not reach its client, nor does that of a request that was under way")
    void dropEnd() throws Exception {
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "a")).isEqualTo("a");
            proxy.set(Fault.blackholeTowardsClient());
            send(socket, "b");
            until("the store has it", () -> echo.received() == 2);
            proxy.set(Fault.drop());
            echo.close();
            until("the store's end is gone", () -> echo.connections() == 0);
            proxy.heal();
            assertNothingComes(socket);
            assertThat(proxy.connections()).isEqualTo(1);
            proxy.set(Fault.reset());
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    @DisplayName("A delay holds each piece in each direction, also of many that are under way, and heals at once")
    void delay() throws Exception {
        Duration delay = Duration.ofMillis(50);
        proxy.set(Fault.delay(delay));
        try (Socket socket = connect()) {
            long begun = System.nanoTime();
            assertThat(echoed(socket, "abc")).isEqualTo("abc");
            assertThat(System.nanoTime() - begun)
                    .isGreaterThanOrEqualTo(delay.multipliedBy(2).toNanos());

            proxy.set(Fault.delay(Duration.ofHours(1)));
            send(socket, "d");
            assertNothingComes(socket);
            proxy.heal();
            assertThat(receive(socket, 1)).isEqualTo("d");
        }
    }

    @Test
    @DisplayName("Jitter holds each piece for another time, and keeps their order")
    void jitter() throws Exception {
        proxy.set(Fault.jitter(Duration.ofMillis(20), 7));
        try (Socket socket = connect()) {
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                String piece = "<" + i + ">";
                send(socket, piece);
                sent.append(piece);
            }
            assertThat(receive(socket, sent.length())).isEqualTo(sent.toString());
        }
    }

    @Test
    @DisplayName("A cut ends a connection within a reply, whose request the store got in full")
    void cut() throws Exception {
        try (Socket old = connect()) {
            assertThat(echoed(old, "abc")).isEqualTo("abc");
            proxy.set(Fault.cut(2));
            send(old, "defg");
            assertThat(receive(old, 4)).isEqualTo("de");
        }
        proxy.set(Fault.cut(0));
        try (Socket young = connect()) {
            send(young, "hi");
            assertThat(receive(young, 2)).isEmpty();
        }
        assertThat(echo.received()).isEqualTo(9);
        proxy.heal();
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "abc")).isEqualTo("abc");
        }
    }

    @Test
    @DisplayName("Replies come byte by byte, with a pause after each, and at once when it is healed")
    void byteByByte() throws Exception {
        Duration pause = Duration.ofMillis(10);
        try (Socket socket = connect()) {
            proxy.set(Fault.byteByByte(pause));
            long begun = System.nanoTime();
            assertThat(echoed(socket, "abcdef")).isEqualTo("abcdef");
            assertThat(System.nanoTime() - begun)
                    .isGreaterThanOrEqualTo(pause.multipliedBy(5).toNanos());

            proxy.set(Fault.byteByByte(Duration.ofHours(1)));
            send(socket, "ghi");
            assertThat(receive(socket, 1)).isEqualTo("g");
            assertNothingComes(socket);
            proxy.heal();
            assertThat(receive(socket, 2)).isEqualTo("hi");
        }
    }

    @Test
    @DisplayName("What a fault held goes by the next fault, not by none")
    void faultAfterFault() throws Exception {
        try (Socket socket = connect()) {
            proxy.set(Fault.blackholeTowardsStore());
            send(socket, "a");
            proxy.set(Fault.blackholeTowardsClient());
            until("the store has it", () -> echo.received() == 1);
            assertNothingComes(socket);
            proxy.set(Fault.reset());
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    // ─── The proxy itself ───────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("After close nothing is left of it, and to close again is harmless")
    void closing() throws Exception {
        try (Socket socket = connect()) {
            assertThat(echoed(socket, "a")).isEqualTo("a");
            proxy.set(Fault.blackholeTowardsStore());
            proxy.close();
            proxy.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        assertThatThrownBy(proxy::heal)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("guard-fault-proxy-" + proxy.port()));
        until("the store's end is gone", () -> echo.connections() == 0);
    }

    @Test
    @DisplayName("Numbers out of range and a store without an address are refused by name")
    void refused() {
        assertThatThrownBy(() -> Fault.cut(-1)).hasMessage("bytes is -1, expected 0 or more");
        assertThatThrownBy(() -> Fault.delay(Duration.ZERO))
                .hasMessage("oneWay is PT0S, expected more than zero and an hour at most");
        assertThatThrownBy(() -> Fault.jitter(Duration.ofMillis(-1), 1)).hasMessageStartingWith("most is PT-0.001S");
        assertThatThrownBy(() -> Fault.byteByByte(Duration.ofHours(2))).hasMessageStartingWith("pause is PT2H");
        assertThatThrownBy(() -> FaultProxy.before(InetSocketAddress.createUnresolved("store.example", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("store.example");
    }
}
