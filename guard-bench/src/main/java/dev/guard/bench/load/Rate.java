package dev.guard.bench.load;

import java.time.Duration;

/**
 * The rate that every contestant is configured with. No measurement uses up a subject's permits, and none sees one as if unused
 * again, which takes a quarter of an hour, so that each call but the first finds a key and writes it.
 */
public final class Rate {

    public static final int PERMITS = 1_000;

    /** The permits of a key that all callers ask for: more than any run takes, and fewer come back than are taken. */
    public static final int HOT_PERMITS = 1_000_000_000;

    public static final Duration PERIOD = Duration.ofDays(10);

    /** The first part of guard's keys of a policy, with which the others' keys begin as well: no name is to be longer. */
    private static final String PREFIX = "guard:g1:c:default:";

    private Rate() {}

    public static double microsPerPermit() {
        return 1e6 * PERIOD.toSeconds() / PERMITS;
    }

    /** The key that guard has for a subject of a policy. */
    public static String key(String policy, String subject) {
        return PREFIX + policy + ":" + subject;
    }
}
