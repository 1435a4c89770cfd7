package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.testing.Ports;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A member that another one lets wait")
class PatientHandshakesTest {

    private static final Duration WATCHED = Duration.ofMillis(500);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** What the threads that write to connections use of the processor in {@link #WATCHED}. */
    private Duration usedByWriters() {
        long before = writersCpuNanos();
        long end = System.nanoTime() + WATCHED.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        return Duration.ofNanos(writersCpuNanos() - before);
    }

    private long writersCpuNanos() {
        long sum = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().contains(".IO.thread-out-")) {
                sum += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
            }
        }
        assertThat(sum).as("the processor time of the I/O threads").isPositive();
        return sum;
    }

    @Test
    @DisplayName("does not spin, as its I/O threads have other connections to look after")
    void waits() throws Exception {
        List<Integer> ports = Ports.free(2);
        Map<String, String> settings = TestClusters.memberSettings("handshake", ports, ports.get(0));
        settings.put("expected_members", "1");
        CompletableFuture<HazelcastBackend> member;
        String said;
        Duration used;
        try (ServerSocket hung = new ServerSocket()) {
            hung.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(1)));
            member = CompletableFuture.supplyAsync(() -> HazelcastBackend.open(TestClusters.settings(settings)));
            try (Socket asked = hung.accept()) {
                said = new String(asked.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
                used = usedByWriters();
            }
        }
        member.join().close();
        assertThat(said).as("the protocol of members").isEqualTo("HZC");
        assertThat(used).isLessThan(WATCHED.dividedBy(10));
    }
}
