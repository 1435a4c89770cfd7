package dev.guard.redis;

import dev.guard.domain.Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How keys are written: {@code <namespace>:g1:c:<tenant>:<policy>:<subject>}. Each part is percent-encoded outside {@code
 * [A-Za-z0-9._~-]}, but for the colon in the subject, which comes last. So no part can be taken for another, for a
 * pattern or for a cluster's hash tag.
 *
 * <p>A subject of more than {@value #LONGEST_SUBJECT} bytes is written {@code %~} and its SHA-256 in base64url; the value shows its
 * text. Lone surrogates, which have no UTF-8, are encoded as if they had, so that they stay apart.
 */
final class KeyLayout {

    private static final int LONGEST_SUBJECT = 120;
    private static final String HASHED = "%~";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final byte[] NOTHING = new byte[0];

    private final String prefix;

    /** The layout under a namespace of {@code [A-Za-z0-9._~-]}. */
    KeyLayout(String namespace) {
        this.prefix = namespace + ":g1:c:";
    }

    /** A key as it is written, and what its value ends with. */
    static final class Written {
        private final byte[] key;
        private final byte[] suffix;

        private Written(byte[] key, byte[] suffix) {
            this.key = key;
            this.suffix = suffix;
        }

        byte[] key() {
            return key;
        }

        byte[] suffix() {
            return suffix;
        }
    }

    Written write(Key key) {
        byte[] plain = plain(key.tenant(), key.policy(), key.subject());
        return plain == null ? encoded(key) : new Written(plain, NOTHING);
    }

    /** The key of names in which every character stands for itself, as in nearly all; null where one does not. */
    private byte @Nullable [] plain(String tenant, String policy, String subject) {
        if (subject.length() > LONGEST_SUBJECT) {
            return null;
        }
        byte[] out = new byte[prefix.length() + tenant.length() + policy.length() + subject.length() + 2];
        int at = copied(prefix, true, out, 0);
        at = colon(copied(tenant, false, out, at), out);
        at = colon(copied(policy, false, out, at), out);
        return copied(subject, true, out, at) < 0 ? null : out;
    }

    /** Copies characters that stand for themselves, and answers the place behind them; below 0 where one does not. */
    private static int copied(String part, boolean colons, byte[] out, int at) {
        if (at < 0) {
            return at;
        }
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (!isPlain(c) && !(colons && c == ':')) {
                return -1;
            }
            out[at + i] = (byte) c;
        }
        return at + part.length();
    }

    private static int colon(int at, byte[] out) {
        if (at < 0) {
            return at;
        }
        out[at] = ':';
        return at + 1;
    }

    private Written encoded(Key key) {
        byte[] subject = utf8(key.subject());
        StringBuilder out = new StringBuilder(prefix.length() + 64).append(prefix);
        encode(out, utf8(key.tenant()), false);
        out.append(':');
        encode(out, utf8(key.policy()), false);
        out.append(':');
        boolean hashed = subject.length > LONGEST_SUBJECT;
        if (hashed) {
            out.append(HASHED).append(Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(subject)));
        } else {
            encode(out, subject, true);
        }
        return new Written(
                out.toString().getBytes(StandardCharsets.US_ASCII), hashed ? StoredValue.suffix(subject) : NOTHING);
    }

    /** The pattern that all keys of a tenant and a policy match, and no others. */
    byte[] pattern(String tenant, String policy) {
        return (stem(tenant, policy) + "*").getBytes(StandardCharsets.US_ASCII);
    }

    /** The subject that a key of that tenant and policy is for; empty where only the value shows it. */
    Optional<String> subject(String tenant, String policy, byte[] key) {
        String subject = new String(key, StandardCharsets.US_ASCII)
                .substring(stem(tenant, policy).length());
        return subject.startsWith(HASHED) ? Optional.empty() : Optional.of(decode(subject));
    }

    /** The text of bytes that {@link #utf8} made. */
    static String text(byte[] utf8) {
        StringBuilder out = new StringBuilder(utf8.length);
        for (int i = 0; i < utf8.length; ) {
            int first = utf8[i] & 0xff;
            int length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
            int point = length == 1 ? first : first & (0xff >>> (length + 1));
            for (int j = 1; j < length && i + j < utf8.length; j++) {
                point = (point << 6) | (utf8[i + j] & 0x3f);
            }
            out.appendCodePoint(Math.min(point, Character.MAX_CODE_POINT));
            i += length;
        }
        return out.toString();
    }

    private String stem(String tenant, String policy) {
        StringBuilder out = new StringBuilder(prefix);
        encode(out, utf8(tenant), false);
        out.append(':');
        encode(out, utf8(policy), false);
        return out.append(':').toString();
    }

    private static void encode(StringBuilder out, byte[] utf8, boolean colons) {
        for (byte octet : utf8) {
            char c = (char) (octet & 0xff);
            if (isPlain(c) || (colons && c == ':')) {
                out.append(c);
            } else {
                out.append('%').append(HEX[c >>> 4]).append(HEX[c & 15]);
            }
        }
    }

    /** Whether a character stands for itself in every part of a key. */
    static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '~'
                || c == '-';
    }

    private static String decode(String encoded) {
        ByteWriter out = new ByteWriter(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && i + 2 < encoded.length()) {
                out.octet(16 * Character.digit(encoded.charAt(i + 1), 16) + Character.digit(encoded.charAt(i + 2), 16));
                i += 2;
            } else {
                out.octet(c);
            }
        }
        return text(out.toBytes());
    }

    private static byte[] utf8(String text) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        boolean hasSurrogates = false;
        for (int i = 0; i < text.length() && !hasSurrogates; i++) {
            hasSurrogates = Character.isSurrogate(text.charAt(i));
        }
        return hasSurrogates ? generalized(text) : plain;
    }

    /** UTF-8 as it would be if surrogates that are alone had one. */
    private static byte[] generalized(String text) {
        ByteWriter out = new ByteWriter(3 * text.length());
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                out.octet(0xe0 | (point >>> 12))
                        .octet(0x80 | ((point >>> 6) & 0x3f))
                        .octet(0x80 | (point & 0x3f));
            } else {
                out.bytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toBytes();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }
}
