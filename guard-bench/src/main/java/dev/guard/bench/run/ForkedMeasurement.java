package dev.guard.bench.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** A main class in a JVM of its own that gives an {@link Answer}. */
public final class ForkedMeasurement {

    private ForkedMeasurement() {}

    /**
     * Runs it.
     *
     * @throws IllegalStateException if it gives no answer
     */
    public static Map<Metric, Double> run(Class<?> main, List<String> jvmArguments, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            StringJoiner output = new StringJoiner(System.lineSeparator());
            Map<Metric, Double> answer = Map.of();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (Answer.isIn(line)) {
                        answer = Answer.parse(line);
                    }
                    output.add(line);
                }
            }
            if (process.waitFor() != 0 || answer.isEmpty()) {
                throw new IllegalStateException(
                        main.getSimpleName() + " gave no answer:" + System.lineSeparator() + output);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
