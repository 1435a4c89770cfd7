package dev.guard.redis;

import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.StoreRefusedException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a server is, and whether guard works with it. */
final class ServerVersion {

    /** The oldest version that guard works with. */
    private static final Release LEAST = new Release(6, 2, 0);

    /** Since when each line of Redis has no CVE-2025-49844. Lines that are not here ended before, or began after it. */
    private static final List<Release> MENDED_REDIS = List.of(
            new Release(6, 2, 20),
            new Release(7, 2, 11),
            new Release(7, 4, 6),
            new Release(8, 0, 4),
            new Release(8, 2, 2));

    /** The same for Valkey, which tells a version of Redis's beside its own. */
    private static final List<Release> MENDED_VALKEY =
            List.of(new Release(7, 2, 11), new Release(8, 0, 6), new Release(8, 1, 4));

    private static final String CHECK = "version";
    private static final String CVE = "CVE-2025-49844";

    private ServerVersion() {}

    /** A version in numbers. */
    record Release(int major, int minor, int patch) implements Comparable<Release> {

        /** Reads {@code 7.2.11}, {@code 7.2} and what may follow them; empty where it begins otherwise. */
        static Optional<Release> of(String text) {
            int[] numbers = new int[3];
            int at = 0;
            for (int i = 0; i < numbers.length; i++) {
                int start = at;
                while (at < text.length() && at - start < 6 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                    at++;
                }
                if (at == start) {
                    return i < 2 ? Optional.empty() : Optional.of(new Release(numbers[0], numbers[1], 0));
                }
                numbers[i] = Integer.parseInt(text.substring(start, at));
                boolean goesOn = at < text.length() && text.charAt(at) == '.';
                if (!goesOn && i == 0) {
                    return Optional.empty();
                }
                if (!goesOn) {
                    break;
                }
                at++;
            }
            return Optional.of(new Release(numbers[0], numbers[1], numbers[2]));
        }

        @Override
        public int compareTo(Release other) {
            int first = Integer.compare(major, other.major);
            int second = first != 0 ? first : Integer.compare(minor, other.minor);
            return second != 0 ? second : Integer.compare(patch, other.patch);
        }

        @Override
        public String toString() {
            return major + "." + minor + "." + patch;
        }

        private boolean isOfLine(Release other) {
            return major == other.major && minor == other.minor;
        }
    }

    /** Takes what a server's clock said between two readings of {@link System#nanoTime()}. */
    @FunctionalInterface
    interface ClockReader {
        void told(long micros, long sentNanos, long receivedNanos);
    }

    /**
     * Asks every server. One that says nothing of itself is not refused.
     *
     * @param clocks is told the time of each
     * @throws StoreRefusedException if one is too old; the detail says which
     */
    static void require(RedisDriver driver, ClockReader clocks) {
        for (RedisDriver.Node node : driver.nodes()) {
            long sent = System.nanoTime();
            RedisInfo info = RedisAudit.info(node, "server");
            long received = System.nanoTime();
            Finding version = finding(node.name(), info);
            if (version.severity() == Finding.Severity.REFUSE) {
                throw new StoreRefusedException(List.of(version));
            }
            OptionalLong time = info.number(RedisAudit.TIME);
            if (time.isPresent()) {
                clocks.told(time.getAsLong(), sent, received);
            }
        }
    }

    /** What there is to say of a server's version. */
    static Finding finding(String server, RedisInfo info) {
        Optional<String> compatible = info.text("redis_version");
        Optional<String> valkey = info.text("valkey_version");
        if (compatible.isEmpty() && valkey.isEmpty()) {
            return Finding.unknown(
                    CHECK,
                    server + " does not say its version",
                    "whether it is " + LEAST.major() + "." + LEAST.minor()
                            + " or newer, and without known faults, is not known",
                    "let guard's user run INFO");
        }
        String text = compatible.orElseGet(valkey::orElseThrow);
        Optional<Release> version = Release.of(text);
        if (version.isEmpty() || version.get().compareTo(LEAST) < 0) {
            return Finding.refuse(
                    CHECK,
                    "the server " + server + " has version '" + text + "', expected " + LEAST.major() + "."
                            + LEAST.minor() + " or newer",
                    "guard's commands are not known there",
                    "run Redis " + LEAST.major() + "." + LEAST.minor() + " or newer");
        }
        if (valkey.isPresent()) {
            return known(server, "Valkey", valkey.get(), Release.of(valkey.get()), MENDED_VALKEY);
        }
        String name = info.text("server_name").orElse("redis");
        return name.equals("redis")
                ? known(server, "Redis", text, version, MENDED_REDIS)
                : Finding.unknown(
                        CHECK,
                        server + " is " + name + ", as compatible as Redis " + text,
                        "guard was never tried with it, and what faults it has is not known",
                        "run guard's kit against it");
    }

    private static Finding known(
            String server, String product, String text, Optional<Release> version, List<Release> mended) {
        if (version.isEmpty()) {
            return Finding.unknown(
                    CHECK,
                    server + " is " + product + " " + text,
                    "whether that has known faults is not known",
                    "see the release notes of " + product);
        }
        Optional<Release> first = firstMended(version.get(), mended);
        if (first.isPresent()) {
            return Finding.warn(
                    CHECK,
                    server + " is " + product + " " + text + ", which has " + CVE
                            + " unless whoever packaged it has mended that",
                    "whoever may run scripts there may take the machine over",
                    "run " + product + " " + first.get() + " or newer, and let nobody run scripts who need not");
        }
        return Finding.info(
                CHECK,
                server + " is " + product + " " + text,
                "that is new enough, and has no fault in its scripts that this version of guard knows");
    }

    /** The version to go to, for one that has the fault: of its own line or, where that ended, of the next one. */
    private static Optional<Release> firstMended(Release version, List<Release> mended) {
        for (Release good : mended) {
            if (version.isOfLine(good)) {
                return version.compareTo(good) < 0 ? Optional.of(good) : Optional.empty();
            }
            if (version.compareTo(good) < 0) {
                return Optional.of(good);
            }
        }
        return Optional.empty();
    }
}
