package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.api.Guard;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import dev.guard.domain.backend.StoreRefusedException;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a guard finds when it looks at its server before it begins, and what it does not begin on. */
public interface AuditRules extends BackendUnderTest {

    private Audit audit(String url) throws Exception {
        try (Backend backend = open(url)) {
            return audit(backend);
        }
    }

    private static Audit audit(Backend backend) throws Exception {
        return backend.audit().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private static Finding only(Audit audit, String check) {
        List<Finding> found = audit.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .toList();
        assertThat(found).as("%s in %s", check, audit).hasSize(1);
        return found.get(0);
    }

    private void assertRefused(RedisServer server, String... said) {
        assertThatThrownBy(() -> guard(server.url()))
                .isInstanceOf(StoreRefusedException.class)
                .hasMessageContaining(server.address())
                .hasMessageContainingAll(said);
    }

    private void assertBuilt(RedisServer server) {
        try (Guard guard = guard(server.url())) {
            assertThat(guard.limiter(Policy.of("p", Limit.parse("10/1h")))
                            .tryAcquire("alice")
                            .remaining())
                    .isEqualTo(9);
        }
    }

    @Test
    @DisplayName(
            "a server that may evict is refused with the mend, whichever keys it would take, and one that evicts nothing is not")
    default void eviction() throws Exception {
        try (RedisServer server = RedisServers.standalone("maxmemory 100mb", "maxmemory-policy allkeys-lru")) {
            assertRefused(server, "maxmemory-policy allkeys-lru", "set maxmemory-policy noeviction");
            for (String policy : List.of("allkeys-random", "volatile-ttl", "volatile-lru")) {
                server.command("CONFIG", "SET", "maxmemory-policy", policy);
                assertRefused(server, "maxmemory-policy " + policy, "all of which have a time to live");
            }
            server.command("CONFIG", "SET", "maxmemory", "0");
            assertRefused(server, "maxmemory-policy volatile-lru, and no maxmemory until somebody sets it");

            server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
            assertBuilt(server);
            assertThat(only(audit(server.url()), "memory").found()).contains("has no maxmemory");
            server.command("CONFIG", "SET", "maxmemory", "100mb");
            assertThat(only(audit(server.url()), "memory").found()).contains("has maxmemory 100 MiB");
        }
    }

    @Test
    @DisplayName(
            "a server as it comes is not refused, and nothing of it is unknown; the script and INFO are all that is sent")
    default void plain() throws Exception {
        try (RedisServer server = RedisServers.standalone();
                Backend backend = open(server.url())) {
            long scripts = server.calls("eval");
            Audit audit = audit(backend);
            assertThat(server.calls("eval") - scripts).isEqualTo(1);
            assertThat(audit.of(Severity.REFUSE)).isEmpty();
            assertThat(audit.of(Severity.UNKNOWN)).isEmpty();
            assertThat(audit.findings())
                    .extracting(Finding::check)
                    .containsExactlyInAnyOrder(
                            "connection", "version", "role", "eviction", "memory", "persistence", "clock", "rights");
            assertThat(only(audit, "role").found()).isEqualTo(server.address() + " is a primary without replicas");
            assertThat(only(audit, "clock").found()).endsWith("agrees with ours to a second");
            assertThat(audit.consistency()).containsExactly("redis");
            assertThat(server.command("DBSIZE")).isEqualTo(0L);
        }
    }

    @Test
    @DisplayName("a replica is refused, and its primary is not, whose failover may forget")
    default void replica() throws Exception {
        try (RedisServer primary = RedisServers.standalone();
                RedisServer replica = RedisServers.standalone("replicaof 127.0.0.1 " + primary.port())) {
            Patience.until(
                    "the replica is there",
                    Duration.ofSeconds(30),
                    replica::log,
                    () -> "1".equals(primary.info("replication").get("connected_slaves"))
                            && "up".equals(replica.info("replication").get("master_link_status")));
            assertRefused(replica, "is a replica of 127.0.0.1:" + primary.port(), "name the primary");
            assertBuilt(primary);
            Audit audit = audit(primary.url());
            assertThat(only(audit, "role").found()).endsWith("is a primary with 1 replica");
            assertThat(only(audit, "role").meaning()).contains("would bound");
            assertThat(audit.consistency()).containsExactly("redis", "redis-replicas");
            primary.command("CONFIG", "SET", "min-replicas-to-write", "1");
            assertThat(only(audit(primary.url()), "role").meaning()).contains("bounds");
        }
    }

    @Test
    @DisplayName("what a restart forgets is told, with and without an append-only file")
    default void persistence() throws Exception {
        try (RedisServer server = RedisServers.standalone()) {
            assertThat(only(audit(server.url()), "persistence"))
                    .returns(Severity.INFO, Finding::severity)
                    .satisfies(finding -> assertThat(finding.found()).contains("keeps no append-only file"));
            server.command("CONFIG", "SET", "appendonly", "yes");
            assertThat(only(audit(server.url()), "persistence").found()).endsWith("keeps an append-only file");
        }
    }

    @Test
    @DisplayName("a server that takes no writes now is a warning with its own words, as that may pass")
    default void full() throws Exception {
        try (RedisServer server = RedisServers.standalone()) {
            server.command("CONFIG", "SET", "maxmemory", "1");
            try (Guard guard = guard(server.url())) {
                assertThat(guard.ping().toCompletableFuture()).succeedsWithin(Duration.ofMinutes(1));
            }
            assertThat(only(audit(server.url()), "writes"))
                    .returns(Severity.WARN, Finding::severity)
                    .satisfies(finding -> assertThat(finding.found()).contains(": OOM "));
            server.command("CONFIG", "SET", "maxmemory", "0");
            server.command("CONFIG", "SET", "min-replicas-to-write", "1");
            assertThat(only(audit(server.url()), "writes").found()).contains(": NOREPLICAS ");
        }
    }

    @Test
    @DisplayName(
            "a right that is missing is found before it is missed, whichever it is, and named; SCAN alone is a warning")
    default void rights() throws Exception {
        for (Function<String, RedisServer> servers : List.<Function<String, RedisServer>>of(
                rules -> RedisServers.acl("guard", "secret", rules),
                rules -> RedisServers.acl62("guard", "secret", rules))) {
            String published = RightsRules.published() + " ";
            try (RedisServer server =
                    servers.apply(published.replace(" +set ", " ").replace(" +del ", " "))) {
                assertRefused(server, "guard's user may not run SET, DEL on");
            }
            try (RedisServer server = servers.apply(published.replace(" +scan ", " "))) {
                assertBuilt(server);
                assertThat(only(audit(server.url()), "rights"))
                        .returns(Severity.WARN, Finding::severity)
                        .satisfies(finding -> assertThat(finding.found()).contains("SCAN"));
            }
            try (RedisServer server = servers.apply(published)) {
                assertThat(audit(server.url()).of(Severity.REFUSE)).isEmpty();
                assertThat(only(audit(server.url()), "rights").severity()).isEqualTo(Severity.INFO);
                assertThat((List<?>) server.command("ACL", "LOG")).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("a server that withholds INFO is begun on, and what it would have said is unknown and not guessed")
    default void withheld() throws Exception {
        String rules = (RightsRules.published() + " ").replace(" +info ", " ");
        try (RedisServer server = RedisServers.acl("guard", "secret", rules)) {
            assertBuilt(server);
            Audit audit = audit(server.url());
            assertThat(audit.of(Severity.REFUSE)).isEmpty();
            assertThat(audit.of(Severity.UNKNOWN))
                    .extracting(Finding::check)
                    .containsExactlyInAnyOrder("version", "role", "eviction", "memory", "persistence", "clock");
            assertThat(audit.consistency()).containsExactly("redis", "redis-replicas");
        }
    }

    @Test
    @DisplayName("a password on this machine is no finding to warn of, and no finding shows it")
    default void password() throws Exception {
        try (RedisServer server = RedisServers.password("hunter2")) {
            Audit audit = audit(server.url());
            assertThat(only(audit, "connection").severity()).isEqualTo(Severity.INFO);
            assertThat(audit.toString()).doesNotContain("hunter2");
        }
    }

    @Test
    @Tag("slow")
    @DisplayName("every primary of a cluster is looked at, and one that evicts among three is enough to be refused")
    default void cluster() throws Exception {
        try (RedisCluster cluster = RedisServers.cluster()) {
            String url = "redis-cluster://" + cluster.addresses();
            Audit audit = audit(url);
            assertThat(audit.of(Severity.REFUSE)).isEmpty();
            assertThat(audit.of(Severity.UNKNOWN)).isEmpty();
            for (String check : List.of("version", "role", "eviction", "memory", "persistence", "clock", "rights")) {
                assertThat(audit.findings().stream()
                                .filter(finding -> finding.check().equals(check)))
                        .as(check)
                        .hasSize(3);
            }
            RedisServer evicting = cluster.nodes().get(1);
            evicting.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
            assertThatThrownBy(() -> guard(url))
                    .isInstanceOf(StoreRefusedException.class)
                    .hasMessageContaining(evicting.port() + " has maxmemory-policy allkeys-lfu");
        }
    }
}
