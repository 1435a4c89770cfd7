package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes over the wire and is no proper request, or is one in an unusual way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
class WireTest {

    private static final String POLICIES = """
            policies:
              demo: { limits: ["10/1m fixed"] }
            """;

    private static final String ASK = "{\"policy\":\"demo\",\"subject\":\"a\"}";
    private static final Duration SOON = Patience.SOON;

    private TestServer server;

    @BeforeAll
    void start() {
        server = TestServer.with(POLICIES);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private RawConnection connect() throws IOException {
        return new RawConnection(server.port());
    }

    private static String acquire(String headers) {
        return "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n" + headers + "\r\n";
    }

    @Test
    void a_body_that_says_it_is_too_large_is_refused_before_it_comes() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send(acquire("Content-Length: 65537\r\n"));
            assertThat(connection.answer())
                    .startsWith("HTTP/1.1 413 ")
                    .contains("Connection: close", "body is larger than 65536 bytes");
            assertThat(connection.rest(SOON)).isEmpty();
        }
    }

    @Test
    void a_body_that_turns_out_too_large_is_refused_when_it_does() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send(acquire("Transfer-Encoding: chunked\r\n"));
            for (int i = 0; i < 5; i++) {
                connection.send("4000\r\n" + "x".repeat(0x4000) + "\r\n");
            }
            assertThat(connection.answer()).startsWith("HTTP/1.1 413 ").contains("Connection: close");
            assertThat(connection.rest(SOON)).isEmpty();
        }
    }

    @Test
    void a_body_as_large_as_allowed_is_read() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send(acquire("Content-Length: 65536\r\n") + ASK + " ".repeat(65_536 - ASK.length()));
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_client_that_waits_to_be_asked_for_its_body_is_asked() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send(acquire("Expect: 100-continue\r\nContent-Length: " + ASK.length() + "\r\n"));
            assertThat(connection.answer()).startsWith("HTTP/1.1 100 ");
            assertThat(connection.send(ASK).answer()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_client_that_waits_in_vain_is_told_that_nothing_follows() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send(
                    "POST /nowhere HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
            assertThat(connection.answer()).startsWith("HTTP/1.1 404 ").contains("Connection: close");
            assertThat(connection.rest(SOON)).isEmpty();
        }
    }

    @Test
    void requests_that_come_at_once_are_answered_in_their_order() throws Exception {
        String check = " /v1/check?policy=demo&subject=pipeline HTTP/1.1\r\nHost: test\r\n\r\n";
        try (RawConnection connection = connect()) {
            connection.send("GET" + check + "HEAD" + check + acquire("Content-Length: 2\r\n") + "{}"
                    + "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ").contains("r=9");
            assertThat(connection.headAnswer()).startsWith("HTTP/1.1 200 ").contains("r=8");
            assertThat(connection.answer()).startsWith("HTTP/1.1 400 ").contains("policy is missing");
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ").contains("{\"status\":\"alive\"}");
        }
    }

    @Test
    void a_body_that_nobody_reads_does_not_become_the_next_request() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send("POST /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello"
                    + "POST /livez HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                    + "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(connection.answer()).startsWith("HTTP/1.1 405 ");
            assertThat(connection.answer()).startsWith("HTTP/1.1 405 ");
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_request_line_beyond_reason_is_414() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(connection.answer()).contains(" 414 ", "\"status\":414");
        }
    }

    @Test
    void header_fields_beyond_reason_are_431() throws Exception {
        try (RawConnection connection = connect()) {
            connection.send(
                    "GET /livez HTTP/1.1\r\nHost: test\r\n" + "X-Filler: aaaaaaaaaaaaaaaa\r\n".repeat(1_000) + "\r\n");
            assertThat(connection.answer()).contains(" 431 ", "\"status\":431");
        }
    }

    @ParameterizedTest(name = "[{index}]")
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET /livez HTTP/1.1\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost : test\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: -5\r\n\r\nhello",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: +5\r\n\r\nhello",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: five\r\n\r\nhello",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Length: 5, 5\r\n\r\nhello",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                "POST /v1/acquire HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: test\r\n: nothing\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: test\r\nX: a\rb\r\n\r\n",
                "GET /livez HTTP/1.1\nHost: test\n\n",
            })
    void what_could_be_understood_in_two_ways_is_400(String request) throws Exception {
        try (RawConnection connection = connect()) {
            assertThat(connection.send(request).answer()).contains(" 400 ", "\"status\":400");
        }
    }

    @ParameterizedTest(name = "What follows a request that is unclear in its {0} is never answered")
    @ValueSource(
            strings = {
                "Host: two",
                ": nothing",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: identity",
                "Content-Length: 0\r\nContent-Length: 0",
                "Content-Length: 65537",
                "Expect: 100-continue"
            })
    void an_unclear_request_is_the_last_one(String field) throws Exception {
        String request = "POST /v1/acquire HTTP/1.1\r\nHost: test\r\n" + field + "\r\n\r\n";
        try (RawConnection connection = connect()) {
            connection.send(
                    request + "0\r\n\r\nGET /v1/check?policy=demo&subject=smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(connection.answer()).containsPattern(" 4\\d\\d ");
            assertThat(connection.rest(SOON)).doesNotContain("RateLimit");
        }
        assertThat(server.post("/v1/peek", "{\"policy\":\"demo\",\"subject\":\"smuggled\"}")
                        .body())
                .contains("\"remaining\":10");
    }

    @Test
    @DisplayName("What follows the request that the client said is its last is no request")
    void after_the_last() throws Exception {
        String check = "GET /v1/check?policy=demo&subject=last HTTP/1.1\r\nHost: test\r\n";
        try (RawConnection connection = connect()) {
            connection.send("GET /livez HTTP/1.0\r\n\r\n" + check + "\r\n");
            assertThat(connection.answer()).startsWith("HTTP/1.0 200 ");
            assertThat(connection.rest(SOON)).isEmpty();
        }
        try (RawConnection connection = connect()) {
            connection.send(check + "Connection: close\r\n\r\n" + check + "\r\n");
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ");
            assertThat(connection.rest(SOON)).isEmpty();
        }
        assertThat(server.post("/v1/peek", "{\"policy\":\"demo\",\"subject\":\"last\"}")
                        .body())
                .contains("\"remaining\":9");
    }

    @ParameterizedTest(name = "A body whose subject is {0} is not UTF-8, and 400")
    @ValueSource(strings = {"\u00c0\u00af", "\u00c3(", "\u00ed\u00a0\u0080", "\u00ff", "\u00f5\u0080\u0080\u0080"})
    void a_body_that_is_not_UTF_8(String bytes) throws Exception {
        String body = ASK.replace("\"a\"", "\"" + bytes + "\"");
        try (RawConnection connection = connect()) {
            connection.send(acquire("Content-Length: " + body.length() + "\r\n") + body);
            assertThat(connection.answer()).startsWith("HTTP/1.1 400 ").contains("body is not text in UTF-8");
        }
    }

    @Test
    @DisplayName("A body in UTF-16 is not guessed to be one")
    void a_body_in_another_encoding() throws Exception {
        StringBuilder body = new StringBuilder();
        ASK.chars().forEach(c -> body.append((char) c).append('\0'));
        try (RawConnection connection = connect()) {
            connection.send(acquire("Content-Length: " + body.length() + "\r\n") + body);
            assertThat(connection.answer()).startsWith("HTTP/1.1 400 ").contains("body is not valid JSON");
        }
    }

    @Test
    @DisplayName("A name cannot end a header field and begin another one")
    void header_injection() throws Exception {
        try (TestServer server =
                        TestServer.with("policies: { \"a\\r\\nX-Injected: 1\\r\\n\\r\\n\": { limits: ['1/1h'] } }");
                RawConnection connection = new RawConnection(server.port())) {
            String check = "GET /v1/check?policy=a%0d%0aX-Injected:%201%0d%0a%0d%0a&subject=%0d%0aX-Injected:%202"
                    + " HTTP/1.1\r\nHost: test\r\n\r\n";
            assertThat(connection.send(check).answer())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("RateLimit: \"a%0D%0AX-Injected: 1%0D%0A%0D%0A\";r=0")
                    .doesNotContain("\nX-Injected");
            assertThat(connection.send(check).answer())
                    .startsWith("HTTP/1.1 429 ")
                    .doesNotContain("\nX-Injected");
            assertThat(connection
                            .send("GET /%0d%0aX-Injected:1 HTTP/1.1\r\nHost: test\r\n\r\n")
                            .answer())
                    .startsWith("HTTP/1.1 404 ")
                    .doesNotContain("\nX-Injected");
        }
    }

    @Test
    void an_unknown_path_is_404() {
        assertThat(server.get("/").body())
                .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                        + "\"detail\":\"there is nothing at '/'\"}");
        assertThat(server.get("/v1/check/").statusCode()).isEqualTo(404);
        assertThat(server.get("/v1/%63heck?policy=demo").statusCode()).isEqualTo(404);
    }

    @Test
    void a_connection_that_brings_no_request_is_closed_however_busy_it_is() throws Exception {
        try (TestServer impatient = TestServer.with(
                        POLICIES,
                        it -> new Listening(
                                it.host(), it.port(), it.maxBody(), Duration.ofMillis(700), it.trustedCallers()));
                RawConnection silent = new RawConnection(impatient.port());
                RawConnection trickling = new RawConnection(impatient.port());
                RawConnection halfway = new RawConnection(impatient.port())) {
            halfway.send("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(halfway.answer()).startsWith("HTTP/1.1 200 ");
            halfway.send(acquire("Content-Length: 20\r\n") + "{");
            trickling.send("GET /livez HTTP/1.1\r\nX: ");

            assertThat(trickledUntilClosed(trickling)).isTrue();
            assertThat(silent.rest(SOON)).isEmpty();
            assertThat(halfway.rest(SOON)).isEmpty();
        }
    }

    /** Sends a byte at a time until the server has had enough; never more than it would read of header fields. */
    private static boolean trickledUntilClosed(RawConnection connection) throws IOException, InterruptedException {
        long end = System.nanoTime() + SOON.toNanos();
        while (System.nanoTime() < end) {
            try {
                connection.send("a");
            } catch (SocketException closed) {
                return true;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
        return false;
    }
}
