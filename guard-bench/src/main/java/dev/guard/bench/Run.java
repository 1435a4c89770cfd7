package dev.guard.bench;

import dev.guard.bench.run.Effort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that all runs have. */
final class Run {

    @Option(names = "--quick", description = "Fewer contestants, fewer rounds, shorter measurements.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each contestant is measured.")
    private int rounds;

    @Option(names = "--to", paramLabel = "DIR", description = "Where the files go: ${DEFAULT-VALUE}.")
    private Path to = Path.of("docs", "bench");

    Effort effort() {
        Effort chosen = quick ? Effort.QUICK : Effort.FULL;
        return rounds > 0 ? chosen.withRounds(rounds) : chosen;
    }

    /** The same, with another number of rounds where none is asked for. */
    Effort effort(int usualRounds) {
        return effort().withRounds(rounds > 0 ? rounds : usualRounds);
    }

    void write(String file, String content) throws IOException {
        Files.createDirectories(to);
        Files.writeString(to.resolve(file), content);
    }
}
