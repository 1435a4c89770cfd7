package dev.guard.testing.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisSentinelsTest {

    @Test
    @DisplayName(
            "Sentinels know primary and replica, make the replica the primary when told to or when the primary is gone")
    void failover() {
        try (RedisSentinels sentinels = RedisServers.sentinels(Duration.ofMillis(500))) {
            RedisServer first = sentinels.servers().get(0);
            RedisServer second = sentinels.servers().get(1);
            assertThat(sentinels.primary()).isSameAs(first);
            assertThat(sentinels.replica()).isSameAs(second);
            assertThat(sentinels.sentinels()).hasSize(3);
            assertThat(sentinels.sentinelAddresses().split(",")).hasSize(3);
            assertThat(first.info("replication")).containsEntry("connected_slaves", "1");
            assertThatThrownBy(() -> second.command("SET", "a", "1")).hasMessageStartingWith("READONLY");
            first.command("SET", "key", "value");
            assertThat(first.command("WAIT", "1", "10000")).isEqualTo(1L);

            sentinels.failOver();
            assertThat(sentinels.primary()).isSameAs(second);
            assertThat(second.command("GET", "key")).isEqualTo("value");
            assertThatThrownBy(() -> first.command("SET", "a", "1")).hasMessageStartingWith("READONLY");

            second.kill();
            sentinels.awaitPrimary(first);
            assertThat(sentinels.primary()).isSameAs(first);
            assertThat(first.command("GET", "key")).isEqualTo("value");
            assertThat(first.command("SET", "a", "1")).isEqualTo("OK");

            // Else a machine that stalls makes them replace it once more.
            sentinels.setDownAfter(Duration.ofMinutes(5));
            second.start();
            Patience.until(
                    "who comes back follows",
                    Duration.ofSeconds(30),
                    second::log,
                    () -> "slave".equals(second.info("replication").get("role")));
        }
    }

    @Test
    @DisplayName("Those that speak TLS and ask for passwords know each other, and how to fail over")
    void secured() {
        TlsIdentity identity = CertificateAuthority.create().issueForLoopback();
        try (RedisSentinels sentinels = RedisServers.securedSentinels(identity, "s3cret", "0ther")) {
            RedisServer second = sentinels.replica();
            sentinels.failOver();
            assertThat(sentinels.primary()).isSameAs(second);
        }
    }
}
