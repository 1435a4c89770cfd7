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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisDriver;
import dev.guard.testing.Ports;
import dev.guard.testing.redis.CertificateAuthority;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The Lettuce driver on one server")
class LettuceDriverTest {

    /** Handshakes of a JVM that has just started take their time. */
    private static final String PATIENT = "&timeout=20s&connect_timeout=20s";

    @Test
    @DisplayName("E1 carries any bytes there and back, in the blocking and the asynchronous form")
    void anyBytes() throws Exception {
        byte[] key = (key() + "\r\n\0{}*").getBytes("ISO-8859-1");
        byte[] value = new byte[70_000];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        try (LettuceDriver driver = open(RedisServers.shared().url())) {
            assertThat(driver.execute(key, utf8("SET"), key, value)).isEqualTo(utf8("OK"));
            assertThat(driver.execute(key, utf8("GET"), key)).isEqualTo(value);
            assertThat(get(driver.submit(key, utf8("GET"), key))).isEqualTo(value);
            assertThat(driver.execute(key, utf8("SET"), key, new byte[0])).isEqualTo(utf8("OK"));
            assertThat(driver.execute(key, utf8("GET"), key)).isEqualTo(new byte[0]);
            assertThat(driver.execute(key, utf8("DEL"), key)).isEqualTo(1L);
            assertThat(driver.execute(key, utf8("GET"), key)).isNull();
            assertThat(get(driver.submit(key, utf8("GET"), key))).isNull();
        }
    }

    @Test
    @DisplayName("gives replies in the forms of RESP2, arrays in arrays included")
    void shapes() {
        String script = "return {1, {}, {'a', {2, false}}, redis.status_reply('fine'), -3, {{}}}";
        try (LettuceDriver driver = open(RedisServers.shared().url())) {
            Object reply = execute(driver, "EVAL", script, "0");
            assertThat(reply)
                    .isEqualTo(List.of(
                            1L, List.of(), List.of("a", Arrays.asList(2L, null)), "fine", -3L, List.of(List.of())));
        }
    }

    @Test
    @DisplayName("keeps the text of an error reply")
    void errorReplies() {
        String key = key();
        try (LettuceDriver driver = open(RedisServers.shared().url())) {
            execute(driver, "LPUSH", key, "one");
            assertErrorReply("WRONGTYPE Operation against a key", () -> execute(driver, "GET", key));
            assertErrorReply("WRONGTYPE Operation against a key", () -> get(submit(driver, "GET", key)));
            assertErrorReply(
                    "NOSCRIPT No matching script",
                    () -> driver.execute(
                            utf8(key), command("EVALSHA", "0123456789012345678901234567890123456789", "1", key)));
            assertErrorReply(
                    "MINE it is", () -> execute(driver, "EVAL", "return redis.error_reply('MINE it is')", "0"));
            execute(driver, "DEL", key);
        }
    }

    @Test
    @DisplayName("runs many commands of many threads on one connection, each with its own answer")
    void manyThreads() throws Exception {
        try (RedisServer server = RedisServers.standalone();
                LettuceDriver driver = open(server.url())) {
            long before = Long.parseLong(server.info("stats").get("total_connections_received"));
            List<CompletableFuture<Void>> threads = new java.util.ArrayList<>();
            for (int t = 0; t < 8; t++) {
                String key = key();
                threads.add(CompletableFuture.runAsync(() -> {
                    for (long i = 1; i <= 200; i++) {
                        assertThat(execute(driver, "INCR", key)).isEqualTo(i);
                        assertThat(submit(driver, "GET", key)
                                        .toCompletableFuture()
                                        .join())
                                .isEqualTo(String.valueOf(i));
                    }
                }));
            }
            get(CompletableFuture.allOf(threads.toArray(CompletableFuture<?>[]::new)));
            assertThat(server.info("stats").get("total_connections_received")).isEqualTo(String.valueOf(before));
        }
    }

    @Test
    @DisplayName("knows its one server by its address, and sends it what is about no key")
    void nodes() throws Exception {
        RedisServer server = RedisServers.shared();
        try (LettuceDriver driver = open(server.url())) {
            List<RedisDriver.Node> nodes = driver.nodes();
            assertThat(nodes).hasSize(1);
            assertThat(nodes.get(0).name()).isEqualTo(server.host() + ":" + server.port());
            assertThat(text(get(nodes.get(0).submit(command("PING"))))).isEqualTo("PONG");
            assertErrorReply("ERR", () -> get(nodes.get(0).submit(command("NOSUCHCOMMAND"))));
        }
    }

    // ─── Who may come in ────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("B10 keeps to its database, and says which one is refused")
    void database() {
        try (RedisServer server = RedisServers.standalone();
                LettuceDriver third = open(server.url() + "/3");
                LettuceDriver first = open(server.url())) {
            execute(third, "SET", "a", "here");
            assertThat(execute(first, "GET", "a")).isNull();
            assertThat(execute(third, "GET", "a")).isEqualTo("here");
            assertErrorReply("ERR DB index is out of range", () -> open(server.url() + "/99"));
        }
    }

    @Test
    @DisplayName("B10 comes in with a password, and hears the server's own words without one or with a wrong one")
    void password() {
        try (RedisServer server = RedisServers.password("s3cret word")) {
            String host = server.host() + ":" + server.port();
            try (LettuceDriver driver = open("redis://:s3cret%20word@" + host)) {
                assertThat(execute(driver, "SET", "a", "b")).isEqualTo("OK");
            }
            assertErrorReply("NOAUTH", () -> open("redis://" + host));
            assertErrorReply("WRONGPASS", () -> open("redis://:hunter2@" + host));
            assertErrorReply("WRONGPASS", () -> open("redis://nobody:hunter2@" + host));
        }
    }

    @Test
    @DisplayName("B10 comes in as an ACL user who may do nothing but what it does")
    void aclUser() {
        try (RedisServer server = RedisServers.acl("guard", "p@ss/word", "~guard:* +get +set +select")) {
            String host = server.host() + ":" + server.port();
            try (LettuceDriver driver = open("redis://guard:p%40ss%2Fword@" + host + "/1")) {
                assertThat(execute(driver, "SET", "guard:a", "b")).isEqualTo("OK");
                assertErrorReply("NOPERM", () -> execute(driver, "GET", "other"));
                assertErrorReply("NOPERM", () -> execute(driver, "DEL", "guard:a"));
            }
            server.command("ACL", "SETUSER", "open", "on", "nopass", "~*", "+get", "+ping");
            try (LettuceDriver driver = open("redis://open@" + host)) {
                assertThat(execute(driver, "GET", "a")).isNull();
            }
        }
    }

    @Test
    @DisplayName("B10 verifies certificate and host over TLS")
    void tls(@TempDir Path folder) throws IOException {
        CertificateAuthority authority = CertificateAuthority.create();
        Path trusted = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
        Path other = Files.writeString(
                folder.resolve("other.pem"), CertificateAuthority.create().certificatePem());
        try (RedisServer server = RedisServers.tls(authority.issueForLoopback())) {
            String place = server.host() + ":" + server.port();
            try (LettuceDriver driver = open("rediss://" + place + "?ca=" + trusted + PATIENT)) {
                assertThat(execute(driver, "SET", "a", "b")).isEqualTo("OK");
            }
            assertThat(assertUnavailable(
                            Reason.MISCONFIGURED, false, () -> open("rediss://" + place + "?ca=" + other + PATIENT)))
                    .hasMessageStartingWith("no secure connection to rediss://" + place);
            assertUnavailable(
                    Reason.MISCONFIGURED, false, () -> open("rediss://" + place + "?" + PATIENT.substring(1)));
            assertThatThrownBy(() -> open("redis://" + place)).isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> open("rediss://" + place + "?ca=" + folder.resolve("none.pem")))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("the parameter ca of the Redis URL is '" + folder.resolve("none.pem"));
        }
        try (RedisServer stranger = RedisServers.tls(authority.issue("redis.example"))) {
            String place = stranger.host() + ":" + stranger.port();
            assertThat(assertUnavailable(
                            Reason.MISCONFIGURED, false, () -> open("rediss://" + place + "?ca=" + trusted + PATIENT)))
                    .hasMessageContaining("127.0.0.1");
        }
        try (RedisServer plain = RedisServers.standalone()) {
            // It answers with an error, waits for more or hangs up, as the bytes of the handshake happen to look to it.
            assertThatThrownBy(() -> open("rediss://" + plain.address()))
                    .isInstanceOfSatisfying(
                            RedisConnectionException.class,
                            e -> assertThat(e.reason()).isIn(Reason.MISCONFIGURED, Reason.TIMEOUT, Reason.CONNECT));
        }
    }

    @Test
    @DisplayName("refuses a certificate file without a certificate, and names it")
    void noCertificates(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThatThrownBy(() -> open("rediss://localhost?ca=" + empty))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("the parameter ca of the Redis URL is '" + empty
                        + "', expected a readable file of certificates in PEM form");
    }

    @Test
    @DisplayName("says what is missing where UNIX sockets cannot be used")
    void unixSocket() {
        assertThatThrownBy(() -> open("redis-socket://:hunter2@/run/redis.sock"))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith("the Redis URL is 'redis-socket://***@/run/redis.sock', expected a host")
                .hasMessageContaining("netty-transport-native-epoll");
    }

    @Test
    @DisplayName("says that nobody listens, or that there is no such host, with the password masked")
    void nobodyThere() {
        int port = Ports.free();
        assertThat(assertUnavailable(Reason.CONNECT, false, () -> open("redis://:hunter2@127.0.0.1:" + port)))
                .hasMessageStartingWith("cannot connect to redis://***@127.0.0.1:" + port)
                .hasStackTraceContaining("refused")
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("hunter2"));
        assertThat(assertUnavailable(Reason.CONNECT, false, () -> open("redis://:hunter2@no-such-host.invalid")))
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("hunter2"));
    }

    private static String stackTrace(Throwable problem) {
        java.io.StringWriter text = new java.io.StringWriter();
        problem.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    // ─── Servers that stop ──────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName(
            "S71 S72 answers TIMEOUT in time while the server is stopped, without blocking who submits, and works again after")
    void stopped() throws Exception {
        try (RedisServer server = RedisServers.standalone();
                LettuceDriver driver = open(server.url() + "?timeout=300ms")) {
            execute(driver, "SET", "a", "1");
            server.pause();
            CompletionStage<Object> submitted = submit(driver, "GET", "a");
            assertThat(submitted.toCompletableFuture()).isNotDone();
            assertUnavailable(Reason.TIMEOUT, true, () -> execute(driver, "GET", "a"));
            assertUnavailable(Reason.TIMEOUT, true, () -> get(submitted));
            assertUnavailable(Reason.TIMEOUT, false, () -> open(server.url() + "?timeout=300ms"));
            // The connection is given up after a while.
            until("the connection is closed", () -> !driver.connection().isOpen());
            assertUnavailable(Reason.CONNECT, false, () -> execute(driver, "GET", "a"));
            server.resume();
            until("it answers again", () -> "1".equals(execute(driver, "GET", "a")));
        }
    }

    @Test
    @DisplayName("S72 finds a server that was killed and came back, and says CONNECT meanwhile")
    void killed() {
        try (RedisServer server = RedisServers.standalone();
                LettuceDriver driver = open(server.url())) {
            execute(driver, "SET", "a", "1");
            server.kill();
            until("the connection is gone", () -> !driver.connection().isOpen());
            assertUnavailable(Reason.CONNECT, false, () -> execute(driver, "GET", "a"));
            assertUnavailable(Reason.CONNECT, false, () -> get(submit(driver, "GET", "a")));
            server.start();
            until("it answers again", () -> execute(driver, "GET", "a") == null);
        }
    }

    // ─── Clients of the application ─────────────────────────────────────────────────────────────

    @Test
    @DisplayName("E3 uses a client or a connection of the application, and leaves it open")
    void handedIn() {
        RedisClient client = RedisClient.create(RedisServers.shared().url());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            String key = key();
            try (LettuceDriver driver = LettuceDriver.over(client)) {
                assertThat(execute(driver, "SET", key, "1")).isEqualTo("OK");
                assertThat(driver.client()).isEmpty();
                assertThat(driver.nodes().get(0).name())
                        .isEqualTo(RedisServers.shared().address());
            }
            try (LettuceDriver driver = LettuceDriver.over(connection)) {
                assertThat(execute(driver, "GET", key)).isEqualTo("1");
                assertThat(driver.connection()).isSameAs(connection);
                assertErrorReply("WRONGTYPE", () -> execute(driver, "LPUSH", key, "one"));
                Object map = execute(driver, "CONFIG", "GET", "maxmemory");
                assertThat(map).isEqualTo(List.of("maxmemory", "0"));
            }
            assertThat(connection.sync().del(key)).isEqualTo(1);
        } finally {
            client.shutdown();
        }
    }

    @Test
    @DisplayName("E3 gives its own client and connection to who needs more, and closes them with itself")
    void nativeClient() {
        LettuceDriver driver = open(RedisServers.shared().url());
        assertThat(driver.client()).containsInstanceOf(RedisClient.class);
        assertThat(driver.connection()).isInstanceOfSatisfying(StatefulRedisConnection.class, connection -> {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
        });
        driver.close();
        assertThat(driver.connection().isOpen()).isFalse();
        until(
                "its threads are gone",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("guard-redis-timer")));
    }
}
