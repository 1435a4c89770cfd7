package dev.guard.redis.jedis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Commands as bytes. */
final class Commands {

    private Commands() {}

    static byte[][] of(String... parts) {
        return Arrays.stream(parts)
                .map(part -> part.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }
}
