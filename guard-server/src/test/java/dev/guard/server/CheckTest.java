package dev.guard.server;

import static dev.guard.server.TestServer.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckTest {

    private static final String POLICIES = """
            policies:
              demo: { limits: ["2/1m fixed"] }
            """;

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.with(POLICIES);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"GET", "HEAD", "POST"})
    void status_and_fields_are_the_verdict(String method) {
        HttpResponse<String> allowed = server.send(method, "/v1/check?policy=demo", null, null);
        server.get("/v1/check?policy=demo");
        HttpResponse<String> denied = server.send(method, "/v1/check?policy=demo", null, null);

        assertThat(allowed.statusCode()).isEqualTo(200);
        assertThat(allowed.body()).isEmpty();
        assertThat(header(allowed, "Content-Type")).isNull();
        assertThat(header(allowed, "RateLimit")).isEqualTo("\"demo\";r=1;t=60");
        assertThat(denied.statusCode()).isEqualTo(429);
        assertThat(header(denied, "Retry-After")).isEqualTo("60");
        assertThat(header(denied, "Content-Type")).isEqualTo("application/problem+json");
        if (method.equals("HEAD")) {
            assertThat(denied.body()).isEmpty();
        } else {
            assertThat(denied.body()).contains("#quota-exceeded\"", "\"allowed\":false,\"policy\":\"demo\"");
        }
    }

    @Test
    void a_named_subject_is_judged_in_place_of_the_client() {
        assertThat(server.get("/v1/check?policy=demo&subject=a%20b&cost=2").statusCode())
                .isEqualTo(200);
        assertThat(server.get("/v1/check?policy=demo&subject=a+b").statusCode()).isEqualTo(429);
        assertThat(server.get("/v1/check?policy=demo&subject=a%2Bb").statusCode())
                .isEqualTo(200);
        assertThat(server.get("/v1/check?policy=demo&subject=a%20b&tenant=acme").statusCode())
                .isEqualTo(200);
        assertThat(server.get("/v1/check?policy=demo&subject=").statusCode()).isEqualTo(200);
        assertThat(server.get("/v1/check?policy=demo").statusCode()).isEqualTo(200);
    }

    @Test
    void the_client_is_the_peer_and_no_header_field_is_believed() {
        assertThat(server.get("/v1/check?policy=demo&cost=2").statusCode()).isEqualTo(200);
        assertThat(server.post("/v1/peek", "{\"policy\":\"demo\",\"subject\":\"127.0.0.1\"}")
                        .statusCode())
                .isEqualTo(429);
    }

    @Test
    void a_body_chooses_nothing_since_it_may_be_the_clients_own() {
        HttpResponse<String> answer =
                server.send("POST", "/v1/check", "application/x-www-form-urlencoded", "policy=demo&subject=mine");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("policy is missing");
        assertThat(server.send(
                                "POST",
                                "/v1/check?policy=demo",
                                "application/x-www-form-urlencoded",
                                "subject=mine&cost=2")
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.post("/v1/peek", "{\"policy\":\"demo\",\"subject\":\"mine\"}")
                        .body())
                .contains("\"remaining\":2");
    }

    @ParameterizedTest(name = "?{0} → {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "policy|policy is empty",
                "x=1|unknown parameter 'x', expected policy, subject, tenant or cost",
                "policy=demo&subjet=a|unknown parameter 'subjet'",
                "policy=demo&policy=demo|policy is given twice",
                "policy=demo&cost=0|cost is 0, expected",
                "policy=demo&cost=-1|cost is '-1', expected a whole number",
                "policy=demo&cost=1.5|cost is '1.5', expected a whole number",
                "policy=demo&cost=|cost is '', expected a whole number",
                "policy=demo&cost=3|3",
                "policy=demo&cost=9999999999999999999|cost is '9999999999999999999', expected",
                "policy=demo&tenant=|tenant is empty",
            })
    void a_malformed_query_is_a_400_that_names_what_is_wrong(String query, String detail) {
        HttpResponse<String> answer = server.get("/v1/check?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(detail);
    }

    @ParameterizedTest(name = "?{0}")
    @ValueSource(strings = {"policy=%", "policy=%1", "policy=%zz", "policy=%ff", "policy=%ed%a0%80", "policy=\u00e4"})
    void a_query_that_is_no_text_is_400(String query) throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send("GET /v1/check?" + query + " HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(connection.answer()).startsWith("HTTP/1.1 400 ").contains("the query has ");
        }
    }

    @Test
    void an_unknown_policy_is_404_and_leaves_no_trace_in_the_metrics() {
        assertThat(server.get("/v1/check?policy=nope").statusCode()).isEqualTo(404);
        assertThat(server.get("/metrics").body()).doesNotContain("nope");
    }

    @Test
    void a_policy_may_have_any_name() {
        try (TestServer server = TestServer.with("policies: { 'größe \"1\"': { limits: ['1/1s'] } }")) {
            HttpResponse<String> answer = server.get("/v1/check?policy=gr%C3%B6%C3%9Fe%20%221%22");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "RateLimit-Policy")).isEqualTo("\"gr%C3%B6%C3%9Fe \\\"1\\\"\";q=1;w=1");
        }
    }

    @Test
    void whoever_is_not_a_trusted_caller_may_ask_for_itself_and_for_nobody_else() {
        TrustedCallers others = TrustedCallers.of(List.of("10.0.0.0/8"));
        try (TestServer server = TestServer.with(
                POLICIES, it -> new Listening(it.host(), it.port(), it.maxBody(), it.patience(), others))) {
            assertThat(server.get("/v1/check?policy=demo").statusCode()).isEqualTo(200);
            for (String path : List.of("/v1/check?policy=demo&subject=a", "/v1/check?policy=demo&tenant=a")) {
                HttpResponse<String> refused = server.get(path);
                assertThat(refused.statusCode()).isEqualTo(403);
                assertThat(refused.body()).contains("only trusted callers may name a subject or a tenant");
            }
            assertThat(server.post("/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"127.0.0.1\"}")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(server.post("/v1/peek", "{\"policy\":\"demo\",\"subject\":\"127.0.0.1\"}")
                            .statusCode())
                    .isEqualTo(403);
        }
    }
}
