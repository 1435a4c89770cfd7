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
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The certificates that a connection trusts, for the clients to verify servers by. */
public final class RedisCertificates {

    private static final int MOST_CAUSES = 20;

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

    /**
     * Whether a connection was not made for how it is to be encrypted: the certificate is not trusted or not for the host, or the server
     * speaks another TLS or none. That comes again with each attempt, unlike a handshake during which the server went away.
     *
     * @param failure what the client failed with
     */
    public static boolean isRefused(Throwable failure) {
        boolean refused = false;
        @Nullable Throwable next = failure;
        for (int i = 0; i < MOST_CAUSES && next != null; i++) {
            if (next instanceof SSLException || next instanceof CertificateException) {
                refused = true;
            } else if (next instanceof IOException) {
                return false;
            }
            next = cause(next);
        }
        return refused;
    }

    /** The cause; where several servers were asked in vain, what went wrong at the first. */
    private static @Nullable Throwable cause(Throwable failure) {
        if (failure.getCause() != null) {
            return failure.getCause();
        }
        Throwable[] others = failure.getSuppressed();
        return others.length == 0 ? null : others[0];
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
