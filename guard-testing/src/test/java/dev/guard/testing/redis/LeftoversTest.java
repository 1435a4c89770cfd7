package dev.guard.testing.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is left of a JVM that ends while its servers run. */
class LeftoversTest {

    /** Starts two servers, says where they are, and waits for a line before it ends without closing them. */
    public static final class Careless {

        private Careless() {}

        public static void main(String[] arguments) throws IOException {
            RedisServer running = RedisServers.standalone();
            RedisServer shared = RedisServers.shared(Map.of());
            System.out.println(running.info("server").get("process_id"));
            System.out.println(shared.info("server").get("process_id"));
            System.out.println(RedisHome.get().folder());
            System.in.read();
        }
    }

    private static void endsCleanly(boolean kill) throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Careless.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
            List<Long> servers = List.of(Long.valueOf(out.readLine()), Long.valueOf(out.readLine()));
            Path folder = Path.of(out.readLine());
            assertThat(servers).allMatch(LeftoversTest::isRunning);
            assertThat(folder).isDirectory();
            if (kill) {
                // One that is stopped, which only SIGKILL ends.
                RedisHome.launch(new ProcessBuilder("sh", "-c", "kill -STOP " + servers.get(1)))
                        .waitFor();
                jvm.destroyForcibly();
            } else {
                jvm.getOutputStream().close();
            }
            Patience.until(
                    "neither servers nor folder are left",
                    Duration.ofSeconds(20),
                    () -> servers + " " + folder,
                    () -> servers.stream().noneMatch(LeftoversTest::isRunning) && !Files.exists(folder));
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** A process that has ended and that nobody asked about yet does not run. */
    private static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    @DisplayName("A JVM that ends takes its servers and their folder with it")
    void end() throws IOException, InterruptedException {
        endsCleanly(false);
    }

    @Test
    @DisplayName("A JVM that is killed leaves neither servers nor their folder")
    void killed() throws IOException, InterruptedException {
        endsCleanly(true);
    }
}
