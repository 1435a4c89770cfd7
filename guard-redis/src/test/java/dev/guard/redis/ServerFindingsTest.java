package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is found of a server")
class ServerFindingsTest {

    private static final String GOOD = """
            redis_version:8.2.2
            server_time_usec:5000000
            used_memory:2097152
            maxmemory:0
            maxmemory_policy:noeviction
            rdb_last_bgsave_status:ok
            aof_enabled:0
            aof_last_write_status:ok
            role:master
            connected_slaves:0
            """;

    private static ServerFindings of(String info, RedisAudit.Refused... refused) {
        return new ServerFindings("h:1", RedisInfo.of(info), 5_000_000, 5_000_500, List.of(refused));
    }

    private static Finding only(String check, ServerFindings server) {
        List<Finding> found = server.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .toList();
        assertThat(found).as(check).hasSize(1);
        return found.get(0);
    }

    private static RedisAudit.Refused refused(String command, String error) {
        return new RedisAudit.Refused(command, error);
    }

    @Test
    @DisplayName("is how things are, where all is well")
    void good() {
        assertThat(of(GOOD).findings()).extracting(Finding::severity).containsOnly(Severity.INFO);
        assertThat(of(GOOD).findings()).allSatisfy(finding -> {
            assertThat(finding.found()).contains("h:1");
            assertThat(finding.toString()).doesNotEndWith(".");
        });
        assertThat(of(GOOD).replicated()).isFalse();
    }

    @Test
    @DisplayName("is nothing but what is not known where it says nothing, and no guess")
    void nothing() {
        ServerFindings server = of("");
        assertThat(server.findings().stream().filter(finding -> !finding.check().equals("rights")))
                .extracting(Finding::severity)
                .containsOnly(Severity.UNKNOWN)
                .hasSize(6);
        assertThat(server.replicated()).isTrue();
        assertThat(only("role", of("role:master")).found()).isEqualTo("h:1 does not say whether it has replicas");
        assertThat(only("role", of("connected_slaves:0")).severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(only("role", of("role:sentinel\nconnected_slaves:0")).severity())
                .isEqualTo(Severity.UNKNOWN);
        assertThat(only("persistence", of("aof_enabled:maybe")).severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(only("memory", of("maxmemory:5000")).found()).isEqualTo("h:1 has maxmemory 4 KiB (use not told)");
    }

    @ParameterizedTest(name = "maxmemory-policy {0} is refused")
    @ValueSource(
            strings = {"allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-ttl", "something-new"})
    void eviction(String policy) {
        Finding finding = only("eviction", of(GOOD.replace("noeviction", policy)));
        assertThat(finding.severity()).isEqualTo(Severity.REFUSE);
        assertThat(finding.mend()).startsWith("set maxmemory-policy noeviction");
    }

    @Test
    @DisplayName("is a refusal for a replica, by what it says or by what it answers")
    void replica() {
        Finding replica = only("role", of("role:slave\nmaster_host:10.0.0.1\nmaster_port:6379"));
        assertThat(replica.severity()).isEqualTo(Severity.REFUSE);
        assertThat(replica.found()).isEqualTo("h:1 is a replica of 10.0.0.1:6379");
        assertThat(only("role", of("role:replica")).found()).isEqualTo("h:1 is a replica");
        Finding silent = only("role", of("", refused("SET", "READONLY You can't write against a read only replica.")));
        assertThat(silent.severity()).isEqualTo(Severity.REFUSE);
        assertThat(only("rights", of(GOOD, refused("SET", "READONLY x"))).severity())
                .isEqualTo(Severity.INFO);
    }

    @Test
    @DisplayName("tells what a failover forgets, and how much the server bounds that")
    void replicas() {
        ServerFindings one = of(GOOD.replace("connected_slaves:0", "connected_slaves:1"));
        assertThat(one.replicated()).isTrue();
        assertThat(only("role", one).found()).isEqualTo("h:1 is a primary with 1 replica");
        assertThat(only("role", one).meaning()).endsWith("would bound how much that is");
        ServerFindings two = of(GOOD.replace("connected_slaves:0", "connected_slaves:2\nmin_slaves_good_slaves:2"));
        assertThat(only("role", two).found()).isEqualTo("h:1 is a primary with 2 replicas");
        assertThat(only("role", two).meaning()).endsWith("min-replicas-to-write bounds how much that is");
    }

    @ParameterizedTest(name = "{0} is a warning")
    @CsvSource({"aof_last_write_status", "rdb_last_bgsave_status"})
    void disk(String field) {
        List<Finding> findings = of(GOOD.replace(field + ":ok", field + ":err")).findings();
        assertThat(findings)
                .filteredOn(finding -> finding.severity() == Severity.WARN)
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.found()).isEqualTo("h:1 could not write to its disk the last time"));
    }

    @ParameterizedTest(name = "a clock that says {0} between 5000000 and 5000500 is {1} {2}")
    @CsvSource({
        "5000000, INFO, agrees",
        "5000500, INFO, agrees",
        "4000001, INFO, agrees",
        "6000499, INFO, agrees",
        "4000000, WARN, 1.0 s behind",
        "6000500, WARN, 1.0 s ahead of",
        "8600500, WARN, 3.6 s ahead of",
    })
    void clock(long says, Severity severity, String said) {
        Finding finding = only("clock", of(GOOD.replace("usec:5000000", "usec:" + says)));
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.found()).contains(said);
    }

    @ParameterizedTest(name = "{0} is a missing right")
    @ValueSource(
            strings = {
                "NOPERM this user has no permissions to run the 'set' command",
                "ERR ACL failure in script: User guard has no permissions to run the 'set' command",
                "The user executing the script can't run this command or subcommand",
                "The user executing the script can't access at least one of the keys mentioned in the command arguments",
            })
    void rights(String error) {
        Finding finding = only("rights", of(GOOD, refused("SET", error), refused("DEL", error)));
        assertThat(finding.severity()).isEqualTo(Severity.REFUSE);
        assertThat(finding.found()).startsWith("guard's user may not run SET, DEL on h:1");
        assertThat(only("rights", of(GOOD, refused("SCAN", error))).severity()).isEqualTo(Severity.WARN);
    }

    @ParameterizedTest(name = "{0} is told with its own words")
    @ValueSource(strings = {"OOM command not allowed", "MISCONF Redis is configured", "NOREPLICAS Not enough"})
    void writes(String error) {
        Finding finding = only("writes", of(GOOD, refused("SET", error)));
        assertThat(finding.severity()).isEqualTo(Severity.WARN);
        assertThat(finding.found()).isEqualTo("h:1 takes no writes now: " + error);
    }

    @Test
    @DisplayName(
            "is not known where a command could not be tried, but for keys that are on another server of a cluster")
    void untried() {
        Finding finding = only("rights", of(GOOD, refused("EVAL", "ERR unknown command 'EVAL'")));
        assertThat(finding.severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(finding.found()).isEqualTo("EVAL could not be tried on h:1: ERR unknown command 'EVAL'");
        assertThat(only(
                                "rights",
                                of(
                                        GOOD,
                                        refused(
                                                "GET",
                                                "ERR Script attempted to access a non local key in a cluster node")))
                        .severity())
                .isEqualTo(Severity.INFO);
    }
}
