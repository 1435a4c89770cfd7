package dev.guard.testing.redis;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A certificate and its key.
 *
 * @param authority who signed it
 */
public record TlsIdentity(CertificateAuthority authority, X509Certificate certificate, PrivateKey key) {

    /** The certificate as PEM. */
    public String certificatePem() {
        return CertificateAuthority.pem(certificate);
    }

    /** The key as PEM, PKCS #8, without a password. */
    public String keyPem() {
        return CertificateAuthority.pem("PRIVATE KEY", key.getEncoded());
    }

    /** Names the certificate's subject, never the key. */
    @Override
    public String toString() {
        return certificate.getSubjectX500Principal().getName();
    }
}
