package dev.guard.testing.redis;

import dev.guard.testing.redis.RedisServer.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** A cluster of three primaries without replicas. Any thread may use it. */
public final class RedisCluster implements AutoCloseable {

    /** How many slots a cluster has. */
    public static final int SLOTS = 16_384;

    private static final int PRIMARIES = 3;
    private static final Duration READY = Duration.ofSeconds(30);

    private final List<RedisServer> nodes;

    private RedisCluster(List<RedisServer> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    static RedisCluster start(RedisBinary binary, boolean shared, Duration nodeTimeout, String... directives) {
        Setup setup = Setup.plain(binary, directives)
                .with(
                        "cluster-enabled yes",
                        "cluster-config-file nodes.conf",
                        "cluster-announce-ip 127.0.0.1",
                        "cluster-node-timeout " + nodeTimeout.toMillis());
        List<RedisServer> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < PRIMARIES; i++) {
                nodes.add(shared ? RedisServer.startShared(setup) : RedisServer.start(setup));
            }
            form(nodes);
            return new RedisCluster(nodes);
        } catch (RuntimeException e) {
            nodes.forEach(RedisServer::close);
            throw e;
        }
    }

    private static void form(List<RedisServer> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            RedisServer node = nodes.get(i);
            // An epoch each, or they would agree on theirs one after the other.
            node.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            node.command(addSlots(SLOTS * i / nodes.size(), SLOTS * (i + 1) / nodes.size()));
            // Each to each, so that none waits for the others' gossip.
            for (RedisServer before : nodes.subList(0, i)) {
                node.command("CLUSTER", "MEET", before.host(), String.valueOf(before.port()));
            }
        }
        Patience.until(
                "the cluster serves all slots",
                READY,
                () -> state(nodes),
                () -> nodes.stream().allMatch(RedisCluster::servesAllSlots));
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
                && String.valueOf(PRIMARIES).equals(info.get("cluster_known_nodes"))
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

    /** The primaries, in the order of their slots as the cluster was formed. */
    public List<RedisServer> nodes() {
        return nodes;
    }

    /** The slot of a key. */
    public int slotOf(String key) {
        Object slot = nodes.get(0).command("CLUSTER", "KEYSLOT", key);
        return Math.toIntExact((Long) Objects.requireNonNull(slot));
    }

    /** The primary that has the slot of a key now. */
    public RedisServer nodeOf(String key) {
        int slot = slotOf(key);
        Object ranges = nodes.get(0).command("CLUSTER", "SLOTS");
        for (Object entry : (List<?>) Objects.requireNonNull(ranges)) {
            List<?> range = (List<?>) entry;
            if ((Long) range.get(0) <= slot && slot <= (Long) range.get(1)) {
                long port = (Long) ((List<?>) range.get(2)).get(1);
                return nodes.stream()
                        .filter(node -> node.port() == port)
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("No server of ours has port " + port));
            }
        }
        throw new IllegalStateException("Nobody has slot " + slot);
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
        for (RedisServer node : nodes) {
            node.command("CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", id(to));
        }
    }

    private static String id(RedisServer node) {
        return String.valueOf(node.command("CLUSTER", "MYID"));
    }

    /** Ends the servers, unless they are shared. */
    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }
}
