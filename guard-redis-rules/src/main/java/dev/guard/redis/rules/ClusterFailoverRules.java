package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster that loses a primary which has a replica. */
@Tag("slow")
public interface ClusterFailoverRules extends BackendUnderTest {

    @Test
    @DisplayName(
            "S70 S72 a primary of a cluster is killed under load: its replica's keys are answered again by itself, and the others never stop")
    default void killedInACluster() {
        int limit = 1_000_000;
        Policy policy = Policy.of("p", Limit.parse(limit + "/1d fixed"));
        try (RedisCluster cluster =
                        RedisServers.clusterWithReplicas(Duration.ofSeconds(3), "cluster-require-full-coverage no");
                Guard guard = guard("redis-cluster://" + cluster.addresses() + "?timeout="
                        + Patience.times(Duration.ofMillis(500)).toMillis() + "ms")) {
            RedisServer lost = cluster.nodeOf(key("subject-0"));
            RedisServer replica = cluster.replicas().get(cluster.nodes().indexOf(lost));
            List<String> there = new ArrayList<>();
            List<String> elsewhere = new ArrayList<>();
            for (int i = 0; there.size() < 3 || elsewhere.size() < 6; i++) {
                String subject = "subject-" + i;
                (cluster.nodeOf(key(subject)) == lost ? there : elsewhere).add(subject);
            }
            RateLimiter limiter = guard.limiter(policy);
            try (Load load = new Load(List.of(limiter), there);
                    Load others = new Load(List.of(limiter), elsewhere)) {
                load.awaitAllowed(500);
                others.awaitAllowed(500);

                lost.kill();

                load.awaitEndOfCalls();
                load.awaitEndOfCalls();
                long before = load.allowed();
                Patience.until(
                        "the replica is elected",
                        Duration.ofSeconds(30),
                        replica::log,
                        () -> "master".equals(replica.info("replication").get("role")));
                long elected = System.nanoTime();
                Patience.until(
                        "guard answers again", Duration.ofSeconds(2), load::toString, () -> load.allowed() > before);
                System.out.printf(
                        "%s answers again %d ms after the replica was elected%n",
                        backend(), Duration.ofNanos(System.nanoTime() - elected).toMillis());
                others.awaitAllowed(others.allowed() + 100);
                load.awaitAllowed(before + 100);

                System.out.printf(
                        "%s, primary of a cluster lost: calls without an answer %s, for the other shards %s%n",
                        backend(), load.unavailable(), others.unavailable());
                assertThat(load.unavailable()).isNotEmpty();
                assertThat(others.unavailable()).isEmpty();
            }
        }
    }

    /** Where guard keeps a subject of the policy, as the documentation has it. */
    private static String key(String subject) {
        return "guard:g1:c:default:p:" + subject;
    }
}
