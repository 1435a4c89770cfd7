package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testing.Ports;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a cluster of its own. */
@Tag("slow")
class HazelcastServeTest {

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

    private GuardProcess serve(String members, int port, String cluster) throws IOException {
        Path policies = Files.writeString(directory.resolve("policies.yaml"), """
                policies:
                  demo: { limits: ["60/1h fixed", "1000/1d"] }
                """);
        return GuardProcess.start(
                Map.of(
                        "GUARD_BACKEND",
                        "hazelcast",
                        "HAZELCAST_MEMBERS",
                        members,
                        "HAZELCAST_PORT",
                        Integer.toString(port),
                        "HAZELCAST_CLUSTER",
                        cluster,
                        "GUARD_POLICIES",
                        policies.toString(),
                        // Processes that have just begun are slow, and here several begin at once.
                        "GUARD_DEADLINE",
                        "10s"),
                "serve",
                "--port",
                "0");
    }

    @Test
    @DisplayName(
            "Two processes are one cluster, admit together exactly the limit, and answer 503 when one of them is left")
    void twoProcessesShareALimit() throws Exception {
        int one = Ports.free();
        int other = Ports.free();
        String members = "127.0.0.1:" + one + ",127.0.0.1:" + other;
        String cluster = "serve-" + one;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (GuardProcess first = serve(members, one, cluster);
                GuardProcess second = serve(members, other, cluster)) {
            // Keys have their backups from the beginning.
            for (int i = 0; i < 50; i++) {
                assertThat(status(first, "/v1/check?policy=demo&subject=early-" + i))
                        .isEqualTo(200);
            }
            List<Future<Long>> admitted = new ArrayList<>();
            for (GuardProcess guard : List.of(first, second)) {
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
            assertThat(sum).isEqualTo(60);
            assertThat(first.lines().get(0)).isEqualTo("✓ Counter backend initialized (Hazelcast)");
            assertThat(get(first, "/health").body()).contains("\"backend\":\"hazelcast\"");

            second.terminate();
            Patience.until("no answer of one of two", () -> status(first, "/v1/check?policy=demo") == 503);
            // Its key has no backup at once; that there is one member left is found a moment later.
            Patience.until("ill", () -> status(first, "/health") == 503);
        } finally {
            threads.shutdownNow();
        }
    }

    private static int status(GuardProcess guard, String path) {
        try {
            return get(guard, path).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
