package dev.guard.redis.rules;

import dev.guard.tck.TckSettings;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.tck.soak.Soak;
import dev.guard.tck.soak.SoakFault;
import dev.guard.tck.soak.SoakReport;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Four processes on one server, and whatever a network and a process do to them. {@value FaultRules#SEED} is what the faults are drawn by, as a
 * run prints it.
 */
public interface SoakRules extends BackendUnderTest {

    @Test
    @Tag("slow")
    @DisplayName(
            "S70 to S72 four processes under random faults are admitted no more than the limit, lose no permit, and end with the heap and the threads they had")
    default void soak() throws IOException {
        soak(Duration.ofSeconds(20));
    }

    @Test
    @Tag("deep")
    @DisplayName("S70 to S72 so they do over five minutes")
    default void longSoak() throws IOException {
        soak(Duration.ofMinutes(5));
    }

    private void soak(Duration duration) throws IOException {
        Duration deadline = Patience.times(Duration.ofMillis(100));
        try (RedisServer server = RedisServers.standalone();
                FaultProxy proxy = FaultProxy.before(server.port())) {
            Soak soak = Soak.of(backend(), Map.of("url", "redis://" + proxy.host() + ":" + proxy.port()))
                    .duration(duration)
                    .deadline(deadline)
                    .listener(System.out::println)
                    .fault(SoakFault.of(proxy, Fault.reset()))
                    .fault(SoakFault.of(proxy, Fault.refuse()))
                    .fault(SoakFault.of(proxy, Fault.blackholeTowardsStore()))
                    .fault(SoakFault.of(proxy, Fault.blackholeTowardsClient()))
                    .fault(SoakFault.of(proxy, Fault.drop()))
                    .fault(SoakFault.of(proxy, Fault.jitter(deadline.dividedBy(4), 1)))
                    .fault(SoakFault.of(proxy, Fault.delay(deadline)))
                    .fault(SoakFault.of(proxy, Fault.cut(3)))
                    .fault(SoakFault.of(proxy, Fault.byteByByte(deadline.dividedBy(5))))
                    .fault(SoakFault.of("the server is stopped (SIGSTOP)", server::pause, server::resume))
                    .stoppingWorkers();
            String seed = System.getProperty(FaultRules.SEED);
            if (seed != null) {
                soak.seed(Long.parseLong(seed));
            }
            SoakReport report = soak.run();
            System.out.println(report);
            Path folder = Files.createDirectories(TckSettings.reports());
            Files.writeString(
                    folder.resolve("soak-" + backend() + "-" + duration.toSeconds() + "s.md"), report.markdown());
            report.requireNoFindings();
        }
    }
}
