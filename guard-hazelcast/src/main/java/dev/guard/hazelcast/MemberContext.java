package dev.guard.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.IPartitionService;
import com.hazelcast.query.impl.QueryableEntry;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** What guard keeps on each member: its clock, and the policies that came. Made by the first command, and gone with the member. */
final class MemberContext {

    private static final String NAME = MemberContext.class.getName();
    private static final int MOST_POLICIES = 10_000;

    private final HazelcastInstance instance;
    private final MemberClock clock;
    private final IPartitionService partitions;
    private final boolean hasBackups;
    private final ConcurrentMap<Bytes, SentPolicy> policies = new ConcurrentHashMap<>();

    private MemberContext(HazelcastInstance instance) {
        this.instance = instance;
        this.clock = new MemberClock(() -> instance.getCluster().getClusterTime(), System::nanoTime);
        this.partitions = node(instance).getNodeEngine().getPartitionService();
        this.hasBackups =
                instance.getConfig().findMapConfig(HazelcastBackend.MAP).getBackupCount() > 0;
    }

    private static Node node(HazelcastInstance instance) {
        HazelcastInstance plain = instance instanceof HazelcastInstanceProxy proxy ? proxy.getOriginal() : instance;
        return ((HazelcastInstanceImpl) plain).node;
    }

    /** Bytes that are equal where they are the same. */
    private static final class Bytes {
        private final byte[] bytes;
        private final int hash;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    static MemberContext of(HazelcastInstance instance) {
        ConcurrentMap<String, Object> kept = instance.getUserContext();
        Object known = kept.get(NAME);
        if (known == null) {
            known = kept.computeIfAbsent(NAME, name -> new MemberContext(instance));
        }
        return (MemberContext) known;
    }

    long micros() {
        return clock.micros();
    }

    /** How many members there are that hold data, as far as this one knows. */
    int members() {
        return members(instance);
    }

    static int members(HazelcastInstance instance) {
        int members = 0;
        for (Member member : instance.getCluster().getMembers()) {
            members += member.isLiteMember() ? 0 : 1;
        }
        return members;
    }

    /**
     * Whether a member has a key's backup, where the map has backups at all, as far as this one knows. None has for a moment after a member was
     * lost; and where this one was silent, and is about to find that the others go on without it.
     */
    boolean isBackedUp(Map.Entry<String, byte[]> entry) {
        return !hasBackups
                || !(entry instanceof QueryableEntry<?, ?> lazy)
                || partitions
                                .getPartition(partitions.getPartitionId(lazy.getKeyData()))
                                .getReplicaAddress(1)
                        != null;
    }

    /** The policy of these bytes, made ready once. */
    SentPolicy policy(byte[] bytes) {
        Bytes key = new Bytes(bytes);
        SentPolicy known = policies.get(key);
        if (known != null) {
            return known;
        }
        if (policies.size() >= MOST_POLICIES) {
            policies.clear();
        }
        return policies.computeIfAbsent(key, added -> SentPolicy.of(bytes));
    }
}
