package dev.guard.tck.soak;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came of each fault, all its times together. For one thread. */
final class SoakTable {

    private static final double NANOS = 1e9;

    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final List<String> summary = new ArrayList<>();

    /** One fault. */
    static final class Row {
        private int times;
        private long nanos;
        private long back;
        private SoakTotals totals = SoakTotals.NONE;

        /**
         * Adds one time.
         *
         * @param lasted how long the fault did
         * @param backAfter how long after it every thread was answered again
         */
        void add(SoakTotals came, long lasted, long backAfter) {
            times++;
            nanos += lasted;
            back = Math.max(back, backAfter);
            totals = totals.plus(came);
        }
    }

    Row row(String fault) {
        return rows.computeIfAbsent(fault, name -> new Row());
    }

    void add(String what, String value) {
        summary.add("- " + what + ": " + value);
    }

    SoakTotals sum() {
        SoakTotals sum = SoakTotals.NONE;
        for (Row row : rows.values()) {
            sum = sum.plus(row.totals);
        }
        return sum;
    }

    /** The table and what else there is to say, as Markdown. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "| fault | times | seconds | calls | allowed | denied | unavailable for | longest call | back after |");
        lines.add("|---|---|---|---|---|---|---|---|---|");
        rows.forEach((name, row) -> lines.add(line(name, row)));
        Row all = new Row();
        rows.values().forEach(row -> {
            all.add(row.totals, row.nanos, row.back);
            all.times += row.times - 1;
        });
        lines.add(line("**all**", all));
        lines.add("");
        lines.addAll(summary);
        return lines;
    }

    private static String line(String name, Row row) {
        return "| " + name + " | " + row.times + " | " + String.format(Locale.ROOT, "%.1f", row.nanos / NANOS) + " | "
                + row.totals.calls() + " | " + row.totals.allowed() + " | " + row.totals.denied() + " | "
                + row.totals.reasons() + " | " + row.totals.longestMicros() / 1000 + " ms | "
                + (row.back == 0 ? "–" : row.back / 1_000_000 + " ms") + " |";
    }
}
