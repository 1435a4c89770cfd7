package dev.guard.bench.redis;

import dev.guard.bench.load.Rate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a limit takes at least in Redis: a script of its own, a key of the same name as guard's, and one argument. */
public final class RawScript {

    /** What guard's keys of the policy begin with. */
    private static final String PREFIX = "guard:g1:c:default:" + GuardLimiter.POLICY + ":";

    private RawScript() {}

    /** The script. */
    public static byte[] text() {
        try (InputStream in = RawScript.class.getResourceAsStream("gcra.lua")) {
            if (in == null) {
                throw new IllegalStateException("gcra.lua is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key of a subject. */
    public static byte[] key(String subject) {
        return (PREFIX + subject).getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] argument() {
        return argument(Rate.PERMITS);
    }

    /** What the script is told of a limit of so many permits in {@link Rate#PERIOD}. */
    public static byte[] argument(int permits) {
        double period = 1e6 * Rate.PERIOD.toSeconds();
        return ByteBuffer.allocate(2 * Double.BYTES)
                .putDouble(period / permits)
                .putDouble(period)
                .array();
    }
}
