package dev.guard.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.spi.properties.ClusterProperty;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.testing.Ports;
import java.util.List;
import java.util.Map;

/**
 * Two members in this JVM, which reach each other through proxies only, and are quick to find each other. The majority of two is both.
 */
final class TwoMembers implements AutoCloseable {

    private static final String CLUSTER = "two";
    private static final String PARTITIONS = "11";

    private final List<Integer> ports = Ports.free(2);
    private final FaultProxy toFirst = FaultProxy.before(ports.get(0));
    private final FaultProxy toSecond = FaultProxy.before(ports.get(1));
    private final HazelcastInstance first;
    private HazelcastInstance second;

    private TwoMembers() {
        this.first = start(ports.get(0), toFirst);
        this.second = start(ports.get(1), toSecond);
    }

    static TwoMembers start() {
        TwoMembers members = new TwoMembers();
        members.awaitRest();
        return members;
    }

    private HazelcastInstance start(int port, FaultProxy door) {
        Config config = Instances.memberConfig(HazelcastSettings.toOpen(TestClusters.settings(Map.of(
                "cluster",
                CLUSTER,
                "members",
                address(toFirst) + "," + address(toSecond),
                "port",
                Integer.toString(port),
                "public_address",
                address(door)))));
        config.setProperty(ClusterProperty.WAIT_SECONDS_BEFORE_JOIN.getName(), "0");
        config.setProperty(ClusterProperty.PARTITION_COUNT.getName(), PARTITIONS);
        return HazelcastInstanceFactory.newHazelcastInstance(config, null, new PatientHandshakes());
    }

    private static String address(FaultProxy proxy) {
        return proxy.host() + ":" + proxy.port();
    }

    /** While keys move a call may lose its backup's answer. */
    private void awaitRest() {
        Patience.until(
                "two members at rest", () -> TestClusters.isAtRest(first, 2) && TestClusters.isAtRest(second, 2));
    }

    /** A backend over the first member, which needs the majority of so many. */
    HazelcastBackend backend(int expected) {
        return HazelcastBackend.using(
                first,
                TestClusters.settings(Map.of(
                        "expected_members",
                        Integer.toString(expected),
                        "timeout",
                        HazelcastFaultsTest.LONGER_THAN_THE_DEADLINE)));
    }

    /** The second member does what it is told, and the first one never hears of it. */
    void deafen() {
        // Their one connection goes through the door of whichever was connected to.
        toFirst.set(Fault.blackholeTowardsStore());
        toSecond.set(Fault.blackholeTowardsClient());
    }

    void mend() {
        toFirst.heal();
        toSecond.heal();
    }

    /** Ends the second member as a power cut would. The first one finds out. */
    void kill() {
        toSecond.set(Fault.refuse());
        second.getLifecycleService().terminate();
    }

    /** {@link #kill}. When this returns the first member knows that it is alone. */
    void lose() {
        kill();
        awaitLoneliness();
    }

    private void awaitLoneliness() {
        Patience.until("one member alone", () -> TestClusters.isAtRest(first, 1));
    }

    /** Starts the second member again. When this returns keys have their backups. */
    void recover() {
        awaitLoneliness();
        toSecond.heal();
        second = start(ports.get(1), toSecond);
        awaitRest();
    }

    @Override
    public void close() {
        second.getLifecycleService().terminate();
        first.getLifecycleService().terminate();
        toSecond.close();
        toFirst.close();
    }
}
