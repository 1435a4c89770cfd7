package dev.guard.testing.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.guard.domain.Culprits;
import dev.guard.domain.Innocent;
import dev.guard.elsewhere.internal.Secret;
import dev.guard.testing.architecture.GuardModule.Exemption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules are tested too: each must catch the classes that break it, and leave alone one that breaks none. */
class ArchitectureRulesTest {
    private static final Map<String, ArchRule> RULES = ArchitectureRules.rulesFor(GuardModule.DOMAIN);

    private static final JavaClasses CULPRITS =
            new ClassFileImporter().importClasses(Culprits.class.getDeclaredClasses());

    /** Which of the {@link Culprits} break which rule, by simple name. */
    private static final Map<String, Set<String>> EXPECTED = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    ArchitectureRules.DIRECTIONS,
                    Set.of("UsesALibrary", "UsesALibraryInASignature", "UsesABackend", "ReadsInternals")),
            Map.entry(ArchitectureRules.INTERNAL, Set.of("ReadsInternals")),
            Map.entry(
                    ArchitectureRules.GUAVA_HIDDEN,
                    Set.of("ReturnsGuava", "TakesGuavaAsATypeArgument", "ExtendsGuava")),
            Map.entry(
                    ArchitectureRules.NO_LOOKUP,
                    Set.of(
                            "ResolvesAName",
                            "ResolvesANameThroughASubclass",
                            "ResolvesInReverse",
                            "ResolvesAnEndpoint")),
            Map.entry(
                    ArchitectureRules.NO_REGEX,
                    Set.of("UsesAPattern", "SplitsByPattern", "MatchesByReference", "SplitsByGuavaPattern")),
            Map.entry(ArchitectureRules.NO_PRINTING, Set.of("Prints", "PrintsAStackTrace")),
            Map.entry(ArchitectureRules.NO_PLATFORM_LOGGING, Set.of("LogsWithThePlatform", "LogsWithTheSystemLogger")),
            Map.entry(ArchitectureRules.NO_LOGGING, Set.of("LogsWithThePlatform", "LogsWithTheSystemLogger")),
            Map.entry(
                    ArchitectureRules.NO_CLOCK,
                    Set.of(
                            "ReadsNanoTime",
                            "ReadsMillisByReference",
                            "ReadsInstantNow",
                            "ReadsInstantByReference",
                            "ReadsLocalDate",
                            "ReadsDate",
                            "ReadsDateByReference",
                            "HasAClock",
                            "HasAnInstantSource",
                            "HasAStopwatch")),
            Map.entry(
                    ArchitectureRules.NO_RANDOMNESS,
                    Set.of(
                            "DrawsFromRandom",
                            "DrawsSecurely",
                            "DrawsPerThread",
                            "DrawsSplit",
                            "DrawsFromMath",
                            "DrawsAUuid",
                            "Shuffles")),
            Map.entry(
                    ArchitectureRules.NO_IO,
                    Set.of(
                            "ReadsAFile",
                            "ThrowsIo",
                            "ReadsTheEnvironment",
                            "ReadsAProperty",
                            "Prints",
                            "ResolvesAName",
                            "ResolvesANameThroughASubclass",
                            "ResolvesAnEndpoint")),
            Map.entry(
                    ArchitectureRules.NO_THREADS,
                    Set.of(
                            "StartsAThread",
                            "SleepsThread",
                            "HasAPool",
                            "BorrowsTheCommonPool",
                            "BorrowsTheCommonPoolLater",
                            "TimesOut",
                            "StreamsInParallel")),
            Map.entry(ArchitectureRules.NO_SERVICE_LOADER, Set.of("LooksForProviders"))));

    @TestFactory
    @DisplayName("Every rule catches exactly the classes that break it")
    Stream<DynamicTest> everyRuleCatches() {
        return EXPECTED.entrySet().stream()
                .map(entry -> dynamicTest(
                        "\"" + entry.getKey() + "\" catches " + new TreeSet<>(entry.getValue()),
                        () -> assertThat(culpritsCaughtBy(entry.getKey()))
                                .containsExactlyInAnyOrderElementsOf(entry.getValue())));
    }

    @Test
    @DisplayName("A rule without a class that breaks it is not a rule: all have one")
    void everyRuleIsTested() {
        Set<String> tested = new TreeSet<>(EXPECTED.keySet());
        tested.add(ArchitectureRules.OWN_PACKAGE);
        tested.add(ArchitectureRules.NULL_MARKED);
        assertThat(tested).containsExactlyInAnyOrderElementsOf(RULES.keySet());
    }

    @Test
    @DisplayName("A class in a stranger's package, or in one that is not null-marked, is caught")
    void structureIsHeld() {
        JavaClasses secret = new ClassFileImporter().importClasses(Secret.class);
        assertThat(failures(ArchitectureRules.OWN_PACKAGE, secret)).contains("Secret");
        assertThat(failures(ArchitectureRules.NULL_MARKED, secret)).contains("Secret");
    }

    @Test
    @DisplayName("A class that does all that is allowed breaks no rule")
    void innocence() {
        JavaClasses innocent =
                new ClassFileImporter().importPackages("dev.guard.domain").that(inOrBeside(Innocent.class));
        RULES.forEach((name, rule) -> assertThat(failures(name, innocent)).isEmpty());
        assertThat(innocent).hasSizeGreaterThan(2);
    }

    @Test
    @DisplayName("A backend sees the domain and not guard-api, and the service names no backend")
    void directions() {
        assertThat(GuardModule.MEMORY.allowedPackages())
                .contains("dev.guard.domain..")
                .doesNotContain("dev.guard.api..");
        ArchRule directions = ArchitectureRules.rulesFor(GuardModule.SERVER).get(ArchitectureRules.DIRECTIONS);
        assertThat(directions.evaluate(CULPRITS).getFailureReport().toString())
                .contains("UsesABackend")
                .doesNotContain("UsesALibrary");
    }

    @Test
    @DisplayName("Every rule of every module says why")
    void everyRuleSaysWhy() {
        for (GuardModule module : GuardModule.values()) {
            ArchitectureRules.rulesFor(module)
                    .forEach((name, rule) ->
                            assertThat(rule.getDescription()).as(name).contains(", because "));
        }
    }

    @Test
    @DisplayName("A module without classes fails, and so does a rule over nothing")
    void nothingIsNotEnough() {
        JavaClasses onlyPackageInfo = new ClassFileImporter()
                .importPackages("dev.guard.domain")
                .that(describe("package-info", type -> type.getSimpleName().equals("package-info")));
        assertThat(onlyPackageInfo).hasSize(1);
        assertThatThrownBy(() -> ArchitectureRules.requireSomethingToCheck(GuardModule.DOMAIN, onlyPackageInfo))
                .hasMessageContaining("No class of guard-domain");
        JavaClasses nothing = new ClassFileImporter().importPackages("dev.guard.nowhere");
        RULES.forEach((name, rule) -> assertThatThrownBy(() -> rule.check(nothing))
                .as(name)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("failed to check any classes"));
    }

    @Test
    @DisplayName("An exemption leaves out one class for one rule, and must name a class that exists")
    void exemptions() {
        String clock = Culprits.class.getName() + "$ReadsNanoTime";
        String rule = ArchitectureRules.NO_CLOCK;
        List<Exemption> one = List.of(new Exemption(GuardModule.DOMAIN, rule, clock, "a test"));
        assertThat(ArchitectureRules.withoutExemptions(GuardModule.DOMAIN, rule, CULPRITS, one))
                .hasSize(CULPRITS.size() - 1);
        assertThat(ArchitectureRules.withoutExemptions(GuardModule.DOMAIN, ArchitectureRules.NO_IO, CULPRITS, one))
                .hasSameSizeAs(CULPRITS);
        List<Exemption> stale = List.of(new Exemption(GuardModule.DOMAIN, rule, "dev.guard.Gone", "a test"));
        assertThatThrownBy(() -> ArchitectureRules.withoutExemptions(GuardModule.DOMAIN, rule, CULPRITS, stale))
                .hasMessageContaining("dev.guard.Gone");
    }

    private static Set<String> culpritsCaughtBy(String rule) {
        return CULPRITS.stream()
                .filter(culprit -> !failures(rule, CULPRITS.that(describe("", culprit::equals)))
                        .isEmpty())
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet());
    }

    private static String failures(String rule, JavaClasses classes) {
        return String.join(
                "\n", RULES.get(rule).evaluate(classes).getFailureReport().getDetails());
    }

    private static DescribedPredicate<JavaClass> inOrBeside(Class<?> type) {
        return describe(
                type.getName(),
                candidate -> candidate.getName().startsWith(type.getName())
                        || candidate.getSimpleName().equals("package-info"));
    }
}
