package dev.guard.bench;

import dev.guard.bench.redis.Servers;
import dev.guard.bench.report.Chart;
import dev.guard.bench.report.Json;
import dev.guard.bench.report.Markdown;
import dev.guard.bench.report.Report;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.Rounds;
import dev.guard.bench.run.WorkItem;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the work items and writes what came out. */
@Command(
        name = "bench",
        description = "Measures guard beside its peers and beside the least that the work can cost.",
        subcommands = {Scale.class, Outage.class},
        mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {

    @Mixin
    private final Run run = new Run();

    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Only the items whose name begins so, such as P1 or P2a. Prints, and writes no file.")
    private List<String> only = List.of();

    private Bench() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Effort effort = run.effort();
        try (Servers servers = new Servers()) {
            List<WorkItem> items = Work.items(servers).stream()
                    .filter(item -> only.isEmpty() || only.stream().anyMatch(item.id()::startsWith))
                    .toList();
            Report report = Report.of(items, new Rounds(effort, System.err).run(items), effort);
            String text = Markdown.of(report, "./bench", "![each contestant beside the limit](chart.svg)");
            System.out.println(text);
            if (only.isEmpty()) {
                run.write("results.md", text);
                run.write("results.json", Json.of(report));
                run.write("chart.svg", Chart.of(report));
            }
        }
        return 0;
    }
}
