package dev.guard.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.guard.api.DeniedException;
import dev.guard.domain.Algorithm;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Denied;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.GuardException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Judgement;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {

    private static final DecisionSource SOURCE = DecisionSource.of("memory", FailureMode.LOCAL_ONLY);
    private static final long SECOND = 1_000_000;

    private final Policy api = Policy.of("api", Limit.parse("20/1s"), Limit.parse("500/1h"));

    private Decision allowed() {
        return Decision.of(
                api,
                SOURCE,
                new Judgement(true, false, 0, 1, 0),
                1,
                List.of(status(0, 19, 0, 50_000, true), status(1, 499, 0, 7_200_000, true)));
    }

    private Decision denied() {
        return Decision.of(
                api,
                SOURCE,
                new Judgement(false, false, 0, 1, 0),
                1,
                List.of(status(0, 0, 37_500, 37_500, false), status(1, 480, 0, 6_100_000, true)));
    }

    private LimitStatus status(int index, long remaining, long retryAfter, long nextAfter, boolean admits) {
        Limit limit = api.limits().get(index);
        return new LimitStatus(
                api.limitName(index),
                Algorithm.GREEDY,
                limit.capacity(),
                limit.numbers().period(),
                remaining,
                retryAfter,
                144 * SECOND,
                nextAfter,
                admits,
                true);
    }

    private static Decision only(String limit, boolean allowed, long remaining, long retryAfter, long nextAfter) {
        Policy policy = Policy.of("demo", Limit.parse(limit));
        LimitStatus status = new LimitStatus(
                "demo",
                Algorithm.GREEDY,
                policy.limits().get(0).capacity(),
                policy.limits().get(0).numbers().period(),
                remaining,
                retryAfter,
                SECOND,
                nextAfter,
                allowed,
                true);
        return Decision.of(policy, SOURCE, new Judgement(allowed, false, 0, 1, 0), 1, List.of(status));
    }

    @Test
    @DisplayName("A call for which no slot is free is a 429 that tells when a lease ends, and shows no window")
    void concurrency() {
        Policy exports = Policy.of("exports", Limit.parse("concurrent 2 lease 30s"));
        Decision denied = Decision.of(
                exports,
                SOURCE,
                new Judgement(false, false, 0, 1, 0),
                1,
                List.of(new LimitStatus(
                        "exports",
                        Algorithm.CONCURRENT,
                        2,
                        30 * SECOND,
                        0,
                        12 * SECOND,
                        30 * SECOND,
                        12 * SECOND,
                        false,
                        true)));
        Verdict verdict = Verdict.of(denied);
        assertThat(verdict.headers())
                .containsExactly(
                        entry("RateLimit-Policy", "\"exports\";q=2;qu=\"concurrent-requests\""),
                        entry("RateLimit", "\"exports\";r=0;t=12"),
                        entry("Retry-After", "12"),
                        entry("Cache-Control", "no-store"),
                        entry("Content-Type", "application/problem+json"));
        assertThat(verdict.status()).isEqualTo(429);
        assertThat(verdict.body())
                .contains("#quota-exceeded")
                .contains("\"limit 'exports' has 0 of 2 permits free, 1 asked for; this can pass in 12000 ms\"")
                .contains("\"violated-policies\":[\"exports\"]")
                .endsWith("\"reason\":\"concurrency\"}");
    }

    @Test
    @DisplayName("A blocked call is a 429 until the block is over, with a type of its own and no limit that binds")
    void blocked() {
        Decision denied = Decision.of(
                api,
                SOURCE,
                new Judgement(false, true, 90 * SECOND, 1, 0),
                1,
                List.of(status(0, 20, 0, 0, true), status(1, 480, 0, 6_100_000, true)));
        Verdict verdict = Verdict.of(denied);
        assertThat(verdict.status()).isEqualTo(429);
        assertThat(verdict.headers()).containsEntry("Retry-After", "90");
        assertThat(verdict.body())
                .isEqualTo(
                        "{\"type\":\"https://iana.org/assignments/http-problem-types#abnormal-usage-detected\","
                                + "\"title\":\"Request not satisfied due to detection of abnormal request pattern\",\"status\":429,"
                                + "\"detail\":\"policy 'api' blocks this subject; this can pass in 90000 ms\","
                                + "\"violated-policies\":[],"
                                + "\"allowed\":false,\"policy\":\"api\",\"limit\":0,\"remaining\":0,\"retry_after_ms\":90000,"
                                + "\"reset_after_ms\":144000,\"degraded\":false,\"backend\":\"memory\",\"reason\":\"blocked\"}");
    }

    @Test
    @DisplayName("A denial that was thrown is the same verdict")
    void thrownDenials() {
        Verdict verdict = Verdict.ofFailure(new CompletionException(new DeniedException((Denied) denied())));
        assertThat(verdict.headers()).isEqualTo(Verdict.of(denied()).headers());
        assertThat(verdict.body()).isEqualTo(Verdict.of(denied()).body());
    }

    @Nested
    class An_allowed_call {
        private final Verdict verdict = Verdict.of(allowed());

        @Test
        void passes_with_200_and_no_body() {
            assertThat(verdict.passes()).isTrue();
            assertThat(verdict.status()).isEqualTo(200);
            assertThat(verdict.body()).isEmpty();
        }

        @Test
        void tells_every_limit_and_leaves_caching_to_the_application() {
            assertThat(verdict.headers())
                    .containsExactly(
                            entry("RateLimit-Policy", "\"api-1\";q=20;w=1, \"api-2\";q=500;w=3600"),
                            entry("RateLimit", "\"api-1\";r=19;t=1, \"api-2\";r=499;t=8"));
        }

        @Test
        void is_told_in_JSON_with_the_fields_that_clients_rely_on() {
            assertThat(DecisionJson.of(allowed()))
                    .isEqualTo(
                            "{\"allowed\":true,\"policy\":\"api\",\"limit\":20,\"remaining\":19,\"retry_after_ms\":0,"
                                    + "\"reset_after_ms\":144000,\"degraded\":false,\"backend\":\"memory\"}");
        }
    }

    @Nested
    class A_call_over_a_limit {
        private final Verdict verdict = Verdict.of(denied());

        @Test
        void is_429_and_must_not_be_cached() {
            assertThat(verdict.passes()).isFalse();
            assertThat(verdict.status()).isEqualTo(429);
            assertThat(verdict.headers())
                    .containsExactly(
                            entry("RateLimit-Policy", "\"api-1\";q=20;w=1, \"api-2\";q=500;w=3600"),
                            entry("RateLimit", "\"api-1\";r=0;t=1, \"api-2\";r=480;t=7"),
                            entry("Retry-After", "1"),
                            entry("Cache-Control", "no-store"),
                            entry("Content-Type", "application/problem+json"));
        }

        @Test
        void is_told_as_a_problem_with_the_decision_and_the_limits_that_denied() {
            assertThat(verdict.body())
                    .isEqualTo(
                            "{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\","
                                    + "\"title\":\"Request cannot be satisfied as assigned quota has been exceeded\",\"status\":429,"
                                    + "\"detail\":\"limit 'api-1' has 0 of 20 permits left, 1 asked for; this can pass in 38 ms\","
                                    + "\"violated-policies\":[\"api-1\"],"
                                    + "\"allowed\":false,\"policy\":\"api\",\"limit\":20,\"remaining\":0,\"retry_after_ms\":38,"
                                    + "\"reset_after_ms\":144000,\"degraded\":false,\"backend\":\"memory\",\"reason\":\"limit\"}");
        }

        @Test
        void waits_whole_seconds_rounded_up_and_no_less_than_the_next_permit() {
            Verdict verdict = Verdict.of(only("10/1m", false, 0, 6_000_001, 6_000_001));

            assertThat(verdict.headers())
                    .containsEntry("Retry-After", "7")
                    .containsEntry("RateLimit", "\"demo\";r=0;t=7");
        }

        @Test
        @DisplayName("Retry-After is never earlier than the t of the limit that binds, or of any that has nothing left")
        void waits_for_every_limit_that_is_empty() {
            LimitStatus binds = status(0, 0, 2 * SECOND, 3 * SECOND, false);
            assertThat(retryAfter(binds, status(1, 0, SECOND, 9 * SECOND, false)))
                    .isEqualTo("9");
            assertThat(retryAfter(binds, status(1, 7, 0, 90 * SECOND, true))).isEqualTo("3");
            assertThat(retryAfter(binds, status(1, 0, SECOND, Micros.NEVER, false)))
                    .isEqualTo("3");
        }

        private String retryAfter(LimitStatus... limits) {
            return Verdict.of(Decision.of(api, SOURCE, new Judgement(false, false, 0, 1, 0), 1, List.of(limits)))
                    .headers()
                    .get("Retry-After");
        }

        @Test
        void has_no_Retry_After_where_waiting_is_of_no_use() {
            Verdict verdict = Verdict.of(only("0/1m", false, 0, Micros.NEVER, Micros.NEVER));

            assertThat(verdict.status()).isEqualTo(429);
            assertThat(verdict.headers())
                    .doesNotContainKey("Retry-After")
                    .containsEntry("RateLimit-Policy", "\"demo\";q=0;w=60")
                    .containsEntry("RateLimit", "\"demo\";r=0");
            assertThat(verdict.body()).contains("\"retry_after_ms\":null", "waiting is of no use");
        }
    }

    @Test
    void a_table_without_room_is_503_and_tells_when_there_may_be_some() {
        Verdict verdict = Verdict.of(Denied.forCapacity(api, SOURCE, 1, 1_500_000, 1, 0));

        assertThat(verdict.status()).isEqualTo(503);
        assertThat(verdict.headers())
                .containsExactly(
                        entry("RateLimit-Policy", "\"api-1\";q=20;w=1, \"api-2\";q=500;w=3600"),
                        entry("Retry-After", "2"),
                        entry("Cache-Control", "no-store"),
                        entry("Content-Type", "application/problem+json"));
        assertThat(verdict.body())
                .contains("#temporary-reduced-capacity\"", "\"violated-policies\":[]", "\"reason\":\"capacity\"");
    }

    @Nested
    class A_failure {
        @ParameterizedTest(name = "A6 an outage for the reason {0} is 503, never 429, and tells nothing of the inside")
        @EnumSource
        void outage(BackendUnavailableException.Reason reason) {
            Verdict verdict = Verdict.ofFailure(
                    new BackendUnavailableException(reason, "redis://:hunter2@10.0.0.5:6379 does not answer"));

            assertThat(verdict.passes()).isFalse();
            assertThat(verdict.status()).isEqualTo(503);
            assertThat(verdict.headers()).containsEntry("Retry-After", "1").containsEntry("Cache-Control", "no-store");
            assertThat(verdict.body())
                    .contains("\"reason\":\"" + reason.name().toLowerCase(java.util.Locale.ROOT) + "\"")
                    .doesNotContain("hunter2", "10.0.0.5", "violated-policies");
        }

        @Test
        @DisplayName("A6 an argument that can never be right is 400 with the error's detail")
        void argument() {
            Verdict verdict = Verdict.ofFailure(new InvalidArgumentException("cost is 0, expected 1 to 10"));

            assertThat(verdict.status()).isEqualTo(400);
            assertThat(verdict.headers()).doesNotContainKey("Retry-After");
            assertThat(verdict.body())
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                            + "\"detail\":\"cost is 0, expected 1 to 10\"}");
        }

        @Test
        @DisplayName("A6 any other error of guard has its own status; a detail of 500 or more stays inside")
        void own_status() {
            assertThat(Verdict.ofFailure(new GuardException(404, "policy 'x' is not known"))
                            .body())
                    .contains("\"status\":404", "policy 'x' is not known");
            assertThat(Verdict.ofFailure(new GuardConfigurationException("secret"))
                            .body())
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}");
            assertThat(Verdict.ofFailure(new CorruptStateException("g1:c:a:b holds a list"))
                            .body())
                    .contains("\"status\":503", "\"reason\":\"corrupt_state\"")
                    .doesNotContain("g1:");
            assertThat(Verdict.ofFailure(new GuardClosedException("this guard")).body())
                    .contains("\"status\":503", "\"reason\":\"closed\"");
        }

        @Test
        void of_anything_else_is_500_and_tells_nothing() {
            assertThat(Verdict.ofFailure(new IllegalStateException("secret")).body())
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}");
        }

        @Test
        void is_found_in_what_a_future_wraps_around_it() {
            assertThat(Verdict.ofFailure(new CompletionException(new InvalidArgumentException("no")))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void what_a_shadow_says_is_nowhere_in_the_answer() {
        Policy watched =
                Policy.of("watched", Limit.parse("5/1s"), Limit.parse("1/1h").inShadow());
        LimitStatus enforced =
                new LimitStatus("watched-1", Algorithm.GREEDY, 5, SECOND, 4, 0, 200_000, 200_000, true, true);
        LimitStatus shadow = new LimitStatus("watched-2", Algorithm.GREEDY, 1, 3600 * SECOND, 0, 9, 9, 9, false, false);
        Verdict verdict = Verdict.of(
                Decision.of(watched, SOURCE, new Judgement(true, false, 0, 1, 0), 1, List.of(enforced, shadow)));

        assertThat(verdict.status()).isEqualTo(200);
        assertThat(verdict.headers())
                .containsExactly(
                        entry("RateLimit-Policy", "\"watched-1\";q=5;w=1"),
                        entry("RateLimit", "\"watched-1\";r=4;t=1"));
    }

    @Test
    void a_policy_that_is_all_shadow_sends_no_fields_since_an_empty_list_is_none() {
        Policy watched =
                Policy.builder("watched").limit(Limit.parse("5/1s")).inShadow().build();
        LimitStatus shadow = new LimitStatus("watched", Algorithm.GREEDY, 5, SECOND, 0, 9, 9, 9, false, false);

        assertThat(Verdict.of(Decision.of(watched, SOURCE, new Judgement(true, false, 0, 1, 0), 1, List.of(shadow)))
                        .headers())
                .isEmpty();
    }

    @Test
    void a_header_field_more_leaves_the_verdict_as_it_was() {
        Verdict verdict = Verdict.of(Problem.of(405, "method is PUT, expected POST"));

        assertThat(verdict.with("Allow", "POST").headers()).containsEntry("Allow", "POST");
        assertThat(verdict.headers()).doesNotContainKey("Allow");
    }
}
