package dev.guard.server;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.guard.api.Consistency;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import dev.guard.http.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks at the store that a server of this choice would start on, and tells all that is found. No secret is in it: backends put none into what they
 * find, and into no error either.
 */
record Doctor(BackendChoice choice) {

    private static final int WIDTH = 100;
    private static final int SEVERITY_WIDTH = 9;
    private static final int CHECK_WIDTH = 13;

    /**
     * Looks, and prints what is found.
     *
     * @return the exit status
     * @throws StartException if the configuration is wrong
     */
    int run(Console console, boolean json) {
        Report report = choice.asked(this::report);
        if (json) {
            console.say(json(report));
        } else {
            lines(report).forEach(console::say);
        }
        return report.audit.refuses() ? ExitCode.STORE : ExitCode.GOOD;
    }

    /**
     * What was found.
     *
     * @param reason why the store cannot be reached, if it cannot
     */
    private record Report(Audit audit, Optional<BackendUnavailableException.Reason> reason) {}

    private Report report() {
        try {
            return new Report(choice.guard().audit(), Optional.empty());
        } catch (BackendUnavailableException e) {
            Finding away = Finding.refuse(
                    "reachable",
                    e.detail(),
                    "nobody can be judged without the store",
                    "see the address, the password and whether the store runs");
            return new Report(new Audit(List.of(away), List.of()), Optional.of(e.reason()));
        }
    }

    // ─── For people ─────────────────────────────────────────────────────────────────────────────

    private List<String> lines(Report report) {
        List<String> lines = new ArrayList<>();
        lines.add(choice.backend() + ", " + choice.mode().settingName());
        choice.warnings().forEach(warning -> lines.add("⚠ " + Shown.printable(warning)));
        lines.add("");
        for (Finding finding : report.audit.findings()) {
            String label = finding.severity() == Severity.REFUSE
                    ? "REFUSE"
                    : finding.severity().settingName();
            String head = padded(label, SEVERITY_WIDTH) + padded(finding.check(), CHECK_WIDTH);
            paragraph(lines, head, finding.found());
            paragraph(lines, " ".repeat(head.length()), finding.meaning());
            if (!finding.mend().isEmpty()) {
                paragraph(lines, " ".repeat(head.length() - 3) + "→  ", finding.mend());
            }
        }
        List<String> sentences = Consistency.of(report.audit);
        if (!sentences.isEmpty()) {
            lines.add("");
            lines.add("What this store promises, and what it does not:");
            sentences.forEach(sentence -> paragraph(lines, "- ", sentence));
        }
        lines.add("");
        lines.add(verdict(report));
        return lines;
    }

    private String verdict(Report report) {
        String counted = count(report, Severity.REFUSE) + " to refuse, " + count(report, Severity.WARN)
                + " to warn of, " + count(report, Severity.UNKNOWN) + " not known";
        if (!report.audit.refuses()) {
            return "✓ guard starts on this store (" + counted + ")";
        }
        if (choice.mode() == FailureMode.EXPLICIT_DEGRADED) {
            return "❌ guard starts in explicit_degraded alone, and strict_distributed would refuse to (" + counted
                    + ")";
        }
        return "❌ guard refuses to start on this store (" + counted + ")";
    }

    private static int count(Report report, Severity severity) {
        return report.audit.of(severity).size();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    /** A text that begins behind a head, on as many lines as it takes, the others indented as far. */
    private static void paragraph(List<String> lines, String head, String text) {
        String indent = " ".repeat(head.length());
        StringBuilder line = new StringBuilder(head);
        boolean empty = true;
        int at = 0;
        String shown = Shown.printable(text);
        while (at <= shown.length()) {
            int space = shown.indexOf(' ', at);
            int end = space < 0 ? shown.length() : space;
            if (!empty && line.length() + 1 + end - at > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(indent);
                empty = true;
            }
            line.append(empty ? "" : " ").append(shown, at, end);
            empty = false;
            at = end + 1;
        }
        lines.add(line.toString());
    }

    // ─── For programs ───────────────────────────────────────────────────────────────────────────

    private String json(Report report) {
        return Json.object(json -> {
            json.writeStringField("backend", choice.backend());
            json.writeStringField("mode", choice.mode().settingName());
            json.writeBooleanField("refuses", report.audit.refuses());
            json.writeBooleanField("reachable", report.reason.isEmpty());
            if (report.reason.isPresent()) {
                json.writeStringField("reason", report.reason.get().name().toLowerCase(Locale.ROOT));
            }
            json.writeArrayFieldStart("findings");
            for (Finding finding : report.audit.findings()) {
                json.writeStartObject();
                json.writeStringField("severity", finding.severity().settingName());
                json.writeStringField("check", finding.check());
                json.writeStringField("found", finding.found());
                json.writeStringField("meaning", finding.meaning());
                json.writeStringField("mend", finding.mend());
                json.writeEndObject();
            }
            json.writeEndArray();
            strings(json, "consistency", Consistency.of(report.audit));
            strings(json, "warnings", choice.warnings());
        });
    }

    private static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
