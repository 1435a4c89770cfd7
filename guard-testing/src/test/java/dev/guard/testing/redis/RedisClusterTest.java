package dev.guard.testing.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisClusterTest {

    @Test
    @DisplayName("Each server of a cluster serves the keys of its slots and knows who serves the others")
    void slots() {
        RedisCluster cluster = RedisServers.sharedCluster();
        assertThat(RedisServers.sharedCluster()).isSameAs(cluster);
        assertThat(cluster.nodes()).hasSize(3);
        boolean[] seen = new boolean[3];
        for (int i = 0; i < 30; i++) {
            String key = "redis-cluster-test:" + i;
            RedisServer owner = cluster.nodeOf(key);
            seen[cluster.nodes().indexOf(owner)] = true;
            for (RedisServer node : cluster.nodes()) {
                if (node == owner) {
                    assertThat(node.command("SET", key, "1", "PX", "60000")).isEqualTo("OK");
                } else {
                    assertThatThrownBy(() -> node.command("SET", key, "1"))
                            .hasMessage("MOVED " + cluster.slotOf(key) + " " + owner.address());
                }
            }
        }
        assertThat(seen).containsOnly(true);
        cluster.close();
        assertThatThrownBy(() -> cluster.nodes().get(0).kill()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(cluster.nodes().get(0).command("PING")).isEqualTo("PONG");
    }

    @Test
    @DisplayName("A slot can be moved, with ASK on the way and MOVED in the end; a cluster that loses a server is down")
    void faults() {
        try (RedisCluster cluster = RedisServers.cluster(Duration.ofMillis(1_000))) {
            String key = "moving";
            int slot = cluster.slotOf(key);
            RedisServer from = cluster.nodeOf(key);
            RedisServer to = cluster.nodes().get((cluster.nodes().indexOf(from) + 1) % 3);
            cluster.beginMove(slot, from, to);
            assertThatThrownBy(() -> from.command("GET", key)).hasMessage("ASK " + slot + " " + to.address());
            cluster.finishMove(slot, to);
            assertThat(cluster.nodeOf(key)).isSameAs(to);
            assertThat(to.command("SET", key, "1")).isEqualTo("OK");
            assertThatThrownBy(() -> from.command("GET", key)).hasMessage("MOVED " + slot + " " + to.address());

            from.kill();
            Patience.until("the cluster is down", Duration.ofSeconds(20), to::log, () -> {
                try {
                    to.command("GET", key);
                    return false;
                } catch (RespErrorException e) {
                    return e.code().equals("CLUSTERDOWN");
                }
            });
            from.start();
            Patience.until(
                    "the cluster is up", Duration.ofSeconds(20), to::log, () -> "1".equals(to.command("GET", key)));
        }
    }

    @Test
    @DisplayName(
            "A cluster that lost one slot answers CLUSTERDOWN to every key, and has all keys when it has the slot again")
    void lostSlot() {
        try (RedisCluster cluster = RedisServers.cluster()) {
            String key = "kept";
            RedisServer owner = cluster.nodeOf(key);
            int lost = cluster.slotOf("another");
            RedisServer loser = cluster.nodeOf("another");
            assertThat(owner).isNotSameAs(loser);
            owner.command("SET", key, "1");
            loser.command("SET", "another", "2");
            for (int i = 0; i < 10; i++) {
                cluster.lose(lost);
                assertThatThrownBy(() -> owner.command("GET", key)).hasMessageStartingWith("CLUSTERDOWN");
                assertThatThrownBy(() -> loser.command("GET", "another")).hasMessageStartingWith("CLUSTERDOWN");
                cluster.regain(lost, loser);
                assertThat(owner.command("GET", key)).isEqualTo("1");
                assertThat(loser.command("GET", "another")).isEqualTo("2");
            }
        }
    }

    @Test
    @DisplayName("When a primary is killed, its replica is elected and has its keys")
    void failover() {
        try (RedisCluster cluster = RedisServers.clusterWithReplicas(Duration.ofSeconds(1))) {
            String key = "kept";
            RedisServer first = cluster.nodeOf(key);
            RedisServer second = cluster.replicas().get(cluster.nodes().indexOf(first));
            assertThat(cluster.addresses()).contains(first.address()).doesNotContain(second.address());
            first.command("SET", key, "1");
            assertThat(first.command("WAIT", "1", "10000")).isEqualTo(1L);
            first.kill();
            Patience.until(
                    "the replica is elected",
                    Duration.ofSeconds(20),
                    second::log,
                    () -> second.equals(cluster.nodeOf(key)) && "1".equals(second.command("GET", key)));
        }
    }

    @Test
    @DisplayName("One that speaks TLS and knows its users lets nobody else in")
    void secured() throws IOException {
        TlsIdentity identity = CertificateAuthority.create().issueForLoopback();
        try (RedisCluster cluster = RedisServers.securedCluster(identity, "guard", "s3cret", "~* +get")) {
            RedisServer owner = cluster.nodeOf("key");
            try (RespConnection connection = owner.connectAsClient()) {
                assertThat(connection.command("GET", "key")).isNull();
                assertThatThrownBy(() -> connection.command("SET", "key", "1")).hasMessageStartingWith("NOPERM");
            }
        }
    }
}
