package dev.guard.tck.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.tck.TckSettings;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.tck.soak.CulpritProvider.Crime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

@DisplayName("A soak")
class SoakTest {

    private static final Duration DURATION = Duration.ofSeconds(2);

    /** After so many bytes the connection of a call that takes permits ends within the reply to its write. */
    private static final int SECOND_REPLY = 80;

    private static final Duration DEADLINE = Duration.ofMillis(200).multipliedBy(TckSettings.timeoutFactor());

    private static Soak soak(FaultProxy proxy, Crime... crimes) {
        Map<String, String> settings = crimes.length == 0
                ? Map.of("port", String.valueOf(proxy.port()))
                : Map.of(
                        "port",
                        String.valueOf(proxy.port()),
                        "crimes",
                        Stream.of(crimes).map(Crime::name).collect(Collectors.joining(",")));
        return Soak.of(CulpritProvider.NAME, settings)
                .workers(2)
                .deadline(DEADLINE)
                .settle(Duration.ofSeconds(1));
    }

    private interface Faults {
        List<SoakFault> of(FaultProxy proxy, BytesServer server);
    }

    private static SoakReport report(Duration duration, Faults faults, Crime... crimes) throws Exception {
        try (BytesServer server = BytesServer.start();
                FaultProxy proxy = FaultProxy.before(server.port())) {
            Soak soak = soak(proxy, crimes).duration(duration);
            faults.of(proxy, server).forEach(soak::fault);
            return soak.run();
        }
    }

    private static SoakReport report(Faults faults, Crime... crimes) throws Exception {
        return report(DURATION, faults, crimes);
    }

    @Test
    @Tag("slow")
    @DisplayName("finds nothing in a backend that does right")
    void innocent() throws Exception {
        SoakReport report = report(
                Duration.ofSeconds(6),
                (proxy, server) -> List.of(
                        SoakFault.of(proxy, Fault.reset()),
                        SoakFault.of(proxy, Fault.blackholeTowardsClient()),
                        SoakFault.of(proxy, Fault.blackholeTowardsStore()),
                        SoakFault.of(proxy, Fault.cut(SECOND_REPLY))));
        report.requireNoFindings();
        assertThat(report.findings()).isEmpty();
        assertThat(report.markdown()).contains("| reset | ", "- threads: ");
    }

    @Test
    @Tag("slow")
    @DisplayName(
            "finds threads and memory that are left behind, errors that are none of guard's, and calls that take too long")
    void leaks() throws Exception {
        assertThat(report(
                                (proxy, server) -> List.of(SoakFault.of(proxy, Fault.reset())),
                                Crime.LEAVES_THREADS,
                                Crime.LEAVES_MEMORY,
                                Crime.FAILS_STRANGELY,
                                Crime.TAKES_ITS_TIME)
                        .findings())
                .anyMatch(finding -> finding.startsWith("the heap of worker "))
                .anyMatch(finding -> finding.startsWith("the threads of worker ") && finding.contains("left-behind"))
                .anyMatch(finding -> finding.contains("LinkageError"))
                .anyMatch(finding -> finding.startsWith("a call took "));
    }

    @Test
    @Tag("slow")
    @DisplayName("finds permits that were given without the store")
    void local() throws Exception {
        assertThat(report((proxy, server) -> List.of(SoakFault.of(proxy, Fault.refuse())), Crime.ANSWERS_LOCALLY)
                        .findings())
                .anyMatch(finding -> finding.contains("more was allowed than"));
    }

    @Test
    @Tag("slow")
    @DisplayName("finds calls that counted though their reason says that they reached nothing")
    void reasons() throws Exception {
        assertThat(report((proxy, server) -> List.of(SoakFault.of(proxy, Fault.cut(SECOND_REPLY))), Crime.SAYS_CONNECT)
                        .findings())
                .anyMatch(finding -> finding.contains("the store charged more than was allowed or may have counted"));
    }

    @Test
    @Tag("slow")
    @DisplayName("finds a store that forgets, and reasons that no fault has")
    void forgets() throws Exception {
        SoakReport report = report(
                (proxy, server) ->
                        List.of(SoakFault.of("restarted without its data", () -> proxy.set(Fault.refuse()), () -> {
                            server.forget();
                            proxy.heal();
                        })),
                Crime.BLAMES_THE_PROTOCOL);
        assertThat(report.findings())
                .anyMatch(finding -> finding.contains("calls were unavailable for PROTOCOL"))
                .anyMatch(finding -> finding.contains("more was allowed than"));
        assertThatThrownBy(report::requireNoFindings)
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("restarted without its data");
    }

    @Test
    @DisplayName("has to have a fault, and says what its numbers may be")
    void arguments() {
        Soak soak = Soak.of("any", Map.of());
        assertThatThrownBy(soak::run).hasMessage("there is no fault, expected one or more");
        assertThatThrownBy(() -> soak.workers(0)).hasMessage("workers is 0, expected 1 to 64");
        assertThatThrownBy(() -> soak.duration(Duration.ZERO)).hasMessage("duration is PT0S, expected more than zero");
        assertThatThrownBy(() ->
                        SoakFault.of("f", () -> {}, () -> {}).lasting(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessage("the fault 'f' lasts PT2S to PT1S, expected 0 to 1 h, the least first");
    }

    @Test
    @DisplayName("judges a subject by what was allowed, what may have counted, and what the store remembers")
    void subjects() {
        assertThat(new SubjectCounts(50, 0, true).judge(50, "0")).isEmpty();
        assertThat(new SubjectCounts(47, 3, true).judge(50, "0")).isEmpty();
        assertThat(new SubjectCounts(47, 3, false).judge(50, "1")).isEmpty();
        assertThat(new SubjectCounts(51, 0, true).judge(50, "0")).isEqualTo("more was allowed than the limit has");
        assertThat(new SubjectCounts(50, 0, true).judge(50, "1"))
                .isEqualTo("more was allowed than the store remembers");
        assertThat(new SubjectCounts(47, 2, true).judge(50, "0"))
                .isEqualTo("the store charged more than was allowed or may have counted");
        assertThat(new SubjectCounts(47, 0, true).judge(50, "3")).isEqualTo("it was denied while permits remained");
        assertThat(new SubjectCounts(0, 0, false).judge(50, "TIMEOUT"))
                .isEqualTo("the store does not say what remains");
        assertThat(SubjectCounts.of(List.of("3 1 0", "4 0 1"))).isEqualTo(new SubjectCounts(7, 1, true));
    }
}
