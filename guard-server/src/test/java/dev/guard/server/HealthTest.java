package dev.guard.server;

import static dev.guard.server.TestServer.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the server tells of itself and of its store, and what it answers while the store is away. */
class HealthTest {

    private static final String ASK = "{\"policy\":\"demo\",\"subject\":\"a\"}";

    private final SwitchableBackend store = new SwitchableBackend("redis-lettuce");
    private Guard guard;
    private TestServer server;

    @BeforeEach
    void start() {
        guard = Guard.builder()
                .backend(store)
                .deadline(Duration.ofMinutes(1))
                .directCompletion()
                .build();
        server = TestServer.over(guard, List.of(Policy.of("demo", Limit.parse("2/1h fixed"))));
    }

    @AfterEach
    void stop() {
        store.comeBack();
        server.close();
        store.close();
    }

    private static String health(String status, String redis, String backend) {
        return "{\"status\":\"" + status + "\",\"version\":\"1.2.3\",\"environment\":\"test\",\"redis\":{\"status\":\""
                + redis + "\",\"backend\":\"" + backend + "\"}}";
    }

    @Test
    @DisplayName("B4 /health has the seed's fields and 200 while the store answers")
    void healthy() {
        HttpResponse<String> answer = server.get("/health");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(health("healthy", "connected", "redis"));
        assertThat(header(answer, "Content-Type")).isEqualTo("application/json");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(server.head("/health").body()).isEmpty();
    }

    @ParameterizedTest(name = "B4 over {0} the backend field says {1}")
    @CsvSource({"redis-jedis, redis", "hazelcast, hazelcast"})
    void backend_field(String backend, String told) {
        SwitchableBackend other = new SwitchableBackend(backend);
        try (TestServer server = TestServer.over(
                Guard.builder().backend(other).deadline(Duration.ofMinutes(1)).build(), List.of())) {
            assertThat(server.get("/health").body()).isEqualTo(health("healthy", "connected", told));
        }
        other.close();
    }

    @Test
    @DisplayName(
            "B4 /health is 503, unhealthy and disconnected while the store is away, and recovers without a restart")
    void outage_and_recovery() {
        assertThat(server.post("/v1/acquire", ASK).statusCode()).isEqualTo(200);

        store.goAway();
        HttpResponse<String> down = server.get("/health");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.body()).isEqualTo(health("unhealthy", "disconnected", "redis"));
        assertThat(server.head("/health").statusCode()).isEqualTo(503);
        assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(server.get("/readyz").body()).isEqualTo("{\"status\":\"not_ready\",\"reason\":\"store\"}");
        assertThat(server.get("/livez").statusCode()).isEqualTo(200);

        store.comeBack();
        assertThat(server.get("/health").body()).isEqualTo(health("healthy", "connected", "redis"));
        assertThat(server.get("/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
        assertThat(server.post("/v1/acquire", ASK).body()).contains("\"remaining\":0");
    }

    @Test
    @DisplayName("B4 a store that gives no sign of life is told as disconnected, and nobody waits for it for long")
    void silence() {
        CompletableFuture<Void> held = store.keepBack();

        assertThat(server.get("/health").body()).isEqualTo(health("unhealthy", "disconnected", "redis"));
        assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
        held.complete(null);
    }

    @Test
    @DisplayName("B4 a store whose client throws is told as disconnected like any other")
    void throwing() {
        store.throwAtOnce(new IllegalStateException("redis://:hunter2@10.0.0.5:6379"));

        HttpResponse<String> answer = server.get("/health");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo(health("unhealthy", "disconnected", "redis"));
        assertThat(server.get("/readyz").body()).isEqualTo("{\"status\":\"not_ready\",\"reason\":\"store\"}");
    }

    @ParameterizedTest(
            name = "A6 {0} is 503 on every way to ask, never 200 and never 429, and says nothing of the inside")
    @EnumSource
    void unavailable(BackendUnavailableException.Reason reason) {
        store.failWith(new BackendUnavailableException(reason, "redis://:hunter2@10.0.0.5:6379 is gone"));

        for (HttpResponse<String> answer : List.of(
                server.post("/v1/acquire", ASK),
                server.post("/v1/peek", ASK),
                server.get("/v1/check?policy=demo"),
                server.post("/v1/check?policy=demo", "{}"),
                server.head("/v1/check?policy=demo"))) {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(header(answer, "Retry-After")).isEqualTo("1");
            assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
            assertThat(header(answer, "RateLimit")).isNull();
            assertThat(answer.body()).doesNotContain("hunter2", "10.0.0.5");
        }
        assertThat(server.get("/v1/check?policy=demo").body())
                .isEqualTo(
                        "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"the store"
                                + " gave no answer that could be used; nothing was decided\",\"reason\":\""
                                + reason.name().toLowerCase(java.util.Locale.ROOT) + "\"}");
    }

    @Test
    @DisplayName("A6 an outage is 503 also for a key that was over its limit before")
    void outage_of_the_limited() {
        server.post("/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":2}");
        assertThat(server.post("/v1/acquire", ASK).statusCode()).isEqualTo(429);

        store.goAway();
        assertThat(server.post("/v1/acquire", ASK).statusCode()).isEqualTo(503);
    }

    @Test
    @DisplayName(
            "A6 what the store holds is not guard's, or guard is closed: 503; a fault of ours: 500; nothing passes")
    void other_failures() {
        store.failWith(new CorruptStateException("g1:c:a:b holds a list"));
        assertThat(server.post("/v1/acquire", ASK).body()).contains("\"status\":503", "\"reason\":\"corrupt_state\"");
        store.failWith(new GuardClosedException("this backend"));
        assertThat(server.post("/v1/acquire", ASK).body()).contains("\"status\":503", "\"reason\":\"closed\"");
        store.throwAtOnce(new IllegalStateException("secret"));
        assertThat(server.post("/v1/acquire", ASK).body())
                .contains("\"status\":500")
                .doesNotContain("secret");
        store.breakDown(new NoClassDefFoundError("secret"));
        assertThat(server.post("/v1/acquire", ASK).body())
                .contains("\"status\":500")
                .doesNotContain("secret");
        assertThat(server.get("/health").body())
                .contains("\"status\":\"unhealthy\"")
                .doesNotContain("secret");
    }

    @Test
    @DisplayName("A question that is waiting for the store is answered when the store is, and others are not held up")
    void waiting() throws Exception {
        CompletableFuture<Void> held = store.keepBack();
        try (RawConnection waiting = new RawConnection(server.port())) {
            waiting.send("GET /v1/check?policy=demo HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(server.get("/livez").statusCode()).isEqualTo(200);
            assertThat(server.get("/v1/check?policy=nope").statusCode()).isEqualTo(404);

            held.complete(null);
            assertThat(waiting.answer()).startsWith("HTTP/1.1 200 ").contains("r=1");
        }
    }
}
