package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts that are refused, each with one clear line and its exit status. */
class StartTest {

    private static final String NO_REDIS_URL = "❌ Redis validation failed: REDIS_URL environment variable is required";

    @TempDir
    private Path directory;

    private static void refused(GuardRun run, int status, String... parts) {
        assertThat(run.status()).isEqualTo(status);
        assertThat(run.err()).startsWith("❌ ").contains(parts);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).doesNotContain("guard is up");
    }

    @ParameterizedTest(name = "B1 serve without an address of Redis is refused with 3, also where {0} is {1}")
    @CsvSource({
        "NOTHING, set",
        "REDIS_URL, ''",
        "GUARD_BACKEND, redis-lettuce",
        "GUARD_BACKEND, redis-jedis",
        "GUARD_MODE, strict_distributed",
        "DEMO_MODE, false",
        "DEMO_MODE, TRUE",
        "DEMO_MODE, 1",
        "DEMO_MODE, yes",
        "DEMO_MODE, ' true'",
        "ENVIRONMENT, development",
        "ENVIRONMENT, test",
        "GUARD_POLICIES, /no/such/file",
    })
    void production_without_an_address(String variable, String value) {
        GuardRun run = GuardRun.of(Map.of(variable, value), "serve", "--port", "0");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).isEqualTo(NO_REDIS_URL + System.lineSeparator());
        assertThat(run.out()).isEmpty();
    }

    @Test
    @DisplayName("B1 the address is asked for before any policy is read")
    void address_before_policies() throws IOException {
        Path policies = Files.writeString(directory.resolve("policies.yaml"), "nonsense");

        refused(GuardRun.of(Map.of(), "serve", "--policies", policies.toString()), 3, NO_REDIS_URL);
    }

    @Test
    @DisplayName("B1 hazelcast without its members is refused with 3, naming the variable, whatever Redis there is")
    void no_members() {
        GuardRun run = GuardRun.of(
                Map.of("REDIS_URL", "redis://user:hunter2@10.0.0.5:6379", "GUARD_BACKEND", "hazelcast"),
                "serve",
                "--port",
                "0");

        refused(run, 3, "❌ Hazelcast validation failed: HAZELCAST_MEMBERS environment variable is required");
        assertThat(run.err()).doesNotContain("hunter2", "10.0.0.5");
    }

    @ParameterizedTest(name = "S71 GUARD_DEADLINE {0} is refused with 2, saying what was expected")
    @CsvSource(
            delimiter = '|',
            value = {
                "soon | GUARD_DEADLINE is 'soon', expected a duration such as 100ms",
                "100 | GUARD_DEADLINE is '100', expected a duration such as 100ms",
                "2h | deadline is PT2H, expected 1 ms to 1 h",
            })
    void deadline(String value, String message) {
        refused(
                GuardRun.of(
                        Map.of("REDIS_URL", "redis://127.0.0.1:1", "GUARD_DEADLINE", value), "serve", "--port", "0"),
                2,
                message);
    }

    @Test
    @DisplayName("B1 a setting of hazelcast's that is malformed is refused with 2, by its name")
    void malformed_hazelcast() {
        GuardRun run = GuardRun.of(
                Map.of("HAZELCAST_MEMBERS", "127.0.0.1:1", "HAZELCAST_PORT", "x", "GUARD_BACKEND", "hazelcast"),
                "serve",
                "--port",
                "0");

        refused(run, 2, "backends.hazelcast.port is 'x'");
    }

    @Test
    @DisplayName("B1 a REDIS_URL alone means redis-lettuce, and its password is never printed")
    void url_alone() {
        GuardRun run = GuardRun.of(Map.of("REDIS_URL", "redis://:hunter2@127.0.0.1:1"), "serve", "--port", "0");

        refused(run, 3, "Redis validation failed", "127.0.0.1:1");
        assertThat(run.err()).doesNotContain("hunter2");
    }

    @Test
    @DisplayName("B1 a store that cannot be reached is a refusal with 3, in the backend's own masked words")
    void unreachable() {
        refused(
                GuardRun.of(Map.of("GUARD_BACKEND", "unreachable"), "serve", "--port", "0"),
                3,
                "unreachable validation failed: Failed to connect to Redis at redis://:***@store:6379");
    }

    @Test
    @DisplayName("B1 memory in production is refused with 2, naming both settings")
    void memory_in_production() throws IOException {
        refused(
                GuardRun.of(Map.of("GUARD_BACKEND", "memory"), "serve"),
                2,
                "GUARD_BACKEND is memory",
                "GUARD_MODE is strict_distributed",
                "GUARD_MODE=local_only");
        Path config = Files.writeString(directory.resolve("guard.yaml"), "backend: memory\nmode: strict_distributed\n");
        refused(
                GuardRun.of(Map.of(), "serve", "--config", config.toString()),
                2,
                "backend is memory",
                "mode is strict_distributed");
    }

    @ParameterizedTest(name = "GUARD_MODE={0} is refused with 2")
    @ValueSource(strings = {"strict", "LOCAL_ONLY", "degraded", "local_only "})
    void unknown_mode(String mode) {
        refused(
                GuardRun.of(Map.of("GUARD_MODE", mode, "REDIS_URL", "redis://10.0.0.5"), "serve"),
                2,
                "GUARD_MODE is ",
                mode,
                "expected strict_distributed");
    }

    @ParameterizedTest(name = "guard {0} is refused with 2")
    @CsvSource(
            delimiter = '|',
            value = {
                "''|subcommand",
                "dem|dem",
                "demo --prot 1|--prot",
                "demo extra|extra",
                "demo --port|--port",
                "demo --port x|--port",
                "demo --port -1|--port is -1, expected 0 to 65535",
                "demo --port 65536|--port is 65536, expected 0 to 65535",
                "demo --port 8080 --port 8081|--port",
                "demo --host example.org|--host is 'example.org', expected an address in numbers",
                "demo --host ''|--host is '', expected an address in numbers",
                "demo --policies /no/such/file|/no/such/file: no such file",
                "demo --policies /|/: ",
                "demo --config x|--config",
                "serve --config /no/such/file|/no/such/file: no such file",
            })
    void wrong_usage(String arguments, String said) {
        String[] split = arguments.isEmpty()
                ? new String[0]
                : arguments.replace("''", "").split(" ", -1);

        refused(GuardRun.of(Map.of(), split), 2, said);
    }

    @Test
    @DisplayName("A file of policies that the environment names is read, and its errors name file, line and value")
    void policies_of_the_environment() throws IOException {
        Path policies =
                Files.writeString(directory.resolve("policies.yaml"), "policies:\n  demo: { limits: [\"10/1x\"] }\n");

        GuardRun run = GuardRun.of(Map.of("GUARD_POLICIES", policies.toString()), "demo", "--port", "0");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("❌ " + policies + ":2:20: policies.demo.limits[0]: ")
                .contains("10/1x");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"--help", "-h", "demo --help", "serve --help"})
    void help_goes_to_the_standard_output_with_0(String arguments) {
        GuardRun run = GuardRun.of(Map.of(), arguments.split(" ", -1));

        assertThat(run.status()).isEqualTo(0);
        assertThat(run.out()).contains("Usage: guard");
        assertThat(run.err()).isEmpty();
    }

    @Test
    @DisplayName("The help of guard lists the exit statuses, and that of serve the environment")
    void help_says_what_scripts_need() {
        assertThat(GuardRun.of(Map.of(), "--help").out())
                .contains("demo", "serve", "0", "1", "2", "3", "refused to start because of the store");
        assertThat(GuardRun.of(Map.of(), "serve", "--help").out())
                .contains(
                        "GUARD_BACKEND",
                        "GUARD_MODE",
                        "GUARD_POLICIES",
                        "GUARD_DEADLINE",
                        "DEMO_MODE",
                        "ENVIRONMENT",
                        "REDIS_URL");
    }

    @Test
    @DisplayName("The version is one line, and was put in by the build")
    void version() {
        GuardRun run = GuardRun.of(Map.of(), "--version");

        assertThat(run.status()).isEqualTo(0);
        assertThat(run.out()).matches("guard \\d+\\.\\d+\\.\\d+\\S*\\R");
    }

    @ParameterizedTest(name = "{0} is refused with 2: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GUARD_MODE=explicit_degraded|GUARD_MODE is explicit_degraded, and nothing says what one instance may"
                        + " give out by itself, expected GUARD_DEGRADED_SHARE or degraded.share",
                "GUARD_DEGRADED_SHARE=4|GUARD_DEGRADED_SHARE is set, and GUARD_MODE is strict_distributed",
                "GUARD_MODE=explicit_degraded GUARD_DEGRADED_SHARE=0|GUARD_DEGRADED_SHARE is '0', expected the number",
                "GUARD_MODE=explicit_degraded GUARD_DEGRADED_SHARE=x|GUARD_DEGRADED_SHARE is 'x', expected the number",
                "GUARD_MODE=explicit_degraded GUARD_DEGRADED_FOR=5m|GUARD_DEGRADED_FOR is set and GUARD_DEGRADED_SHARE is not",
                "GUARD_MODE=explicit_degraded GUARD_DEGRADED_SHARE=4 GUARD_DEGRADED_FOR=x|GUARD_DEGRADED_FOR is 'x'",
                "GUARD_MODE=explicit_degraded GUARD_DEGRADED_SHARE=4 GUARD_DEGRADED_FOR=2d|GUARD_DEGRADED_FOR: the longest time",
            })
    void wrongDegradation(String settings, String said) {
        Map<String, String> environment = new HashMap<>(Map.of("REDIS_URL", "redis://127.0.0.1:1"));
        for (String setting : settings.split(" ", -1)) {
            int equals = setting.indexOf('=');
            environment.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        refused(GuardRun.of(environment, "serve"), 2, said);
    }

    @ParameterizedTest(name = "{0} is refused with 2: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|degraded: has neither share nor limits",
                "{ share: 2, limits: [1/1m] }|degraded: has both share and limits",
                "{ share: 0 }|degraded.share: is '0', expected a whole number from 1",
                "{ share: 2, for: 2d }|degraded.for: the longest time to be degraded is PT48H",
                "{ share: 2, for: soon }|degraded.for: is 'soon'",
                "{ limits: [x] }|degraded.limits[0]:",
                "{ limits: [] }|degraded.limits:",
                "{ share: 2, shares: 2 }|degraded.shares: is not a known field",
            })
    void wrongDegradationInAFile(String value, String said) throws IOException {
        Path config = Files.writeString(
                directory.resolve("guard.yaml"), "mode: explicit_degraded\ndegraded: " + value + "\n");
        refused(
                GuardRun.of(Map.of("REDIS_URL", "redis://127.0.0.1:1"), "serve", "--config", config.toString()),
                2,
                said);
    }
}
