package dev.guard.server;

import static dev.guard.server.TestServer.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AcquireTest {

    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.with("""
                policies:
                  demo:  { limits: ["10/1m fixed"] }
                  api:   { limits: ["20/1s", "500/1h"] }
                  never: { limits: ["0/1m"] }
                  strict: { limits: ["2/1s"], block: 10m }
                """);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void the_first_permit_of_a_window() {
        HttpResponse<String> answer = server.post(
                "/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"203.0.113.9\",\"cost\":1,\"tenant\":\"acme\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"allowed\":true,\"policy\":\"demo\",\"limit\":10,\"remaining\":9,\"retry_after_ms\":0,"
                        + "\"reset_after_ms\":60000,\"degraded\":false,\"backend\":\"memory\"}");
        assertThat(header(answer, "Content-Type")).isEqualTo("application/json");
        assertThat(header(answer, "RateLimit-Policy")).isEqualTo("\"demo\";q=10;w=60");
        assertThat(header(answer, "RateLimit")).isEqualTo("\"demo\";r=9;t=60");
        assertThat(header(answer, "Retry-After")).isNull();
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(header(answer, "Date")).endsWith(" GMT").hasSize(29);
    }

    @Test
    void who_was_blocked_for_one_too_many_waits_for_the_rest_of_the_block() {
        String ask = "{\"policy\":\"strict\",\"subject\":\"spender\",\"cost\":2}";
        assertThat(server.post("/v1/acquire", ask).statusCode()).isEqualTo(200);
        assertThat(header(server.post("/v1/acquire", ask), "Retry-After")).isEqualTo("600");
        server.time.advance(Duration.ofSeconds(100));

        HttpResponse<String> blocked = server.post("/v1/acquire", ask);

        assertThat(blocked.statusCode()).isEqualTo(429);
        assertThat(header(blocked, "Retry-After")).isEqualTo("500");
        assertThat(blocked.body())
                .contains("#abnormal-usage-detected")
                .contains("\"detail\":\"policy 'strict' blocks this subject; this can pass in 500000 ms\"")
                .contains("\"violated-policies\":[]")
                .contains("\"remaining\":0,\"retry_after_ms\":500000")
                .contains("\"reason\":\"blocked\"");
    }

    @Test
    void one_too_many_is_429_until_the_window_ends() {
        String ask = "{\"policy\":\"demo\",\"subject\":\"spender\",\"cost\":10}";
        assertThat(server.post("/v1/acquire", ask).statusCode()).isEqualTo(200);
        server.time.advance(Duration.ofMillis(500));

        HttpResponse<String> denied = server.post("/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"spender\"}");

        assertThat(denied.statusCode()).isEqualTo(429);
        assertThat(header(denied, "Retry-After")).isEqualTo("60");
        assertThat(header(denied, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(denied.body())
                .contains(
                        "#quota-exceeded\"",
                        "\"violated-policies\":[\"demo\"]",
                        "\"allowed\":false,\"policy\":\"demo\",\"limit\":10,\"remaining\":0,\"retry_after_ms\":59500,"
                                + "\"reset_after_ms\":59500,\"degraded\":false,\"backend\":\"memory\"");

        server.time.advance(Duration.ofMillis(59_500));
        assertThat(server.post("/v1/acquire", ask).statusCode()).isEqualTo(200);
    }

    @Test
    void peek_answers_the_same_and_takes_nothing() {
        String ask = "{\"policy\":\"demo\",\"subject\":\"looker\"}";
        for (int i = 0; i < 20; i++) {
            assertThat(server.post("/v1/peek", ask).body()).contains("\"allowed\":true", "\"remaining\":10");
        }
        server.post("/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"looker\",\"cost\":10}");
        assertThat(server.post("/v1/peek", ask).statusCode()).isEqualTo(429);
    }

    @Test
    void tenants_and_subjects_are_counted_apart() {
        for (String who : List.of(
                "\"subject\":\"a\"", "\"subject\":\"b\"", "\"subject\":\"a\",\"tenant\":\"t\"", "\"subject\":\"\"")) {
            assertThat(server.post("/v1/acquire", "{\"policy\":\"api\",\"cost\":20," + who + "}")
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(server.post("/v1/acquire", "{\"policy\":\"api\",\"subject\":\"a\"}")
                        .statusCode())
                .isEqualTo(429);
    }

    @Test
    void a_limit_of_nothing_is_429_without_a_time_to_come_back() {
        HttpResponse<String> answer = server.post("/v1/acquire", "{\"policy\":\"never\",\"subject\":\"a\"}");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(header(answer, "Retry-After")).isNull();
        assertThat(answer.body()).contains("\"retry_after_ms\":null");
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|body is empty",
                "{|body is not valid JSON at line 1, column 2",
                "[]|body is a list, expected an object",
                "\"x\"|body is the text 'x', expected an object",
                "nonsense|body is not valid JSON",
                "{\"policy\":\"demo\",\"subject\":\"a\"} {}|body goes on after its object",
                "{\"policy\":\"demo\"}|subject is missing, expected a text",
                "{\"subject\":\"a\"}|policy is missing, expected a text",
                "{\"policy\":\"\",\"subject\":\"a\"}|policy is empty, expected",
                "{\"policy\":1,\"subject\":\"a\"}|policy is 1, expected a text",
                "{\"policy\":\"demo\",\"subject\":null}|subject is null, expected a text",
                "{\"policy\":\"demo\",\"subject\":[\"a\"]}|subject is a list, expected a text",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"tenant\":\"\"}|tenant is empty, expected a name",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"tenant\":null}|tenant is null, expected a text",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":0}|cost is 0, expected",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":-1}|cost is -1, expected",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":1.0}|cost is 1.0, expected a whole number",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":1e3}|cost is 1e3, expected a whole number",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":\"1\"}|cost is the text '1', expected a whole number",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":11}|11",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"cost\":99999999999999999999}|cost is 99999999999999999999, expected",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"subject\":\"b\"}|'subject' is given twice",
                "{\"policy\":\"demo\",\"subject\":\"a\",\"costs\":1}|unknown field 'costs', expected policy, subject, tenant or cost",
                "{\"policy\":\"demo\",\"subject\":\"\\ud800\"}|subject is not Unicode text",
            })
    void a_malformed_question_is_a_400_that_names_what_is_wrong(String body, String detail) {
        HttpResponse<String> answer = server.post("/v1/acquire", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(answer.body())
                .startsWith("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"")
                .contains(detail);
    }

    @Test
    void a_subject_beyond_reason_is_400() {
        String subject = "s".repeat(Acquisition.LONGEST);
        assertThat(server.post("/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"" + subject + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.post("/v1/acquire", "{\"policy\":\"demo\",\"subject\":\"" + subject + "s\"}")
                        .body())
                .contains("\"status\":400", "subject is 1025 characters long");
    }

    @Test
    void nesting_without_end_is_refused_at_its_first_level() {
        assertThat(server.post("/v1/acquire", "[".repeat(60_000)).statusCode()).isEqualTo(400);
        assertThat(server.post("/v1/acquire", "{\"policy\":" + "[".repeat(60_000))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void an_unknown_policy_is_404() {
        HttpResponse<String> answer = server.post("/v1/acquire", "{\"policy\":\"nope\",\"subject\":\"a\"}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("policy 'nope' is not known");
    }

    @ParameterizedTest(name = "{0} is 415")
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", ";", "application/json/x"
            })
    void what_is_not_declared_as_JSON_is_415(String type) {
        HttpResponse<String> answer =
                server.send("POST", "/v1/acquire", type, "{\"policy\":\"demo\",\"subject\":\"a\"}");

        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("expected application/json");
    }

    @Test
    void parameters_of_the_media_type_are_no_reason_to_refuse() {
        assertThat(server.send(
                                "POST",
                                "/v1/peek",
                                "Application/JSON ; charset=utf-8",
                                "{\"policy\":\"demo\",\"subject\":\"a\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest(name = "{0} is 405")
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void another_method_is_405_and_says_which_one_is_right(String method) {
        HttpResponse<String> answer = server.send(method, "/v1/acquire", null, null);

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(header(answer, "Allow")).isEqualTo("POST");
    }
}
