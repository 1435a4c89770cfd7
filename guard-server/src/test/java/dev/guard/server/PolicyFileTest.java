package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.guard.domain.Carry;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies in YAML: what is read, and what the errors say. */
class PolicyFileTest {

    @TempDir
    private Path directory;

    private static List<Policy> read(String yaml) {
        return PolicyReader.read(YamlFile.of("p.yaml", yaml)).all();
    }

    private static String error(String yaml) {
        StartException error = catchThrowableOfType(StartException.class, () -> read(yaml));
        assertThat(error).as("the file is read as %s", yaml).isNotNull();
        assertThat(error.exitCode()).isEqualTo(ExitCode.USAGE);
        return error.explanation();
    }

    @Test
    @DisplayName("A policy is its limits and, where they are said, version, shadow, carry and block")
    void everything_that_can_be_said() {
        assertThat(read("""
                policies:
                  demo: { limits: ["10/1m fixed"] }
                  search:
                    version: 2
                    carry: proportional
                    shadow: true
                    block: 10m
                    limits:
                      - 20/1s
                      - { limit: "500/1h", name: hourly, shadow: true, max_debt: 5000000000 }
                      - 100/1m log
                      - 5000/month@Europe/Berlin
                      - 100/week from sunday
                """))
                .containsExactly(
                        Policy.of("demo", Limit.parse("10/1m fixed")),
                        Policy.builder("search")
                                .version(2)
                                .carry(Carry.PROPORTIONAL)
                                .inShadow()
                                .blockOnExcess(Duration.ofMinutes(10))
                                .limit(Limit.parse("20/1s"))
                                .limit(Limit.parse("500/1h")
                                        .maxDebt(5_000_000_000L)
                                        .named("hourly")
                                        .inShadow())
                                .limit(Limit.parse("100/1m log"))
                                .limit(Limit.parse("5000/month@Europe/Berlin"))
                                .limit(Limit.parse("100/week from sunday"))
                                .build());
    }

    @Test
    @DisplayName("The sample of the demo is the one that is documented")
    void sample() {
        assertThat(PolicyReader.sample().all())
                .containsExactly(
                        Policy.of("demo", Limit.parse("10/1m fixed")),
                        Policy.of("hourly", Limit.parse("1000/1h fixed")),
                        Policy.of("api", Limit.parse("20/1s"), Limit.parse("500/1h")));
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|p.yaml: is empty",
                "# only a remark|p.yaml: is empty",
                "policies|p.yaml:1:1: is 'policies', expected a mapping",
                "- a|p.yaml:1:1: is a list, expected a mapping",
                "{}|p.yaml:1:1: has no policies, expected a field 'policies' with a mapping of names to policies",
                "{ policies: {}, polices: {} }|p.yaml:1:17: polices: is not a known field, expected policies",
                "policies:|p.yaml:1:10: policies: is empty, expected a mapping",
                "policies: [a]|p.yaml:1:11: policies: is a list, expected a mapping",
                "policies: { a: 10/1m }|p.yaml:1:16: policies.a: is '10/1m', expected a mapping",
                "policies: { a: {} }|p.yaml:1:16: policies.a: has no limits, expected a field 'limits' with a list such as",
                "policies: { a: { limits: 10/1m } }|p.yaml:1:26: policies.a.limits: is '10/1m', expected a list",
                "policies: { a: { limits: [] } }|p.yaml:1:26: policies.a.limits: policy 'a' has no limit, expected at least one",
                "policies: { a: { limits: [10/1x] } }|p.yaml:1:27: policies.a.limits[0]: ",
                "policies: { a: { limits: [10] } }|p.yaml:1:27: policies.a.limits[0]: ",
                "policies: { a: { limits: [5000/months] } }|p.yaml:1:27: policies.a.limits[0]: ",
                "policies: { a: { limits: [5000/month@Atlantis] } }|'Atlantis' is not a time zone",
                "policies: { a: { limits: [5000/fortnight] } }|5000/fortnight",
                "policies: { a: { limits: [concurrent 2 lease 30s] } }|p.yaml:1:27: policies.a.limits[0]: is 'concurrent 2 lease 30s', a concurrency limit, whose permits are released; the server cannot do that yet, the library can; expected a limit such as 100/1m",
                "policies: { a: { limits: [{ limit: concurrent 2 lease 30s, shadow: true }] } }|p.yaml:1:36: policies.a.limits[0].limit: is 'concurrent 2 lease 30s', a concurrency limit",
                "policies: { a: { limits: [1/1s], block: 10 } }|p.yaml:1:41: policies.a.block: is '10', expected a duration: an integer and one of us, ms, s, m (minutes), h, d, w",
                "policies: { a: { limits: [1/1s], block: 0s } }|policies.a.block: is '0s', expected a duration",
                "policies: { a: { limits: [1/1s], block: [] } }|policies.a.block: is a list, expected a duration such as 10m",
                "policies: { a: { limits: [{ limit: 1/1s, max_debt: -1 }] } }|p.yaml:1:52: policies.a.limits[0].max_debt: is '-1', expected a whole number from 0 to",
                "policies: { a: { limits: [{ limit: 1/1s, max_debt: many }] } }|max_debt: is 'many', expected a whole number from 0 to",
                "policies: { a: { limits: [{ limit: 9/1s burst 4, max_debt: 4503599627370495 }] } }|policies.a.limits[0].max_debt: ",
                "policies: { a: { limits: [null] } }|p.yaml:1:27: policies.a.limits[0]: is empty, expected a limit such as 100/1m",
                "policies: { a: { limits: [[1/1s]] } }|p.yaml:1:27: policies.a.limits[0]: is a list, expected a limit such as 100/1m",
                "policies: { a: { limits: [{ name: x }] } }|policies.a.limits[0]: has no limit, expected a field 'limit'",
                "policies: { a: { limits: [{ limit: 1/1s, nam: x }] } }|p.yaml:1:42: policies.a.limits[0].nam: is not a known field, expected one of limit, name, shadow, max_debt",
                "policies: { a: { limits: [{ limit: 1/1s, name: '' }] } }|policies.a.limits[0].name: ",
                "policies: { a: { limits: [{ limit: 1/1s, name: x }, { limit: 1/1m, name: x }] } }|has two limits named 'x'",
                "policies: { a: { limits: [1/1s], shadow: yes } }|p.yaml:1:42: policies.a.shadow: is 'yes', expected true or false",
                "policies: { a: { limits: [1/1s], shadow: 'true' } }|policies.a.shadow: is 'true', expected true or false",
                "policies: { a: { limits: [1/1s], version: 0 } }|policies.a.version: is '0', expected a whole number from 1 to",
                "policies: { a: { limits: [1/1s], version: 1.5 } }|policies.a.version: is '1.5', expected a whole number from 1 to",
                "policies: { a: { limits: [1/1s], version: 99999999999 } }|policies.a.version: is '99999999999', expected a whole number",
                "policies: { a: { limits: [1/1s], carry: AS_IS } }|policies.a.carry: is 'AS_IS', expected as_is, additive, proportional or reset",
                "policies: { a: { limits: [1/1s], limit: [] } }|p.yaml:1:34: policies.a.limit: is not a known field, expected one of limits, version, shadow, carry, block",
                "policies: { '': { limits: [1/1s] } }|the policy's name is empty",
                "policies: { a: { limits: [1/1s] }, a: { limits: [2/1s] } }|p.yaml:1:36: policies.a: is set twice, expected one value",
                "policies: { a: { limits: [1/1s], limits: [2/1s] } }|p.yaml:1:34: policies.a.limits: is set twice, expected one value",
                "policies: { [a]: { limits: [1/1s] } }|p.yaml:1:13: policies: has a field whose name is not a text",
                "policies: { a: { limits: [1/1s] }|p.yaml:1:",
                "policies: { a: { limits: [\"1/1s] } }|not YAML",
                "policies: @a|not YAML",
            })
    void errors(String yaml, String expected) {
        assertThat(error(yaml)).startsWith("p.yaml:").contains(expected).doesNotContain("\n");
    }

    @Test
    @DisplayName("All errors of a file are told at once, in the order of their lines")
    void all_errors() {
        assertThat(error("""
                policies:
                  a: { limits: ["10/1m"], vers: 1 }
                  b: { limits: ["ten/1m"] }
                  c: {}
                """).lines())
                .hasSize(3)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("p.yaml:2:27: policies.a.vers: is not a known field"),
                        line -> assertThat(line)
                                .startsWith("p.yaml:3:17: policies.b.limits[0]: ")
                                .contains("ten/1m"),
                        line -> assertThat(line).startsWith("p.yaml:4:6: policies.c: has no limits"));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "a: &x 1\nb: *x",
                "policies: &p { a: { limits: [1/1s] } }",
                "policies: !!map { a: { limits: [1/1s] } }",
                "policies: !java.net.URL [ 'http://127.0.0.1' ]",
                "policies: { a: { limits: [!!str 1/1s] } }",
                "policies: { a: { limits: [1/1s] } }\n---\npolicies: {}",
                "<<: *x",
            })
    void what_a_policy_does_not_need_is_refused(String yaml) {
        assertThat(error(yaml)).containsAnyOf("are not supported", "a second document starts", "not YAML");
    }

    @Test
    @DisplayName("A bomb of aliases, a deep nest and a large file are refused, each in a moment and one line")
    void bombs() throws IOException {
        StringBuilder aliases = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            aliases.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(error(aliases.toString())).contains("anchors and aliases").doesNotContain("\n");
        assertThat(error("policies: " + "[".repeat(100_000)))
                .contains("more than 20 deep")
                .doesNotContain("\n");
        assertThat(error("policies: " + "{a: ".repeat(10_000)))
                .contains("more than 20 deep")
                .doesNotContain("\n");

        Path large = Files.writeString(directory.resolve("large.yaml"), "# " + "x".repeat(1 << 20));
        assertThatThrownBy(() -> PolicyReader.read(large))
                .isInstanceOf(StartException.class)
                .hasMessage(large + ": is 1048578 bytes long, expected at most 1048576");
    }

    @Test
    @DisplayName("A long value is cut where an error shows it")
    void long_values() {
        assertThat(error("policies: { a: '" + "x".repeat(10_000) + "' }")).hasSizeLessThan(250);
        assertThat(error("policies: { a: { limits: ['" + "x".repeat(10_000) + "'] } }"))
                .hasSizeLessThan(400);
        assertThat(error("x".repeat(1_000) + ": 1")).hasSizeLessThan(400);
    }

    @Test
    @DisplayName("A file that is not UTF-8, not there, or no file is refused by its name")
    void not_a_text() throws IOException {
        Path latin = Files.write(
                directory.resolve("latin.yaml"), "policies: { größe: {} }".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> PolicyReader.read(latin)).hasMessage(latin + ": is not text in UTF-8");
        Path missing = directory.resolve("missing.yaml");
        assertThatThrownBy(() -> PolicyReader.read(missing)).hasMessage(missing + ": no such file");
        assertThatThrownBy(() -> PolicyReader.read(directory))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(directory + ": cannot be read");
    }

    @Test
    @DisplayName("A byte order mark is no part of the first field")
    void byte_order_mark() throws IOException {
        Path marked = Files.writeString(directory.resolve("bom.yaml"), "\ufeffpolicies: { a: { limits: [1/1s] } }");

        assertThat(PolicyReader.read(marked).all()).extracting(Policy::name).containsExactly("a");
    }

    @Test
    @DisplayName("Control characters of a file do not reach the terminal with its errors")
    void control_characters() {
        assertThat(error("policies: { \"a\\e[2J\\r\\nb\": { limits: [\"\\e[31m\"] } }"))
                .matches("[\\x20-\\x7e]*")
                .contains("policies.a\\u001b[2J\\u000d\\u000ab.limits[0]", "'\\u001b[31m'");
    }

    @Test
    @DisplayName("S73 A policy may have a mode of its own, and a share of its own")
    void modes() {
        DeclaredPolicies read = PolicyReader.read(YamlFile.of("p.yaml", """
                policies:
                  plain: { limits: [1/1s] }
                  login: { limits: [1/1s], mode: strict_distributed }
                  local: { limits: [1/1s], mode: local_only }
                  search: { limits: [1/1s], degraded: { share: 4, for: 1m } }
                  browse: { limits: [1/1s], degraded: { limits: [5/1m] } }
                """));
        assertThat(read.all()).hasSize(5);
        assertThat(read.failClosed()).containsExactly("login");
        assertThat(read.localOnly()).containsExactly("local");
        assertThat(read.degraded()).containsOnlyKeys("search", "browse");
        assertThat(read.degraded().get("search")).hasToString("1/4 of the limits for 60 s at most");
        assertThat(read.degraded().get("browse").of(Policy.of("browse", Limit.parse("9/1s"))))
                .isEqualTo(Policy.of("browse", Limit.parse("5/1m")));
        assertThat(read.ofOtherModes()).containsExactly("browse", "local", "login", "search");
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mode: explicit_degraded|policies.a.mode: is 'explicit_degraded', expected strict_distributed or local_only",
                "mode: local_only, degraded: { share: 2 }|policies.a.mode: is 'local_only' beside degraded",
                "degraded: 4|policies.a.degraded: is '4', expected a mapping",
                "degraded: { share: 0 }|policies.a.degraded.share: is '0', expected a whole number from 1",
            })
    void wrongModes(String fields, String said) {
        assertThat(error("policies: { a: { limits: [1/1s], " + fields + " } }")).contains(said);
    }
}
