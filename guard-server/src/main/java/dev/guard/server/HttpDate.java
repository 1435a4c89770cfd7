package dev.guard.server;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of the Date header field, made once a second. */
final class HttpDate {

    /** IMF-fixdate of RFC 9110; the formatter of the JDK writes the day of the month with one digit. */
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private record Second(long epochSecond, String text) {}

    private static volatile Second last = new Second(0, "");

    private HttpDate() {}

    static String now() {
        Instant now = Instant.now();
        Second second = last;
        if (second.epochSecond() != now.getEpochSecond()) {
            second = new Second(now.getEpochSecond(), FORMAT.format(now));
            last = second;
        }
        return second.text();
    }
}
