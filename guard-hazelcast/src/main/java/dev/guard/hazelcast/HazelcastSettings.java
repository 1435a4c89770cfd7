package dev.guard.hazelcast;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Micros;
import dev.guard.domain.backend.BackendSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The settings {@code backends.hazelcast.*}, checked. */
record HazelcastSettings(
        boolean client,
        List<String> members,
        String bind,
        int port,
        Optional<String> publicAddress,
        String cluster,
        String namespace,
        int expected,
        int backups,
        long timeoutMicros,
        long startTimeoutMicros) {

    static final String MODE = "mode";
    static final String MEMBERS = "members";
    static final String BIND = "bind";
    static final String PORT = "port";
    static final String PUBLIC_ADDRESS = "public_address";
    static final String CLUSTER = "cluster";
    static final String NAMESPACE = "namespace";
    static final String EXPECTED_MEMBERS = "expected_members";
    static final String BACKUPS = "backups";
    static final String TIMEOUT = "timeout";
    static final String START_TIMEOUT = "start_timeout";

    private static final List<String> OF_ALL = List.of(NAMESPACE, EXPECTED_MEMBERS, TIMEOUT);
    private static final List<String> OF_CLIENTS = List.of(MODE, MEMBERS, CLUSTER, START_TIMEOUT);
    private static final List<String> OF_MEMBERS = List.of(BIND, PORT, PUBLIC_ADDRESS, BACKUPS);

    private static final String MEMBER_MODE = "member";
    private static final String CLIENT_MODE = "client";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String GUARD = "guard";
    private static final int DEFAULT_PORT = 5701;
    private static final int MOST_MEMBERS = 1_000;
    private static final int MOST_BACKUPS = 6;
    private static final int LONGEST_NAME = 64;
    private static final String TIMEOUT_DEFAULT = "1s";
    private static final String START_TIMEOUT_DEFAULT = "30s";

    /**
     * What a member or a client is started with.
     *
     * @throws GuardConfigurationException if a setting is unknown, missing or malformed
     */
    static HazelcastSettings toOpen(BackendSettings settings) {
        List<String> known = new ArrayList<>(OF_ALL);
        known.addAll(OF_CLIENTS);
        known.addAll(OF_MEMBERS);
        settings.requireKnown(known);
        String mode = settings.text(MODE).orElse(MEMBER_MODE);
        if (!mode.equals(MEMBER_MODE) && !mode.equals(CLIENT_MODE)) {
            throw new GuardConfigurationException(
                    settings.fullName(MODE) + " is '" + mode + "', expected " + MEMBER_MODE + " or " + CLIENT_MODE);
        }
        boolean client = mode.equals(CLIENT_MODE);
        if (client) {
            for (String name : OF_MEMBERS) {
                if (settings.text(name).isPresent()) {
                    throw new GuardConfigurationException(settings.fullName(name) + " is set, which only a member has; "
                            + "expected it without " + settings.fullName(MODE) + " " + CLIENT_MODE);
                }
            }
        }
        List<String> members = members(settings);
        return new HazelcastSettings(
                client,
                members,
                address(settings, BIND, settings.text(BIND).orElse(LOOPBACK)),
                (int) settings.number(PORT, DEFAULT_PORT, 1, 65_535),
                settings.text(PUBLIC_ADDRESS).map(address -> address(settings, PUBLIC_ADDRESS, address)),
                name(settings, CLUSTER),
                name(settings, NAMESPACE),
                expected(settings, OptionalInt.of(members.size())),
                (int) settings.number(BACKUPS, 1, 0, MOST_BACKUPS),
                duration(settings, TIMEOUT, TIMEOUT_DEFAULT),
                duration(settings, START_TIMEOUT, START_TIMEOUT_DEFAULT));
    }

    /**
     * What goes with an instance that the application has.
     *
     * @throws GuardConfigurationException if a setting is unknown, missing or malformed
     */
    static HazelcastSettings toUse(BackendSettings settings) {
        settings.requireKnown(OF_ALL);
        return new HazelcastSettings(
                false,
                List.of(),
                LOOPBACK,
                DEFAULT_PORT,
                Optional.empty(),
                GUARD,
                name(settings, NAMESPACE),
                expected(settings, OptionalInt.empty()),
                1,
                duration(settings, TIMEOUT, TIMEOUT_DEFAULT),
                duration(settings, START_TIMEOUT, START_TIMEOUT_DEFAULT));
    }

    private static List<String> members(BackendSettings settings) {
        String example = "the addresses of all members, such as 10.0.0.1:5701,10.0.0.2:5701,10.0.0.3:5701";
        String text = settings.text(MEMBERS)
                .orElseThrow(() -> new GuardConfigurationException(
                        settings.fullName(MEMBERS) + " is not set, expected " + example));
        List<String> members = new ArrayList<>();
        int start = 0;
        while (start <= text.length()) {
            int comma = text.indexOf(',', start);
            int end = comma < 0 ? text.length() : comma;
            String member = text.substring(start, end).strip();
            if (member.isEmpty() || members.contains(member)) {
                throw new GuardConfigurationException(
                        settings.fullName(MEMBERS) + " is '" + text + "', expected " + example + ", each once");
            }
            members.add(address(settings, MEMBERS, member));
            start = end + 1;
        }
        return List.copyOf(members);
    }

    /** A host or an address, with a port perhaps. Hazelcast reads it; what it would take for a pattern or a list is refused here. */
    private static String address(BackendSettings settings, String name, String address) {
        boolean wellFormed = !address.isEmpty()
                && address.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || ".-_:[]%".indexOf(c) >= 0);
        if (!wellFormed) {
            throw new GuardConfigurationException(
                    settings.fullName(name) + " is '" + address + "', expected a host name or an address");
        }
        return address;
    }

    private static String name(BackendSettings settings, String name) {
        String text = settings.text(name).orElse(GUARD);
        if (text.isEmpty() || text.length() > LONGEST_NAME || !text.chars().allMatch(KeyNames::isPlain)) {
            throw new GuardConfigurationException(settings.fullName(name) + " is '" + text + "', expected 1 to "
                    + LONGEST_NAME + " of A-Z, a-z, 0-9 and . _ ~ -");
        }
        return text;
    }

    /** How many members there are when all are up. */
    private static int expected(BackendSettings settings, OptionalInt fallback) {
        boolean set = settings.text(EXPECTED_MEMBERS).isPresent();
        if (!set && fallback.isEmpty()) {
            throw new GuardConfigurationException(settings.fullName(EXPECTED_MEMBERS)
                    + " is not set, expected how many members the cluster has when all are up: calls are answered while the"
                    + " majority of them is there");
        }
        return (int) settings.number(EXPECTED_MEMBERS, fallback.orElse(1), 1, MOST_MEMBERS);
    }

    private static long duration(BackendSettings settings, String name, String fallback) {
        String text = settings.text(name).orElse(fallback);
        String expected = "', expected a duration such as " + fallback + ", 1ms to 10m";
        long micros;
        try {
            micros = Micros.parse(text);
        } catch (GuardConfigurationException e) {
            throw new GuardConfigurationException(settings.fullName(name) + " is '" + text + expected, e);
        }
        if (micros < 1_000 || micros > 600_000_000L) {
            throw new GuardConfigurationException(settings.fullName(name) + " is '" + text + expected);
        }
        return micros;
    }

    /** The majority of the members that there are when all are up. */
    int quorum() {
        return expected / 2 + 1;
    }

    long timeoutMillis() {
        return Micros.toMillisRoundedUp(timeoutMicros);
    }

    long timeoutNanos() {
        return timeoutMicros * 1_000;
    }

    long startTimeoutNanos() {
        return startTimeoutMicros * 1_000;
    }
}
