package dev.guard.redis;

import dev.guard.domain.GuardConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;

/** What the servers say of themselves, and whether guard works with it. */
final class ServerVersion {

    private static final int LEAST_MAJOR = 6;
    private static final int LEAST_MINOR = 2;
    private static final String VERSION = "redis_version:";
    private static final String TIME = "server_time_usec:";

    private ServerVersion() {}

    /** Takes what a server's clock said between two readings of {@link System#nanoTime()}. */
    @FunctionalInterface
    interface ClockReader {
        void told(long micros, long sentNanos, long receivedNanos);
    }

    /**
     * Asks every server.
     *
     * @param clocks is told the time of each
     * @throws GuardConfigurationException if one is too old; the detail says which
     */
    static void require(RedisDriver driver, ClockReader clocks) {
        for (RedisDriver.Node node : driver.nodes()) {
            Object info;
            long sent = System.nanoTime();
            try {
                info = node.submit(ascii("INFO"), ascii("server"))
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw e;
            }
            if (!(info instanceof byte[] text)) {
                throw RedisReplies.unexpected("no information on the server");
            }
            long received = System.nanoTime();
            String told = new String(text, StandardCharsets.UTF_8);
            require(node.name(), field(told, VERSION));
            String time = field(told, TIME);
            if (!time.isEmpty()) {
                clocks.told(Long.parseLong(time), sent, received);
            }
        }
    }

    private static String field(String info, String name) {
        for (String line : info.lines().toList()) {
            if (line.startsWith(name)) {
                return line.substring(name.length()).strip();
            }
        }
        return "";
    }

    static void require(String server, String version) {
        int dot = version.indexOf('.');
        int next = version.indexOf('.', dot + 1);
        try {
            int major = Integer.parseInt(dot < 0 ? version : version.substring(0, dot));
            int minor = dot < 0 ? 0 : Integer.parseInt(version.substring(dot + 1, next < 0 ? version.length() : next));
            if (major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR)) {
                return;
            }
        } catch (NumberFormatException e) {
            // told below, like a version that is too old
        }
        throw new GuardConfigurationException("the server " + server + " has version '" + version + "', expected "
                + LEAST_MAJOR + "." + LEAST_MINOR + " or newer");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
