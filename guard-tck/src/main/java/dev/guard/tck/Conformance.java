package dev.guard.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came of each rule that a test class inherits: printed at its end, and written for the backend to publish. */
final class Conformance {

    /** What came of a rule. */
    enum Result {
        PASSED("passed"),
        FAILED("failed"),
        EXCLUDED("excluded"),
        NOT_RUN("not run");

        private final String text;

        Result(String text) {
            this.text = text;
        }
    }

    private record Row(
            RuleMethod rule, Result result, @Nullable String note) {}

    private final String test;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    Conformance(Class<?> test) {
        this.test = test.getName();
        for (RuleMethod rule : RuleMethod.all(test)) {
            rows.put(rule.method(), new Row(rule, Result.NOT_RUN, null));
        }
    }

    synchronized void note(RuleMethod rule, Result result, @Nullable String note) {
        rows.put(rule.method(), new Row(rule, result, note));
    }

    private long count(Result result) {
        return rows.values().stream().filter(row -> row.result() == result).count();
    }

    /** Whether every rule was run, and passed. */
    private boolean isComplete() {
        return count(Result.PASSED) == rows.size();
    }

    /** The table of all rules, as Markdown. */
    synchronized String markdown() {
        return table(List.copyOf(rows.values()));
    }

    /** The table of the rules that were run. */
    synchronized String summary() {
        return table(rows.values().stream()
                .filter(row -> row.result() != Result.NOT_RUN)
                .toList());
    }

    private String table(List<Row> shown) {
        List<String> lines = new ArrayList<>();
        lines.add("# Conformance of " + test);
        lines.add("");
        lines.add(count(Result.PASSED) + " of " + rows.size() + " rules passed, " + count(Result.FAILED) + " failed, "
                + count(Result.EXCLUDED) + " excluded, " + count(Result.NOT_RUN) + " not run.");
        lines.add("");
        lines.add("| rule | what it says | for whom | result |");
        lines.add("|---|---|---|---|");
        for (Row row : shown) {
            lines.add("| " + row.rule().number()
                    + " | " + cell(row.rule().sentence())
                    + " | " + (row.rule().required() ? "required" : "optional")
                    + " | " + row.result().text + (row.note() == null ? "" : ": " + cell(row.note())) + " |");
        }
        return String.join("\n", lines) + "\n";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    /** The same as JSON. */
    synchronized String json() {
        StringBuilder json = new StringBuilder("{\n  \"test\": ").append(quoted(test));
        json.append(",\n  \"conforms\": ").append(isComplete()).append(",\n  \"rules\": [");
        String separator = "\n";
        for (Row row : rows.values()) {
            json.append(separator)
                    .append("    {\"rule\": ")
                    .append(quoted(row.rule().number()))
                    .append(", \"method\": ")
                    .append(quoted(row.rule().method()))
                    .append(", \"sentence\": ")
                    .append(quoted(row.rule().sentence()))
                    .append(", \"required\": ")
                    .append(row.rule().required())
                    .append(", \"result\": ")
                    .append(quoted(row.result().text));
            if (row.note() != null) {
                json.append(", \"note\": ").append(quoted(row.note()));
            }
            json.append('}');
            separator = ",\n";
        }
        return json.append("\n  ]\n}\n").toString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** Writes {@code <class>.md} and {@code <class>.json} into the folder. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(test + ".md"), markdown());
        Files.writeString(folder.resolve(test + ".json"), json());
    }
}
