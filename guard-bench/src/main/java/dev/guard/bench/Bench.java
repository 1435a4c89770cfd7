package dev.guard.bench;

import dev.guard.bench.report.Chart;
import dev.guard.bench.report.Json;
import dev.guard.bench.report.Markdown;
import dev.guard.bench.report.Report;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.Rounds;
import dev.guard.bench.run.WorkItem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the work items and writes what came out. */
@Command(
        name = "bench",
        description = "Measures guard beside its peers and beside the least that the work can cost.",
        mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {

    @Option(names = "--quick", description = "Fewer contestants, fewer rounds: three minutes instead of fifteen.")
    private boolean quick;

    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Only the items whose name begins so, such as P1 or P2a. Prints, and writes no file.")
    private List<String> only = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "How often each contestant is measured.")
    private int rounds;

    @Option(names = "--to", paramLabel = "DIR", description = "Where the files go: ${DEFAULT-VALUE}.")
    private Path to = Path.of("docs", "bench");

    private Bench() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Effort chosen = quick ? Effort.QUICK : Effort.FULL;
        Effort effort = rounds > 0 ? chosen.withRounds(rounds) : chosen;
        List<WorkItem> items = Work.items().stream()
                .filter(item -> only.isEmpty() || only.stream().anyMatch(item.id()::startsWith))
                .toList();
        Report report = Report.of(items, new Rounds(effort, System.err).run(items), effort);
        System.out.println(Markdown.of(report));
        if (only.isEmpty()) {
            Files.createDirectories(to);
            Files.writeString(to.resolve("results.md"), Markdown.of(report));
            Files.writeString(to.resolve("results.json"), Json.of(report));
            Files.writeString(to.resolve("chart.svg"), Chart.of(report));
        }
        return 0;
    }
}
