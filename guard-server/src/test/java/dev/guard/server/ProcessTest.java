package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users run it: a process with an environment, outputs and an exit status. */
class ProcessTest {

    @TempDir
    private Path directory;

    private static String get(GuardProcess guard, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(guard.url() + path))
                                .timeout(Patience.SOON)
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    @Test
    @DisplayName("B1 the refusal reaches a terminal without a locale as it is, and the process ends with 3")
    void refusal() throws Exception {
        try (GuardProcess guard = GuardProcess.start(Map.of(), "serve")) {
            assertThat(guard.exitStatus()).isEqualTo(3);
            assertThat(guard.lines())
                    .containsExactly("❌ Redis validation failed: REDIS_URL environment variable is required");
        }
    }

    @Test
    @DisplayName("B2 DEMO_MODE=true runs on memory whatever else is set, warns of each, and B3 says so before it is up")
    void demo_mode() throws Exception {
        Map<String, String> environment = Map.of(
                "DEMO_MODE", "true",
                "REDIS_URL", "redis://:hunter2@127.0.0.1:1",
                "GUARD_BACKEND", "redis-jedis",
                "GUARD_MODE", "strict_distributed",
                "ENVIRONMENT", "production");
        try (GuardProcess guard = GuardProcess.start(environment, "serve", "--port", "0")) {
            String health = get(guard, "/health");

            assertThat(guard.lines())
                    .containsExactly(
                            "⚠ Using in-memory counters (DEMO_MODE)",
                            "⚠ REDIS_URL is ignored (DEMO_MODE)",
                            "⚠ GUARD_MODE is ignored (DEMO_MODE)",
                            "⚠ GUARD_BACKEND is ignored (DEMO_MODE)",
                            "⚠ No policies: every question is answered with 404; name a file with --policies",
                            "guard is up on " + guard.url());
            assertThat(health)
                    .contains("\"environment\":\"production\"", "\"backend\":\"memory\"", "\"status\":\"connected\"")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    @DisplayName("B2 ENVIRONMENT is told and changes nothing; unset it is development")
    void environment_is_only_told() throws Exception {
        try (GuardProcess guard = GuardProcess.start(Map.of("GUARD_MODE", "local_only"), "serve", "--port", "0")) {
            assertThat(get(guard, "/health")).contains("\"environment\":\"development\"");
            assertThat(guard.lines())
                    .first()
                    .asString()
                    .startsWith("⚠ Using in-memory counters (GUARD_MODE is local_only)");
        }
    }

    @Test
    @DisplayName("B3 a shared store is told as initialized before the server is up")
    void shared_store() throws Exception {
        Path config = Files.writeString(directory.resolve("guard.yaml"), """
                server: { port: 0 }
                backend: unreachable
                backends: { unreachable: { reachable: 1 } }
                policies:
                  demo: { limits: ["10/1m fixed"] }
                """);
        try (GuardProcess guard = GuardProcess.start(Map.of(), "serve", "--config", config.toString())) {
            assertThat(get(guard, "/health")).contains("\"backend\":\"unreachable\"");
            assertThat(guard.lines())
                    .containsSequence(
                            "✓ Counter backend initialized (unreachable)", "guard is up on " + guard.url() + " – try:");
        }
    }

    @Test
    @DisplayName("The demo prints a line to try, and that line works")
    void demo() throws Exception {
        try (GuardProcess guard = GuardProcess.start(Map.of(), "demo", "--port", "0")) {
            assertThat(guard.port()).isPositive();
            Patience.until("the line to try", () -> guard.lines().size() >= 3);
            assertThat(guard.lines())
                    .containsExactly(
                            "⚠ Using in-memory counters (DEMO_MODE)",
                            "guard is up on " + guard.url() + " – try:",
                            "  curl -i \"" + guard.url() + "/v1/check?policy=demo\"");
            assertThat(get(guard, "/v1/check?policy=demo")).isEmpty();
        }
    }

    @Test
    @DisplayName("A port that is in use is one clear line, and the process ends with 1")
    void port_in_use() throws Exception {
        try (GuardProcess first = GuardProcess.start(Map.of(), "demo", "--port", "0");
                GuardProcess second = GuardProcess.start(Map.of(), "demo", "--port", Integer.toString(first.port()))) {
            assertThat(second.exitStatus()).isEqualTo(1);
            assertThat(second.lines())
                    .containsExactly(
                            "⚠ Using in-memory counters (DEMO_MODE)",
                            "❌ port " + first.port() + " on 127.0.0.1 is in use; choose another one with --port");
            assertThat(get(first, "/livez")).isEqualTo("{\"status\":\"alive\"}");
        }
    }

    @Test
    @DisplayName("SIGTERM lets a request in flight end, takes no new one, and ends the process with 0")
    void sigterm() throws Exception {
        try (GuardProcess guard = GuardProcess.start(Map.of(), "demo", "--port", "0");
                RawConnection inFlight = new RawConnection(guard.port());
                RawConnection idle = new RawConnection(guard.port())) {
            idle.send("GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(idle.answer()).contains("{\"status\":\"ready\"}");
            inFlight.send("POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 31\r\n\r\n");
            assertThat(inFlight.answer()).startsWith("HTTP/1.1 100 ");

            guard.terminate();
            guard.awaitLine("guard is stopping");
            Patience.until("no new connection", () -> refuses(guard.port()));
            assertThat(idle.rest(Patience.SOON)).isEmpty();
            assertThat(guard.isAlive()).isTrue();

            inFlight.send("{\"policy\":\"demo\",\"subject\":\"a\"}");
            assertThat(inFlight.answer()).startsWith("HTTP/1.1 200 ").contains("\"remaining\":9");
            assertThat(guard.exitStatus()).isEqualTo(0);
            assertThat(guard.lines())
                    .as("nothing but the usual lines")
                    .hasSize(4)
                    .endsWith("guard is stopping");
        }
    }

    static boolean refuses(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
