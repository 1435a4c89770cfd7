package dev.guard.server;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program as a process of its own, in an environment that holds nothing but what the test put there. */
final class GuardProcess implements AutoCloseable {

    private static final Pattern UP = Pattern.compile("guard is up on (http://\\S+:(\\d+))");

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader = new Thread(this::read, "guard-output");

    private GuardProcess(Process process) {
        this.process = process;
        reader.start();
    }

    /** Starts the program; what it prints to either output is read as UTF-8. */
    static GuardProcess start(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return new GuardProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("the output ended with " + e);
        }
    }

    /** What it printed so far. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** Waits until it says that it is up, and returns the port. */
    int port() {
        return Integer.parseInt(upLine().group(2));
    }

    String url() {
        return upLine().group(1);
    }

    private Matcher upLine() {
        Patience.until(
                "up, but " + lines,
                () -> lines.stream().anyMatch(line -> UP.matcher(line).find()) || !process.isAlive());
        return lines.stream()
                .map(UP::matcher)
                .filter(Matcher::find)
                .findFirst()
                .orElseThrow(() -> new AssertionError("it ended with " + lines));
    }

    void awaitLine(String line) {
        Patience.until("the line '" + line + "'", () -> lines.contains(line));
    }

    /** Sends SIGTERM. (The process's own destroy would also close its outputs.) */
    void terminate() {
        process.toHandle().destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it ends, and returns the exit status. */
    int exitStatus() throws InterruptedException {
        if (!process.waitFor(Patience.SOON.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("it runs on after " + lines);
        }
        reader.join(Patience.SOON.toMillis());
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
