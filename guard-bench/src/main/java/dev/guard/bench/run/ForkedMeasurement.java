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

/** A main class in a JVM of its own that gives {@link Answer}s. */
public final class ForkedMeasurement {

    private ForkedMeasurement() {}

    /**
     * Runs one that gives one answer.
     *
     * @throws IllegalStateException if it gives none, or more
     */
    public static Map<Metric, Double> run(Class<?> main, List<String> jvmArguments, List<String> arguments) {
        return runAll(main, jvmArguments, arguments, 1).get(0);
    }

    /**
     * Runs one that gives several answers.
     *
     * @throws IllegalStateException if it gives another number of them
     */
    public static List<Map<Metric, Double>> runAll(
            Class<?> main, List<String> jvmArguments, List<String> arguments, int expected) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            StringJoiner output = new StringJoiner(System.lineSeparator());
            List<Map<Metric, Double>> answers = new ArrayList<>();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (Answer.isIn(line)) {
                        answers.add(Answer.parse(line));
                    }
                    output.add(line);
                }
            }
            int exit = process.waitFor();
            if (exit != 0 || answers.size() != expected) {
                throw new IllegalStateException(main.getSimpleName() + " ended with " + exit + " and " + answers.size()
                        + " answers, expected 0 and " + expected + ":" + System.lineSeparator() + output);
            }
            return answers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
