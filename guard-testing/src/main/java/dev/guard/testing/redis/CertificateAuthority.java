package dev.guard.testing.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Signs certificates for tests: made in memory, good for a day, with keys on the curve P-256. Two authorities do not trust one
 * another. Safe to use by any thread.
 */
public final class CertificateAuthority {

    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));
    private static final int[] COMMON_NAME = {2, 5, 4, 3};
    private static final int[] ALTERNATIVE_NAMES = {2, 5, 29, 17};
    private static final int[] BASIC_CONSTRAINTS = {2, 5, 29, 19};
    private static final int[] KEY_USAGE = {2, 5, 29, 15};
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final byte SIGNS_CERTIFICATES = 0x04;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final Duration DAY = Duration.ofDays(1);

    private final KeyPair keys;
    private final String name;
    private final X509Certificate certificate;

    private CertificateAuthority(KeyPair keys, String name, X509Certificate certificate) {
        this.keys = keys;
        this.name = name;
        this.certificate = certificate;
    }

    /** Makes a new one, with a key of its own. */
    public static CertificateAuthority create() {
        KeyPair keys = newKeys();
        String name = "guard test CA " + new BigInteger(32, new SecureRandom());
        Instant now = Instant.now();
        byte[] constraints = extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.yes()));
        byte[] usage = extension(KEY_USAGE, true, Der.bits(2, SIGNS_CERTIFICATES));
        return new CertificateAuthority(
                keys,
                name,
                sign(
                        keys.getPrivate(),
                        name,
                        name,
                        keys.getPublic(),
                        now.minus(DAY),
                        now.plus(DAY),
                        constraints,
                        usage));
    }

    /** A certificate for {@code localhost} and {@code 127.0.0.1}. */
    public TlsIdentity issueForLoopback() {
        Instant now = Instant.now();
        return issue("localhost", now.minus(DAY), now.plus(DAY), List.of("localhost"), List.of(LOOPBACK));
    }

    /** A certificate for these host names, and for no address. */
    public TlsIdentity issue(String firstName, String... moreNames) {
        List<String> names = new ArrayList<>(List.of(firstName));
        names.addAll(List.of(moreNames));
        Instant now = Instant.now();
        return issue(firstName, now.minus(DAY), now.plus(DAY), names, List.of());
    }

    /** A certificate for {@code localhost} and {@code 127.0.0.1} that was good until an hour ago. */
    public TlsIdentity issueExpired() {
        Instant end = Instant.now().minus(Duration.ofHours(1));
        return issue("localhost", end.minus(DAY), end, List.of("localhost"), List.of(LOOPBACK));
    }

    private TlsIdentity issue(String subject, Instant from, Instant until, List<String> names, List<byte[]> addresses) {
        List<byte[]> alternatives = new ArrayList<>();
        names.forEach(host -> alternatives.add(Der.tagged(DNS_NAME, host.getBytes(US_ASCII))));
        addresses.forEach(address -> alternatives.add(Der.tagged(IP_ADDRESS, address)));
        KeyPair own = newKeys();
        X509Certificate signed = sign(
                keys.getPrivate(),
                name,
                subject,
                own.getPublic(),
                from,
                until,
                extension(ALTERNATIVE_NAMES, false, Der.sequence(alternatives.toArray(byte[][]::new))));
        return new TlsIdentity(this, signed, own.getPrivate());
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] extension(int[] id, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(id), Der.yes(), Der.octets(value))
                : Der.sequence(Der.oid(id), Der.octets(value));
    }

    private static byte[] distinguishedName(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text(commonName))));
    }

    private static X509Certificate sign(
            PrivateKey with,
            String issuer,
            String subject,
            PublicKey key,
            Instant from,
            Instant until,
            byte[]... extensions) {
        byte[] content = Der.sequence(
                Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(63, new SecureRandom()).add(BigInteger.ONE)),
                ECDSA_SHA256,
                distinguishedName(issuer),
                Der.sequence(Der.time(from), Der.time(until)),
                distinguishedName(subject),
                key.getEncoded(),
                Der.tagged(0xa3, Der.sequence(extensions)));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(with);
            signature.update(content);
            byte[] signed = Der.sequence(content, ECDSA_SHA256, Der.bits(0, signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** Its own certificate as PEM. */
    public String certificatePem() {
        return pem(certificate);
    }

    /** A key store that holds its own certificate and nothing else. */
    public KeyStore trustStore() {
        try {
            KeyStore store = emptyStore();
            store.setCertificateEntry("ca", certificate);
            return store;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trusts what this authority signed, and nothing else. */
    public SSLContext context() {
        return context(null);
    }

    /** Trusts what this authority signed, and nothing else; shows {@code identity} to who asks. */
    public SSLContext context(@Nullable TlsIdentity identity) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trustStore());
            return context(identity, trust.getTrustManagers());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Trusts this one certificate, also when it has expired; shows a good one to who asks. */
    SSLContext contextFor(X509Certificate pinned) {
        X509TrustManager trust = new X509TrustManager() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
                if (!chain[0].equals(pinned)) {
                    throw new CertificateException("The server at the port is not the one that was started");
                }
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
                throw new CertificateException("No client is expected");
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        return context(issueForLoopback(), trust);
    }

    private static SSLContext context(@Nullable TlsIdentity identity, TrustManager... trust) {
        try {
            KeyManager @Nullable [] own = null;
            if (identity != null) {
                KeyStore store = emptyStore();
                store.setKeyEntry("own", identity.key(), new char[0], new X509Certificate[] {identity.certificate()});
                KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                managers.init(store, new char[0]);
                own = managers.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return store;
    }

    static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(String type, byte[] content) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
