package dev.guard.bench;

import dev.guard.bench.redis.Servers;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the work items of P17 and writes what came out. */
@Command(
        name = "scale",
        description = "Measures how cost grows with the number of keys in Redis and with the servers of a cluster.",
        mixinStandardHelpOptions = true)
final class Scale implements Callable<Integer> {

    private static final int FEWEST = 10_000;
    private static final int MOST = 10_000_000;

    @Mixin
    private final Run run = new Run();

    @Option(
            names = "--keys",
            paramLabel = "N",
            description = "How many keys, 10000 to 10000000: ${DEFAULT-VALUE}. Ten million take hours and 6 GB.")
    private int keys = 100_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (keys < FEWEST || keys > MOST) {
            throw new ParameterException(
                    spec.commandLine(), "--keys is " + keys + ", expected " + FEWEST + " to " + MOST);
        }
        Effort effort = run.effort();
        try (Servers servers = new Servers()) {
            List<WorkItem> items = ScaleWork.items(servers, keys);
            Report report = Report.of(items, new Rounds(effort, System.err).run(items), effort);
            String text = Markdown.of(report, "./bench scale", "");
            System.out.println(text);
            run.write("scale.md", text);
            run.write("scale.json", Json.of(report));
        }
        return 0;
    }
}
