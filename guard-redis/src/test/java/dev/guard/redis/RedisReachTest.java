package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The way to the servers")
class RedisReachTest {

    private static List<Finding> of(String url, String... servers) {
        return RedisReach.findings(Optional.of(RedisUrl.parse("url", url)), List.of(servers));
    }

    @ParameterizedTest(name = "{0} stays on this machine")
    @ValueSource(
            strings = {
                "redis://127.0.0.1:6379",
                "redis://127.1.2.3",
                "redis://localhost",
                "redis://LOCALHOST:1",
                "redis://[::1]:6379",
                "rediss://localhost",
                "redis-socket:///run/redis.sock",
                "redis-sentinel://127.0.0.1,localhost?master=m",
                "redis-cluster://127.0.0.1:1,127.0.0.1:2",
            })
    void local(String url) {
        assertThat(of(url, "127.0.0.1:6379", "localhost:1", "[::1]:2", "primary", "/run/redis.sock"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.INFO));
    }

    @ParameterizedTest(name = "{0}: {1} and {2}")
    @CsvSource({
        "redis://10.0.0.5, WARN, WARN",
        "redis://store, WARN, WARN",
        "redis://127.example.org, WARN, WARN",
        "redis://:hunter2@10.0.0.5, WARN, INFO",
        "redis://guard:hunter2@10.0.0.5, WARN, INFO",
        "rediss://10.0.0.5, INFO, WARN",
        "rediss://guard:hunter2@10.0.0.5, INFO, INFO",
        "'redis-sentinel://127.0.0.1,10.0.0.5?master=m', WARN, WARN",
        "'redis-cluster://guard:hunter2@127.0.0.1,[fe80::1]:7000', WARN, INFO",
    })
    void remote(String url, Severity connection, Severity password) {
        List<Finding> findings = of(url, "127.0.0.1:6379");
        assertThat(findings).extracting(Finding::check).containsExactly("connection", "password");
        assertThat(findings).extracting(Finding::severity).containsExactly(connection, password);
        assertThat(findings.toString()).doesNotContain("hunter2");
    }

    @Test
    @DisplayName("leads away where sentinels or a cluster on this machine name a server elsewhere")
    void elsewhere() {
        assertThat(of("redis-sentinel://127.0.0.1?master=m", "10.0.0.5:6379"))
                .extracting(Finding::severity)
                .containsExactly(Severity.WARN, Severity.WARN);
        assertThat(of("redis-cluster://127.0.0.1", "127.0.0.1:1", "fe80::1:6379"))
                .extracting(Finding::severity)
                .containsExactly(Severity.WARN, Severity.WARN);
    }

    @Test
    @DisplayName("is not known of a client that was handed in")
    void handedIn() {
        assertThat(RedisReach.findings(Optional.empty(), List.of("10.0.0.5:6379")))
                .singleElement()
                .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.UNKNOWN));
    }
}
