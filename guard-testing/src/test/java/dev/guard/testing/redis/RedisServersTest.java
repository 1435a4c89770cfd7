package dev.guard.testing.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisServersTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    @DisplayName("The shared server is the same each time, and is not to be stopped, killed or closed")
    void shared() {
        RedisServer server = RedisServers.shared();
        assertThat(RedisServers.shared()).isSameAs(server);
        assertThatThrownBy(server::pause)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("RedisServers.standalone()");
        assertThatThrownBy(server::kill).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(server::start).isInstanceOf(UnsupportedOperationException.class);
        server.close();
        assertThat(server.command("PING")).isEqualTo("PONG");
    }

    @Test
    @DisplayName("Where GUARD_TEST_REDIS_URL names a server, that one is shared")
    void external() {
        try (RedisServer ours = RedisServers.password("se:cr%et")) {
            String url = "redis://:se:cr%25et@127.0.0.1:" + ours.port();
            RedisServer server = RedisServers.shared(Map.of(RedisServers.URL, url));
            assertThat(server.command("PING")).isEqualTo("PONG");
            assertThat(server.url()).isEqualTo(url);
            assertThat(server.origin()).isEqualTo(RedisServers.URL);
            assertThatThrownBy(server::kill).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(server::log).isInstanceOf(UnsupportedOperationException.class);
            server.close();
            assertThat(ours.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    @DisplayName("A GUARD_TEST_REDIS_URL that is of no use is refused by its name, and its password is not shown")
    void badUrl() {
        for (String url : new String[] {
            "redis://:hidden@127.0.0.1:" + Ports.free(),
            "http://u:hidden@127.0.0.1",
            "redis://:hidden@",
            "redis://:hidden@127.0.0.1/3",
            "redis://:hid den@127.0.0.1",
            "hidden"
        }) {
            assertThatThrownBy(() -> RedisServers.shared(Map.of(RedisServers.URL, url)))
                    .as(url)
                    .hasMessageStartingWith(RedisServers.URL)
                    .message()
                    .doesNotContain("hid");
        }
    }

    @Test
    @DisplayName("A server of one's own starts empty on the loopback interface and keeps nothing on disk")
    void standalone() throws IOException {
        Path folder;
        try (RedisServer server = RedisServers.standalone()) {
            assertThat(server.command("DBSIZE")).isEqualTo(0L);
            assertThat(server.url()).isEqualTo("redis://127.0.0.1:" + server.port());
            assertThat(server.info("server")).containsEntry("tcp_port", String.valueOf(server.port()));
            assertThat(server.info("persistence")).containsEntry("aof_enabled", "0");
            assertThat(String.valueOf(server.command("CONFIG", "GET", "save"))).isEqualTo("[save, ]");
            assertThat(String.valueOf(server.command("CONFIG", "GET", "bind"))).isEqualTo("[bind, 127.0.0.1]");
            folder = server.socket().getParent();
            assertThat(server.log()).contains("Ready to accept connections");
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(server.socket()));
                channel.write(ByteBuffer.wrap("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer reply = ByteBuffer.allocate(7);
                while (reply.hasRemaining() && channel.read(reply) >= 0) {}
                assertThat(new String(reply.array(), StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n");
            }
        }
        assertThat(folder).doesNotExist();
    }

    private static String version(RedisServer server) {
        return String.valueOf(server.info("server").get("redis_version"));
    }

    @Test
    @DisplayName("Directives win over ours")
    void directives() {
        try (RedisServer server =
                RedisServers.standalone("maxmemory 3mb", "maxmemory-policy noeviction", "save 900 1")) {
            assertThat(server.info("memory")).containsEntry("maxmemory", String.valueOf(3 << 20));
            assertThat(String.valueOf(server.command("CONFIG", "GET", "save"))).isEqualTo("[save, 900 1]");
        }
    }

    @Test
    @DisplayName("A server that does not come up is an error with its log, and leaves nothing behind")
    void doesNotStart() throws IOException {
        long before = folders();
        assertThatThrownBy(() -> RedisServers.standalone("no-such-directive yes"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended while it started")
                .hasMessageContaining("no-such-directive");
        assertThat(folders()).isEqualTo(before);
    }

    private static long folders() throws IOException {
        try (var files = Files.list(RedisHome.get().folder())) {
            return files.filter(Files::isDirectory).count();
        }
    }

    @Test
    @DisplayName("calls counts what a command cost since CONFIG RESETSTAT")
    void statistics() {
        try (RedisServer server = RedisServers.standalone()) {
            Object sha = server.command("SCRIPT", "LOAD", "return 1");
            server.command("EVALSHA", String.valueOf(sha), "0");
            server.command("EVALSHA", String.valueOf(sha), "0");
            assertThat(server.calls("evalsha")).isEqualTo(2);
            assertThat(server.calls("script|load")).isEqualTo(1);
            server.command("CONFIG", "RESETSTAT");
            assertThat(server.calls("evalsha")).isZero();
        }
    }

    @Test
    @DisplayName("A paused server accepts connections and answers nothing, and goes on when resumed")
    void pause() throws IOException {
        try (RedisServer server = RedisServers.standalone()) {
            server.pause();
            try (RespConnection connection = RespConnection.open(server.host(), server.port(), SHORT)) {
                assertThatThrownBy(() -> connection.command("PING")).isInstanceOf(SocketTimeoutException.class);
            }
            server.resume();
            assertThat(server.command("PING")).isEqualTo("PONG");
            server.pause();
        }
    }

    @Test
    @DisplayName("A killed server refuses connections; started again it has the same port and has forgotten")
    void kill() {
        try (RedisServer server = RedisServers.standalone()) {
            server.command("SET", "key", "value");
            assertThatThrownBy(server::start).hasMessageContaining("runs already");
            server.pause();
            server.kill();
            assertThatThrownBy(() -> server.command("PING")).isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(server::connect).isInstanceOf(IOException.class);
            assertThatThrownBy(server::pause).hasMessageContaining("has ended");
            int port = server.port();
            server.start();
            assertThat(server.port()).isEqualTo(port);
            assertThat(server.command("GET", "key")).isNull();
            assertThat(server.info("server")).containsEntry("tcp_port", String.valueOf(port));
        }
    }

    @Test
    @DisplayName("A closed server may be closed again, and does not start again")
    void closed() {
        RedisServer server = RedisServers.standalone();
        server.close();
        server.close();
        assertThatThrownBy(server::start).hasMessageContaining("is closed");
    }

    @Test
    @DisplayName("Version 6.2 is there, without what came later")
    void version62() {
        try (RedisServer server = RedisServers.version62()) {
            assertThat(version(server)).startsWith("6.2.");
            assertThatThrownBy(() -> server.command("FUNCTION", "LIST")).isInstanceOf(RespErrorException.class);
            assertThat(server.command("GETDEL", "none")).isNull();
        }
    }

    @Test
    @DisplayName("A server with a password answers to nobody without it")
    void password() throws IOException {
        try (RedisServer server = RedisServers.password("quiet");
                RespConnection anyone = RespConnection.open(server.host(), server.port(), Patience.times(SHORT))) {
            assertThat(server.url()).isEqualTo("redis://:quiet@127.0.0.1:" + server.port());
            assertThat(server.command("PING")).isEqualTo("PONG");
            assertThatThrownBy(() -> anyone.command("PING")).hasMessageStartingWith("NOAUTH");
            assertThatThrownBy(() -> anyone.command("AUTH", "loud")).hasMessageStartingWith("WRONGPASS");
            assertThat(server).asString().doesNotContain("quiet");
        }
    }

    @Test
    @DisplayName(
            "A server with an ACL lets its user do what the rules say, nobody else anything, and the test everything")
    void acl() throws IOException {
        try (RedisServer server = RedisServers.acl("guard", "quiet", "~guard:* +get +set +ping");
                RespConnection client = server.connectAsClient();
                RespConnection anyone = RespConnection.open(server.host(), server.port(), Patience.times(SHORT))) {
            assertThat(server.url()).isEqualTo("redis://guard:quiet@127.0.0.1:" + server.port());
            client.command("SET", "guard:a", "1");
            assertThatThrownBy(() -> client.command("SET", "other", "1")).hasMessageStartingWith("NOPERM");
            assertThatThrownBy(() -> client.command("DEL", "guard:a")).hasMessageStartingWith("NOPERM");
            assertThatThrownBy(() -> anyone.command("GET", "guard:a")).hasMessageStartingWith("NOAUTH");
            assertThat(server.command("DEL", "guard:a")).isEqualTo(1L);
        }
    }

    @Test
    @DisplayName("A server without CONFIG, KEYS, FLUSHDB and FLUSHALL does not know them, and knows the rest")
    void withoutAdminCommands() {
        try (RedisServer server = RedisServers.withoutAdminCommands()) {
            for (String[] command :
                    new String[][] {{"CONFIG", "GET", "save"}, {"KEYS", "*"}, {"FLUSHDB"}, {"FLUSHALL"}}) {
                assertThatThrownBy(() -> server.command(command)).hasMessageStartingWith("ERR unknown command");
            }
            assertThat(server.command("EVAL", "return redis.call('SET', KEYS[1], '1')", "1", "a"))
                    .isEqualTo("OK");
            assertThat(server.info("stats")).containsKey("evicted_keys");
        }
    }
}
