package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The version of a server")
class ServerVersionTest {

    private static Finding of(String info) {
        return ServerVersion.finding("h:1", RedisInfo.of(info));
    }

    @ParameterizedTest(name = "Redis {0}: {1}, {2}")
    @CsvSource({
        "6.2.0, WARN, run Redis 6.2.20",
        "6.2.19, WARN, run Redis 6.2.20",
        "6.2.20, INFO, ''",
        "6.2.22, INFO, ''",
        "7.0.15, WARN, run Redis 7.2.11",
        "7.2.10, WARN, run Redis 7.2.11",
        "7.2.11, INFO, ''",
        "7.3.1, WARN, run Redis 7.4.6",
        "7.4.5, WARN, run Redis 7.4.6",
        "7.4.6, INFO, ''",
        "7.9.240, WARN, run Redis 8.0.4",
        "8.0.3, WARN, run Redis 8.0.4",
        "8.0.4, INFO, ''",
        "8.2.1, WARN, run Redis 8.2.2",
        "8.2.2, INFO, ''",
        "8.2.2-rc1, INFO, ''",
        "8.4.0, INFO, ''",
        "10.0.0, INFO, ''",
        "6.2, WARN, run Redis 6.2.20",
    })
    void redis(String version, Severity severity, String mend) {
        Finding finding = of("redis_version:" + version);
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.mend()).startsWith(mend);
        assertThat(finding.found()).contains("h:1 is Redis " + version);
    }

    @ParameterizedTest(name = "Valkey {0}: {1}")
    @CsvSource({
        "7.2.10, WARN",
        "7.2.11, INFO",
        "8.0.5, WARN",
        "8.0.6, INFO",
        "8.1.3, WARN",
        "8.1.4, INFO",
        "9.0.0, INFO",
    })
    void valkey(String version, Severity severity) {
        Finding finding = of("redis_version:7.2.4\nserver_name:valkey\nvalkey_version:" + version);
        assertThat(finding.severity()).isEqualTo(severity);
        assertThat(finding.found()).contains("h:1 is Valkey " + version);
    }

    @ParameterizedTest(name = "{0} is refused")
    @ValueSource(strings = {"6.0.16", "6.1.240", "5.0.14", "2.8.0", "6", "x", "6.x", ".6.2", "v7.0.0"})
    void refused(String version) {
        Finding finding = of("redis_version:" + version);
        assertThat(finding.severity()).isEqualTo(Severity.REFUSE);
        assertThat(finding.found()).isEqualTo("the server h:1 has version '" + version + "', expected 6.2 or newer");
    }

    @Test
    @DisplayName("is not known where the server does not say it, or is another product")
    void unknown() {
        assertThat(of("").severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(of("redis_version:7.4.0\nserver_name:other"))
                .returns(Severity.UNKNOWN, Finding::severity)
                .satisfies(
                        finding -> assertThat(finding.found()).isEqualTo("h:1 is other, as compatible as Redis 7.4.0"));
        assertThat(of("redis_version:7.2.4\nvalkey_version:next").severity()).isEqualTo(Severity.UNKNOWN);
        assertThat(of("redis_version:7.4.6\nserver_name:redis").severity()).isEqualTo(Severity.INFO);
    }
}
