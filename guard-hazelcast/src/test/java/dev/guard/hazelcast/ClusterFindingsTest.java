package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is found of a cluster")
class ClusterFindingsTest {

    private static ClusterFindings cluster(int expected, int members, OptionalInt backups, String... hosts) {
        return new ClusterFindings(
                expected,
                members,
                backups,
                List.of(hosts),
                Optional.of(false),
                Optional.of(true),
                new TreeSet<>(List.of("5.7.0")));
    }

    private static ClusterFindings three() {
        return cluster(3, 3, OptionalInt.of(1), "127.0.0.1");
    }

    private static Finding only(String check, ClusterFindings cluster) {
        List<Finding> found = cluster.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .toList();
        assertThat(found).as(check).hasSize(1);
        return found.get(0);
    }

    @Test
    @DisplayName("is how things are, where all is well")
    void good() {
        assertThat(three().findings())
                .extracting(Finding::severity)
                .containsOnly(Severity.INFO)
                .hasSize(5);
    }

    @ParameterizedTest(name = "{1} of {0} members: {2}, {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1 | INFO | 1 of 1 expected member is there, and 1 is needed",
                "2 | 2 | INFO | 2 of 2 expected members are there, and 2 are needed",
                "3 | 2 | INFO | 2 of 3 expected members are there, and 2 are needed",
                "5 | 3 | INFO | 3 of 5 expected members are there, and 3 are needed",
                "3 | 4 | WARN | 4 of 3 expected members are there, and 2 are needed",
                "2 | 3 | WARN | 3 of 2 expected members are there, and 2 are needed",
            })
    void members(int expected, int members, Severity severity, String said) {
        Finding finding = only("members", cluster(expected, members, OptionalInt.of(1), "127.0.0.1"));
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.found()).isEqualTo(said);
    }

    @Test
    @DisplayName("warns of a quorum that is no majority of the members that there are")
    void noMajority() {
        assertThat(only("members", cluster(3, 4, OptionalInt.of(1))).meaning()).contains("both sides of a split");
        assertThat(only("members", cluster(2, 3, OptionalInt.of(1))).meaning())
                .isEqualTo("more are there than are expected");
        assertThat(only("members", cluster(2, 2, OptionalInt.of(1))).meaning()).contains("with three one may be lost");
    }

    @Test
    @DisplayName("warns of keys without a backup, where there is a member to keep one")
    void backups() {
        assertThat(only("backups", cluster(3, 3, OptionalInt.of(0))).severity()).isEqualTo(Severity.WARN);
        assertThat(only("backups", cluster(1, 1, OptionalInt.of(0))).severity()).isEqualTo(Severity.INFO);
        assertThat(only("backups", cluster(3, 3, OptionalInt.empty())).severity())
                .isEqualTo(Severity.UNKNOWN);
        assertThat(only("backups", cluster(3, 3, OptionalInt.of(2))).found()).isEqualTo("keys have 2 backups");
    }

    @ParameterizedTest(name = "members at {0} speak plaintext where others can hear it")
    @ValueSource(strings = {"10.0.0.1", "store", "fe80::1", "0.0.0.0", "127.example.org"})
    void network(String host) {
        assertThat(only("network", cluster(3, 3, OptionalInt.of(1), "127.0.0.1", host))
                        .severity())
                .isEqualTo(Severity.WARN);
        assertThat(only("network", cluster(3, 3, OptionalInt.of(1), "127.0.0.1", "localhost", "::1"))
                        .severity())
                .isEqualTo(Severity.INFO);
    }

    @ParameterizedTest(name = "the host of {0} is {1}")
    @CsvSource({
        "h:1, h",
        "h, h",
        "10.0.0.1:5701, 10.0.0.1",
        "[::1]:5701, ::1",
        "[::1], ::1",
        "fe80::1, fe80::1",
        "[x, [x"
    })
    void hosts(String address, String host) {
        assertThat(ClusterFindings.host(address)).isEqualTo(host);
    }

    @Test
    @DisplayName("is what an instance that was handed in shows, and not known where it shows nothing")
    void handedIn() {
        List<String> away = List.of("10.0.0.1");
        ClusterFindings shows = new ClusterFindings(
                3,
                3,
                OptionalInt.of(1),
                away,
                Optional.of(true),
                Optional.of(false),
                new TreeSet<>(List.of("5.6.0", "5.7.0")));
        assertThat(only("network", shows).severity()).isEqualTo(Severity.INFO);
        assertThat(only("uncertain", shows).severity()).isEqualTo(Severity.WARN);
        assertThat(only("version", shows))
                .returns(Severity.WARN, Finding::severity)
                .returns("members have different versions: 5.6.0, 5.7.0", Finding::found);
        ClusterFindings silent = new ClusterFindings(
                3, 3, OptionalInt.empty(), away, Optional.empty(), Optional.empty(), new TreeSet<>());
        assertThat(only("network", silent).severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(only("version", silent).severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(silent.findings()).extracting(Finding::check).doesNotContain("uncertain");
        ClusterFindings other = new ClusterFindings(
                3, 3, OptionalInt.of(1), away, Optional.of(false), Optional.of(true), new TreeSet<>(List.of("5.5.2")));
        assertThat(only("version", other).severity()).isEqualTo(Severity.UNKNOWN);
    }
}
