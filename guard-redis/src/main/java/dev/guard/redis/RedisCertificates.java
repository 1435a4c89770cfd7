package dev.guard.redis;

import dev.guard.domain.GuardConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The certificates that a connection trusts, for the clients to verify servers by. */
public final class RedisCertificates {

    private RedisCertificates() {}

    /**
     * Reads the file that the URL's parameter {@code ca} names.
     *
     * @return empty if it names none, so that what Java trusts is trusted
     * @throws GuardConfigurationException if there is no certificate in it; the detail names the file
     */
    public static Optional<TrustManagerFactory> trusted(RedisUrl url) {
        return url.ca().map(RedisCertificates::read);
    }

    private static TrustManagerFactory read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw refused(file, null);
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + store.size(), certificate);
            }
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(store);
            return trusted;
        } catch (IOException | GeneralSecurityException | InvalidPathException e) {
            throw refused(file, e);
        }
    }

    private static GuardConfigurationException refused(String file, @Nullable Exception cause) {
        String detail = "the parameter ca of the Redis URL is '" + file
                + "', expected a readable file of certificates in PEM form";
        return cause == null ? new GuardConfigurationException(detail) : new GuardConfigurationException(detail, cause);
    }
}
