package dev.guard.testing.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TlsTest {

    private static final Duration LONG = Patience.times(Duration.ofSeconds(20));

    private final CertificateAuthority authority = CertificateAuthority.create();

    /** Connects as a client does that verifies the host. */
    private static void shakeHands(RedisServer server, String host, SSLContext context) throws IOException {
        try (Socket plain = new Socket("127.0.0.1", server.port());
                SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket(plain, host, server.port(), true)) {
            socket.setSoTimeout(Math.toIntExact(LONG.toMillis()));
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
        }
    }

    @Test
    @DisplayName("The signed certificate is a valid one of its authority")
    void certificate() throws GeneralSecurityException {
        TlsIdentity identity = authority.issueForLoopback();
        identity.certificate().verify(authority.certificate().getPublicKey());
        identity.certificate().checkValidity();
        authority.certificate().verify(authority.certificate().getPublicKey());
        assertThat(authority.certificate().getBasicConstraints()).isNotNegative();
        assertThat(identity.certificate().getBasicConstraints()).isNegative();
        assertThat(authority.certificate().getKeyUsage())
                .containsExactly(false, false, false, false, false, true, false, false, false);
        assertThat(identity.certificate().getSubjectAlternativeNames()).hasSize(2);
        assertThat(identity).asString().isEqualTo("CN=localhost");
        assertThatThrownBy(() -> authority.issueExpired().certificate().checkValidity())
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    @DisplayName("A TLS server is trusted by who knows its authority, under its own names only")
    void names() throws IOException {
        try (RedisServer server = RedisServers.tls(authority.issueForLoopback())) {
            assertThat(server.url()).isEqualTo("rediss://127.0.0.1:" + server.port());
            assertThat(server.command("PING")).isEqualTo("PONG");
            shakeHands(server, "localhost", authority.context());
            shakeHands(server, "127.0.0.1", authority.context());
            assertThatThrownBy(() -> shakeHands(server, "redis.example", authority.context()))
                    .isInstanceOf(SSLHandshakeException.class);
            SSLContext strangers = CertificateAuthority.create().context();
            assertThatThrownBy(() -> shakeHands(server, "localhost", strangers))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThatThrownBy(() -> RespConnection.open("127.0.0.1", server.port(), LONG, strangers))
                    .isInstanceOf(SSLHandshakeException.class);
            try (RespConnection plain = RespConnection.open("127.0.0.1", server.port(), LONG)) {
                assertThatThrownBy(() -> plain.command("PING")).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    @DisplayName("A certificate for another host, or an expired one, is refused by who verifies")
    void badCertificates() {
        try (RedisServer other = RedisServers.tls(authority.issue("redis.example", "other.example"));
                RedisServer expired = RedisServers.tls(authority.issueExpired())) {
            assertThatThrownBy(() -> shakeHands(other, "localhost", authority.context()))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThatThrownBy(() -> shakeHands(expired, "localhost", authority.context()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    @DisplayName("A server may ask for a certificate of the client")
    void mutual() throws IOException {
        try (RedisServer server = RedisServers.tls(authority.issueForLoopback(), "tls-auth-clients yes")) {
            assertThat(server.command("PING")).isEqualTo("PONG");
            SSLContext withCertificate = authority.context(authority.issue("client.example"));
            try (RespConnection client = RespConnection.open("127.0.0.1", server.port(), LONG, withCertificate)) {
                client.command("PING");
            }
            assertThatThrownBy(() -> {
                        try (RespConnection client =
                                RespConnection.open("127.0.0.1", server.port(), LONG, authority.context())) {
                            client.command("PING");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }
}
