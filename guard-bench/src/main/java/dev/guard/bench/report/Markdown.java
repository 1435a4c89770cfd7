package dev.guard.bench.report;

import dev.guard.bench.run.Metric;
import java.util.StringJoiner;

/** The report as tables. */
public final class Markdown {

    private Markdown() {}

    /**
     * The text.
     *
     * @param command what wrote it
     * @param picture what goes before the tables, or nothing
     */
    public static String of(Report report, String command, String picture) {
        StringBuilder text = new StringBuilder("# Results\n\n");
        text.append(report.quick() ? "A quick run" : "A full run")
                .append(" of ")
                .append(report.date())
                .append(", medians of ")
                .append(report.rounds())
                .append(" rounds; ")
                .append(report.machine())
                .append(". Written by `")
                .append(command)
                .append("`; [how to read it](README.md).\n")
                .append(picture.isEmpty() ? "" : "\n" + picture + "\n");
        for (Report.Item item : report.items()) {
            if (!item.rows().isEmpty()) {
                append(text, item);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Report.Item item) {
        boolean ratios = item.rows().stream().anyMatch(row -> row.toLimit().isPresent());
        StringJoiner head = new StringJoiner(" | ", "| ", " |\n");
        StringJoiner rule = new StringJoiner("|", "|", "|\n");
        head.add("");
        rule.add("---");
        for (Metric metric : item.metrics()) {
            head.add(metric.label() + ", " + metric.unit());
            rule.add("---:");
        }
        if (ratios) {
            head.add("× limit").add("least – largest");
            rule.add("---:").add("---:");
        }
        text.append("\n## ")
                .append(item.id())
                .append(": ")
                .append(item.title())
                .append("\n\n")
                .append(head)
                .append(rule);
        for (Report.Row row : item.rows()) {
            StringJoiner line = new StringJoiner(" | ", "| ", " |\n").add(row.name());
            for (Metric metric : item.metrics()) {
                Double median = row.medians().get(metric);
                line.add(median == null ? "" : Numbers.text(median));
            }
            if (ratios) {
                line.add(row.toLimit()
                                .map(ratio -> Numbers.text(ratio.median()))
                                .orElse(""))
                        .add(row.toLimit()
                                .map(ratio -> Numbers.text(ratio.least()) + " – " + Numbers.text(ratio.largest()))
                                .orElse(""));
            }
            text.append(line);
        }
        text.append("\n| bar | measured | |\n|---|---:|---|\n");
        for (Report.Verdict verdict : item.bars()) {
            verdict.measured()
                    .ifPresent(measured -> text.append("| ")
                            .append(verdict.bar())
                            .append(" | ")
                            .append(Numbers.text(measured))
                            .append(verdict.reached() ? " | reached |\n" : " | **not reached** |\n"));
        }
    }
}
