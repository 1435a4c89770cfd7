package dev.guard.server;

import dev.guard.domain.InvalidArgumentException;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@link Acquisition} from the query of a URL, such as {@code policy=demo&subject=203.0.113.9}, strictly: every
 * parameter known, once, and text in UTF-8. A misspelt {@code subject} that was overlooked would limit the proxy that
 * asks, and not its client.
 */
final class AcquisitionQuery {

    private AcquisitionQuery() {}

    /**
     * Reads a query without its question mark.
     *
     * @throws InvalidArgumentException if a parameter is unknown, given twice, malformed, or missing
     */
    static Acquisition read(@Nullable String query) {
        Map<String, String> parameters = parameters(query == null ? "" : query);
        String policy = parameters.get("policy");
        if (policy == null) {
            throw new InvalidArgumentException("policy is missing, expected the name of a policy, as in ?policy=demo");
        }
        return new Acquisition(
                policy, parameters.get("subject"), parameters.get("tenant"), cost(parameters.get("cost")));
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        int start = 0;
        while (start < query.length()) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (end > start) {
                int equals = query.indexOf('=', start);
                equals = equals < 0 || equals > end ? end : equals;
                String name = decoded(query.substring(start, equals));
                String value = equals == end ? "" : decoded(query.substring(equals + 1, end));
                switch (name) {
                    case "policy", "subject", "tenant", "cost" -> {
                        if (parameters.put(name, value) != null) {
                            throw new InvalidArgumentException(name + " is given twice, expected one value");
                        }
                    }
                    default ->
                        throw new InvalidArgumentException(
                                "unknown parameter " + Shown.of(name) + ", expected policy, subject, tenant or cost");
                }
            }
            start = end + 1;
        }
        return parameters;
    }

    private static long cost(@Nullable String text) {
        if (text == null) {
            return 1;
        }
        if (!text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Long.parseLong(text);
        }
        throw new InvalidArgumentException("cost is " + Shown.of(text) + ", expected a whole number of 1 or more");
    }

    /** A part of the query with its escapes undone: {@code +} is a space, {@code %} and two digits are a byte. */
    private static String decoded(String part) {
        if (!part.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new InvalidArgumentException(
                    "the query has a character that a URL cannot have, expected it percent-encoded");
        }
        if (part.indexOf('%') < 0 && part.indexOf('+') < 0) {
            return part;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(part.length());
        int i = 0;
        while (i < part.length()) {
            char c = part.charAt(i);
            if (c == '%') {
                bytes.write(escapedByte(part, i));
                i += 3;
            } else {
                bytes.write(c == '+' ? ' ' : c);
                i++;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidArgumentException("the query has " + Shown.of(part) + ", expected text in UTF-8");
        }
    }

    private static int escapedByte(String part, int percent) {
        int high = percent + 2 < part.length() ? hexDigit(part.charAt(percent + 1)) : -1;
        int low = percent + 2 < part.length() ? hexDigit(part.charAt(percent + 2)) : -1;
        if (high < 0 || low < 0) {
            throw new InvalidArgumentException(
                    "the query has " + Shown.of(part) + ", expected two hexadecimal digits after each percent sign");
        }
        return (high << 4) | low;
    }

    /** Unlike {@link Character#digit}, knows no digits of other scripts. */
    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** A value as it stands in a query. */
    static String escaped(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
