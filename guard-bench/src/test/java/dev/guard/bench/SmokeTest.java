package dev.guard.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.bench.redis.Servers;
import dev.guard.bench.report.Chart;
import dev.guard.bench.report.Json;
import dev.guard.bench.report.Markdown;
import dev.guard.bench.report.Report;
import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Contestant.Role;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.Measurement;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.Repeats;
import dev.guard.bench.run.Rounds;
import dev.guard.bench.run.WorkItem;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** That the benchmarks can be run and reported. How fast anything is, is no test. */
class SmokeTest {

    @Test
    @DisplayName("every bar speaks of contestants of its own work item, and every benchmark exists")
    void theTableIsConsistent() {
        Servers unstarted = new Servers();
        assertThat(Stream.of(
                                Work.items(unstarted),
                                ScaleWork.items(unstarted, 100_000),
                                OutageWork.items(OutageWork.Extent.QUICK),
                                OutageWork.items(OutageWork.Extent.FULL))
                        .flatMap(List::stream))
                .isNotEmpty()
                .allSatisfy(item -> {
                    List<String> names =
                            item.contestants().stream().map(Contestant::name).toList();
                    assertThat(names).doesNotHaveDuplicates();
                    assertThat(item.bars()).isNotEmpty().allSatisfy(bar -> {
                        assertThat(names).contains(bar.contestant());
                        assertThat(bar.than() == null || names.contains(bar.than()))
                                .isTrue();
                        assertThat(item.metrics()).contains(bar.metric());
                    });
                });
    }

    @Test
    @DisplayName("a report states the median of the rounds' ratios, and whether a bar is reached")
    void aReport() throws Exception {
        WorkItem item = new WorkItem(
                "X1",
                "nothing & more",
                List.of(Metric.CPU),
                Repeats.ALWAYS,
                List.of(
                        new Contestant("the limit", Role.LIMIT, true, rounds(10, 20, 40)),
                        new Contestant("guard", Role.GUARD, true, rounds(12, 22, 80)),
                        new Contestant("a peer", Role.PEER, false, rounds())),
                List.of(Bar.ratio("guard", Metric.CPU, "the limit", 1.25), Bar.value("guard", Metric.CPU, 20)));

        Rounds rounds = new Rounds(Effort.QUICK, new PrintStream(OutputStream.nullOutputStream()));
        Report report = Report.of(List.of(item), rounds.run(List.of(item)), Effort.QUICK);

        assertThat(Markdown.of(report, "./bench", "![a picture](chart.svg)"))
                .contains("| guard | 22.0 | 1.20 | 1.10 – 2.00 |")
                .contains("| guard: cpu ≤ 1.25 × the limit | 1.20 | reached |")
                .contains("| guard: cpu ≤ 20.0 ns | 22.0 | **not reached** |")
                .doesNotContain("a peer");
        assertThat(Json.of(report)).contains("\"reached\" : false");
        assertThat(Chart.of(report)).contains("nothing &amp; more").endsWith("</svg>\n");
    }

    @Test
    @DisplayName("where more is better a bar is what is reached at least")
    void moreIsBetter() throws Exception {
        WorkItem item = new WorkItem(
                "X2",
                "calls",
                List.of(Metric.CALLS),
                Repeats.SELDOM,
                List.of(
                        new Contestant("the limit", Role.LIMIT, true, rounds(Metric.CALLS, 100, 200)),
                        new Contestant("guard", Role.GUARD, true, rounds(Metric.CALLS, 95, 200))),
                List.of(
                        Bar.ratio("guard", Metric.CALLS, "the limit", 0.95),
                        Bar.ratio("guard", Metric.CALLS, "the limit", 1.25),
                        Bar.value("guard", Metric.CALLS, 150)));

        Rounds rounds = new Rounds(Effort.QUICK, new PrintStream(OutputStream.nullOutputStream()));
        Report report = Report.of(List.of(item), rounds.run(List.of(item)), Effort.QUICK);

        assertThat(Markdown.of(report, "./bench", ""))
                .contains("| guard | 148 | 0.98 | 0.95 – 1.00 |")
                .contains("| guard: calls ≥ 0.95 × the limit | 0.98 | reached |")
                .contains("| guard: calls ≥ 1.25 × the limit | 0.98 | **not reached** |")
                .contains("| guard: calls ≥ 150 /s | 148 | **not reached** |");
        assertThat(Chart.of(report)).contains("more is better");
    }

    private static Measurement rounds(double... numbers) {
        return rounds(Metric.CPU, numbers);
    }

    private static Measurement rounds(Metric metric, double... numbers) {
        Queue<Double> each = new ArrayDeque<>();
        for (double number : numbers) {
            each.add(number);
        }
        return effort -> Map.of(metric, each.remove());
    }
}
