package dev.guard.domain.backend;

import dev.guard.domain.backend.Finding.Severity;
import java.util.Comparator;
import java.util.List;

/**
 * What was found when somebody looked whether a store can keep what guard relies on.
 *
 * @param findings what was found, the worst first, and otherwise in the order in which it was found
 * @param consistency which of guard's sentences about consistency hold for the store, by their names: {@code memory}, {@code redis}, {@code
 *     redis-replicas}, {@code hazelcast}; none for a store that guard has no sentences about
 */
public record Audit(List<Finding> findings, List<String> consistency) {

    /** Puts the findings into their order. */
    public Audit {
        findings = findings.stream()
                .sorted(Comparator.comparing(Finding::severity))
                .toList();
        consistency = List.copyOf(consistency);
    }

    /** The audit of a store that nobody looks at: that nothing is known of it. */
    public static Audit notLookedAt(String backend) {
        return new Audit(
                List.of(Finding.unknown(
                        "audit",
                        "the backend " + backend + " does not look at its store",
                        "whether the store can lose what is counted is not known",
                        "see its documentation")),
                List.of());
    }

    /** The findings of one severity. */
    public List<Finding> of(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .toList();
    }

    /** Whether a guard of strict mode does not start on that store. */
    public boolean refuses() {
        return !of(Severity.REFUSE).isEmpty();
    }

    /**
     * Checks that nothing refuses.
     *
     * @throws StoreRefusedException with what refuses, if something does
     */
    public void requireAccepted() {
        if (refuses()) {
            throw new StoreRefusedException(of(Severity.REFUSE));
        }
    }
}
