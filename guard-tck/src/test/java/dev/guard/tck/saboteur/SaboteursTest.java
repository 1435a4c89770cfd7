package dev.guard.tck.saboteur;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.tck.saboteur.Court.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The kit tests backends; these test the kit: backends that are broken in one way, each of which its rule must catch. */
@Tag("slow")
class SaboteursTest {

    /** Where the build keeps what it makes. */
    private static final Path REPORT = Path.of(System.getProperty("guard.target", "target"), "saboteurs.md");

    private static final Map<Saboteur, Verdict> VERDICTS = new LinkedHashMap<>();

    static List<Saboteur> saboteurs() {
        return Stream.of(
                        PortSaboteurs.all(),
                        ChargeSaboteurs.all(),
                        TimeSaboteurs.all(),
                        GivingBackSaboteurs.all(),
                        VersionSaboteurs.all(),
                        KeySaboteurs.all())
                .flatMap(List::stream)
                .toList();
    }

    @TestFactory
    @DisplayName("Each saboteur is caught by the rule that it breaks")
    Stream<DynamicTest> eachSaboteurIsCaught() {
        return saboteurs().stream()
                .map(saboteur -> DynamicTest.dynamicTest(
                        saboteur.rule() + " catches: " + saboteur.name(), () -> isCaught(saboteur)));
    }

    private static void isCaught(Saboteur saboteur) {
        Verdict verdict =
                Court.run(saboteur.maker(), sentence -> Court.rule(sentence).equals(saboteur.rule()));
        VERDICTS.put(saboteur, verdict);
        assertThat(verdict.fallenRules())
                .as("the rules that fell over a backend that: " + saboteur.name())
                .containsExactly(saboteur.rule());
        assertThat(verdict.said(saboteur.rule())).containsPattern(saboteur.phrase());
    }

    @Test
    @DisplayName("A correct backend keeps every rule")
    void aCorrectBackendKeepsEveryRule() {
        Verdict verdict = Court.run(ModelBackend::new, sentence -> true);
        assertThat(verdict.fallen()).isEmpty();
        Set<String> rules = new TreeSet<>();
        verdict.held().forEach(sentence -> rules.add(Court.rule(sentence)));
        assertThat(rules).containsAll(saboteurs().stream().map(Saboteur::rule).toList());
    }

    @Test
    @DisplayName("No two saboteurs have the same name")
    void noTwoSaboteursHaveTheSameName() {
        assertThat(saboteurs()).extracting(Saboteur::name).doesNotHaveDuplicates();
    }

    @TestFactory
    @Tag("deep")
    @DisplayName("Each saboteur is caught when all rules are run, and the report says what else fell")
    Stream<DynamicTest> eachSaboteurIsCaughtByTheWholeKit() {
        return Stream.concat(saboteurs().stream(), PortSaboteurs.slow().stream())
                .map(saboteur -> DynamicTest.dynamicTest(saboteur.name(), () -> {
                    Verdict verdict = Court.run(saboteur.maker(), sentence -> true);
                    VERDICTS.put(saboteur, verdict);
                    assertThat(verdict.fallenRules()).contains(saboteur.rule());
                }));
    }

    @AfterAll
    static void report() throws IOException {
        List<String> lines =
                new ArrayList<>(List.of("| saboteur | rule that caught it | other rules that fell |", "|---|---|---|"));
        VERDICTS.forEach((saboteur, verdict) -> {
            Set<String> others = new TreeSet<>(verdict.fallenRules());
            boolean caught = others.remove(saboteur.rule());
            lines.add("| " + saboteur.name() + " | " + (caught ? saboteur.rule() : "none") + " | "
                    + String.join(", ", others) + " |");
        });
        Files.createDirectories(REPORT.getParent());
        Files.write(REPORT, lines);
        System.out.println(String.join("\n", lines));
    }
}
