package dev.guard.api;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes the ids under which permits are given back: 128 random bits as 22 characters of base64url. Whoever knows an id may give
 * its permits back, so that it must not be guessed; it costs less than a round trip by orders of magnitude.
 */
final class PermitIds {

    private static final int BYTES = 16;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();

    String next() {
        byte[] bits = new byte[BYTES];
        random.nextBytes(bits);
        return TEXT.encodeToString(bits);
    }
}
