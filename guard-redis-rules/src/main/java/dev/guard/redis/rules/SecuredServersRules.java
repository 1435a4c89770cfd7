package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.testing.redis.CertificateAuthority;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentinels and clusters that speak TLS and ask who comes. */
@Tag("slow")
public interface SecuredServersRules extends BackendUnderTest {

    @Test
    @DisplayName(
            "sentinels that speak TLS, with a password of their own and one of the primary; a wrong one of either is AUTH, and no error shows it")
    default void sentinels(@TempDir Path folder) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create();
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
        try (RedisSentinels sentinels =
                RedisServers.securedSentinels(authority.issueForLoopback(), "primary-pass", "sentinel-pass")) {
            String rest = "@" + sentinels.sentinelAddresses() + "?master=" + RedisSentinels.MASTER + "&ca=" + ca
                    + "&timeout=20s&connect_timeout=20s&sentinel_password=";
            assertDecides("rediss-sentinel://:primary-pass" + rest + "sentinel-pass");
            assertKeptOut("rediss-sentinel://:hunter2" + rest + "sentinel-pass");
            assertKeptOut("rediss-sentinel://:primary-pass" + rest + "hunter2");
            assertKeptOut("rediss-sentinel://" + rest.substring(1) + "sentinel-pass");
        }
    }

    @Test
    @DisplayName(
            "a cluster that speaks TLS, with a user of the published rights; a wrong password is AUTH, and no error shows it")
    default void cluster(@TempDir Path folder) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create();
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.certificatePem());
        try (RedisCluster cluster = RedisServers.securedCluster(
                authority.issueForLoopback(), "guard", "cluster-pass", RightsRules.published())) {
            String rest = "@" + cluster.addresses() + "?ca=" + ca + "&timeout=20s&connect_timeout=20s";
            assertDecides("rediss-cluster://guard:cluster-pass" + rest);
            for (RedisServer server : cluster.nodes()) {
                assertThat((Iterable<?>) server.command("ACL", "LOG")).isEmpty();
            }
            assertKeptOut("rediss-cluster://guard:hunter2" + rest);
            assertKeptOut("rediss-cluster://" + rest.substring(1));
        }
    }

    private void assertDecides(String url) {
        Policy policy = Policy.of("p", Limit.parse("3/1h"));
        try (Guard guard = guard(url)) {
            for (int i = 0; i < 20; i++) {
                assertThat(guard.limiter(policy).tryAcquire("subject-" + i).remaining())
                        .isEqualTo(2);
            }
            assertThat(guard.limiter(policy).subjects()).hasSize(20);
        }
    }

    private void assertKeptOut(String url) {
        Throwable problem = catchThrowable(() -> guard(url));
        assertThat(problem)
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.AUTH));
        StringWriter shown = new StringWriter();
        problem.printStackTrace(new PrintWriter(shown));
        assertThat(shown.toString()).doesNotContain("hunter2", "primary-pass", "sentinel-pass", "cluster-pass");
    }
}
