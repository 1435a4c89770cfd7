package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.backend.Backend;
import dev.guard.testing.redis.CertificateAuthority;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a client believes to be its server. */
public interface CertificateRules extends BackendUnderTest {

    /** Handshakes of a JVM that has just started take their time. */
    String PATIENT = "timeout=20s&connect_timeout=20s";

    @Test
    @DisplayName(
            "a certificate of an unknown issuer, one for another host and one that is over are MISCONFIGURED, as waiting mends none of them")
    default void refusedCertificates(@TempDir Path folder) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create();
        String trusted = "ca=" + pem(folder, "ca.pem", authority) + "&" + PATIENT;
        String other = "ca=" + pem(folder, "other.pem", CertificateAuthority.create()) + "&" + PATIENT;
        try (RedisServer server = RedisServers.tls(authority.issueForLoopback());
                RedisServer stranger = RedisServers.tls(authority.issue("redis.example.org"));
                RedisServer expired = RedisServers.tls(authority.issueExpired())) {
            try (Backend backend = open(server.url() + "?" + trusted)) {
                backend.ping().toCompletableFuture().get(1, TimeUnit.MINUTES);
            }
            assertInsecure(server, server.url() + "?" + other);
            assertInsecure(server, server.url() + "?" + PATIENT);
            assertInsecure(stranger, stranger.url() + "?" + trusted);
            assertInsecure(expired, expired.url() + "?" + trusted);
        }
    }

    private static Path pem(Path folder, String name, CertificateAuthority authority) throws IOException {
        return Files.writeString(folder.resolve(name), authority.certificatePem());
    }

    private void assertInsecure(RedisServer server, String url) {
        assertThatThrownBy(() -> open(url))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.MISCONFIGURED))
                .hasMessageContaining("no secure connection to ")
                .hasMessageContaining(server.address());
    }

    @Test
    @DisplayName("a server that goes away during the handshake is CONNECT, as it may come back")
    default void brokenHandshake() throws Exception {
        CompletableFuture<Void> closing;
        try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            closing = CompletableFuture.runAsync(() -> closeEach(server));
            String url = "rediss://:hunter2@127.0.0.1:" + server.getLocalPort() + "?" + PATIENT;
            assertThatThrownBy(() -> open(url))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.CONNECT))
                    .hasMessageNotContaining("hunter2");
        }
        closing.get(1, TimeUnit.MINUTES);
    }

    @Test
    @DisplayName(
            "a server that is silent during the handshake is waited for as long as the URL says, and may come back too")
    default void silentHandshake() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            String url = "rediss://127.0.0.1:" + server.getLocalPort() + "?timeout=500ms&connect_timeout=500ms";
            assertThatThrownBy(() -> open(url))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).as(e.getMessage()).isIn(Reason.CONNECT, Reason.TIMEOUT));
        }
    }

    private static void closeEach(ServerSocket server) {
        while (true) {
            try (Socket socket = server.accept()) {
                // The client has begun to speak.
                assertThat(socket.getInputStream().read()).isNotNegative();
            } catch (IOException e) {
                return;
            }
        }
    }
}
