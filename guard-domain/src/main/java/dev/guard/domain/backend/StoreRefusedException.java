package dev.guard.domain.backend;

import dev.guard.domain.GuardConfigurationException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The store is there, and guard does not start on it: it can lose or refuse what guard relies on. The detail says what was found, what it
 * means and what mends it.
 */
public final class StoreRefusedException extends GuardConfigurationException {

    private static final long serialVersionUID = 1L;

    private final Finding[] findings;

    /** Makes an error of what refuses, one finding or more. */
    public StoreRefusedException(List<Finding> findings) {
        super(findings.stream().map(Finding::toString).collect(Collectors.joining("; besides, ")));
        this.findings = findings.toArray(Finding[]::new);
    }

    /** What refuses. */
    public List<Finding> findings() {
        return List.of(findings);
    }
}
