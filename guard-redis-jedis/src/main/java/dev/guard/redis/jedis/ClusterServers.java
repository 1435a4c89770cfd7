package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.util.JedisClusterCRC16;

/** The primaries of a cluster, as {@code CLUSTER SLOTS} has them. */
final class ClusterServers implements Servers {

    private static final byte[][] CLUSTER_SLOTS = Commands.of("CLUSTER", "SLOTS");

    private final Pools pools;
    private final Exchanges exchanges;
    private volatile SlotMap slots = SlotMap.EMPTY;

    /** Asks nobody yet. */
    ClusterServers(Pools pools, Exchanges exchanges) {
        this.pools = pools;
        this.exchanges = exchanges;
    }

    /** A slot that no server is known to hold is asked for at any server: it says who does, or that none does. */
    @Override
    public Server holding(byte[] key) {
        HostAndPort primary = slots.primaryOf(JedisClusterCRC16.getSlot(key));
        return primary == null ? all().get(0) : pools.at(primary);
    }

    @Override
    public List<Server> all() {
        List<HostAndPort> primaries = slots.primaries();
        if (primaries.isEmpty()) {
            throw new RedisConnectionException(
                    Reason.TOPOLOGY,
                    false,
                    "the servers of the cluster are not known",
                    new IllegalStateException("no server has answered CLUSTER SLOTS"));
        }
        return primaries.stream().map(pools::at).toList();
    }

    @Override
    public boolean redirect() {
        return true;
    }

    @Override
    public Server at(HostAndPort address) {
        return pools.at(address);
    }

    /** Asks the servers, one after the other, which of them holds which slots. Each has the time of a call. */
    @Override
    public void lookAgain() {
        pools.prepareToLook();
        RuntimeException failure = null;
        for (HostAndPort address : inOrder()) {
            try {
                Server server = pools.at(address);
                SlotMap found = SlotMap.read(exchanges.once(server, CLUSTER_SLOTS, exchanges.deadline()), address);
                slots = found;
                pools.keepOnly(found.primaries());
                return;
            } catch (RedisConnectionException | RedisErrorReply e) {
                failure = e;
            }
        }
        throw failure == null ? new IllegalStateException("there are no servers to ask") : failure;
    }

    /** Those that were primaries, in any order, so that one that knows no better is not the one that is always believed. */
    private Set<HostAndPort> inOrder() {
        List<HostAndPort> primaries = new ArrayList<>(slots.primaries());
        Collections.shuffle(primaries);
        Set<HostAndPort> order = new LinkedHashSet<>(primaries);
        order.addAll(pools.seeds());
        return order;
    }
}
