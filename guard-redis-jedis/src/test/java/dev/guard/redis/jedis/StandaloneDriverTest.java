package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.bytes;
import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static dev.guard.redis.jedis.Calls.parts;
import static dev.guard.redis.jedis.Calls.start;
import static dev.guard.redis.jedis.Calls.times;
import static dev.guard.redis.jedis.Calls.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.testing.redis.CertificateAuthority;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server. */
class StandaloneDriverTest implements DriverRules {

    /** Handshakes of a JVM that has just started take their time. */
    private static final String PATIENT = "&timeout=20s&connect_timeout=20s";

    private static RedisServer server;
    private static JedisDriver driver;

    @BeforeAll
    static void setUp() {
        server = RedisServers.standalone();
        driver = Calls.open(server.url());
    }

    @AfterAll
    static void tearDown() {
        driver.close();
        server.close();
    }

    @Override
    public JedisDriver driver() {
        return driver;
    }

    @Override
    public JedisDriver open() {
        return Calls.open(server.url());
    }

    @Override
    public int servers() {
        return 1;
    }

    @Test
    @DisplayName("the native client is the same each time, reaches the same server, and is closed with the driver")
    void nativeClient() {
        JedisDriver other = open();
        call(other, "SET", "native", "1");

        assertThat(other.client()).isSameAs(other.client());
        assertThat(other.client().get("native")).isEqualTo("1");
        other.close();
        assertThat(catchThrowable(() -> other.client().get("native"))).isNotNull();
    }

    @Test
    @DisplayName("the database of the URL is used")
    void database() {
        try (JedisDriver other = Calls.open(server.url() + "/7")) {
            call(other, "SET", "only-in-7", "1");
        }
        assertThat(call(driver, "GET", "only-in-7")).isNull();
    }

    @Test
    @DisplayName("a stopped process is waited for until the timeout and no longer, and answers again when it goes on")
    void stoppedProcess() throws Exception {
        try (RedisServer own = RedisServers.standalone();
                JedisDriver stalled = Calls.open(own.url() + "?timeout=1s")) {
            call(stalled, "SET", "k", "1");
            own.pause();

            assertEndsInTime(() -> failure(() -> call(stalled, "INCR", "k")), failed(Reason.TIMEOUT, true));
            // The connection is gone; a new one is made by the kernel, but nobody signs in over it.
            assertEndsInTime(() -> failure(() -> call(stalled, "INCR", "k")), failed(Reason.TIMEOUT, false));
            CompletionStage<Object> async = Calls.start(stalled, "INCR", "k");
            assertEndsInTime(() -> failure(async), failed(Reason.TIMEOUT, false));

            own.resume();
            until("it answers again", () -> {
                try {
                    return call(stalled, "GET", "k") != null;
                } catch (RuntimeException e) {
                    return false;
                }
            });
            // What was written before the timeout may have been run; what was not sent was not.
            assertThat(call(stalled, "GET", "k")).isIn("1", "2");
        }
    }

    private static void assertEndsInTime(Callable<String> call, String expected) throws Exception {
        long start = System.nanoTime();
        assertThat(call.call()).isEqualTo(expected);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(times(Duration.ofSeconds(3)));
    }

    @Test
    @DisplayName("a server that was started again costs one call at most, though all connections broke")
    void restarted() throws Exception {
        try (RedisServer own = RedisServers.standalone();
                JedisDriver other = Calls.open(own.url())) {
            var calls = IntStream.range(0, 8)
                    .mapToObj(i -> Calls.start(other, "INCR", "k"))
                    .toList();
            calls.forEach(reply -> reply.toCompletableFuture().join());
            own.kill();
            own.start();

            String first = outcome(() -> call(other, "GET", "k"));

            assertThat(first).isIn("null", failed(Reason.CONNECTION_LOST, true), failed(Reason.CONNECTION_LOST, false));
            assertThat(outcome(() -> call(other, "GET", "k"))).isEqualTo("null");
            assertThat(outcome(() -> call(other, "GET", "k"))).isEqualTo("null");
        }
    }

    private static String outcome(Callable<?> call) throws Exception {
        try {
            return String.valueOf(call.call());
        } catch (RuntimeException e) {
            return failure(() -> {
                throw e;
            });
        }
    }

    @Test
    @DisplayName("a server that is not there is no connection, and what waited for it was not sent")
    void refused() {
        RedisServer gone = RedisServers.standalone();
        gone.kill();
        try (JedisDriver other = Calls.open(gone.url())) {
            assertThat(failure(() -> call(other, "GET", "k"))).isEqualTo(failed(Reason.CONNECT, false));
            assertThat(catchThrowable(() -> call(other, "GET", "k")))
                    .hasMessageContaining(gone.address())
                    .hasMessageContaining("refused");
        } finally {
            gone.close();
        }
    }

    @Test
    @DisplayName("a password, a user with a password, and what is refused of them, by the server's own words")
    void signingIn() {
        try (RedisServer withPassword = RedisServers.password("s3cret");
                RedisServer withUser = RedisServers.acl("app", "app-pass", "~app:* +get +set")) {
            try (JedisDriver other = Calls.open(withPassword.url())) {
                assertThat(call(other, "SET", "k", "1")).isEqualTo("OK");
            }
            try (JedisDriver other = Calls.open(withUser.url())) {
                assertThat(call(other, "SET", "app:k", "1")).isEqualTo("OK");
                assertThat(failure(() -> call(other, "SET", "other", "1"))).startsWith("NOPERM");
                assertThat(failure(() -> call(other, "INCR", "app:k"))).startsWith("NOPERM");
            }
            try (JedisDriver other = Calls.open("redis://" + withPassword.address())) {
                assertThat(failure(() -> call(other, "GET", "k"))).startsWith("NOAUTH");
            }
            try (JedisDriver other = Calls.open("redis://:wrong-one@" + withPassword.address())) {
                assertThat(failure(() -> call(other, "GET", "k"))).startsWith("WRONGPASS");
                assertThat(failure(start(other, "GET", "k")))
                        .startsWith("WRONGPASS")
                        .doesNotContain("wrong-one");
            }
            try (JedisDriver other = Calls.open(server.url() + "/99")) {
                assertThat(failure(() -> call(other, "GET", "k"))).contains("DB index is out of range");
            }
        }
    }

    @Test
    @DisplayName(
            "TLS: a trusted certificate for the host serves; an unknown issuer and another host's certificate do not")
    void tls(@TempDir Path folder) throws IOException {
        CertificateAuthority authority = CertificateAuthority.create();
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
        Path otherCa = Files.writeString(
                folder.resolve("other.pem"), CertificateAuthority.create().certificatePem());
        Path noCa = Files.writeString(folder.resolve("none.pem"), "no certificate");
        try (RedisServer good = RedisServers.tls(authority.issueForLoopback());
                RedisServer wrongHost = RedisServers.tls(authority.issue("redis.example.org"))) {
            try (JedisDriver other = Calls.open("rediss://" + good.address() + "?ca=" + ca + PATIENT)) {
                assertThat(call(other, "SET", "k", "1")).isEqualTo("OK");
                assertThat(other.client().get("k")).isEqualTo("1");
            }
            assertNotServed("rediss://" + good.address() + "?ca=" + otherCa + PATIENT, "certification path");
            assertNotServed("rediss://" + good.address() + "?" + PATIENT.substring(1), "certification path");
            assertNotServed(
                    "rediss://" + wrongHost.address() + "?ca=" + ca + PATIENT, "No subject alternative names matching");
            assertThat(failure(() -> Calls.call(Calls.open("redis://" + good.address()), "GET", "k")))
                    .isIn(failed(Reason.CONNECT, false), failed(Reason.TIMEOUT, false));
            assertThat(catchThrowable(() -> Calls.open("rediss://" + good.address() + "?ca=" + noCa)))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining(noCa.toString());
        }
    }

    private static void assertNotServed(String url, String why) {
        try (JedisDriver other = Calls.open(url)) {
            assertThat(failure(() -> call(other, "GET", "k"))).isEqualTo(failed(Reason.MISCONFIGURED, false));
            assertThat(catchThrowable(() -> call(other, "GET", "k"))).hasMessageContaining(why);
        }
    }

    @Test
    @DisplayName("a UNIX socket is refused, with the setting and the backend that has them")
    void unixSocket() {
        assertThat(catchThrowable(() -> Calls.open("redis-socket://:secret@/run/r.sock")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContaining("backends.redis-jedis.url")
                .hasMessageContaining("/run/r.sock")
                .hasMessageContaining("redis-lettuce")
                .hasMessageNotContaining("secret");
    }

    @Test
    @DisplayName("an interrupted caller sends nothing, and stays interrupted")
    void interrupted() {
        call(driver, "SET", "interrupted", "0");
        Thread.currentThread().interrupt();
        try {
            assertThat(failure(() -> driver.execute(bytes("interrupted"), parts("INCR", "interrupted"))))
                    .isEqualTo(failed(Reason.INTERRUPTED, false));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(call(driver, "GET", "interrupted")).isEqualTo("0");
    }
}
