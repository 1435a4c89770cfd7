package dev.guard.bench.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.Partition;
import dev.guard.hazelcast.HazelcastBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** A cluster of which this process is the first member; the others have JVMs of their own. */
final class Members implements AutoCloseable {

    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long END = 10;

    private final List<Process> others = new ArrayList<>();
    private final HazelcastBackend backend;

    /**
     * Starts them, and waits until each has its part of the keys.
     *
     * @param addresses where they listen, this process first
     */
    Members(List<String> addresses) {
        try {
            for (String address : addresses.subList(1, addresses.size())) {
                others.add(start(address, addresses));
            }
            backend = Member.open(addresses);
            awaitParts(addresses.size());
        } catch (RuntimeException | Error e) {
            others.forEach(Process::destroyForcibly);
            throw e;
        }
    }

    private static Process start(String address, List<String> addresses) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-Dhazelcast.logging.type=slf4j",
                "-cp",
                System.getProperty("java.class.path"),
                Member.class.getName(),
                address));
        addresses.stream().filter(other -> !other.equals(address)).forEach(command::add);
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitParts(int count) {
        long start = System.nanoTime();
        while (owners() < count || !instance().getPartitionService().isClusterSafe()) {
            if (System.nanoTime() - start > PATIENCE) {
                close();
                throw new IllegalStateException(
                        owners() + " of " + count + " members own keys, expected all of them, and backups");
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private int owners() {
        Set<Object> owners = instance().getPartitionService().getPartitions().stream()
                .filter(partition -> partition.getOwner() != null)
                .map(Partition::getOwner)
                .collect(Collectors.toSet());
        return owners.size();
    }

    HazelcastBackend backend() {
        return backend;
    }

    private HazelcastInstance instance() {
        return backend.instance();
    }

    /** The map that guard has its counters in, with the settings that guard gives it. */
    <V> IMap<String, V> map() {
        return instance().getMap(HazelcastBackend.MAP);
    }

    /** Whether a key is kept by another member, if there are others: a call has to go there and back. */
    boolean isElsewhere(String key) {
        com.hazelcast.cluster.Member owner =
                instance().getPartitionService().getPartition(key).getOwner();
        return others.isEmpty() || owner == null || !owner.localMember();
    }

    /** Nanoseconds of processor time of the other members. */
    long cpuOfOthers() {
        return others.stream()
                .map(process -> process.info().totalCpuDuration().orElseThrow())
                .mapToLong(Duration::toNanos)
                .sum();
    }

    /** Ends all members, who hand nothing over. */
    @Override
    public void close() {
        instance().getLifecycleService().terminate();
        backend.close();
        for (Process process : others) {
            process.destroyForcibly();
            try {
                if (!process.waitFor(END, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the member " + process.pid() + " does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
