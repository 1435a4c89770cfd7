package dev.guard.testing.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A running {@code redis-server} and its folder. Any thread may use it. */
final class RedisProcess {

    private static final Duration END = Duration.ofSeconds(20);
    private static final Set<RedisProcess> RUNNING = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Process process;
    private final CompletableFuture<Void> ended;

    private RedisProcess(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        RUNNING.add(this);
        // The id of a process that has ended may become another's, which the watchdog must not kill.
        this.ended = process.onExit().thenRun(this::forget);
    }

    /** Starts it with the configuration in {@code folder}, and does not wait for it to serve. */
    static RedisProcess start(RedisBinary binary, Path folder, String... arguments) {
        Process started = RedisHome.get()
                .start(folder, folder.resolve("log").toFile(), binary.path().toString(), arguments);
        return new RedisProcess(folder, started);
    }

    static void killAll() {
        RUNNING.forEach(running -> running.process.destroyForcibly());
        RUNNING.forEach(RedisProcess::kill);
    }

    private void forget() {
        Path file = folder.resolve(RedisHome.PID);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The folder is gone.
        }
        RUNNING.remove(this);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it at once, as a power cut would, also when it is stopped; waits until it has ended. */
    void kill() {
        process.destroyForcibly();
        try {
            ended.get(Patience.times(END).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("redis-server " + pid() + " does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it; when this returns it runs no more, but holds its connections, and new ones are still accepted for it. */
    void pause() {
        signal("STOP");
        Path status = Path.of("/proc", String.valueOf(pid()), "stat");
        if (Files.exists(status)) {
            Patience.until("redis-server " + pid() + " is stopped", END, this::log, () -> {
                String line = Files.readString(status);
                return line.startsWith(" T", line.lastIndexOf(')') + 1);
            });
        }
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        if (!isAlive()) {
            throw new IllegalStateException(
                    "redis-server " + pid() + " has ended: SIG" + name + " needs a running one");
        }
        try {
            // The shell's own kill: the program is missing on small machines.
            int exit = RedisHome.launch(new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD))
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid() + " ended with " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + name, e);
        }
    }

    /** What it printed so far. */
    String log() {
        return log(folder);
    }

    static String log(Path folder) {
        try {
            return new String(Files.readAllBytes(folder.resolve("log")), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
