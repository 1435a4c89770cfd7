package dev.guard.testing.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one temporary folder of this JVM in which its servers live, each in a folder of its own, and what makes sure that neither
 * folder nor servers outlive the JVM.
 *
 * <p>Two things see to that. A shutdown hook kills the servers and removes the folder. And a watchdog, a shell whose standard input
 * is a pipe from this JVM, does the same when the pipe ends, which it also does when this JVM is killed and runs no hook. It
 * finds the servers by the files named {@value #PID}, which each server's process writes before it becomes the server.
 */
final class RedisHome {

    /** The name of the file that holds the process id of the server of its folder. */
    static final String PID = "pid";

    // The pause is for a server whose process was made as the JVM ended and has not written its file yet.
    private static final String WATCHDOG = """
            trap '' HUP INT TERM
            while read -r line; do :; done
            sleep 1
            for file in "$0"/*/pid; do
              if [ -f "$file" ]; then kill -9 "$(cat "$file")"; fi
            done
            rm -rf "$0"
            """;

    // Held while a file is written that will be executed and while a process is made, which inherits open files for a
    // moment:
    // a binary that is open for writing anywhere cannot be run.
    private static final ReentrantLock LOCK = new ReentrantLock();

    private static @Nullable RedisHome instance;

    private final Path folder;
    private final Process watchdog;
    private final AtomicInteger folders = new AtomicInteger();

    private RedisHome(Path folder, Process watchdog) {
        this.folder = folder;
        this.watchdog = watchdog;
    }

    /** The folder of this JVM, made when it is first asked for. */
    static RedisHome get() {
        LOCK.lock();
        try {
            RedisHome home = instance;
            if (home == null) {
                Path folder = Files.createTempDirectory("guard-redis-").toRealPath();
                Process watchdog = launch(new ProcessBuilder("sh", "-c", WATCHDOG, folder.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD));
                home = new RedisHome(folder, watchdog);
                Runtime.getRuntime().addShutdownHook(new Thread(home::clear, "guard-redis-clear"));
                instance = home;
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException("No folder and watchdog could be made for Redis servers", e);
        } finally {
            LOCK.unlock();
        }
    }

    Path folder() {
        return folder;
    }

    /** A new folder, empty. */
    Path newFolder() {
        try {
            return Files.createDirectory(folder.resolve(String.valueOf(folders.incrementAndGet())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a process in {@code folder} that writes its id there, and its output to the end of the file {@code log}. */
    Process start(Path folder, File log, String executable, String... arguments) {
        String[] command = new String[arguments.length + 4];
        command[0] = "sh";
        command[1] = "-c";
        command[2] = "echo $$ > " + PID + " && exec \"$0\" \"$@\"";
        command[3] = executable;
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        try {
            return launch(new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log)));
        } catch (IOException e) {
            throw new UncheckedIOException("sh, which starts " + executable + ", could not be started", e);
        }
    }

    /** Makes a process while no executable is being written. */
    static Process launch(ProcessBuilder process) throws IOException {
        LOCK.lock();
        try {
            return process.start();
        } finally {
            LOCK.unlock();
        }
    }

    /** Copies a resource of the class path to an executable file of this name, once. Null where there is no such resource. */
    @Nullable
    Path executable(ClassLoader loader, String resource) {
        LOCK.lock();
        try (var in = loader.getResourceAsStream(resource)) {
            if (in == null) {
                return null;
            }
            Path file = folder.resolve(resource);
            if (!Files.exists(file)) {
                Files.copy(in, file);
                if (!file.toFile().setExecutable(true)) {
                    throw new IllegalStateException(file + " cannot be made executable");
                }
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " could not be copied to " + folder, e);
        } finally {
            LOCK.unlock();
        }
    }

    private void clear() {
        RedisProcess.killAll();
        try {
            remove(folder);
            watchdog.destroyForcibly();
        } catch (UncheckedIOException e) {
            // The watchdog tries again.
        }
    }

    /** Removes a folder and what is in it, unless it is gone already. */
    static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error)
                        throws IOException {
                    if (error != null) {
                        throw error;
                    }
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " could not be removed", e);
        }
    }
}
