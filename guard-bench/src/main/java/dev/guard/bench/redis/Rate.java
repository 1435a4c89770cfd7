package dev.guard.bench.redis;

import java.time.Duration;

/**
 * The rate that every contestant is configured with. No measurement uses up a subject's permits, and none sees one as if unused
 * again, which takes a quarter of an hour, so that each call but the first finds a key and writes it.
 */
final class Rate {

    static final int PERMITS = 1_000;
    static final Duration PERIOD = Duration.ofDays(10);

    private Rate() {}

    static double microsPerPermit() {
        return 1e6 * PERIOD.toSeconds() / PERMITS;
    }
}
