package dev.guard.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.tck.excluding.ExcludingContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The kit")
class RuleRunnerTest {

    private static final String KEPT = "S5 a rule that is kept";
    private static final String NOT_KEPT = "S6 a rule that is not kept";
    private static final String EXCLUSIONS = "A0 every exclusion names a rule of this contract and gives a reason";

    @TempDir
    Path reports;

    @BeforeEach
    void forgetWhatWasTried() {
        TwoRules.TRIED.clear();
    }

    private Launched launch(Class<?> test) {
        return with(TckSettings.REPORTS, reports.toString(), () -> Launched.of(test));
    }

    private Launched launch(Class<?> test, String method) {
        return with(TckSettings.REPORTS, reports.toString(), () -> Launched.of(test, method));
    }

    private static <T> T with(String property, String value, Callable<T> call) {
        String before = System.setProperty(property, value);
        try {
            return call.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Test
    @DisplayName(
            "tells in a failure's message the rule, what it means, why it matters, what is wrong, and how to run it again")
    void messages() {
        String message = launch(ThreeRulesContract.class).said(NOT_KEPT);
        assertThat(message.replaceAll("seed=-?[0-9]+", "seed=1")).isEqualTo("""
                        S6 a rule that is not kept

                        What it means:
                          Who waits exactly retryAfter is admitted, if nothing else touches the key; who comes a microsecond earlier is not.
                        Why it matters:
                          Clients obey the Retry-After that they are told. One that is too short makes them come twice, one that is too long keeps them out.
                        What is wrong:
                          the number is 7, expected less than 7
                        To run it again:
                          -Dguard.tck.seed=1, with the test dev.guard.tck.ThreeRulesContract#notKept
                        """);
    }

    @Test
    @DisplayName("shows the shortest history that a backend answers wrongly, call by call")
    void ledgers() {
        String message = launch(ForgetfulContract.class, "resetForgetsEverything")
                .said("S13 a reset forgets all of a key: usage, debt, block, reservations and leases");
        assertThat(message)
                .contains(
                        "What happened (times in us since 2026-12-31T23:59:58.123457Z):\n  policy p (version 1): [5/1h fixed");
        assertThat(message.lines().map(String::strip))
                .containsSequence(
                        "1             +0  peek 1 on t/p/s -> allowed, cost 1, remaining 5, reset after 0 us",
                        "2             +0  acquire 1 on t/p/s as held -> allowed, cost 1, remaining 4, reset after 3600000000 us",
                        "3             +0  reserve 1 on t/p/s as reserved for 60000000 us -> allowed, cost 1, remaining 4,"
                                + " reset after 3600000000 us",
                        "4             +0  penalize 5 on t/p/s -> APPLIED",
                        "5             +0  block on t/p/s for 60000000 us -> APPLIED",
                        "6             +0  peek 1 on t/p/s -> allowed, cost 1, remaining 5, reset after 0 us",
                        "What is wrong:",
                        "the answer is allowed, expected denied: the key is blocked");
    }

    @Test
    @DisplayName("tells number by number where an answer differs from the model's")
    void differences() {
        String message = launch(ForgetfulContract.class, "everyAnswerIsTheModels")
                .said("S1 every answer of a random history is the model's, whichever form the call has");
        assertThat(message)
                .contains("What is wrong:\n  the model's answer differs: ")
                .contains(", expected ");
    }

    @Test
    @DisplayName("tries the same again under the seed that a failure named")
    void seeds() {
        launch(ThreeRulesContract.class);
        List<Integer> first = with(TckSettings.SEED, "4711", () -> {
            TwoRules.TRIED.clear();
            launch(ThreeRulesContract.class);
            return new ArrayList<>(TwoRules.TRIED);
        });
        List<Integer> again = with(TckSettings.SEED, "4711", () -> {
            TwoRules.TRIED.clear();
            launch(ThreeRulesContract.class);
            return new ArrayList<>(TwoRules.TRIED);
        });
        List<Integer> other = with(TckSettings.SEED, "4712", () -> {
            TwoRules.TRIED.clear();
            launch(ThreeRulesContract.class);
            return new ArrayList<>(TwoRules.TRIED);
        });
        assertThat(again).isEqualTo(first).isNotEqualTo(other);
        assertThat(with(
                        TckSettings.SEED,
                        "4711",
                        () -> launch(ThreeRulesContract.class).said(NOT_KEPT)))
                .contains("-Dguard.tck.seed=4711,");
    }

    @Test
    @DisplayName("makes as many times as many tries as the depth says")
    void depth() {
        launch(ThreeRulesContract.class);
        int once = TwoRules.TRIED.size();
        TwoRules.TRIED.clear();
        with(TckSettings.DEPTH, "3", () -> launch(ThreeRulesContract.class));
        assertThat(once).isEqualTo(11);
        assertThat(TwoRules.TRIED).hasSize(31);
        assertThatThrownBy(() -> with(TckSettings.DEPTH, "0", () -> {
                    try {
                        return TckSettings.depth();
                    } catch (IllegalArgumentException e) {
                        throw new IllegalStateException(e.getMessage(), e);
                    }
                }))
                .hasRootCauseMessage("guard.tck.depth is '0', expected a number from 0.001 to 100000");
    }

    @Test
    @DisplayName(
            "runs what is excluded: what fails is green, what is kept is a stale exclusion, and nothing is skipped")
    void exclusions() throws IOException {
        Launched launched = launch(ExcludingContract.class);
        assertThat(launched.skipped()).isZero();
        assertThat(launched.tests()).containsOnlyKeys(EXCLUSIONS, KEPT, NOT_KEPT);
        assertThat(launched.tests().get(NOT_KEPT)).isEqualTo(Optional.empty());
        assertThat(launched.said(KEPT))
                .contains("guard-tck-exclusions.txt excludes it (nobody remembers why), but the backend keeps it.")
                .contains("as S5/kept.");
        assertThat(launched.said(EXCLUSIONS))
                .contains("line 6: 'S13' gives no reason, expected the rule, a space and why it is not kept")
                .contains("'S99' names no rule of this contract");
        assertThat(Files.readString(reports.resolve(ExcludingContract.class.getName() + ".md")))
                .contains("| S6 | a rule that is not kept | required | excluded: its store has no clock |")
                .contains("0 of 3 rules passed, 2 failed, 1 excluded, 0 not run.");
    }

    @Test
    @DisplayName(
            "writes what came of each rule, with the optional ones that the backend claims, as Markdown and as JSON")
    void conformance() throws IOException {
        launch(ThreeRulesContract.class);
        assertThat(Files.readString(reports.resolve(ThreeRulesContract.class.getName() + ".md")))
                .isEqualTo("""
                        # Conformance of dev.guard.tck.ThreeRulesContract

                        3 of 4 rules passed, 1 failed, 0 excluded, 0 not run.

                        | rule | what it says | for whom | result |
                        |---|---|---|---|
                        | A0 | every exclusion names a rule of this contract and gives a reason | required | passed |
                        | S5 | a rule that is kept | required | passed |
                        | S6 | a rule that is not kept | required | failed |
                        | S16 | a rule for some \\| of them | optional | passed |
                        """);
        assertThat(Files.readString(reports.resolve(ThreeRulesContract.class.getName() + ".json")))
                .contains("\"conforms\": false")
                .contains(
                        "{\"rule\": \"S6\", \"method\": \"notKept\", \"sentence\": \"a rule that is not kept\", \"required\": true,"
                                + " \"result\": \"failed\"}");
    }

    @ParameterizedTest(name = "asks a store that expires keys how long it keeps them: {0} is told as {1}")
    @CsvSource({
        "RIGHT, ''",
        "HALF_AS_LONG, 'the time to live is PT'",
        "FOR_EVER, 'the time to live is PT-1S, expected at least PT'",
        "NOT_AT_ALL, 'the time to live is none: the store holds nothing, expected at least PT'",
    })
    void expiry(ExpiringContract.Keeping keeping, String expected) {
        ExpiringContract.keeping = keeping;
        Launched launched = launch(ExpiringContract.class);
        String message = launched.tests().values().stream()
                .flatMap(Optional::stream)
                .findFirst()
                .orElse("");
        assertThat(message.isEmpty()).isEqualTo(keeping == ExpiringContract.Keeping.RIGHT);
        assertThat(message).contains(expected);
    }
}
