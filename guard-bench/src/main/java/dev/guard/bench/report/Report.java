package dev.guard.bench.report;

import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.Results;
import dev.guard.bench.run.WorkItem;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The results of a run with everything that is read from them: the one source of the table, the JSON and the chart.
 *
 * @param date the day of the run
 * @param machine what it ran on, in a few words
 * @param rounds how often each contestant was measured
 */
public record Report(LocalDate date, boolean quick, int rounds, String machine, List<Item> items) {

    /** A work item and its rows. */
    public record Item(String id, String title, List<Metric> metrics, List<Row> rows, List<Verdict> bars) {}

    /**
     * A contestant's numbers, medians over the rounds.
     *
     * @param toLimit the ratio to the limit by the item's first metric, empty where there is no limit
     */
    public record Row(String name, Contestant.Role role, Map<Metric, Double> medians, Optional<Ratio> toLimit) {}

    /** The median of the rounds' ratios, and the least and the largest of them. */
    public record Ratio(double median, double least, double largest) {}

    /** What became of a bar; measured is empty where the contestant did not take part. */
    public record Verdict(String bar, Optional<Double> measured, boolean reached) {}

    public static Report of(List<WorkItem> items, Results results, Effort effort) {
        return new Report(
                LocalDate.now(ZoneOffset.UTC),
                effort.quick(),
                effort.rounds(),
                "%d processors, %s, JDK %s"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                                Runtime.version()),
                items.stream().map(item -> item(item, results)).toList());
    }

    private static Item item(WorkItem item, Results results) {
        List<Row> rows = new ArrayList<>();
        for (Contestant contestant : item.contestants()) {
            Map<Metric, Double> medians = new LinkedHashMap<>();
            for (Metric metric : item.metrics()) {
                results.median(item, contestant.name(), metric).ifPresent(median -> medians.put(metric, median));
            }
            if (!medians.isEmpty()) {
                rows.add(new Row(contestant.name(), contestant.role(), medians, toLimit(item, contestant, results)));
            }
        }
        List<Verdict> verdicts =
                item.bars().stream().map(bar -> verdict(item, bar, results)).toList();
        return new Item(item.id(), item.title(), item.metrics(), rows, verdicts);
    }

    private static Optional<Ratio> toLimit(WorkItem item, Contestant contestant, Results results) {
        List<Double> ratios = item.limit()
                .map(limit -> results.ratios(
                        item, contestant.name(), limit.name(), item.metrics().get(0)))
                .orElse(List.of());
        return Results.median(ratios)
                .map(median -> new Ratio(median, Collections.min(ratios), Collections.max(ratios)));
    }

    private static Verdict verdict(WorkItem item, Bar bar, Results results) {
        Optional<Double> measured = results.measured(item, bar);
        return new Verdict(
                text(bar), measured, measured.filter(bar::isReachedBy).isPresent());
    }

    private static String text(Bar bar) {
        String what = bar.contestant() + ": " + bar.metric().label()
                + (bar.metric().isMoreBetter() ? " ≥ " : " ≤ ") + Numbers.text(bar.bound());
        return what + (bar.than() == null ? " " + bar.metric().unit() : " × " + bar.than());
    }
}
