package dev.guard.hazelcast;

import dev.guard.api.Guard;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.tck.fault.Recovery;
import dev.guard.tck.fault.StoreFault;
import dev.guard.testing.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A client whose cluster is away")
class ClientOutageTest {

    private static final String CLUSTER = "outages";

    @Test
    @Tag("slow")
    @DisplayName(
            "S71, S72 fails at once, and is back two seconds after it, whether connections were refused or dropped, or the member was stopped")
    void recovery() throws IOException {
        recovery(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(10));
    }

    @Test
    @Tag("deep")
    @DisplayName("S72 is back as soon after an outage of half a minute or more than one")
    void recoveryFromLongOutages() throws IOException {
        recovery(Duration.ofSeconds(30), Duration.ofSeconds(70), Duration.ofSeconds(30));
        recovery(Duration.ofSeconds(70), Duration.ofSeconds(30), Duration.ofSeconds(70));
    }

    private static void recovery(Duration refused, Duration dropped, Duration stopped) throws IOException {
        int port = Ports.free();
        try (FaultProxy proxy = FaultProxy.before(port);
                MemberProcess member = start(port, proxy.host() + ":" + proxy.port())) {
            member.up();
            try (Guard guard = guard(proxy.host() + ":" + proxy.port())) {
                Recovery.after(
                        StoreFault.outage("refused", () -> proxy.set(Fault.refuse()), proxy::heal), refused, guard);
                Recovery.after(
                        StoreFault.outage("dropped", () -> proxy.set(Fault.drop()), proxy::heal), dropped, guard);
                Recovery.after(StoreFault.outage("stopped", member::pause, member::resume), stopped, guard);
            }
        }
    }

    private static MemberProcess start(int port, String address) throws IOException {
        return MemberProcess.start(Map.of(
                "cluster", CLUSTER, "members", address, "port", Integer.toString(port), "public_address", address));
    }

    private static Guard guard(String address) {
        return Guard.builder()
                .backend(HazelcastBackend.NAME)
                .setting("backends.hazelcast.mode", "client")
                .setting("backends.hazelcast.cluster", CLUSTER)
                .setting("backends.hazelcast.members", address)
                .setting("backends.hazelcast.start_timeout", "2m")
                .deadline(Duration.ofMillis(300))
                .build();
    }
}
