package dev.guard.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.Ports;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Clusters on the loopback interface, in this JVM. Those that are shared stay until the JVM ends, as members are slow to start; a test
 * that stops members starts its own.
 */
final class TestClusters {

    /** Long enough for a busy machine; what a test says of times it says with a timeout of its own. */
    static final String TIMEOUT = "30s";

    private static final Map<Integer, List<HazelcastBackend>> SHARED = new HashMap<>();
    private static final Map<Integer, HazelcastBackend> CLIENTS = new HashMap<>();

    private TestClusters() {}

    static String addresses(List<Integer> ports) {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /** The settings of a member on one of the ports of a cluster. */
    static Map<String, String> memberSettings(String cluster, List<Integer> ports, int port) {
        Map<String, String> settings = new HashMap<>();
        settings.put("cluster", cluster);
        settings.put("members", addresses(ports));
        settings.put("port", Integer.toString(port));
        settings.put("timeout", TIMEOUT);
        settings.put("start_timeout", "2m");
        return settings;
    }

    static BackendSettings settings(Map<String, String> values) {
        return BackendSettings.of(HazelcastBackend.NAME, values);
    }

    /** Starts a cluster; its members are in the order of the ports. */
    static List<HazelcastBackend> start(String cluster, List<Integer> ports) {
        List<HazelcastBackend> members = new ArrayList<>();
        for (int port : ports) {
            Map<String, String> settings = memberSettings(cluster, ports, port);
            // The first ones would wait for the others.
            settings.put("expected_members", "1");
            members.add(HazelcastBackend.open(settings(settings)));
        }
        // While keys move a call may lose its backup's answer, and fails then.
        Patience.until(
                "a cluster of " + ports.size() + " at rest",
                () -> members.stream().allMatch(member -> isAtRest(member.instance(), ports.size())));
        return members;
    }

    /** Whether a member sees so many, and every key with its backup. */
    static boolean isAtRest(HazelcastInstance member, int members) {
        return MemberContext.members(member) == members
                && member.getPartitionService().isClusterSafe();
    }

    /** The shared cluster of that size. */
    static synchronized List<HazelcastBackend> shared(int size) {
        return SHARED.computeIfAbsent(size, count -> start("test" + count, Ports.free(count)));
    }

    /** A client of the shared cluster of that size. */
    static synchronized HazelcastInstance client(int size) {
        return CLIENTS.computeIfAbsent(size, count -> {
                    List<Integer> ports = shared(count).stream()
                            .map(member -> member.instance()
                                    .getCluster()
                                    .getLocalMember()
                                    .getAddress()
                                    .getPort())
                            .toList();
                    return HazelcastBackend.open(settings(Map.of(
                            "mode",
                            "client",
                            "cluster",
                            "test" + count,
                            "members",
                            addresses(ports),
                            "timeout",
                            TIMEOUT)));
                })
                .instance();
    }

    /** A backend over an instance in a cluster of that size, as the kit wants it. */
    static HazelcastBackend open(HazelcastInstance instance, int size, TckEnvironment environment) {
        return HazelcastBackend.using(
                instance,
                environment.settings(
                        HazelcastBackend.NAME,
                        FailureMode.STRICT_DISTRIBUTED,
                        Map.of(
                                "namespace", environment.namespace(),
                                "expected_members", Integer.toString(size),
                                "timeout", TIMEOUT)));
    }
}
