package dev.guard.tck.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link SoakWorker} as its parent sees it. For one thread. It ends with its parent, however that ends, also while it is stopped. */
final class WorkerProcess implements AutoCloseable {

    private static final int LINES = 40;

    private final int number;
    private final Process process;
    private final OutputStream orders;
    private final Duration patience;
    private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();
    private final Deque<String> lines = new ArrayDeque<>();
    private @Nullable Process stopping;

    private WorkerProcess(int number, Process process, Duration patience) {
        this.number = number;
        this.process = process;
        this.orders = process.getOutputStream();
        this.patience = patience;
        read("answers", process.getInputStream());
        read("errors", process.getErrorStream());
    }

    /**
     * Starts one with the class path of this process, and does not wait.
     *
     * @param patience how long it may take to answer
     */
    static WorkerProcess start(int number, List<String> jvmOptions, Duration patience) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // What is softly reachable goes with each collection, and not when it suits it.
                "-XX:SoftRefLRUPolicyMSPerMB=0"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath(), SoakWorker.class.getName()));
        try {
            return new WorkerProcess(number, new ProcessBuilder(command).start(), patience);
        } catch (IOException e) {
            throw new UncheckedIOException("worker " + number + " could not be started", e);
        }
    }

    private static String classPath() {
        String classes = System.getProperty("java.class.path", "");
        String modules = System.getProperty("jdk.module.path", "");
        return modules.isEmpty() ? classes : classes + System.getProperty("path.separator") + modules;
    }

    private void read(String what, InputStream stream) {
        Thread thread = new Thread(() -> read(stream), "soak-" + what + "-of-worker-" + number);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(InputStream stream) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith(SoakWorker.SIGN)) {
                    answers.add(Optional.of(line.substring(SoakWorker.SIGN.length())));
                } else {
                    keep(line);
                }
            }
        } catch (IOException e) {
            keep("the output ended with " + e);
        }
        answers.add(Optional.empty());
    }

    private void keep(String line) {
        synchronized (lines) {
            lines.addLast(line);
            if (lines.size() > LINES) {
                lines.removeFirst();
            }
        }
    }

    private String printed() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    int number() {
        return number;
    }

    void set(Map<String, String> settings) {
        settings.forEach((name, value) -> order(SoakWorker.encoded(name) + "=" + SoakWorker.encoded(value)));
    }

    /** Orders something; {@link #answer} waits for what comes of it. */
    void order(String order) {
        try {
            orders.write((order + "\n").getBytes(UTF_8));
            orders.flush();
        } catch (IOException e) {
            throw new IllegalStateException(this + " takes no orders; it printed:\n" + printed(), e);
        }
    }

    /**
     * The answer to the order that was given first of those that were not answered yet.
     *
     * @throws IllegalStateException if none comes
     */
    String answer() {
        try {
            Optional<String> answer = answers.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (answer != null && answer.isPresent()) {
                return answer.get();
            }
            throw new IllegalStateException(this + (answer == null ? " gave no answer within " + patience : " ended")
                    + "; it printed:\n" + printed());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + this, e);
        }
    }

    String ask(String order) {
        order(order);
        return answer();
    }

    /** Stops it (SIGSTOP). When this returns it is stopped, until {@link #resume} or the end of this process. */
    void stop() throws IOException {
        String pid = String.valueOf(process.pid());
        // The shell lets it go on when its input ends, which is when this process does, whatever it dies of.
        Process shell = new ProcessBuilder(
                        "sh", "-c", "kill -STOP " + pid + " && echo stopped; read -r line; kill -CONT " + pid)
                .start();
        stopping = shell;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(shell.getInputStream(), UTF_8))) {
            if (!"stopped".equals(reader.readLine())) {
                throw new IOException(this + " could not be stopped: kill -STOP " + pid + " failed");
            }
        }
    }

    /** Lets it go on, if it is stopped. */
    void resume() throws IOException, InterruptedException {
        Process shell = stopping;
        stopping = null;
        if (shell != null) {
            shell.getOutputStream().close();
            shell.waitFor();
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        process.destroyForcibly();
        Process shell = stopping;
        if (shell != null) {
            shell.destroyForcibly();
        }
    }

    @Override
    public String toString() {
        return "worker " + number;
    }
}
