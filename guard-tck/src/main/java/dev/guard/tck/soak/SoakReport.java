package dev.guard.tck.soak;

import java.util.List;
import org.opentest4j.AssertionFailedError;

/** What came of a soak. Immutable. */
public final class SoakReport {

    private static final int SHOWN = 40;

    private final String title;
    private final List<String> findings;
    private final List<String> table;

    SoakReport(String title, List<String> findings, List<String> table) {
        this.title = title;
        this.findings = List.copyOf(findings);
        this.table = List.copyOf(table);
    }

    /** What must not be, each in a sentence; empty if all is well. */
    public List<String> findings() {
        return findings;
    }

    /** A row for each fault and a summary, as Markdown. */
    public String markdown() {
        return "# " + title + "\n\n" + String.join("\n", table) + "\n";
    }

    /**
     * Fails unless all is well.
     *
     * @throws AssertionFailedError with what is not, and the table
     */
    public void requireNoFindings() {
        if (!findings.isEmpty()) {
            int more = findings.size() - SHOWN;
            throw new AssertionFailedError(title + "\n\n"
                    + String.join("\n", findings.subList(0, Math.min(SHOWN, findings.size())))
                    + (more > 0 ? "\n… and " + more + " more" : "") + "\n\n" + String.join("\n", table));
        }
    }

    @Override
    public String toString() {
        return markdown()
                + (findings.isEmpty() ? "\nNothing to object to.\n" : "\n" + String.join("\n", findings) + "\n");
    }
}
