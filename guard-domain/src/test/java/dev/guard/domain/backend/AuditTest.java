package dev.guard.domain.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The audit of a store")
class AuditTest {

    private static final Finding INFO = Finding.info("version", "it is 7.2", "that will do");
    private static final Finding UNKNOWN = Finding.unknown("memory", "it does not say", "nobody knows", "ask it");
    private static final Finding WARN = Finding.warn("tls", "it is plaintext", "it can be read", "use TLS");
    private static final Finding EVICTS = Finding.refuse("eviction", "it evicts", "counters go", "let it not");
    private static final Finding REPLICA = Finding.refuse("role", "it is a replica", "nothing is kept", "leave it");

    @Test
    @DisplayName("has the worst first, and what is equally bad in the order in which it was found")
    void order() {
        Audit audit = new Audit(List.of(INFO, EVICTS, UNKNOWN, WARN, REPLICA), List.of("redis"));
        assertThat(audit.findings()).containsExactly(EVICTS, REPLICA, WARN, UNKNOWN, INFO);
        assertThat(audit.of(Severity.REFUSE)).containsExactly(EVICTS, REPLICA);
        assertThat(audit.of(Severity.UNKNOWN)).containsExactly(UNKNOWN);
        assertThat(audit.consistency()).containsExactly("redis");
    }

    @Test
    @DisplayName("is a copy, and equal to another with the same in it")
    void value() {
        List<Finding> findings = new ArrayList<>(List.of(WARN));
        List<String> names = new ArrayList<>(List.of("redis"));
        Audit audit = new Audit(findings, names);
        findings.clear();
        names.clear();
        assertThat(audit).isEqualTo(new Audit(List.of(WARN), List.of("redis")));
        assertThatThrownBy(() -> audit.findings().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("refuses where one finding does, with all that refuse in the error, each with its mend")
    void refuses() {
        Audit audit = new Audit(List.of(WARN, EVICTS, REPLICA), List.of());
        assertThat(audit.refuses()).isTrue();
        assertThatThrownBy(audit::requireAccepted)
                .isInstanceOf(GuardConfigurationException.class)
                .isInstanceOfSatisfying(
                        StoreRefusedException.class,
                        e -> assertThat(e.findings()).containsExactly(EVICTS, REPLICA))
                .hasMessage("it evicts: counters go; let it not; besides, it is a replica: nothing is kept; leave it");
    }

    @Test
    @DisplayName("refuses for nothing less")
    void accepts() {
        Audit audit = new Audit(List.of(WARN, UNKNOWN, INFO), List.of());
        assertThat(audit.refuses()).isFalse();
        assertThatCode(audit::requireAccepted).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("of a backend that says nothing is that nothing is known, and no refusal")
    void notLookedAt() {
        Audit audit = Audit.notLookedAt("mine");
        assertThat(audit.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.UNKNOWN);
            assertThat(finding.toString())
                    .isEqualTo(
                            "the backend mine does not look at its store: whether the store can lose what is counted is not"
                                    + " known; see its documentation");
        });
        assertThat(audit.consistency()).isEmpty();
    }

    @Test
    @DisplayName("has names for severities, and a line without a mend where nothing has to be done")
    void words() {
        assertThat(Severity.values())
                .extracting(Severity::settingName)
                .containsExactly("refuse", "warn", "unknown", "info");
        assertThat(INFO).hasToString("it is 7.2: that will do");
    }
}
