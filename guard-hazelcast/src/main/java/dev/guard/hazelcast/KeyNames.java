package dev.guard.hazelcast;

import dev.guard.domain.Key;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How keys are written: {@code <namespace>:g1:c:<tenant>:<policy>:<subject>}. Each part is percent-encoded outside {@code
 * [A-Za-z0-9._~-]}, but for the colon in the subject, which comes last, so that no part can be taken for another. Lone surrogates,
 * which have no UTF-8, are encoded as if they had.
 */
final class KeyNames {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final String prefix;

    /** The names under a namespace of {@code [A-Za-z0-9._~-]}. */
    KeyNames(String namespace) {
        this.prefix = namespace + ":g1:c:";
    }

    String of(Key key) {
        StringBuilder out = new StringBuilder(prefix.length()
                        + key.tenant().length()
                        + key.policy().length()
                        + key.subject().length()
                        + 2)
                .append(prefix);
        encode(out, key.tenant(), false);
        out.append(':');
        encode(out, key.policy(), false);
        out.append(':');
        encode(out, key.subject(), true);
        return out.toString();
    }

    /** What the names of all keys of a tenant and a policy begin with, and no others do. */
    String stem(String tenant, String policy) {
        StringBuilder out = new StringBuilder(prefix);
        encode(out, tenant, false);
        out.append(':');
        encode(out, policy, false);
        return out.append(':').toString();
    }

    /** The subject of a name that begins with that stem. */
    static String subject(String name, String stem) {
        String encoded = name.substring(stem.length());
        if (encoded.indexOf('%') < 0) {
            return encoded;
        }
        byte[] utf8 = new byte[encoded.length()];
        int length = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && i + 2 < encoded.length()) {
                utf8[length++] = (byte)
                        (16 * Character.digit(encoded.charAt(i + 1), 16) + Character.digit(encoded.charAt(i + 2), 16));
                i += 2;
            } else {
                utf8[length++] = (byte) c;
            }
        }
        return text(Arrays.copyOf(utf8, length));
    }

    /** Whether a character stands for itself in every part of a name. */
    static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '~'
                || c == '-';
    }

    private static void encode(StringBuilder out, String part, boolean colons) {
        for (int i = 0; i < part.length(); ) {
            int point = part.codePointAt(i);
            i += Character.charCount(point);
            if (isPlain(point) || (colons && point == ':')) {
                out.append((char) point);
            } else if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                octet(out, 0xe0 | (point >>> 12));
                octet(out, 0x80 | ((point >>> 6) & 0x3f));
                octet(out, 0x80 | (point & 0x3f));
            } else {
                for (byte octet : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                    octet(out, octet & 0xff);
                }
            }
        }
    }

    private static void octet(StringBuilder out, int octet) {
        out.append('%').append(HEX[octet >>> 4]).append(HEX[octet & 15]);
    }

    private static String text(byte[] utf8) {
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
}
