package dev.guard.bench.report;

import com.google.common.xml.XmlEscapers;
import dev.guard.bench.run.Contestant.Role;
import java.util.List;
import java.util.Locale;

/**
 * The ratios to the limit as bars, with a line for how far the rounds went and one for the limit: of costs what a call takes, of
 * throughput what is answered in the same time, each on a scale of its own.
 */
public final class Chart {

    private static final int LABEL = 230;
    private static final int WIDTH = 760;
    private static final int ROW = 22;
    /** Where bars are cut off. */
    private static final double MOST_COST = 6;

    private static final double MOST_THROUGHPUT = 1.5;

    private final StringBuilder svg = new StringBuilder();
    private int y = 46;
    private double most = MOST_COST;

    private Chart() {}

    public static String of(Report report) {
        Chart chart = new Chart();
        for (Report.Item item : report.items()) {
            List<Report.Row> rows = item.rows().stream()
                    .filter(row -> row.toLimit().isPresent())
                    .toList();
            if (!rows.isEmpty()) {
                chart.item(item, rows);
            }
        }
        return chart.framed();
    }

    private void item(Report.Item item, List<Report.Row> rows) {
        boolean moreIsBetter = item.metrics().get(0).isMoreBetter();
        most = moreIsBetter ? MOST_THROUGHPUT : MOST_COST;
        y += 14;
        text(
                12,
                y,
                "start",
                "title",
                item.id() + "  " + item.title() + (moreIsBetter ? " (calls a second: more is better)" : ""));
        y += 10;
        int top = y;
        for (Report.Row row : rows) {
            row.toLimit().ifPresent(ratio -> row(row, ratio));
        }
        add("<line class='limit' x1='%.1f' y1='%d' x2='%.1f' y2='%d'/>", x(1), top, x(1), y);
        y += 12;
    }

    private void row(Report.Row row, Report.Ratio ratio) {
        int middle = y + ROW / 2;
        text(LABEL - 8, middle + 4, "end", "label", row.name());
        add(
                "<rect class='%s' x='%d' y='%d' width='%.1f' height='%d' rx='2'/>",
                row.role().name().toLowerCase(Locale.ROOT), LABEL, y + 3, x(ratio.median()) - LABEL, ROW - 6);
        if (row.role() != Role.LIMIT) {
            add(
                    "<line class='range' x1='%.1f' y1='%d' x2='%.1f' y2='%d'/>",
                    x(ratio.least()), middle, x(ratio.largest()), middle);
        }
        text(
                (int) Math.round(x(Math.max(ratio.median(), ratio.largest()))) + 6,
                middle + 4,
                "start",
                "label",
                Numbers.text(ratio.median()) + " ×");
        y += ROW;
    }

    private double x(double ratio) {
        return LABEL + Math.min(ratio, most) / most * (WIDTH - LABEL - 60);
    }

    private void text(int x, int baseline, String anchor, String style, String content) {
        add(
                "<text class='%s' x='%d' y='%d' text-anchor='%s'>%s</text>",
                style, x, baseline, anchor, XmlEscapers.xmlContentEscaper().escape(content));
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private String framed() {
        return """
                <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>
                <style>
                .label { fill: #24292f } .title { fill: #24292f; font-weight: bold } .head { fill: #24292f; font-size: 15px; font-weight: bold }
                .limit { fill: #8c959f; stroke: #24292f; stroke-dasharray: 3 3 } rect.limit { stroke: none }
                .guard { fill: #1f6feb } .peer { fill: #d4a72c } .control { fill: #d0d7de } .range { stroke: #24292f; stroke-width: 1.5 }
                </style>
                <rect width='100%%' height='100%%' fill='white'/>
                <text class='head' x='12' y='26'>What a call costs, as a multiple of the least it can cost (less is better; beyond %.0f × cut off)</text>
                """.formatted(WIDTH, y + 10, MOST_COST) + svg + "</svg>\n";
    }
}
