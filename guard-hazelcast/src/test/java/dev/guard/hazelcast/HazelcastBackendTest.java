package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.ClusterState;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.testing.Ports;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The backend hazelcast")
class HazelcastBackendTest {

    private static final Policy POLICY = Policy.of("api", Limit.parse("10/1h fixed"));

    private static HazelcastInstance member() {
        return TestClusters.shared(1).get(0).instance();
    }

    private static HazelcastBackend using(String namespace, String expected, String timeout) {
        return HazelcastBackend.using(
                member(),
                TestClusters.settings(
                        Map.of("namespace", namespace, "expected_members", expected, "timeout", timeout)));
    }

    private static Decision only(HazelcastBackend backend, CounterOperation operation) {
        return (Decision) backend.counters().execute(List.of(operation)).get(0);
    }

    private static Acquire acquire(String subject) {
        return new Acquire(Key.of("api", subject), POLICY, 1, Deadline.NONE);
    }

    @Test
    @DisplayName("is found by its name")
    void provider() {
        assertThat(ServiceLoader.load(BackendProvider.class).stream()
                        .map(provider -> provider.get().name()))
                .contains(HazelcastBackend.NAME);
    }

    @Test
    @DisplayName(
            "admits nothing where no other member has the key's backup, though enough members are there, and goes on when one has")
    void withoutBackup() {
        List<Integer> ports = Ports.free(2);
        Map<String, String> settings = TestClusters.memberSettings("backups", ports, ports.get(0));
        settings.put("expected_members", "1");
        try (HazelcastBackend first = HazelcastBackend.open(TestClusters.settings(settings))) {
            Cluster cluster = first.instance().getCluster();
            cluster.changeClusterState(ClusterState.NO_MIGRATION);
            settings.put("port", Integer.toString(ports.get(1)));
            try (HazelcastBackend second = HazelcastBackend.open(TestClusters.settings(settings));
                    HazelcastBackend asked = HazelcastBackend.using(
                            second.instance(),
                            TestClusters.settings(Map.of("expected_members", "2", "timeout", TestClusters.TIMEOUT)))) {
                assertThat(MemberContext.members(second.instance())).isEqualTo(2);
                assertThatThrownBy(() -> only(asked, acquire("alone")))
                        .isInstanceOfSatisfying(
                                BackendUnavailableException.class,
                                error -> assertThat(error.reason()).isEqualTo(Reason.SPLIT))
                        .hasMessageContaining("no other member has a backup of the key");
                // Refused while the second one's arrival is worked on.
                Patience.until("keys may move again", () -> {
                    cluster.changeClusterState(ClusterState.ACTIVE);
                    return true;
                });
                Patience.until(
                        "the key has a backup",
                        () -> only(asked, acquire("alone")).remaining() == 9);
            }
        }
    }

    @Test
    @DisplayName(
            "is open when its calls are counted: keys are given to members once the majority is there, each with a backup")
    void firstCalls() {
        List<Integer> ports = Ports.free(3);
        List<CompletableFuture<HazelcastBackend>> opening = new ArrayList<>();
        try {
            opening.add(openingAndAsking(ports, 0));
            Patience.until(
                    "the first one waits for others",
                    () -> Hazelcast.getAllHazelcastInstances().stream()
                            .anyMatch(instance ->
                                    instance.getConfig().getClusterName().equals("first")
                                            && instance.getLifecycleService().isRunning()));
            assertThat(opening.get(0)).isNotDone();
            opening.add(openingAndAsking(ports, 1));
            opening.add(openingAndAsking(ports, 2));
            CompletableFuture.allOf(opening.toArray(CompletableFuture<?>[]::new))
                    .join();
        } finally {
            opening.forEach(each -> each.thenAccept(HazelcastBackend::close));
        }
    }

    private static CompletableFuture<HazelcastBackend> openingAndAsking(List<Integer> ports, int member) {
        BackendSettings settings =
                TestClusters.settings(TestClusters.memberSettings("first", ports, ports.get(member)));
        return CompletableFuture.supplyAsync(
                () -> openedAndAsked(settings), task -> new Thread(task, "opens member " + member).start());
    }

    /** The backend that they make, which has counted for a hundred keys as soon as it was open. */
    private static HazelcastBackend openedAndAsked(BackendSettings settings) {
        HazelcastBackend backend = HazelcastBackend.open(settings);
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(only(backend, acquire("first" + i)).allowed()).isTrue();
            }
            return backend;
        } catch (RuntimeException | Error e) {
            backend.close();
            throw e;
        }
    }

    @Test
    @DisplayName("leaves an instance that was handed in running, and shuts down the one that it started")
    void closing() {
        HazelcastBackend used = using("closing", "1", TestClusters.TIMEOUT);
        used.close();
        used.close();
        assertThat(member().getLifecycleService().isRunning()).isTrue();
        assertThat(used.instance()).isSameAs(member());
        assertThatThrownBy(() -> only(used, acquire("alice"))).isInstanceOf(GuardClosedException.class);

        HazelcastBackend own = TestClusters.start("closing", Ports.free(1)).get(0);
        assertThat(only(own, acquire("alice")).allowed()).isTrue();
        own.close();
        assertThat(own.instance().getLifecycleService().isRunning()).isFalse();
    }

    @Test
    @DisplayName("is unavailable for the reason CONNECT when the instance was shut down by somebody else")
    void shutDownBySomebodyElse() {
        HazelcastBackend own = TestClusters.start("gone", Ports.free(1)).get(0);
        own.instance().shutdown();
        assertThatThrownBy(() -> only(own, acquire("alice")))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CONNECT));
        own.close();
    }

    @Test
    @DisplayName("is SPLIT where fewer members are there than the majority of those that are expected")
    void tooFew() {
        assertThatThrownBy(() -> using("few", "2", TestClusters.TIMEOUT))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.SPLIT))
                .hasMessageContaining("1 of the cluster's members are known here, expected 2 or more");
    }

    @Test
    @DisplayName("says which settings to look at where a member cannot listen")
    void portInUse() {
        int port = member().getCluster().getLocalMember().getAddress().getPort();
        Map<String, String> settings = TestClusters.memberSettings("taken", List.of(port), port);
        assertThatThrownBy(() -> HazelcastBackend.open(TestClusters.settings(settings)))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CONNECT))
                .hasMessageContaining("backends.hazelcast.bind 127.0.0.1 and backends.hazelcast.port " + port);
    }

    @Test
    @DisplayName("is not found in time where nobody listens, and says CONNECT")
    void nobody() {
        Map<String, String> settings =
                Map.of("mode", "client", "members", "127.0.0.1:" + Ports.free(), "start_timeout", "300ms");
        assertThatThrownBy(() -> HazelcastBackend.open(TestClusters.settings(settings)))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CONNECT));
    }

    @Test
    @DisplayName("refuses an instance whose map would forget counters")
    void evicting() {
        Config config = Instances.memberConfig(HazelcastSettings.toOpen(
                TestClusters.settings(TestClusters.memberSettings("evicting", List.of(1), Ports.free()))));
        config.getMapConfig(HazelcastBackend.MAP).getEvictionConfig().setEvictionPolicy(EvictionPolicy.LRU);
        HazelcastInstance instance = Hazelcast.newHazelcastInstance(config);
        try {
            assertThatThrownBy(() ->
                            HazelcastBackend.using(instance, TestClusters.settings(Map.of("expected_members", "1"))))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContaining("the map guard-counters has the eviction policy LRU");
        } finally {
            instance.getLifecycleService().terminate();
        }
    }

    @Test
    @DisplayName("looks at its cluster: how many members there are and are needed, and what is kept of them")
    void audit() {
        HazelcastBackend backend = using("audit", "1", TestClusters.TIMEOUT);
        Audit audit = backend.audit().toCompletableFuture().join();
        assertThat(audit.of(Severity.REFUSE)).isEmpty();
        assertThat(audit.of(Severity.WARN)).isEmpty();
        assertThat(audit.of(Severity.UNKNOWN)).isEmpty();
        assertThat(audit.findings())
                .extracting(Finding::found)
                .contains(
                        "1 of 1 expected member is there, and 1 is needed",
                        "keys have 1 backup",
                        "all members are on this machine",
                        "members are Hazelcast 5.7.0");
        assertThat(audit.consistency()).containsExactly("hazelcast");
        backend.close();
        assertThat(backend.audit().toCompletableFuture()).isCompletedExceptionally();
        try (HazelcastBackend client = HazelcastBackend.using(
                TestClusters.client(1), TestClusters.settings(Map.of("expected_members", "1")))) {
            assertThat(client.audit().toCompletableFuture().join().of(Severity.UNKNOWN))
                    .extracting(Finding::check)
                    .containsExactly("backups");
        }
    }

    @Test
    @DisplayName("is looked at by the settings of a member that runs, without another one joining it")
    void openForAudit() {
        int port = member().getCluster().getLocalMember().getAddress().getPort();
        Map<String, String> settings = TestClusters.memberSettings("test1", List.of(port), port);
        settings.put("backups", "0");
        settings.put("expected_members", "1");
        HazelcastBackendProvider provider = new HazelcastBackendProvider();
        try (Backend backend = provider.openForAudit(TestClusters.settings(settings))) {
            Audit audit = backend.audit().toCompletableFuture().join();
            assertThat(audit.findings()).extracting(Finding::found).contains("keys have 0 backups");
            assertThat(member().getCluster().getMembers()).hasSize(1);
        }
        assertThat(member().getLifecycleService().isRunning()).isTrue();
    }

    /** Keeps the thread of a partition, as a machine that hangs does. For a local call, which is not serialized. */
    private record Hanging(CountDownLatch started, CountDownLatch end)
            implements EntryProcessor<String, byte[], Object> {
        @Override
        public Object process(Map.Entry<String, byte[]> entry) {
            started.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return null;
        }
    }

    @Test
    @DisplayName("S71 ends a call in time while the owner hangs, and what was given up is not charged afterwards")
    void hanging() throws Exception {
        IMap<String, byte[]> map = member().getMap(HazelcastBackend.MAP);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (HazelcastBackend backend = using("hanging", "1", "200ms");
                HazelcastBackend patient = using("hanging", "1", TestClusters.TIMEOUT)) {
            CompletionStage<Object> hanging =
                    map.submitToKey(new KeyNames("hanging").of(Key.of("api", "alice")), new Hanging(started, end));
            started.await();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> only(backend, acquire("alice")))
                        .isInstanceOfSatisfying(
                                BackendUnavailableException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.TIMEOUT));
                assertThatThrownBy(() -> backend.counters()
                                .submit(List.of(acquire("alice")))
                                .toCompletableFuture()
                                .join())
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isInstanceOfSatisfying(
                                BackendUnavailableException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.TIMEOUT));
            }
            end.countDown();
            hanging.toCompletableFuture().join();
            Decision after = only(patient, new Peek(Key.of("api", "alice"), POLICY, 1, Deadline.NONE));
            assertThat(after.remaining()).isEqualTo(10);
            assertThat(only(patient, acquire("alice")).remaining()).isEqualTo(9);
        } finally {
            end.countDown();
        }
    }

    @Test
    @DisplayName("tells a caller that is interrupted so, and leaves the interrupt to it")
    void interrupted() throws Exception {
        IMap<String, byte[]> map = member().getMap(HazelcastBackend.MAP);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (HazelcastBackend backend = using("interrupted", "1", TestClusters.TIMEOUT)) {
            map.submitToKey(new KeyNames("interrupted").of(Key.of("api", "alice")), new Hanging(started, end));
            started.await();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> only(backend, acquire("alice")))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            end.countDown();
        }
    }

    @Test
    @DisplayName("is OVERLOADED, and sends nothing, while too many calls wait; all of these are answered")
    void overloaded() throws Exception {
        int most = HazelcastCounterStore.MOST_IN_FLIGHT;
        Policy policy = Policy.of("api", Limit.parse(2 * most + "/1h fixed"));
        Acquire acquire = new Acquire(Key.of("api", "alice"), policy, 1, Deadline.NONE);
        IMap<String, byte[]> map = member().getMap(HazelcastBackend.MAP);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (HazelcastBackend backend = using("overloaded", "1", TestClusters.TIMEOUT)) {
            map.submitToKey(new KeyNames("overloaded").of(acquire.key()), new Hanging(started, end));
            started.await();
            List<CompletableFuture<?>> waiting = new ArrayList<>();
            for (int i = 0; i < most; i++) {
                waiting.add(backend.counters().submit(List.of(acquire)).toCompletableFuture());
            }
            assertThatThrownBy(() -> only(backend, acquire))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED))
                    .hasMessageContaining("more than " + most + " calls wait for an answer; nothing was sent");
            end.countDown();
            CompletableFuture.allOf(waiting.toArray(CompletableFuture<?>[]::new))
                    .get(1, TimeUnit.MINUTES);
            assertThat(only(backend, acquire).remaining()).isEqualTo(most - 1);
        } finally {
            end.countDown();
        }
    }

    @Test
    @DisplayName("asks an instance that wraps another as it asks the other")
    void wrapped() {
        HazelcastInstance wrapper = wrapping(HazelcastInstance.class, member());
        try (HazelcastBackend backend = HazelcastBackend.using(
                wrapper,
                TestClusters.settings(
                        Map.of("namespace", "wrapped", "expected_members", "1", "timeout", TestClusters.TIMEOUT)))) {
            assertThat(only(backend, acquire("alice")).remaining()).isEqualTo(9);
            assertThat(((Decision) backend.counters()
                                    .submit(List.of(acquire("alice")))
                                    .toCompletableFuture()
                                    .join()
                                    .get(0))
                            .remaining())
                    .isEqualTo(8);
        }
    }

    /** Something that does what another does and is of no class of Hazelcast's, nor are the maps that it gives. */
    private static <T> T wrapping(Class<T> type, T other) {
        return type.cast(Proxy.newProxyInstance(
                HazelcastBackendTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(other, arguments);
                        return result instanceof IMap<?, ?> map ? wrapping(IMap.class, map) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
