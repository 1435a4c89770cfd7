package dev.guard.tck.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.testing.redis.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

// Windows has neither SIGSTOP nor cat. That pause and resume say so there needs a Windows to be seen.
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ProcessFaultsTest {

    private static final Duration LONG = Patience.times(Duration.ofSeconds(20));

    /** How long something is waited for that must not come. */
    private static final int A_WHILE = 100;

    /** Gives back each line that it gets. */
    private final Process cat;

    private final BufferedReader lines;
    private final ProcessFaults faults;

    ProcessFaultsTest() throws IOException {
        this.cat = new ProcessBuilder("cat").start();
        this.lines = new BufferedReader(new InputStreamReader(cat.getInputStream(), StandardCharsets.UTF_8));
        this.faults = ProcessFaults.of(cat);
    }

    @AfterEach
    void end() {
        cat.destroyForcibly();
    }

    private CompletableFuture<String> said(String line) throws IOException {
        cat.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        cat.getOutputStream().flush();
        return CompletableFuture.supplyAsync(() -> {
            try {
                return lines.readLine();
            } catch (IOException e) {
                return "ended";
            }
        });
    }

    private static String soon(CompletableFuture<String> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    @DisplayName("A process that is paused is alive and answers nothing, until it goes on where it was")
    void pausedAndResumed() throws Exception {
        assertThat(soon(said("before"))).isEqualTo("before");
        faults.pause();
        faults.pause();
        CompletableFuture<String> answer = said("meanwhile");
        assertThatThrownBy(() -> answer.get(A_WHILE, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(cat.isAlive()).isTrue();
        faults.resume();
        faults.resume();
        assertThat(soon(answer)).isEqualTo("meanwhile");
    }

    @Test
    @DisplayName("kill ends a process that is paused, returns when it has ended, and may be said again")
    void killed() {
        faults.pause();
        faults.kill();
        assertThat(cat.isAlive()).isFalse();
        faults.kill();
    }

    @Test
    @DisplayName("A signal to a process that has ended is an error that says so")
    void ended() {
        faults.kill();
        assertThatThrownBy(faults::pause)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("process " + cat.pid() + " has ended, expected a running one to send SIGSTOP to");
        assertThatThrownBy(faults::resume)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected a running one to send SIGCONT to");
    }

    @Test
    @DisplayName("Where a system has no signals that is said, and nothing is sent")
    void noSignals() {
        String system = System.getProperty("os.name");
        System.setProperty("os.name", "Windows 11");
        try {
            assertThatThrownBy(faults::pause)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("SIGSTOP needs a system with signals and the shell sh, such as Linux or macOS; this"
                            + " one is Windows 11");
        } finally {
            System.setProperty("os.name", system);
        }
    }

    @Test
    @DisplayName("It does nothing to the process that it is in")
    void itself() {
        assertThatThrownBy(() -> ProcessFaults.of(ProcessHandle.current()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("which is this one; expected that of a store");
    }
}
