package dev.guard.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.PartitionService;
import com.hazelcast.query.Predicates;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pages through the keys of a tenant and a policy, some partitions a page. A cursor is the number of a partition. A key's partition
 * never changes, whichever member has it.
 */
final class HazelcastListing {

    /** A page ends after so many keys, or as many as the last partition of it has. */
    private static final int ENOUGH_KEYS = 256;

    /** A page ends after so many partitions, each of which is a round trip. */
    private static final int MOST_PARTITIONS = 32;

    private final HazelcastInstance instance;
    private final IMap<String, byte[]> map;
    private final KeyNames names;
    private volatile @Nullable List<String> probes;

    HazelcastListing(HazelcastInstance instance, IMap<String, byte[]> map, KeyNames names) {
        this.instance = instance;
        this.map = map;
        this.names = names;
    }

    /** A page. It blocks. */
    KeyPage page(String tenant, String policy, String cursor) {
        List<String> partitions = probes();
        int partition = partition(cursor, partitions.size());
        String stem = names.stem(tenant, policy);
        KeysOfPolicy wanted = new KeysOfPolicy(stem);
        List<Key> keys = new ArrayList<>();
        int end = Math.min(partitions.size(), partition + MOST_PARTITIONS);
        while (partition < end && keys.size() < ENOUGH_KEYS) {
            for (String name : map.keySet(Predicates.partitionPredicate(partitions.get(partition), wanted))) {
                keys.add(new Key(tenant, policy, KeyNames.subject(name, stem)));
            }
            partition++;
        }
        return new KeyPage(
                keys, partition == partitions.size() ? Optional.empty() : Optional.of(Integer.toString(partition)));
    }

    /** For each partition a name in it, by which Hazelcast is told which partition is meant. */
    List<String> probes() {
        List<String> known = probes;
        if (known == null) {
            known = found(instance.getPartitionService());
            probes = known;
        }
        return known;
    }

    private static List<String> found(PartitionService service) {
        int count = service.getPartitions().size();
        @Nullable String[] found = new String[count];
        int missing = count;
        for (int i = 0; missing > 0; i++) {
            String name = "probe-" + i;
            Partition partition = service.getPartition(name);
            if (found[partition.getPartitionId()] == null) {
                found[partition.getPartitionId()] = name;
                missing--;
            }
        }
        List<String> probes = new ArrayList<>(count);
        for (String name : found) {
            if (name != null) {
                probes.add(name);
            }
        }
        return List.copyOf(probes);
    }

    private static int partition(String cursor, int partitions) {
        if (cursor.equals(KeyPage.START)) {
            return 0;
        }
        boolean isNumber = cursor.length() <= 9 && cursor.chars().allMatch(c -> c >= '0' && c <= '9');
        int partition = isNumber ? Integer.parseInt(cursor) : partitions;
        if (partition >= partitions) {
            throw new InvalidArgumentException("cursor is '" + cursor + "', expected '' or one that a page named");
        }
        return partition;
    }
}
