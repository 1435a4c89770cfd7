package dev.guard.tck.saboteur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.tck.saboteur.Court.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the kit says to somebody who begins: {@link NaiveBackend} is what they wrote. */
class StrangerTest {

    private static final Path TRANSCRIPT =
            Path.of(System.getProperty("guard.target", "target"), "naive-transcript.txt");

    /** Rules that one caller is enough for, so that a map that is not safe under several threads gives the same answers each time. */
    private static final List<String> RULES =
            List.of("A1", "A2", "A3", "A4", "S1", "S5", "S6", "S7", "S9", "S10", "S11", "S12", "S18");

    @Test
    @DisplayName("A map of windows falls over the rules that it breaks, and each of them says what is wrong")
    void aMapOfWindowsFalls() {
        Verdict verdict = Court.run(
                (server, environment) -> new NaiveBackend(), sentence -> RULES.contains(Court.rule(sentence)));
        assertThat(verdict.fallenRules()).containsExactlyInAnyOrderElementsOf(RULES);
        assertThat(verdict.fallen())
                .allSatisfy((sentence, said) ->
                        assertThat(said).contains("What happened").contains("What is wrong"));
    }

    @Test
    @Tag("deep")
    @DisplayName("All that the kit says to a map of windows is kept for the guide")
    void allThatIsSaidIsKept() throws IOException {
        Verdict verdict = Court.hear((server, environment) -> new NaiveBackend());
        Files.createDirectories(TRANSCRIPT.getParent());
        Files.writeString(TRANSCRIPT, transcript(verdict));
        assertThat(verdict.fallen()).isNotEmpty();
    }

    static String transcript(Verdict verdict) {
        StringBuilder transcript = new StringBuilder();
        verdict.held()
                .forEach(sentence ->
                        transcript.append("kept    ").append(sentence).append('\n'));
        verdict.fallen()
                .keySet()
                .forEach(sentence ->
                        transcript.append("broken  ").append(sentence).append('\n'));
        for (Map.Entry<String, String> fallen : verdict.fallen().entrySet()) {
            transcript
                    .append("\n── ")
                    .append(fallen.getKey())
                    .append(" ──\n")
                    .append(fallen.getValue())
                    .append('\n');
        }
        return transcript.toString();
    }
}
