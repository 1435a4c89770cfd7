package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program over a shared store. */
class RedisServeTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private static HttpResponse<String> get(GuardProcess guard, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(guard.url() + path))
                        .timeout(Patience.SOON)
                        .build(),
                BodyHandlers.ofString());
    }

    private GuardProcess serve(String backend, RedisServer server) throws IOException {
        return serve(backend, server, """
                policies:
                  demo: { limits: ["100/1h fixed", "1000/1d"] }
                """);
    }

    private GuardProcess serve(String backend, RedisServer server, String policies, String... options)
            throws IOException {
        Path file = Files.writeString(directory.resolve("policies.yaml"), policies);
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
        arguments.addAll(List.of(options));
        return GuardProcess.start(
                Map.of(
                        "REDIS_URL",
                        server.url(),
                        "GUARD_BACKEND",
                        backend,
                        "GUARD_POLICIES",
                        file.toString(),
                        // Processes that have just begun are slow, and here several begin at once.
                        "GUARD_DEADLINE",
                        "10s"),
                arguments.toArray(String[]::new));
    }

    @Test
    @DisplayName("Four processes, two through Lettuce and two through Jedis, admit together exactly the limit")
    void fourProcessesShareALimit() throws Exception {
        List<GuardProcess> guards = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (RedisServer server = RedisServers.standalone()) {
            for (String backend : List.of("redis-lettuce", "redis-jedis", "redis-lettuce", "redis-jedis")) {
                guards.add(serve(backend, server));
            }
            List<Future<Long>> admitted = new ArrayList<>();
            for (GuardProcess guard : guards) {
                admitted.add(threads.submit(() -> {
                    long allowed = 0;
                    for (int i = 0; i < 50; i++) {
                        int status = get(guard, "/v1/check?policy=demo&subject=alice")
                                .statusCode();
                        assertThat(status).isIn(200, 429);
                        allowed += status == 200 ? 1 : 0;
                    }
                    return allowed;
                }));
            }
            long sum = 0;
            for (Future<Long> each : admitted) {
                sum += each.get();
            }
            assertThat(sum).isEqualTo(100);
            assertThat(guards)
                    .allSatisfy(guard -> assertThat(guard.lines()).contains("✓ Counter backend initialized (Redis)"));
        } finally {
            threads.shutdownNow();
            guards.forEach(GuardProcess::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName(
            "While Redis is away every question is a 503 and none a 200, and it is judged again when Redis is back")
    void noStoreNoAnswer(String backend) throws Exception {
        try (RedisServer server = RedisServers.standalone();
                GuardProcess guard = serve(backend, server)) {
            assertThat(get(guard, "/v1/check?policy=demo").statusCode()).isEqualTo(200);
            assertThat(get(guard, "/health").body())
                    .contains("\"status\":\"healthy\"", "\"backend\":\"redis\"", "\"status\":\"connected\"");
            server.kill();
            HttpResponse<String> away = get(guard, "/v1/check?policy=demo");
            assertThat(away.statusCode()).isEqualTo(503);
            assertThat(away.body()).doesNotContain("127.0.0.1");
            assertThat(get(guard, "/health").statusCode()).isEqualTo(503);
            server.start();
            Patience.until("an answer of the store that is back", () -> isAnswered(guard));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName(
            "S73 told to, it starts while Redis is away, judges its share and says so, and asks Redis as soon as it is there")
    void degraded(String backend) throws Exception {
        String policies = """
                policies:
                  demo: { limits: ["8/1h fixed"] }
                """;
        Path config = Files.writeString(directory.resolve("guard.yaml"), """
                mode: explicit_degraded
                degraded: { share: 4, for: 10m }
                """);
        try (RedisServer server = RedisServers.standalone()) {
            server.kill();
            try (GuardProcess guard = serve(backend, server, policies, "--config", config.toString())) {
                guard.port();
                assertThat(get(guard, "/readyz").statusCode()).isEqualTo(200);
                assertThat(get(guard, "/health").statusCode()).isEqualTo(503);
                assertThat(get(guard, "/v1/check?policy=demo").statusCode()).isEqualTo(200);
                assertThat(get(guard, "/v1/check?policy=demo").statusCode()).isEqualTo(200);
                assertThat(get(guard, "/v1/check?policy=demo").body())
                        .contains("\"limit\":2", "\"degraded\":true", "\"backend\":\"local_degraded\"");
                assertThat(get(guard, "/metrics").body()).contains("guard_degraded 1.0");

                server.start();
                Patience.until(
                        "Redis decides", () -> body(guard, "/health").contains("\"healthy\"") && isAnswered(guard));
                Patience.until(
                        "the guard's word that it is so",
                        () -> body(guard, "/metrics").contains("guard_degraded 0.0"));
                assertThat(get(guard, "/metrics").body()).contains("guard_circuit_open 0.0");
                assertThat(get(guard, "/v1/check?policy=demo&subject=fresh").body())
                        .doesNotContain("degraded");
                Patience.until(
                        "the events", () -> String.join("\n", guard.lines()).contains("BACKEND_RECOVERED"));
                assertThat(String.join("\n", guard.lines()))
                        .contains(
                                "Redis is away: decisions are local until it is back, 1/4 of the limits for 600 s at most")
                        .contains("{\"event\":\"BACKEND_UNAVAILABLE_AT_STARTUP\",\"mode\":\"explicit_degraded\",")
                        .contains("{\"event\":\"BACKEND_RECOVERED\",");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName("What the start finds to warn of is in the log, without a secret, and the server is up all the same")
    void warned(String backend) throws Exception {
        try (RedisServer server = RedisServers.acl("guard", "hunter2", "~guard:* +@all -scan");
                GuardProcess guard = serve(backend, server)) {
            assertThat(get(guard, "/v1/check?policy=demo").statusCode()).isEqualTo(200);
            assertThat(String.join("\n", guard.lines()))
                    .contains("WARN audit - guard's user may not run SCAN on " + server.address())
                    .doesNotContain("hunter2");
        }
    }

    private static String body(GuardProcess guard, String path) {
        try {
            return get(guard, path).body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static boolean isAnswered(GuardProcess guard) {
        try {
            return get(guard, "/v1/check?policy=demo").statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-lettuce", "redis-jedis"})
    @DisplayName(
            "B1 a store that cannot be reached is a refusal with 3, and one with a wrong password too; no secret is printed")
    void refusals(String backend) throws Exception {
        try (GuardProcess guard = GuardProcess.start(
                Map.of("REDIS_URL", "redis://:hunter2@127.0.0.1:1", "GUARD_BACKEND", backend),
                "serve",
                "--port",
                "0")) {
            assertThat(guard.exitStatus()).isEqualTo(3);
            assertThat(String.join("\n", guard.lines()))
                    .startsWith("❌ Redis validation failed: ")
                    .contains("127.0.0.1:1")
                    .doesNotContain("hunter2");
        }
        try (RedisServer server = RedisServers.password("correct-horse");
                GuardProcess guard = GuardProcess.start(
                        Map.of(
                                "REDIS_HOST",
                                server.host(),
                                "REDIS_PORT",
                                String.valueOf(server.port()),
                                "REDIS_PASSWORD",
                                "hunter2 &/",
                                "GUARD_BACKEND",
                                backend),
                        "serve",
                        "--port",
                        "0")) {
            assertThat(guard.exitStatus()).isEqualTo(3);
            assertThat(String.join("\n", guard.lines()))
                    .contains("Redis validation failed", "WRONGPASS")
                    .doesNotContain("hunter2");
        }
    }
}
