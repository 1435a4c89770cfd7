package dev.guard.hazelcast;

import dev.guard.tck.TckSettings;
import dev.guard.tck.fault.FaultContract;
import dev.guard.tck.soak.Soak;
import dev.guard.tck.soak.SoakFault;
import dev.guard.tck.soak.SoakReport;
import dev.guard.testing.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three members and four clients, each a process, while one after the other of all these is stopped for a while. */
@DisplayName("Hazelcast under load")
class SoakTest {

    /** A member that went on may still be removed by those who missed its heartbeats, five seconds later. */
    private static final Duration CALM = Duration.ofSeconds(7);

    @Test
    @Tag("slow")
    @DisplayName(
            "S70 to S72 four processes under random faults are admitted no more than the limit, lose no permit, and end with the heap and the threads they had")
    void soak() throws Exception {
        soak(Duration.ofSeconds(20), false);
    }

    @Test
    @Tag("deep")
    @DisplayName("S70 to S72 and so they do over five minutes, in which members are silent until they are removed")
    void longSoak() throws Exception {
        soak(Duration.ofMinutes(5), true);
    }

    private static void soak(Duration duration, boolean removes) throws Exception {
        List<Integer> ports = Ports.free(3);
        List<MemberProcess> members = new ArrayList<>();
        try {
            for (int port : ports) {
                Map<String, String> settings = TestClusters.memberSettings("soak", ports, port);
                settings.put("timeout", "1s");
                members.add(MemberProcess.start(settings));
            }
            MemberProcess.awaitRest(members, Duration.ZERO);
            Soak soak = Soak.of(
                            HazelcastBackend.NAME,
                            Map.of(
                                    "mode", "client",
                                    "cluster", "soak",
                                    "members", TestClusters.addresses(ports),
                                    "start_timeout", "2m",
                                    "timeout", "1s"))
                    .jvmOption("-Dhazelcast.logging.type=slf4j")
                    // A pool of five, each of which is started when its first event comes, looks like a leak.
                    .jvmOption("-Dhazelcast.client.event.thread.count=1")
                    .duration(duration)
                    .listener(System.out::println);
            for (MemberProcess member : members) {
                soak.fault(SoakFault.of("a member is stopped, and missed by nobody", member::pause, member::resume)
                        .lasting(Duration.ofSeconds(1), Duration.ofSeconds(3)));
            }
            if (removes) {
                for (MemberProcess member : members) {
                    soak.fault(SoakFault.of("a member is stopped, and removed", member::pause, () -> {
                                member.resume();
                                MemberProcess.awaitRest(members, CALM);
                            })
                            .lasting(Duration.ofSeconds(6), Duration.ofSeconds(8)));
                }
            }
            String seed = System.getProperty(FaultContract.SEED);
            if (seed != null) {
                soak.seed(Long.parseLong(seed));
            }
            SoakReport report = soak.stoppingWorkers().run();
            System.out.println(report);
            Path folder = Files.createDirectories(TckSettings.reports());
            Files.writeString(folder.resolve("soak-hazelcast-" + duration.toSeconds() + "s.md"), report.markdown());
            report.requireNoFindings();
        } finally {
            members.forEach(MemberProcess::close);
        }
    }
}
