package dev.guard.hazelcast;

import dev.guard.domain.backend.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;

/**
 * What there is to say of a cluster, by how it was configured and what it shows.
 *
 * @param expected how many members there are when all are up
 * @param members how many are known here now
 * @param backups on how many other members a key is kept; empty where this process does not see it
 * @param hosts the hosts that members are configured at, or known at
 * @param encrypted whether members and clients speak TLS; empty where this process does not see it
 * @param failsWhenUncertain whether an operation of uncertain outcome is an error; empty where this process does not see it
 * @param versions the versions of the members
 */
record ClusterFindings(
        int expected,
        int members,
        OptionalInt backups,
        List<String> hosts,
        Optional<Boolean> encrypted,
        Optional<Boolean> failsWhenUncertain,
        SortedSet<String> versions) {

    /** What guard is tested with. */
    private static final String TESTED = "5.7.";

    private static final String MEMBERS = "members";
    private static final String BACKUPS = "backups";
    private static final String NETWORK = "network";
    private static final String VERSION = "version";

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(membership());
        findings.add(backupsOfKeys());
        findings.add(network());
        failsWhenUncertain
                .filter(fails -> !fails)
                .ifPresent(never -> findings.add(Finding.warn(
                        "uncertain",
                        "hazelcast.operation.fail.on.indeterminate.state is not true on this member",
                        "a call whose backup was lost counts as done, and may be forgotten",
                        "set it to true on every member")));
        findings.add(version());
        findings.add(Finding.info(
                "persistence",
                "counters are in the memory of the members",
                "when all of them stop, everything is forgotten"));
        return findings;
    }

    private Finding membership() {
        int quorum = expected / 2 + 1;
        String there = members + " of " + expected + (expected == 1 ? " expected member is" : " expected members are")
                + " there, and " + quorum + (quorum == 1 ? " is" : " are") + " needed";
        if (members > expected) {
            return Finding.warn(
                    MEMBERS,
                    there,
                    quorum > members / 2
                            ? "more are there than are expected"
                            : "that is no majority of them: both sides of a split would answer, and each admit the limit",
                    "set expected_members to how many there are when all are up, on every one of them");
        }
        if (expected <= 2) {
            return Finding.info(
                    MEMBERS,
                    there,
                    expected == 1
                            ? "when it is lost, everything is forgotten; three members would keep it"
                            : "when one is lost, nobody is let in until it is back; with three one may be lost");
        }
        return Finding.info(MEMBERS, there, "with fewer nobody is let in");
    }

    private Finding backupsOfKeys() {
        if (backups.isEmpty()) {
            return Finding.unknown(
                    BACKUPS,
                    "the members keep their own settings of the map " + HazelcastBackend.MAP,
                    "whether a key outlives the member that owns it is not known here",
                    "see to it that its backup-count is 1 or more");
        }
        int count = backups.getAsInt();
        if (count == 0 && expected > 1) {
            return Finding.warn(
                    BACKUPS,
                    "keys have no backup",
                    "what a member owns is forgotten when it is lost, and who was over a limit is let in",
                    "set backups to 1 or more, on every member");
        }
        return Finding.info(
                BACKUPS,
                "keys have " + count + (count == 1 ? " backup" : " backups"),
                count == 0
                        ? "there is no other member to keep any"
                        : "so many members may be lost at a time, and nothing that was admitted is forgotten");
    }

    private Finding network() {
        if (encrypted.filter(yes -> yes).isPresent()) {
            return Finding.info(NETWORK, "members speak TLS", "who may join is up to its settings");
        }
        if (hosts.stream().allMatch(ClusterFindings::isLoopback)) {
            return Finding.info(NETWORK, "all members are on this machine", "what is sent stays here");
        }
        if (encrypted.isEmpty()) {
            return Finding.unknown(
                    NETWORK,
                    "the connection is of an instance that was handed in",
                    "whether it is encrypted is not known to guard",
                    "see to it where the instance is made");
        }
        return Finding.warn(
                NETWORK,
                "members speak to each other in plaintext and without a password",
                "whoever reaches their ports is one of them, and can read and change what was counted",
                "keep their ports on a network of their own");
    }

    private Finding version() {
        if (versions.size() > 1) {
            return Finding.warn(
                    VERSION,
                    "members have different versions: " + String.join(", ", versions),
                    "guard was never tried in such a cluster",
                    "bring all of them to one version");
        }
        if (versions.isEmpty()) {
            return Finding.unknown(
                    VERSION,
                    "members do not say their version",
                    "whether guard was tried with it is not known",
                    "see there");
        }
        String version = versions.first();
        return version.startsWith(TESTED)
                ? Finding.info(VERSION, "members are Hazelcast " + version, "guard is tested with it")
                : Finding.unknown(
                        VERSION,
                        "members are Hazelcast " + version,
                        "guard is tested with " + TESTED + "0, and with no other line",
                        "run guard's kit against it");
    }

    /** The host of {@code host}, {@code host:port} or {@code [host]:port}. */
    static String host(String address) {
        if (address.startsWith("[")) {
            int end = address.indexOf(']');
            return end < 0 ? address : address.substring(1, end);
        }
        int colon = address.indexOf(':');
        return colon < 0 || colon != address.lastIndexOf(':') ? address : address.substring(0, colon);
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1")
                || (host.startsWith("127.") && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
    }
}
