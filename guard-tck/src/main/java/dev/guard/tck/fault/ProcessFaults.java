package dev.guard.tck.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What happens to the process of a store: it hangs, goes on, and dies.
 *
 * <p><b>A restart</b> is up to whoever started the process, who alone knows how: {@link #kill} it, start it again with the same port, and wait
 * until it serves. With the folder of the one before, and a store that writes before it answers, it comes back with its data; with
 * an empty one, or a store that keeps nothing, it comes back empty. Then there is another process, and this object is of the dead one.
 *
 * <p><b>Signals.</b> {@link #pause} and {@link #resume} need a system that has them and a shell, {@code sh}, such as Linux and macOS. {@link
 * #kill} does not.
 *
 * <p>Any thread may use it.
 */
public final class ProcessFaults {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ProcessHandle process;

    private ProcessFaults(ProcessHandle process) {
        this.process = process;
    }

    /** The faults of a process that was started here. */
    public static ProcessFaults of(Process process) {
        return of(process.toHandle());
    }

    /**
     * The faults of any process that this one may send signals to.
     *
     * @throws IllegalArgumentException if it is this one
     */
    public static ProcessFaults of(ProcessHandle process) {
        if (process.equals(ProcessHandle.current())) {
            throw new IllegalArgumentException(
                    "process is " + process.pid() + ", which is this one; expected that of a store");
        }
        return new ProcessFaults(process);
    }

    /**
     * Lets it hang where it is (SIGSTOP): its connections stay, new ones are still accepted by the kernel, and nobody answers. When this returns
     * it runs no more; where the system does not tell, the signal was sent.
     *
     * @throws IllegalStateException if it has ended, or the signal was refused
     * @throws UnsupportedOperationException if this system has no signals
     */
    public void pause() {
        signal("STOP");
        Path status = Path.of("/proc", String.valueOf(process.pid()), "stat");
        if (Files.exists(status)) {
            Patience.until("process " + process.pid() + " is stopped", PATIENCE, () -> "", () -> {
                String line = Files.readString(status);
                return line.startsWith(" T", line.lastIndexOf(')') + 1);
            });
        }
    }

    /**
     * Lets it go on where it was (SIGCONT). One that runs already is left as it is.
     *
     * @throws IllegalStateException if it has ended, or the signal was refused
     * @throws UnsupportedOperationException if this system has no signals
     */
    public void resume() {
        signal("CONT");
    }

    /**
     * Ends it at once (SIGKILL), as a power cut would, also when it hangs. When this returns it has ended; one that had ended before is no error.
     *
     * @throws IllegalStateException if it does not end, or this thread is interrupted
     */
    public void kill() {
        process.destroyForcibly();
        try {
            process.onExit().get(Patience.times(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("process " + process.pid() + " does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while process " + process.pid() + " ended", e);
        }
    }

    private void signal(String name) {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "process " + process.pid() + " has ended, expected a running one to send SIG" + name + " to");
        }
        String system = System.getProperty("os.name", "unknown");
        if (system.startsWith("Windows")) {
            throw unsupported(name, system);
        }
        int status;
        try {
            // The shell's own kill: the program is missing on small machines.
            status = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            UnsupportedOperationException error = unsupported(name, system);
            error.initCause(e);
            throw error;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while SIG" + name + " was sent to " + process.pid(), e);
        }
        if (status != 0) {
            throw new IllegalStateException("kill -" + name + " " + process.pid() + " ended with " + status
                    + ", expected a process that this user may send signals to");
        }
    }

    private static UnsupportedOperationException unsupported(String name, String system) {
        return new UnsupportedOperationException("SIG" + name
                + " needs a system with signals and the shell sh, such as Linux or macOS; this one is " + system);
    }

    @Override
    public String toString() {
        return "ProcessFaults[" + process.pid() + "]";
    }
}
