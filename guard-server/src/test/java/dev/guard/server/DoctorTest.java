package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.guard.api.Consistency;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code guard doctor}: what it says of a store, and its exit status. */
class DoctorTest {

    @TempDir
    private Path directory;

    private static GuardRun doctor(Map<String, String> environment, String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "doctor";
        System.arraycopy(options, 0, arguments, 1, options.length);
        return GuardRun.of(environment, arguments);
    }

    private static void requireJson(String text) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            json.skipChildren();
            assertThat(json.nextToken()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName("A server that will do is 0, with everything that was looked at and what the store promises")
    void good(String backend) {
        try (RedisServer server = RedisServers.password("hunter2")) {
            GuardRun run = doctor(Map.of("REDIS_URL", server.url(), "GUARD_BACKEND", backend));

            assertThat(run.status()).isZero();
            assertThat(run.out().lines().toList())
                    .startsWith(backend + ", strict_distributed")
                    .anyMatch(line -> line.startsWith(
                            "info     eviction     " + server.address() + " has maxmemory-policy noeviction"))
                    .anyMatch(line -> line.startsWith("info     role         "))
                    .last()
                    .asString()
                    .startsWith("✓ guard starts on this store (0 to refuse, ");
            assertThat(run.out().lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
            String joined =
                    String.join(" ", run.out().lines().map(String::strip).toList());
            assertThat(Consistency.all().get("redis"))
                    .allSatisfy(sentence -> assertThat(joined).contains(sentence));
            assertThat(run.out() + run.err()).doesNotContain("hunter2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName(
            "B1 A server that evicts is 3 with the mend, and serve refuses to start on it with the same words and 3")
    void evicting(String backend) throws IOException {
        try (RedisServer server = RedisServers.standalone("maxmemory 50mb", "maxmemory-policy allkeys-lru")) {
            Map<String, String> environment = Map.of("REDIS_URL", server.url(), "GUARD_BACKEND", backend);
            GuardRun run = doctor(environment);
            assertThat(run.status()).isEqualTo(3);
            assertThat(run.out())
                    .contains("REFUSE   eviction     " + server.address() + " has maxmemory-policy allkeys-lru")
                    .contains("→  set maxmemory-policy noeviction")
                    .contains("❌ guard refuses to start on this store (1 to refuse, ");

            GuardRun json = doctor(environment, "--json");
            assertThat(json.status()).isEqualTo(3);
            requireJson(json.out());
            assertThat(json.out())
                    .startsWith("{\"backend\":\"" + backend
                            + "\",\"mode\":\"strict_distributed\",\"refuses\":true,\"reachable\":true,\"findings\":["
                            + "{\"severity\":\"refuse\",\"check\":\"eviction\",\"found\":\"" + server.address())
                    .contains("\"consistency\":[\"Every decision is one script");

            GuardRun serve = GuardRun.of(environment, "serve", "--port", "0");
            assertThat(serve.status()).isEqualTo(3);
            assertThat(serve.err())
                    .startsWith(
                            "❌ Redis validation failed: " + server.address() + " has maxmemory-policy allkeys-lru: ")
                    .contains("set maxmemory-policy noeviction");
            assertThat(serve.err().lines()).hasSize(1);
            assertThat(serve.out()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName("A server that is too old is 3, for the doctor and for serve")
    void tooOld(String backend) {
        try (FakeRedis fake = FakeRedis.start()) {
            fake.always("INFO", Answer.bulk("# Server\r\nredis_version:6.0.16\r\n"));
            Map<String, String> environment = Map.of("REDIS_URL", fake.url(), "GUARD_BACKEND", backend);
            GuardRun run = doctor(environment);
            assertThat(run.status()).isEqualTo(3);
            assertThat(run.out()).contains("REFUSE   version").contains("'6.0.16', expected 6.2 or newer");
            GuardRun serve = GuardRun.of(environment, "serve", "--port", "0");
            assertThat(serve.status()).isEqualTo(3);
            assertThat(serve.err()).startsWith("❌ Redis validation failed: ").contains("run Redis 6.2 or newer");
        }
    }

    @Test
    @DisplayName("In degraded mode the same server is 3 as well, and is said to be started on")
    void degraded() {
        try (RedisServer server = RedisServers.standalone("maxmemory-policy volatile-lru")) {
            GuardRun run = doctor(
                    Map.of("REDIS_URL", server.url(), "GUARD_MODE", "explicit_degraded", "GUARD_DEGRADED_SHARE", "2"));
            assertThat(run.status()).isEqualTo(3);
            assertThat(run.out()).contains("❌ guard starts in explicit_degraded alone");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName("A store that cannot be reached is 3 with its reason, and no secret")
    void unreachable(String backend) throws IOException {
        Map<String, String> environment = Map.of("REDIS_URL", "redis://:hunter2@127.0.0.1:1", "GUARD_BACKEND", backend);
        GuardRun run = doctor(environment);
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.out()).contains("REFUSE   reachable").contains("127.0.0.1:1");
        GuardRun json = doctor(environment, "--json");
        assertThat(json.status()).isEqualTo(3);
        requireJson(json.out());
        assertThat(json.out()).contains("\"reachable\":false,\"reason\":\"connect\"", "\"consistency\":[]");
        assertThat(run.out() + run.err() + json.out() + json.err()).doesNotContain("hunter2");

        try (RedisServer server = RedisServers.password("correct-horse")) {
            GuardRun wrong = doctor(
                    Map.of("REDIS_URL", "redis://:hunter2@" + server.address(), "GUARD_BACKEND", backend), "--json");
            assertThat(wrong.status()).isEqualTo(3);
            assertThat(wrong.out()).contains("\"reason\":\"auth\"").doesNotContain("hunter2");
        }
    }

    @Test
    @DisplayName("No address of a store is 3 as for serve")
    void noAddress() {
        GuardRun run = doctor(Map.of());
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err())
                .isEqualTo("❌ Redis validation failed: REDIS_URL environment variable is required"
                        + System.lineSeparator());
    }

    @ParameterizedTest(name = "doctor {0} with {1} is 2: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "--config /no/such/file | REDIS_URL=redis://h | /no/such/file: no such file",
                "--jason | REDIS_URL=redis://h | --jason",
                "'' | REDIS_URL=mysql://h | url is 'mysql://***'",
                "'' | GUARD_BACKEND=memory | GUARD_BACKEND is memory",
                "'' | GUARD_MODE=strict | GUARD_MODE is 'strict'",
            })
    void wrong(String options, String variable, String said) {
        int equals = variable.indexOf('=');
        GuardRun run = doctor(
                Map.of(variable.substring(0, equals), variable.substring(equals + 1)),
                options.isEmpty() ? new String[0] : options.split(" ", -1));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("❌ ").contains(said);
        assertThat(run.out()).isEmpty();
    }

    @Test
    @DisplayName("Memory is 0, and what it forgets is told; a demo's warnings are, too")
    void memory() throws IOException {
        Path config = Files.writeString(directory.resolve("guard.yaml"), """
                mode: local_only
                backends:
                  memory: { max_keys_per_policy: 1000 }
                """);
        GuardRun run = doctor(Map.of(), "--config", config.toString());
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("a restart forgets all of them", "room for 1000 keys")
                .contains("- A restart forgets everything.");
        GuardRun json = doctor(Map.of("DEMO_MODE", "true"), "--json");
        assertThat(json.status()).isZero();
        requireJson(json.out());
        assertThat(json.out()).contains("\"warnings\":[\"Using in-memory counters (DEMO_MODE)\"]");
    }

    @Test
    @DisplayName("A backend that does not look says that nothing is known, and is 0")
    void silent() throws IOException {
        Path config = Files.writeString(directory.resolve("guard.yaml"), """
                backend: unreachable
                backends:
                  unreachable: { reachable: 1 }
                """);
        GuardRun run = doctor(Map.of(), "--config", config.toString());
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("unknown  audit        the backend unreachable does not look at its store")
                .contains("(0 to refuse, 0 to warn of, 1 not known)");
    }

    @Test
    @DisplayName("The help says what its exit status means")
    void help() {
        GuardRun run = doctor(Map.of(), "--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Usage: guard doctor", "--json", "--config", "something refuses");
        assertThat(List.of("0", "2", "3"))
                .allSatisfy(status -> assertThat(run.out()).contains(status + "  "));
    }
}
