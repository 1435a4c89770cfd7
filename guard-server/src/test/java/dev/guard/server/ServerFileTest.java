package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.guard.domain.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration file of serve. */
class ServerFileTest {

    @TempDir
    private Path directory;

    private ServerFile read(String yaml) throws IOException {
        return ServerFile.read(Files.writeString(directory.resolve("guard.yaml"), yaml));
    }

    private String error(String yaml) {
        StartException error =
                catchThrowableOfType(StartException.class, () -> read(yaml).policies());
        assertThat(error).as("the file is read as %s", yaml).isNotNull();
        assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE);
        return error.explanation().replace(directory + "/", "");
    }

    @Test
    @DisplayName("Everything that can be said is read, and what is not said is as without a file")
    void everything() throws IOException {
        ServerFile file = read("""
                server:
                  host: 0.0.0.0
                  port: 9000
                  max_body: 1024
                  trusted_callers: ["10.0.0.0/8", "::1"]
                mode: local_only
                backend: memory
                backends:
                  memory: { max_keys_per_policy: 1000 }
                deadline: 30ms
                degraded: { limits: [5/1m, 50/1h], for: 90s }
                deny_memo: 500ms
                policies:
                  demo: { limits: ["10/1m fixed"] }
                """);

        assertThat(file.listening().host()).isEqualTo("0.0.0.0");
        assertThat(file.listening().port()).isEqualTo(9000);
        assertThat(file.listening().maxBody()).isEqualTo(1024);
        assertThat(file.listening().trustedCallers().contain("10.1.2.3")).isTrue();
        assertThat(file.listening().trustedCallers().contain("::1")).isTrue();
        assertThat(file.listening().trustedCallers().contain("127.0.0.1")).isFalse();
        assertThat(file.mode()).hasValue("local_only");
        assertThat(file.backend()).hasValue("memory");
        assertThat(file.settings("memory")).isEqualTo(Map.of("max_keys_per_policy", "1000"));
        assertThat(file.policies().all()).extracting(Policy::name).containsExactly("demo");

        assertThat(file.denyMemo()).hasValue(Duration.ofMillis(500));
        assertThat(file.deadline()).hasValue(Duration.ofMillis(30));
        assertThat(file.degradation().orElseThrow()).hasToString("the limits [5/1m, 50/1h] for 90 s at most");

        ServerFile silent = read("{}");
        assertThat(silent.listening()).isEqualTo(Listening.DEFAULT);
        assertThat(silent.denyMemo()).isEmpty();
        assertThat(silent.deadline()).isEmpty();
        assertThat(silent.mode()).isEqualTo(Optional.empty());
        assertThat(silent.policies().all()).isEmpty();
        assertThat(silent.degradation()).isEmpty();
    }

    @Test
    @DisplayName("Policies may stand in a file of their own, named beside the first one")
    void policies_beside() throws IOException {
        Files.writeString(directory.resolve("mine.yaml"), "policies: { mine: { limits: [1/1s] } }");

        assertThat(read("policies: mine.yaml").policies().all())
                .extracting(Policy::name)
                .containsExactly("mine");
        assertThat(error("policies: other.yaml")).isEqualTo("other.yaml: no such file");
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|guard.yaml: is empty",
                "sever: {}|guard.yaml:1:1: sever: is not a known field, expected one of server, mode, backend, backends, deadline, degraded, deny_memo, policies",
                "server: 8080|guard.yaml:1:9: server: is '8080', expected a mapping",
                "server: { prot: 1 }|guard.yaml:1:11: server.prot: is not a known field, expected one of host, port, max_body, trusted_callers",
                "server: { port: 65536 }|guard.yaml:1:17: server.port: is '65536', expected a whole number from 0 to 65535",
                "server: { port: '8080' }|server.port: is '8080', expected a whole number",
                "server: { port: 0x1F }|server.port: is '0x1F', expected a whole number",
                "server: { host: example.org }|guard.yaml:1:17: server.host: is 'example.org', expected an address in numbers",
                "server: { host: 'fe80::1%lo' }|server.host: is 'fe80::1%lo', expected an address in numbers",
                "server: { max_body: 0 }|server.max_body: is '0', expected a whole number from 1 to 16777216",
                "server: { trusted_callers: 10.0.0.0/8 }|server.trusted_callers: is '10.0.0.0/8', expected a list",
                "server: { trusted_callers: [10.0.0.0/33] }|server.trusted_callers[0]: '33' is not a prefix length from 0 to 32",
                "server: { trusted_callers: [10.0.0.1/8] }|server.trusted_callers[0]: '10.0.0.1/8' has bits beyond its prefix",
                "server: { trusted_callers: [example.org] }|server.trusted_callers[0]: 'example.org' is not an address in numbers",
                "server: { trusted_callers: ['10.0.0.0/'] }|'' is not a prefix length",
                "server: { trusted_callers: ['10.0.0.0/08'] }|'08' is not a prefix length",
                "server: { trusted_callers: ['fe80::%1/10'] }|is not an address in numbers",
                "mode: [strict]|guard.yaml:1:7: mode: is a list, expected strict_distributed",
                "backend:|backend: is empty, expected redis-lettuce",
                "backends: { memory: [] }|backends.memory: is a list, expected a mapping",
                "backends: { memory: { a: {} } }|backends.memory.a: is a mapping, expected a text or a number",
                "deny_memo: 500|guard.yaml:1:12: deny_memo: is '500', expected a duration: an integer and one of us, ms, s, m (minutes), h, d, w",
                "deny_memo: {}|deny_memo: is a mapping, expected a duration such as 10m",
                "policies: [a]|policies: is a list, expected a mapping of names to policies, or the name of a file",
                "policies: { a: { limits: [x] } }|guard.yaml:1:27: policies.a.limits[0]: ",
                "mode: local_only\\nmode: local_only|mode: is set twice, expected one value",
            })
    void errors(String yaml, String expected) {
        assertThat(error(yaml.replace("\\n", "\n"))).startsWith("guard.yaml:").contains(expected);
    }

    @ParameterizedTest(name = "{0} contains {1}: {2}")
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/9, 10.127.255.255, true",
        "10.0.0.0/9, 10.128.0.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "::/0, ::1, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
    })
    void blocks(String block, String address, boolean contained) {
        assertThat(TrustedCallers.of(java.util.List.of(block)).contain(address)).isEqualTo(contained);
    }
}
