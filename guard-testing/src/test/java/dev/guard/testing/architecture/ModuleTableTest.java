package dev.guard.testing.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Compares the table of modules with the build, so that a new module cannot stay without rules. */
class ModuleTableTest {
    /** They have nothing of guard in them that runs outside of tests: a list of versions, the rules themselves, and tests of backends. */
    private static final List<String> WITHOUT_RULES = List.of("guard-bom", "guard-testing", "guard-redis-rules");

    private final Path root = Path.of("").toAbsolutePath().getParent();

    @Test
    @DisplayName("Every module of the build has a row in GuardModule, and every row a module")
    void everyModuleHasARow() throws IOException {
        List<String> modules = Pattern.compile("<module>([^<]+)</module>")
                .matcher(Files.readString(root.resolve("pom.xml")))
                .results()
                .map(MatchResult::group)
                .map(element -> element.substring("<module>".length(), element.indexOf('/') - 1))
                .filter(module -> !WITHOUT_RULES.contains(module))
                .toList();
        assertThat(Arrays.stream(GuardModule.values()).map(GuardModule::artifact))
                .containsExactlyInAnyOrderElementsOf(modules);
    }

    @Test
    @DisplayName("Every module runs its rules, in an ArchitectureTest in its root package")
    void everyModuleRunsItsRules() {
        for (GuardModule module : GuardModule.values()) {
            Path test = root.resolve(module.artifact())
                    .resolve("src/test/java")
                    .resolve(module.rootPackage().replace('.', '/'))
                    .resolve("ArchitectureTest.java");
            assertThat(test).content().contains("ArchitectureRules.tests(GuardModule." + module.name() + ",");
        }
    }
}
