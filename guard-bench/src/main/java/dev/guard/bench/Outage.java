package dev.guard.bench;

import dev.guard.bench.OutageWork.Extent;
import dev.guard.bench.report.Json;
import dev.guard.bench.report.Markdown;
import dev.guard.bench.report.Report;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.Rounds;
import dev.guard.bench.run.WorkItem;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the work items of P12, P13 and P14 and writes what came out. */
@Command(
        name = "outage",
        description = "Measures what callers and counters see while the store is away, and after it.",
        mixinStandardHelpOptions = true)
final class Outage implements Callable<Integer> {

    @Mixin
    private final Run run = new Run();

    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Only the items whose name begins so, such as P12 or P14. Prints, and writes no file.")
    private List<String> only = List.of();

    @Override
    public Integer call() throws IOException {
        Effort effort = run.effort(1);
        Extent extent = effort.quick() ? Extent.QUICK : Extent.FULL;
        List<WorkItem> items = OutageWork.items(extent).stream()
                .filter(item -> only.isEmpty() || only.stream().anyMatch(item.id()::startsWith))
                .toList();
        Report report = Report.of(items, new Rounds(effort, System.err).run(items), effort);
        String text = Markdown.of(report, "./bench outage", extent.cap());
        System.out.println(text);
        if (only.isEmpty()) {
            run.write("outage.md", text);
            run.write("outage.json", Json.of(report));
        }
        return 0;
    }
}
