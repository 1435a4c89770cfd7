package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Deadline;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.testing.Ports;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members in JVMs of their own, asked through a client. */
@Tag("slow")
@DisplayName("Members as processes")
class ProcessesTest {

    private static final int KEYS = 100;
    private static final int LIMIT = 60;
    private static final Policy POLICY = Policy.of("load", Limit.parse(LIMIT + "/1h fixed"));

    /** Until when every key is answered again after a member was killed, as docs/hazelcast.md states it. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    /** Until when it is after a member fell silent. */
    private static final Duration SILENCE_BOUND = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private final List<Integer> ports = Ports.free(3);

    private MemberProcess member(int place) throws Exception {
        Map<String, String> settings = TestClusters.memberSettings("processes", ports, ports.get(place));
        settings.put("timeout", "1s");
        return MemberProcess.start(settings);
    }

    private HazelcastBackend client(String timeout) {
        return HazelcastBackend.open(TestClusters.settings(Map.of(
                "mode", "client",
                "cluster", "processes",
                "members", TestClusters.addresses(ports),
                "start_timeout", "2m",
                "timeout", timeout)));
    }

    @Test
    @DisplayName(
            "A member that joins under load loses nothing: every permit is admitted once, or was a failure that counts as used")
    void joining() throws Exception {
        int limit = 10 * LIMIT;
        Policy policy = Policy.of("joining", Limit.parse(limit + "/1h fixed"));
        try (MemberProcess first = member(0);
                MemberProcess second = member(1);
                HazelcastBackend client = client("2s")) {
            first.up();
            second.up();
            try (MemberProcess third = member(2);
                    Load load = Load.start(client.counters(), policy, KEYS)) {
                third.up();
                Patience.until("three members", () -> MemberContext.members(client.instance()) == 3);
                int soFar = load.admitted();
                load.awaitEnd();
                System.out.println("A member joined after " + soFar + " of " + KEYS * limit + " permits: "
                        + load.admitted() + " admitted, at most " + load.mostAdmitted() + " of " + limit + " a key, "
                        + load.failures() + " failures");
                assertThat(soFar).isBetween(1, KEYS * limit - 1);
                // Hazelcast turns a backup away that reaches a member while its partition moves; such a call fails, and
                // counts.
                assertThat(load.mostAdmitted()).isLessThanOrEqualTo(limit);
                assertThat((long) load.admitted()).isGreaterThanOrEqualTo((long) KEYS * limit - load.failures());
            }
        }
    }

    /** Asks about each key until it is answered, and says how long that was after {@code since}. */
    private static Duration untilEveryKeyIsAnswered(HazelcastBackend client, long since) {
        Policy other = Policy.of("other", Limit.parse("1000/1h"));
        for (int key = 0; key < KEYS; key++) {
            Acquire acquire = new Acquire(Key.of("other", "key-" + key), other, 1, Deadline.NONE);
            Patience.until(
                    "an answer about " + acquire.key(),
                    () -> client.counters().execute(List.of(acquire)).size() == 1);
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private static String counts(Load load) {
        return load.admitted() + " of " + KEYS * LIMIT + " permits admitted, at most " + load.mostAdmitted() + " of "
                + LIMIT + " a key, " + load.failures() + " failures";
    }

    /** Every permit was admitted once, or was a failure that counts as used. */
    private static void assertNoneAdmittedTwice(Load load) {
        assertThat(load.mostAdmitted()).isLessThanOrEqualTo(LIMIT);
        assertThat((long) load.admitted()).isGreaterThanOrEqualTo((long) KEYS * LIMIT - load.failures());
    }

    @Test
    @DisplayName(
            "A member that is killed under load takes no admitted permit with it, and every key is answered again within five seconds")
    void killed() throws Exception {
        try (MemberProcess first = member(0);
                MemberProcess second = member(1);
                MemberProcess third = member(2)) {
            MemberProcess.awaitRest(List.of(first, second, third), Duration.ZERO);
            try (HazelcastBackend client = client("1s")) {
                Patience.until("three members", () -> MemberContext.members(client.instance()) == 3);
                client.ping().toCompletableFuture().join();
                try (Load load = Load.start(client.counters(), POLICY, KEYS)) {
                    load.awaitAdmitted(KEYS * LIMIT / 10);
                    long killed = System.nanoTime();
                    second.kill();
                    Duration longest = untilEveryKeyIsAnswered(client, killed);
                    load.awaitEnd();
                    System.out.println("A member was killed: every key answered again after " + longest.toMillis()
                            + " ms; " + counts(load));
                    assertThat(longest).isLessThan(BOUND.multipliedBy(Patience.factor()));
                    assertNoneAdmittedTwice(load);
                }
            }
        }
    }

    @Test
    @DisplayName(
            "The oldest member that falls silent under load holds its keys up for ten seconds at most, and admits nothing when it goes on")
    void oldestSilent() throws Exception {
        silent(true);
    }

    @Test
    @Tag("deep")
    @DisplayName("Another member that falls silent does no more harm than the oldest")
    void silent() throws Exception {
        silent(false);
    }

    private void silent(boolean isOldest) throws Exception {
        try (MemberProcess first = member(0);
                MemberProcess second = member(1);
                MemberProcess third = member(2)) {
            MemberProcess.awaitRest(List.of(first, second, third), Duration.ZERO);
            try (HazelcastBackend client = client("1s")) {
                Patience.until("three members", () -> MemberContext.members(client.instance()) == 3);
                client.ping().toCompletableFuture().join();
                try (Load load = Load.start(client.counters(), POLICY, KEYS)) {
                    load.awaitAdmitted(KEYS * LIMIT / 10);
                    int oldest = client.instance()
                            .getCluster()
                            .getMembers()
                            .iterator()
                            .next()
                            .getAddress()
                            .getPort();
                    MemberProcess silent =
                            List.of(first, second, third).get((ports.indexOf(oldest) + (isOldest ? 0 : 1)) % 3);
                    long paused = System.nanoTime();
                    silent.pause();
                    Duration longest = untilEveryKeyIsAnswered(client, paused);
                    load.awaitEnd();
                    String before = counts(load);
                    silent.resume();
                    long resumed = System.nanoTime();
                    Patience.until("three members again", Duration.ofSeconds(90), () -> {
                        for (int key = 0; key < KEYS; key++) {
                            load.take(key);
                        }
                        return MemberContext.members(client.instance()) == 3;
                    });
                    Duration back = Duration.ofNanos(System.nanoTime() - resumed);
                    for (int key = 0; key < KEYS; key++) {
                        int asked = key;
                        Patience.until("an answer about key " + key, () -> load.take(asked));
                    }
                    System.out.println("A member fell silent: every key answered again after " + longest.toMillis()
                            + " ms, the member one of the cluster " + back.toMillis() + " ms after it went on; "
                            + counts(load) + ", before it did " + before);
                    assertThat(longest).isLessThan(SILENCE_BOUND.multipliedBy(Patience.factor()));
                    assertNoneAdmittedTwice(load);
                }
            }
        }
    }

    @Test
    @DisplayName("A client of members that do not know guard's classes refuses to start, and says what mends it")
    void membersWithoutGuard() throws Exception {
        String hazelcast = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("hazelcast-5") || entry.contains("slf4j"))
                .collect(Collectors.joining(File.pathSeparator));
        Path config = Files.writeString(directory.resolve("hazelcast.xml"), """
                <hazelcast xmlns="http://www.hazelcast.com/schema/config">
                  <cluster-name>processes</cluster-name>
                  <properties>
                    <property name="hazelcast.phone.home.enabled">false</property>
                    <property name="hazelcast.socket.bind.any">false</property>
                  </properties>
                  <network>
                    <port auto-increment="false">%d</port>
                    <join>
                      <auto-detection enabled="false"/>
                      <tcp-ip enabled="true"><member>127.0.0.1:%d</member></tcp-ip>
                    </join>
                    <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
                  </network>
                </hazelcast>
                """.formatted(ports.get(0), ports.get(0)));
        try (MemberProcess plain = MemberProcess.start(
                hazelcast,
                List.of("-Dhazelcast.config=" + config, "-Dhazelcast.logging.type=jdk"),
                "com.hazelcast.core.server.HazelcastMemberStarter",
                List.of())) {
            plain.awaitLine("is STARTED");
            Map<String, String> settings = new HashMap<>(Map.of(
                    "mode",
                    "client",
                    "cluster",
                    "processes",
                    "members",
                    "127.0.0.1:" + ports.get(0),
                    "timeout",
                    TestClusters.TIMEOUT));
            assertThatThrownBy(() -> HazelcastBackend.open(TestClusters.settings(settings)))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("put guard-hazelcast and guard-domain on the class path of every member");
        }
    }
}
