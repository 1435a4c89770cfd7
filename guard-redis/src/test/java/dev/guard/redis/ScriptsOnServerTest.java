package dev.guard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts do to a server, and what they leave there. */
class ScriptsOnServerTest {

    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-06-17T12:00:00.000007Z"));

    private final String namespace = TestRedis.namespace();
    private final RedisServer server = RedisServers.shared();
    private final TestRedis backend = TestRedis.open(namespace);

    @AfterEach
    void close() {
        backend.close();
    }

    // ─── Commands ───────────────────────────────────────────────────────────────────────────────

    static Stream<Policy> policies() {
        return Stream.of(
                Policy.of("one", Limit.parse("1000000/1h")),
                Policy.of(
                        "three", Limit.parse("1000000/1h"), Limit.parse("1000000/1h fixed"), Limit.parse("1000000/1d")),
                Policy.of(
                        "five",
                        Limit.parse("1000000/1h"),
                        Limit.parse("1000000/1h interval"),
                        Limit.parse("1000000/1h fixed"),
                        Limit.parse("1000000/1h fixed aligned"),
                        Limit.parse("1000000/1h sliding")),
                Policy.of("log", Limit.parse("100/1h log"), Limit.parse("100/month")),
                Policy.builder("shadow").limit(Limit.parse("5/1h")).inShadow().build());
    }

    @ParameterizedTest
    @MethodSource("policies")
    @DisplayName("One decision is one EVALSHA, and what the script itself calls: one TIME, one GET, at most one SET")
    void oneDecisionIsOneCommand(Policy policy) {
        acquire(backend, policy, "warm-up");
        try (RedisServer own = RedisServers.standalone();
                TestRedis alone = new TestRedis(BackendSettings.of(TestRedis.NAME, Map.of()), own)) {
            acquire(alone, policy, "warm-up");
            own.command("CONFIG", "RESETSTAT");
            for (int i = 0; i < 20; i++) {
                acquire(alone, policy, "alice");
            }
            assertThat(own.calls("evalsha")).isEqualTo(20);
            assertThat(own.calls("time")).isEqualTo(20);
            assertThat(own.calls("get")).isEqualTo(20);
            assertThat(own.calls("set")).isBetween(1L, 20L);
            assertThat(own.info("commandstats").keySet())
                    .isSubsetOf(
                            "cmdstat_evalsha",
                            "cmdstat_time",
                            "cmdstat_get",
                            "cmdstat_set",
                            "cmdstat_config|resetstat",
                            "cmdstat_info",
                            "cmdstat_ping",
                            "cmdstat_hello",
                            "cmdstat_auth");
        }
    }

    @Test
    @DisplayName("S14 a lost script costs one EVAL, and the call counts once")
    void aLostScriptCostsOneEval() {
        Policy policy = Policy.of("flushed", Limit.parse("10/1h fixed"));
        try (RedisServer own = RedisServers.standalone();
                TestRedis alone = new TestRedis(BackendSettings.of(TestRedis.NAME, Map.of()), own)) {
            for (int i = 1; i <= 5; i++) {
                own.command("SCRIPT", "FLUSH");
                assertThat(acquire(alone, policy, "alice").remaining()).isEqualTo(10 - i);
            }
            assertThat(own.calls("eval")).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("S14 scripts that are lost every 50 ms cost no error and no second count")
    void scriptsThatAreLostAgainAndAgain() throws Exception {
        loseScripts(20);
    }

    @Test
    @Tag("deep")
    @DisplayName("S14 scripts that are lost every 50 ms for 10 s cost no error and no second count")
    void scriptsThatAreLostForLong() throws Exception {
        loseScripts(200);
    }

    private static void loseScripts(int times) throws Exception {
        Policy policy = Policy.of("flushed", Limit.parse("1000000000/366d fixed"));
        ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor();
        try (RedisServer own = RedisServers.standalone();
                TestRedis alone = new TestRedis(BackendSettings.of(TestRedis.NAME, Map.of()), own)) {
            CountDownLatch flushes = new CountDownLatch(times);
            Future<?> flushing = flusher.scheduleAtFixedRate(
                    () -> {
                        own.command("SCRIPT", "FLUSH");
                        flushes.countDown();
                    },
                    0,
                    50,
                    TimeUnit.MILLISECONDS);
            long calls = 0;
            while (flushes.getCount() > 0) {
                calls++;
                assertThat(acquire(alone, policy, "alice").remaining()).isEqualTo(1_000_000_000 - calls);
            }
            flushing.cancel(false);
            assertThat(own.calls("eval")).isPositive();
        } finally {
            flusher.shutdownNow();
            assertThat(flusher.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    @Test
    @DisplayName(
            "A command gives back permits of several windows of a calendar, which no other call has told the server")
    void permitsOfSeveralWindows() {
        AtomicReference<Instant> now = new AtomicReference<>(NOON.instant());
        Policy shadow = Policy.builder("days")
                .limit(Limit.parse("10/366d"))
                .limit(Limit.parse("1/day").inShadow())
                .build();
        Key key = shadow.key("t", "s");
        try (TestRedis store = TestRedis.open(namespace, Optional.of(now::get))) {
            List<CounterOperation> refunds = new ArrayList<>();
            for (int day = 0; day < 3; day++) {
                String id = "id" + day;
                Decision decision = (Decision) store.counters()
                        .execute(List.of(new Acquire(key, shadow, 2, id, Deadline.NONE)))
                        .get(0);
                assertThat(decision.allowed()).isTrue();
                Permit permit = new Permit(id, 2, decision.version(), decision.timeMicros());
                refunds.add(new Refund(key, permit, Deadline.NONE));
                now.set(now.get().plusSeconds(5 * 24 * 3600));
            }
            assertThat(store.counters().execute(refunds)).containsOnly(Effect.APPLIED);
        }
    }

    @Test
    @DisplayName("P13 a call that reaches the server after its deadline charges nothing, by the server's own clock")
    void lateCallsChargeNothing() {
        Policy policy = Policy.of("late", Limit.parse("10/1h"));
        acquire(backend, policy, "alice");
        Key key = policy.key("t", "alice");
        Deadline passed = Deadline.after(System.nanoTime(), -60_000_000_000L);
        assertThat(backend.counters().execute(List.of(new Acquire(key, policy, 1, passed))))
                .first()
                .isInstanceOf(Late.class);
        Deadline ahead = Deadline.after(System.nanoTime(), 60_000_000_000L);
        assertThat(backend.counters().execute(List.of(new Acquire(key, policy, 1, ahead))))
                .first()
                .isInstanceOfSatisfying(
                        Decision.class,
                        decision -> assertThat(decision.remaining()).isEqualTo(8));
    }

    @Test
    @DisplayName("Policies that count by the same algorithms share a script, whatever their numbers")
    void scriptsAreShared() {
        assertThat(PlainScripts.of(Policy.of("a", Limit.parse("1/1s"), Limit.parse("5/1h fixed"))))
                .isPresent()
                .hasValueSatisfying(script -> assertThat(script)
                        .isSameAs(PlainScripts.of(
                                        Policy.of("b", Limit.parse("7/3d burst 9"), Limit.parse("123/1w fixed")))
                                .orElseThrow()));
    }

    // ─── Values ─────────────────────────────────────────────────────────────────────────────────

    static Stream<List<Object>> golden() {
        Policy bucket = Policy.of("p", Limit.parse("100/1m"));
        Policy many = Policy.builder("p")
                .version(300)
                .limit(Limit.parse("10/1m interval"))
                .limit(Limit.parse("10/1m fixed"))
                .limit(Limit.parse("10/1m fixed aligned"))
                .limit(Limit.parse("10/1m sliding"))
                .limit(Limit.parse("10/1m log"))
                .limit(Limit.parse("10/month@Europe/Berlin"))
                .limit(Limit.parse("concurrent 10 lease 30s"))
                .build();
        Key key = bucket.key("t", "s");
        long time = Micros.of(NOON.instant());
        return Stream.of(
                List.of(
                        "a bucket",
                        "6700000a" + "01010112126710106512" + "431951c7322e401c" + "431951c7322e401c"
                                + "418bc07e00000000",
                        List.of(new Acquire(key, bucket, 3, Deadline.NONE))),
                List.of(
                        "everything",
                        "670f004dac02070211116710101011031111671010101104111167101010110511116710106711061111671010101107"
                                + "111188941a101010110f02014575726f70652f4265726c696e0811113710101000431951c7322e401c431951c7322e40"
                                + "1c401c000000000000431951c7322e401c4008000000000000431951c7322e401c400800000000000040080000000000"
                                + "00000000000000000040080000000000000001431951c7322e401c4008000000000000400800000000000043194c90cc"
                                + "0a6000431955fec8ff6000000200000032431951c7407c5c1c431951c739554e1c4000000000000000087065726d6974"
                                + "2d31431951c7407c5c1c3ff00000000000000872657365727665644008000000000000431951c7322e4020431951c733"
                                + "5f6d1c000100000029431951c7407c5c1c431951c7407c5c1c3ff00000000000004072c00000000000431951c7322e40"
                                + "1c0872657365727665640001431955fec8ff6000087065726d69742d32",
                        List.of(
                                new Acquire(key, many, 2, "permit-1", Deadline.NONE),
                                new Acquire(key, many, 1, "permit-2", Deadline.NONE),
                                new Reserve(key, many, 1, "reserved", 60_000_000, Deadline.NONE),
                                new Refund(key, new Permit("permit-2", 1, 300, time), Deadline.NONE),
                                new Block(key, 5_000_000, Deadline.NONE))));
    }

    @ParameterizedTest
    @MethodSource("golden")
    @DisplayName("A value has the bytes that it always had")
    void aValueHasTheBytesThatItAlwaysHad(List<Object> example) {
        try (TestRedis atNoon = TestRedis.open(namespace, Optional.of(NOON))) {
            @SuppressWarnings("unchecked")
            List<CounterOperation> operations = (List<CounterOperation>) example.get(2);
            List<Outcome> outcomes = atNoon.counters().execute(operations);
            assertThat(outcomes).hasSize(operations.size());
            byte[] value = (byte[]) server.command(
                    "GET".getBytes(StandardCharsets.US_ASCII),
                    new KeyLayout(namespace).write(operations.get(0).key()).key());
            assertThat(HexFormat.of().formatHex(value))
                    .as((String) example.get(0))
                    .isEqualTo(example.get(1));
        }
    }

    @Test
    @DisplayName(
            "The oldest server that guard takes runs the same scripts to the same bytes, and its errors are told apart")
    void theOldestServer() {
        try (RedisServer old = RedisServers.version62()) {
            BackendSettings settings = BackendSettings.of(TestRedis.NAME, Map.of());
            try (TestRedis atNoon = new TestRedis(settings.withTime(NOON), old)) {
                atNoon.requireSupportedServer();
                golden().forEach(example -> {
                    @SuppressWarnings("unchecked")
                    List<CounterOperation> operations = (List<CounterOperation>) example.get(2);
                    Key key = operations.get(0).key();
                    byte[] written = new KeyLayout(RedisBackend.DEFAULT_NAMESPACE)
                            .write(key)
                            .key();
                    old.command("DEL".getBytes(StandardCharsets.US_ASCII), written);
                    atNoon.counters().execute(operations);
                    byte[] value = (byte[]) old.command("GET".getBytes(StandardCharsets.US_ASCII), written);
                    assertThat(HexFormat.of().formatHex(value)).isEqualTo(example.get(1));
                });
            }
            try (TestRedis now = new TestRedis(settings, old)) {
                Policy policy = Policy.of("late", Limit.parse("3/1h"), Limit.parse("3/month"));
                assertThat(acquire(now, policy, "alice").remaining()).isEqualTo(2);
                byte[] list = new KeyLayout(RedisBackend.DEFAULT_NAMESPACE)
                        .write(policy.key("t", "list"))
                        .key();
                old.command("LPUSH".getBytes(StandardCharsets.US_ASCII), list, list);
                assertThatThrownBy(() -> acquire(now, policy, "list")).isInstanceOf(CorruptStateException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "42", "g", "g\0\0\0", "g\0\0\1\1\0", "{\"tokens\":10}", "rO0ABXNyABFqYXZh"})
    @DisplayName("S76 a stranger's value is a corrupt state for every call, and stays as it is")
    void strangersValues(String stranger) {
        Policy policy = Policy.of("p", Limit.parse("10/1h"));
        Key key = policy.key("t", "s");
        byte[] written = new KeyLayout(namespace).write(key).key();
        server.command(
                "SET".getBytes(StandardCharsets.US_ASCII), written, stranger.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> acquire(backend, policy, "s"))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("none of guard");
        assertThatThrownBy(() -> backend.counters().execute(List.of(new Block(key, 1_000_000, Deadline.NONE))))
                .isInstanceOf(CorruptStateException.class);
        assertThat((byte[]) server.command("GET".getBytes(StandardCharsets.US_ASCII), written))
                .isEqualTo(stranger.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    @DisplayName("S76 a value of another type is a corrupt state")
    void valuesOfAnotherType() {
        Policy policy = Policy.of("p", Limit.parse("10/1h"));
        byte[] written = new KeyLayout(namespace).write(policy.key("t", "s")).key();
        server.command("LPUSH".getBytes(StandardCharsets.US_ASCII), written, "x".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> acquire(backend, policy, "s")).isInstanceOf(CorruptStateException.class);
    }

    @Test
    @DisplayName("S13 a listing shows subjects as they were given, also one that its key shows a hash of")
    void listings() {
        Policy policy = Policy.of("listed", Limit.parse("10/1h"));
        List<String> subjects = List.of("alice", "", "a:b*{c}", "x".repeat(500), "\ud83d", "ü");
        subjects.forEach(subject -> acquire(backend, policy, subject));
        assertThat(backend.counters().list("t", "listed", "").keys())
                .extracting(Key::subject)
                .containsExactlyInAnyOrderElementsOf(subjects);
    }

    private static Decision acquire(TestRedis backend, Policy policy, String subject) {
        return (Decision) backend.counters()
                .execute(List.of(new Acquire(policy.key("t", subject), policy, 1, "id", Deadline.NONE)))
                .get(0);
    }
}
