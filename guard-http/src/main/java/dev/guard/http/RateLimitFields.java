package dev.guard.http;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * The two header fields of draft-ietf-httpapi-ratelimit-headers-10, each a structured-field list with one item for each
 * limit that is enforced:
 *
 * <pre>
 * RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400
 * RateLimit: "burst";r=50;t=30, "daily";r=991;t=4
 * </pre>
 *
 * <p>{@code q} is the most that can be had at once and {@code w} the seconds in which that much returns, so that q/w is
 * the rate also where a bucket has a burst of its own. {@code r} is what is left and {@code t} the seconds until the next
 * permit returns; it is left out where none ever will, and where none is missing. Seconds are rounded up. The window
 * of a calendar quota is the longest that its unit has, in days of 24 hours; a concurrency limit has none, and the unit {@code
 * concurrent-requests} in its place: {@code "exports";q=2;qu="concurrent-requests"}. A limit in shadow is not shown: it
 * binds nobody. No partition key is shown: it could tell who somebody is.
 */
final class RateLimitFields {

    static final String POLICY = "RateLimit-Policy";
    static final String LIMIT = "RateLimit";

    /** The largest integer of a structured field: 15 digits. */
    private static final long LARGEST = 999_999_999_999_999L;

    /** Slots are held, and return when they are given back: there is no window. */
    private static final String CONCURRENT_UNIT = ";qu=\"concurrent-requests\"";

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private RateLimitFields() {}

    /** The value of {@value #POLICY}; empty where nothing is enforced, and the field is then left out. */
    static String policy(Policy policy) {
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit limit = policy.limits().get(i);
            if (policy.isShadow() || limit.isShadow()) {
                continue;
            }
            appendItem(field, policy.limitName(i));
            appendParameter(field, 'q', limit.capacity());
            if (limit.algorithm() == Algorithm.CONCURRENT) {
                field.append(CONCURRENT_UNIT);
            } else {
                appendParameter(field, 'w', Micros.toSecondsRoundedUp(window(limit.numbers())));
            }
        }
        return field.toString();
    }

    /** The value of {@value #LIMIT}; empty where nothing is enforced or was looked at. */
    static String limits(Decision decision) {
        StringBuilder field = new StringBuilder();
        for (LimitStatus limit : decision.limits()) {
            if (!limit.enforced()) {
                continue;
            }
            appendItem(field, limit.name());
            appendParameter(field, 'r', limit.remaining());
            long next = limit.nextAfterMicros();
            if (next != Micros.NEVER && next != 0) {
                appendParameter(field, 't', Micros.toSecondsRoundedUp(next));
            }
        }
        return field.toString();
    }

    /**
     * A limit's name in the characters that a header field can carry, the way it stands in the fields and, so that the two
     * can be compared, in a problem's {@code violated-policies}: what is not printable ASCII, and the percent sign,
     * becomes {@code %} and two hexadecimal digits for each byte of UTF-8. Two names never become one.
     */
    static String printable(String name) {
        if (isPrintable(name)) {
            return name;
        }
        StringBuilder printable = new StringBuilder(name.length() + 16);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                printable.append((char) b);
            } else {
                printable.append('%').append(HEX[(b >> 4) & 0xF]).append(HEX[b & 0xF]);
            }
        }
        return printable.toString();
    }

    private static boolean isPrintable(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c > '~' || c == '%') {
                return false;
            }
        }
        return true;
    }

    /** A list item: the name as an sf-string. */
    private static void appendItem(StringBuilder field, String name) {
        if (field.length() > 0) {
            field.append(", ");
        }
        field.append('"');
        String printable = printable(name);
        for (int i = 0; i < printable.length(); i++) {
            char c = printable.charAt(i);
            if (c == '"' || c == '\\') {
                field.append('\\');
            }
            field.append(c);
        }
        field.append('"');
    }

    private static void appendParameter(StringBuilder field, char key, long value) {
        field.append(';').append(key).append('=').append(Math.min(value, LARGEST));
    }

    /** The microseconds in which a full capacity returns. */
    private static long window(LimitNumbers numbers) {
        if (numbers.capacity() == numbers.permits()) {
            return numbers.period();
        }
        BigInteger capacity = BigInteger.valueOf(numbers.capacity());
        BigInteger permits = BigInteger.valueOf(numbers.permits());
        BigInteger period = BigInteger.valueOf(numbers.period());
        BigInteger window = numbers.algorithm() == Algorithm.INTERVAL
                ? ceilOfQuotient(capacity, permits).multiply(period)
                : ceilOfQuotient(capacity.multiply(period), permits);
        return window.min(BigInteger.valueOf(Micros.TEN_YEARS)).longValueExact();
    }

    private static BigInteger ceilOfQuotient(BigInteger dividend, BigInteger divisor) {
        return dividend.add(divisor).subtract(BigInteger.ONE).divide(divisor);
    }
}
