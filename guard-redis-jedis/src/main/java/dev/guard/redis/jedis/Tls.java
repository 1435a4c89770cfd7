package dev.guard.redis.jedis;

import dev.guard.domain.GuardConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** How connections are encrypted: the server's certificate must be trusted, and must be for the host that was asked for. */
final class Tls {

    private static final String STORE_TYPE = "PKCS12";
    /** What Java wants a store of public certificates to be opened with. It keeps nothing secret. */
    private static final char[] STORE_PASSWORD = STORE_TYPE.toCharArray();

    private final SslOptions options;
    private final SSLSocketFactory sockets;

    private Tls(SslOptions options, SSLSocketFactory sockets) {
        this.options = options;
        this.sockets = sockets;
    }

    /**
     * Reads the certificates to trust.
     *
     * @param setting the full name of the setting that names the file
     * @param ca a PEM file with them; empty for those that Java trusts
     * @throws GuardConfigurationException if the file cannot be read or has none
     */
    static Tls trusting(String setting, Optional<String> ca) {
        SslOptions.Builder builder = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL);
        ca.ifPresent(file -> {
            byte[] store = storeOf(setting, file);
            builder.trustStoreType(STORE_TYPE).truststore(() -> new ByteArrayInputStream(store), STORE_PASSWORD);
        });
        SslOptions options = builder.build();
        try {
            return new Tls(options, options.createSslContext().getSocketFactory());
        } catch (IOException | GeneralSecurityException e) {
            throw new GuardConfigurationException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static byte[] storeOf(String setting, String file) {
        try (InputStream pem = Files.newInputStream(Path.of(file))) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw new GuardConfigurationException(unreadable(setting, file) + ", and it has none");
            }
            KeyStore store = KeyStore.getInstance(STORE_TYPE);
            store.load(null, STORE_PASSWORD);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + ++number, certificate);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, STORE_PASSWORD);
            return bytes.toByteArray();
        } catch (IOException | GeneralSecurityException e) {
            throw new GuardConfigurationException(unreadable(setting, file) + ": " + e.getMessage(), e);
        }
    }

    private static String unreadable(String setting, String file) {
        return "ca in " + setting + " is '" + file + "', expected a file with certificates in PEM";
    }

    /** The same for connections that Jedis makes itself. */
    SslOptions options() {
        return options;
    }

    /** An encrypted socket over a connected one, before the handshake. */
    SSLSocket over(Socket connected, HostAndPort server) throws IOException {
        SSLSocket socket = (SSLSocket) sockets.createSocket(connected, server.getHost(), server.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }
}
