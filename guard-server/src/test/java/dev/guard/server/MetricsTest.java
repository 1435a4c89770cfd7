package dev.guard.server;

import static dev.guard.server.TestServer.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final String POLICIES = """
            policies:
              demo:    { limits: ["2/1h fixed"] }
              watched: { limits: ["1/1h fixed"], shadow: true }
            """;

    private static List<String> series(TestServer server) {
        return server.get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private static String decisions(String policy, String outcome, String count) {
        return "guard_decisions_total{mode=\"local_only\",outcome=\"" + outcome + "\",policy=\"" + policy + "\"} "
                + count;
    }

    @Test
    @DisplayName("Decisions are counted by policy, outcome and mode, from zero on; peeks and refused questions are not")
    void decisions() {
        try (TestServer server = TestServer.with(POLICIES)) {
            assertThat(series(server))
                    .contains(
                            decisions("demo", "allowed", "0.0"),
                            decisions("demo", "denied", "0.0"),
                            decisions("demo", "unavailable", "0.0"),
                            "guard_shadow_denials_total{policy=\"demo\"} 0.0",
                            "guard_decision_duration_seconds_count 0");

            for (int i = 0; i < 5; i++) {
                server.get("/v1/check?policy=demo");
                server.get("/v1/check?policy=watched");
                server.post("/v1/peek", "{\"policy\":\"demo\",\"subject\":\"a\"}");
                server.get("/v1/check?policy=demo&cost=nonsense");
            }

            assertThat(series(server))
                    .contains(
                            decisions("demo", "allowed", "2.0"),
                            decisions("demo", "denied", "3.0"),
                            decisions("watched", "allowed", "5.0"),
                            decisions("watched", "denied", "0.0"),
                            "guard_shadow_denials_total{policy=\"watched\"} 4.0",
                            "guard_decision_duration_seconds_count 10",
                            "guard_decision_duration_seconds_bucket{le=\"+Inf\"} 10");
        }
    }

    @Test
    @DisplayName("An outage is counted as unavailable, and as neither allowed nor denied")
    void outage() {
        SwitchableBackend store = new SwitchableBackend("redis-lettuce");
        try (TestServer server = TestServer.over(
                Guard.builder().backend(store).deadline(Duration.ofMinutes(1)).build(),
                List.of(Policy.of("demo", Limit.parse("2/1h"))))) {
            store.goAway();
            server.get("/v1/check?policy=demo");

            String labels = "{mode=\"strict_distributed\",outcome=\"%s\",policy=\"demo\"} %s";
            assertThat(series(server))
                    .contains(
                            "guard_decisions_total" + labels.formatted("unavailable", "1.0"),
                            "guard_decisions_total" + labels.formatted("allowed", "0.0"),
                            "guard_decisions_total" + labels.formatted("denied", "0.0"));
        }
        store.close();
    }

    @Test
    @DisplayName(
            "Nothing that a request brings, neither address nor subject, tenant, path or policy, gets into the metrics")
    void no_identity() {
        try (TestServer server = TestServer.with(POLICIES)) {
            int before = series(server).size();
            for (int i = 0; i < 50; i++) {
                server.get("/v1/check?policy=demo&subject=subject" + i + "&tenant=tenant" + i);
                server.get("/v1/check?policy=strange" + i);
                server.get("/path" + i);
                server.send("METHOD" + i, "/v1/check", null, null);
            }

            assertThat(series(server)).hasSize(before);
            assertThat(server.get("/metrics").body())
                    .doesNotContain("127.0.0.1", "subject", "tenant", "strange", "path", "METHOD");
        }
    }

    @Test
    @DisplayName("The metrics are the text format of Prometheus, also for HEAD, and a policy's name is escaped in them")
    void format() {
        try (TestServer server = TestServer.with("policies: { \"a\\\"b\\\\c\\nd\": { limits: ['1/1s'] } }")) {
            HttpResponse<String> answer = server.get("/metrics");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(answer.body())
                    .contains(
                            "# TYPE guard_decisions_total counter", "# TYPE guard_decision_duration_seconds histogram")
                    .contains("policy=\"a\\\"b\\\\c\\nd\"");
            HttpResponse<String> head = server.head("/metrics");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(header(head, "Content-Type")).isEqualTo(header(answer, "Content-Type"));
        }
    }
}
