package dev.guard.testing.redis;

import dev.guard.testing.redis.RedisServer.Setup;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A cluster of three primaries, with a replica each or without. Any thread may use it. */
public final class RedisCluster implements AutoCloseable {

    /** How many slots a cluster has. */
    public static final int SLOTS = 16_384;

    private static final int PRIMARIES = 3;
    private static final Duration READY = Duration.ofSeconds(30);

    private final List<RedisServer> servers;

    private RedisCluster(List<RedisServer> servers) {
        this.servers = List.copyOf(servers);
    }

    /**
     * Starts one, and returns when it serves.
     *
     * @param plain how each server is started, but for being one of a cluster
     * @param replicas of each primary
     */
    static RedisCluster start(Setup plain, boolean shared, int replicas, Duration nodeTimeout) {
        Setup setup = plain.with(
                "cluster-enabled yes",
                "cluster-config-file nodes.conf",
                "cluster-announce-ip 127.0.0.1",
                "cluster-node-timeout " + nodeTimeout.toMillis());
        List<RedisServer> servers = new ArrayList<>();
        try {
            for (int i = 0; i < PRIMARIES * (1 + replicas); i++) {
                servers.add(shared ? RedisServer.startShared(setup) : RedisServer.start(setup));
            }
            form(servers);
            return new RedisCluster(servers);
        } catch (RuntimeException e) {
            servers.forEach(RedisServer::close);
            throw e;
        }
    }

    private static void form(List<RedisServer> servers) {
        for (int i = 0; i < servers.size(); i++) {
            RedisServer server = servers.get(i);
            // An epoch each, or they would agree on theirs one after the other.
            server.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            if (i < PRIMARIES) {
                server.command(addSlots(SLOTS * i / PRIMARIES, SLOTS * (i + 1) / PRIMARIES));
            }
            // Each to each, so that none waits for the others' gossip.
            for (RedisServer before : servers.subList(0, i)) {
                server.command("CLUSTER", "MEET", before.host(), String.valueOf(before.port()));
            }
        }
        Patience.until(
                "all know each other",
                READY,
                () -> state(servers),
                () -> servers.stream()
                        .allMatch(server -> String.valueOf(servers.size())
                                .equals(clusterInfo(server).get("cluster_known_nodes"))));
        for (int i = PRIMARIES; i < servers.size(); i++) {
            servers.get(i).command("CLUSTER", "REPLICATE", id(servers.get(i % PRIMARIES)));
        }
        Patience.until(
                "the cluster serves all slots",
                READY,
                () -> state(servers),
                () -> servers.stream().allMatch(RedisCluster::servesAllSlots)
                        && servers.stream().skip(PRIMARIES).allMatch(RedisCluster::follows));
    }

    private static boolean follows(RedisServer replica) {
        return "up".equals(replica.info("replication").get("master_link_status"));
    }

    /** ADDSLOTSRANGE is not in 6.2. */
    private static String[] addSlots(int from, int before) {
        String[] command = new String[before - from + 2];
        command[0] = "CLUSTER";
        command[1] = "ADDSLOTS";
        for (int slot = from; slot < before; slot++) {
            command[slot - from + 2] = String.valueOf(slot);
        }
        return command;
    }

    private static boolean servesAllSlots(RedisServer node) {
        Map<String, String> info = clusterInfo(node);
        return "ok".equals(info.get("cluster_state"))
                && String.valueOf(SLOTS).equals(info.get("cluster_slots_ok"))
                && String.valueOf(PRIMARIES).equals(info.get("cluster_size"));
    }

    private static Map<String, String> clusterInfo(RedisServer node) {
        return String.valueOf(node.command("CLUSTER", "INFO"))
                .lines()
                .map(line -> line.split(":", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1]));
    }

    private static String state(List<RedisServer> nodes) {
        return nodes.stream().map(node -> node + ":\n" + node.log()).collect(Collectors.joining("\n"));
    }

    /** The servers that began as primaries, in the order of their slots. */
    public List<RedisServer> nodes() {
        return servers.subList(0, PRIMARIES);
    }

    /** The servers that began as replicas of the {@link #nodes()}, in their order; empty where there are none. */
    public List<RedisServer> replicas() {
        return servers.subList(PRIMARIES, servers.size());
    }

    /** The slot of a key. */
    public int slotOf(String key) {
        return Math.toIntExact((Long) Objects.requireNonNull(ask("CLUSTER", "KEYSLOT", key)));
    }

    /** The primary that has the slot of a key now, as the first server that answers knows it. */
    public RedisServer nodeOf(String key) {
        int slot = slotOf(key);
        for (Object entry : (List<?>) Objects.requireNonNull(ask("CLUSTER", "SLOTS"))) {
            List<?> range = (List<?>) entry;
            if ((Long) range.get(0) <= slot && slot <= (Long) range.get(1)) {
                long port = (Long) ((List<?>) range.get(2)).get(1);
                return servers.stream()
                        .filter(server -> server.port() == port)
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("No server of ours has port " + port));
            }
        }
        throw new IllegalStateException("Nobody has slot " + slot);
    }

    private @Nullable Object ask(String... command) {
        @Nullable UncheckedIOException last = null;
        for (RedisServer server : servers) {
            try {
                return server.command(command);
            } catch (UncheckedIOException e) {
                last = e;
            }
        }
        throw new IllegalStateException("No server of the cluster answers", last);
    }

    /** The servers as {@code host:port,host:port,host:port}, those that began as primaries. */
    public String addresses() {
        return nodes().stream().map(RedisServer::address).collect(Collectors.joining(","));
    }

    /**
     * Begins to move a slot: from now on its owner answers {@code ASK} for keys that it does not have, and the new one serves them
     * to who says {@code ASKING}.
     */
    public void beginMove(int slot, RedisServer from, RedisServer to) {
        to.command("CLUSTER", "SETSLOT", String.valueOf(slot), "IMPORTING", id(from));
        from.command("CLUSTER", "SETSLOT", String.valueOf(slot), "MIGRATING", id(to));
    }

    /** Ends the move of a slot, the keys of which were moved: all know the new owner, and others than it answer {@code MOVED}. */
    public void finishMove(int slot, RedisServer to) {
        // The new owner first: it is the one that gives the slot a newer epoch.
        to.command("CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", id(to));
        for (RedisServer node : nodes()) {
            node.command("CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", id(to));
        }
    }

    /**
     * Takes a slot from its server, so that all servers answer {@code CLUSTERDOWN} to every key when this returns: a cluster serves all
     * slots or none. The keys stay where they are.
     */
    public void lose(int slot) {
        Patience.until(
                "the cluster is down",
                READY,
                () -> state(servers),
                () -> nodes().stream().allMatch(node -> knowsNoServerOf(slot, node)));
    }

    /** Whether a server did not know who has the slot; if it did, it is told to forget, as it may have heard from the others once more. */
    private static boolean knowsNoServerOf(int slot, RedisServer node) {
        if (!servesAllSlots(node)) {
            return true;
        }
        node.command("CLUSTER", "DELSLOTS", String.valueOf(slot));
        return false;
    }

    /** Gives a server a slot that was {@linkplain #lose lost}; the cluster serves when this returns. */
    public void regain(int slot, RedisServer node) {
        finishMove(slot, node);
        Patience.until(
                "the cluster serves all slots",
                READY,
                () -> state(servers),
                () -> nodes().stream().allMatch(RedisCluster::servesAllSlots));
    }

    private static String id(RedisServer node) {
        return String.valueOf(node.command("CLUSTER", "MYID"));
    }

    /** Ends the servers, unless they are shared. */
    @Override
    public void close() {
        servers.forEach(RedisServer::close);
    }
}
