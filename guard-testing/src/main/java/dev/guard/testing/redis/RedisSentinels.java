package dev.guard.testing.redis;

import dev.guard.testing.redis.RedisServer.Setup;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A primary with a replica, and three sentinels, two of which must agree that the primary is gone. Any thread may use it. */
public final class RedisSentinels implements AutoCloseable {

    /** The name by which the sentinels know the primary. */
    public static final String MASTER = "guard";

    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;
    private static final Duration READY = Duration.ofSeconds(30);
    private static final Duration FAILOVER = Duration.ofSeconds(30);

    private final List<RedisServer> servers;
    private final List<RedisServer> sentinels;

    private RedisSentinels(List<RedisServer> servers, List<RedisServer> sentinels) {
        this.servers = List.copyOf(servers);
        this.sentinels = List.copyOf(sentinels);
    }

    /**
     * Starts them, and returns when all know each other.
     *
     * @param setup how primary and replica are started, but for who is which
     * @param watcher how sentinels are started, but for what they watch
     * @param watching lines of the sentinels' configuration on what they watch
     */
    static RedisSentinels start(Setup setup, Setup watcher, Duration downAfter, String... watching) {
        List<RedisServer> servers = new ArrayList<>();
        List<RedisServer> sentinels = new ArrayList<>();
        try {
            RedisServer primary = RedisServer.start(setup);
            servers.add(primary);
            RedisServer replica = RedisServer.start(setup.with("replicaof 127.0.0.1 " + primary.port()));
            servers.add(replica);
            Patience.until(
                    "the replica follows",
                    READY,
                    replica::log,
                    () -> "up".equals(replica.info("replication").get("master_link_status")));
            List<String> ids =
                    Stream.generate(RedisSentinels::id).limit(SENTINELS).toList();
            for (int i = 0; i < SENTINELS; i++) {
                List<String> lines = new ArrayList<>();
                lines.add("sentinel myid " + ids.get(i));
                lines.add("sentinel monitor " + MASTER + " 127.0.0.1 " + primary.port() + " " + QUORUM);
                lines.add("sentinel down-after-milliseconds " + MASTER + " " + downAfter.toMillis());
                lines.add("sentinel failover-timeout " + MASTER + " " + failoverTimeout(downAfter));
                lines.add("sentinel known-replica " + MASTER + " 127.0.0.1 " + replica.port());
                lines.addAll(List.of(watching));
                RedisServer sentinel = RedisServer.start(
                        watcher.with(lines.toArray(String[]::new)).asSentinel());
                sentinels.add(sentinel);
                if (watcher.binary().isAtLeast(7, 0)) {
                    // What it does every ten and every two seconds otherwise; 6.2 cannot be told.
                    sentinel.command("SENTINEL", "DEBUG", "info-period", "500", "publish-period", "200");
                }
            }
            introduce(sentinels, ids, primary);
            RedisSentinels started = new RedisSentinels(servers, sentinels);
            Patience.until(
                    "the sentinels know all",
                    READY,
                    started::logs,
                    () -> sentinels.stream().allMatch(RedisSentinels::knowsAll));
            if (watcher.binary().isAtLeast(7, 0)) {
                // A sentinel that has not heard of a failover for four such periods takes it back.
                sentinels.forEach(sentinel -> sentinel.command("SENTINEL", "DEBUG", "publish-period", "500"));
            }
            return started;
        } catch (RuntimeException e) {
            Stream.concat(sentinels.stream(), servers.stream()).forEach(RedisServer::close);
            throw e;
        }
    }

    /** Says to each sentinel what the others would say two seconds later. */
    private static void introduce(List<RedisServer> sentinels, List<String> ids, RedisServer primary) {
        for (int i = 0; i < sentinels.size(); i++) {
            String hello = String.join(
                    ",",
                    sentinels.get(i).host(),
                    String.valueOf(sentinels.get(i).port()),
                    ids.get(i),
                    "0",
                    MASTER,
                    primary.host(),
                    String.valueOf(primary.port()),
                    "0");
            for (RedisServer other : sentinels) {
                if (other != sentinels.get(i)) {
                    other.command("PUBLISH", "__sentinel__:hello", hello);
                }
            }
        }
    }

    private static String id() {
        byte[] bytes = new byte[20];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static boolean knowsAll(RedisServer sentinel) {
        Map<String, String> primary = fields(sentinel.command("SENTINEL", "MASTER", MASTER));
        return "master".equals(primary.get("flags"))
                && String.valueOf(SENTINELS - 1).equals(primary.get("num-other-sentinels"))
                && replicasOf(sentinel).stream()
                        .allMatch(replica ->
                                "slave".equals(replica.get("flags")) && "ok".equals(replica.get("master-link-status")))
                && String.valueOf(sentinel.command("SENTINEL", "CKQUORUM", MASTER))
                        .startsWith("OK " + SENTINELS);
    }

    private static List<Map<String, String>> replicasOf(RedisServer sentinel) {
        Object replicas = sentinel.command("SENTINEL", "REPLICAS", MASTER);
        return ((List<?>) Objects.requireNonNull(replicas))
                .stream().map(RedisSentinels::fields).toList();
    }

    private static Map<String, String> fields(@Nullable Object reply) {
        List<?> flat = (List<?>) Objects.requireNonNull(reply);
        return Stream.iterate(0, i -> i < flat.size(), i -> i + 2)
                .collect(Collectors.toMap(i -> String.valueOf(flat.get(i)), i -> String.valueOf(flat.get(i + 1))));
    }

    private String logs() {
        return Stream.concat(servers.stream(), sentinels.stream())
                .map(server -> server + ":\n" + server.log())
                .collect(Collectors.joining("\n"));
    }

    /** The server that most sentinels take for the primary now. */
    public RedisServer primary() {
        Map<Integer, Long> votes = sentinels.stream()
                .flatMap(RedisSentinels::portOfPrimary)
                .collect(Collectors.groupingBy(port -> port, Collectors.counting()));
        return servers.stream()
                .filter(server -> votes.getOrDefault(server.port(), 0L) >= QUORUM)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No two sentinels agree on a primary: " + votes));
    }

    /** The other server. */
    public RedisServer replica() {
        RedisServer primary = primary();
        return servers.get(0) == primary ? servers.get(1) : servers.get(0);
    }

    /** Both servers, first the one that began as the primary. */
    public List<RedisServer> servers() {
        return servers;
    }

    /** The sentinels. */
    public List<RedisServer> sentinels() {
        return sentinels;
    }

    /** The sentinels as {@code host:port,host:port,host:port}. */
    public String sentinelAddresses() {
        return sentinels.stream().map(RedisServer::address).collect(Collectors.joining(","));
    }

    /** Tells all sentinels for how long a server may be silent before they take it for lost. */
    public void setDownAfter(Duration downAfter) {
        for (RedisServer sentinel : sentinels) {
            sentinel.command(
                    "SENTINEL",
                    "SET",
                    MASTER,
                    "down-after-milliseconds",
                    String.valueOf(downAfter.toMillis()),
                    "failover-timeout",
                    String.valueOf(failoverTimeout(downAfter)));
        }
    }

    private static long failoverTimeout(Duration downAfter) {
        return Math.max(5_000, 2 * downAfter.toMillis());
    }

    /** Makes the replica the primary, while both run, and returns when all sentinels know and the old primary follows. */
    public void failOver() {
        RedisServer before = primary();
        RedisServer after = replica();
        sentinels.get(0).command("SENTINEL", "FAILOVER", MASTER);
        awaitPrimary(after);
        Patience.until(
                "the old primary follows",
                FAILOVER,
                this::logs,
                () -> "up".equals(before.info("replication").get("master_link_status")));
    }

    /** Returns when {@code server} takes itself for the primary, and all sentinels that live do. */
    public void awaitPrimary(RedisServer server) {
        Patience.until(
                server + " is the primary",
                FAILOVER,
                this::logs,
                () -> "master".equals(server.info("replication").get("role"))
                        && sentinels.stream()
                                .flatMap(RedisSentinels::portOfPrimary)
                                .allMatch(port -> port == server.port()));
    }

    /** None where the sentinel is gone. */
    private static Stream<Integer> portOfPrimary(RedisServer sentinel) {
        Object address;
        try {
            address = sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER);
        } catch (UncheckedIOException e) {
            return Stream.empty();
        }
        return address instanceof List<?> parts
                ? Stream.of(Integer.parseInt(String.valueOf(parts.get(1))))
                : Stream.empty();
    }

    /** Ends all servers, the sentinels first. */
    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }
}
