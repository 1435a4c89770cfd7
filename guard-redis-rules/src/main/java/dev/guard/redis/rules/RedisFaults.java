package dev.guard.redis.rules;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import dev.guard.tck.fault.FaultyStores;
import dev.guard.tck.fault.StoreFault;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import dev.guard.testing.redis.RespConnection;
import dev.guard.testing.redis.RespErrorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Servers, each of which can be made to fail in its own ways. */
final class RedisFaults {

    /** The name of a folder where a file is expected. */
    private static final String NO_FILE = "no-file";

    private static final Duration ANSWER = Duration.ofSeconds(20);

    /** The errors that a server answers to a script, or to a page of keys, and what they are to a caller. */
    private static final Map<String, Reason> ERRORS = new LinkedHashMap<>();

    static {
        ERRORS.put("OOM command not allowed when used memory > 'maxmemory'.", Reason.OUT_OF_MEMORY);
        ERRORS.put("READONLY You can't write against a read only replica.", Reason.READ_ONLY);
        ERRORS.put("MISCONF Redis is configured to save RDB snapshots, but it is unable to persist.", Reason.READ_ONLY);
        ERRORS.put("NOREPLICAS Not enough good replicas to write.", Reason.READ_ONLY);
        ERRORS.put("LOADING Redis is loading the dataset in memory", Reason.LOADING);
        ERRORS.put("BUSY Redis is busy running a script.", Reason.OVERLOADED);
        ERRORS.put("ERR max number of clients reached", Reason.OVERLOADED);
        ERRORS.put("CLUSTERDOWN The cluster is down", Reason.TOPOLOGY);
        ERRORS.put("MASTERDOWN Link with MASTER is down", Reason.TOPOLOGY);
        ERRORS.put("TRYAGAIN Multiple keys request during rehashing of slot", Reason.TOPOLOGY);
        ERRORS.put("MOVED 3999 127.0.0.1:1", Reason.MISCONFIGURED);
        ERRORS.put("NOAUTH Authentication required.", Reason.AUTH);
        ERRORS.put("WRONGPASS invalid username-password pair or user is disabled.", Reason.AUTH);
        ERRORS.put("NOPERM this user has no permissions", Reason.AUTH);
        ERRORS.put("WRONGTYPE Operation against a key holding the wrong kind of value", Reason.CORRUPT_STATE);
        ERRORS.put("EXECABORT Transaction discarded because of previous errors.", Reason.PROTOCOL);
        ERRORS.put("CROSSSLOT Keys in request don't hash to the same slot", Reason.PROTOCOL);
        ERRORS.put("ERR something went wrong", Reason.PROTOCOL);
    }

    private RedisFaults() {}

    /** Starts the servers. */
    static void prepare(FaultyStores stores, BackendUnderTest backend) {
        RedisServer server = stores.closing(RedisServers.standalone());
        FaultProxy proxy = stores.closing(FaultProxy.before(server.port()));
        stores.add(
                () -> backend.builder("redis://" + proxy.host() + ":" + proxy.port()),
                network(proxy, stores.deadline()));
        FakeRedis liar = stores.closing(FakeRedis.before(new InetSocketAddress(server.host(), server.port())));
        stores.add(() -> backend.builder(liar.url()), replies(liar));
        RedisServer mortal = stores.closing(RedisServers.standalone());
        stores.add(() -> backend.builder(mortal.url()), process(mortal));
        RedisServer durable = stores.closing(RedisServers.standalone("appendonly yes", "appendfsync always"));
        stores.add(() -> backend.builder(durable.url()), restart("restart, with its data", durable));
        stores.add(() -> backend.builder(server.url()), states(server));
        RedisServer fullOfSlowKeys = stores.closing(
                RedisServers.standalone("rdbcompression no", "loading-process-events-interval-bytes 1024"));
        stores.add(() -> backend.builder(fullOfSlowKeys.url()), List.of(loads(fullOfSlowKeys)));
        RedisServer unsavable = stores.closing(RedisServers.standalone("dbfilename " + NO_FILE));
        stores.add(() -> backend.builder(unsavable.url()), List.of(cannotSave(unsavable)));
        RedisCluster cluster = stores.closing(RedisServers.cluster());
        stores.add(() -> backend.builder("redis-cluster://" + cluster.addresses()), List.of(losesASlot(cluster)));
    }

    // ─── The network ────────────────────────────────────────────────────────────────────────────

    private static List<StoreFault> network(FaultProxy proxy, Duration deadline) {
        return List.of(
                StoreFault.onTheWay("refused", proxy, Fault.refuse(), Reason.CONNECT, Reason.CONNECTION_LOST),
                StoreFault.onTheWay("reset", proxy, Fault.reset(), Reason.CONNECT, Reason.CONNECTION_LOST),
                StoreFault.onTheWay(
                        "blackhole towards the store", proxy, Fault.blackholeTowardsStore(), Reason.TIMEOUT),
                StoreFault.onTheWay(
                        "blackhole towards the client", proxy, Fault.blackholeTowardsClient(), Reason.TIMEOUT),
                StoreFault.onTheWay("dropped, also after it", proxy, Fault.drop(), Reason.TIMEOUT),
                StoreFault.onTheWay(
                                "delay within the deadline",
                                proxy,
                                Fault.delay(deadline.dividedBy(8)),
                                Reason.TIMEOUT,
                                Reason.LATE)
                        .butMayAnswer(),
                StoreFault.onTheWay(
                        "delay beyond the deadline", proxy, Fault.delay(deadline), Reason.TIMEOUT, Reason.LATE),
                StoreFault.onTheWay(
                                "jitter", proxy, Fault.jitter(deadline.dividedBy(4), 1), Reason.TIMEOUT, Reason.LATE)
                        .butMayAnswer(),
                StoreFault.onTheWay("cut within the reply", proxy, Fault.cut(3), Reason.CONNECTION_LOST),
                // The shortest reply has 15 bytes.
                StoreFault.onTheWay(
                        "one byte at a time", proxy, Fault.byteByByte(deadline.dividedBy(5)), Reason.TIMEOUT));
    }

    // ─── The process ────────────────────────────────────────────────────────────────────────────

    private static List<StoreFault> process(RedisServer server) {
        return List.of(
                StoreFault.of("stopped (SIGSTOP)", server::pause, server::resume, Reason.TIMEOUT),
                StoreFault.of("killed (SIGKILL)", server::kill, server::start, Reason.CONNECT, Reason.CONNECTION_LOST)
                        .andForgets(),
                StoreFault.of("killed, and the circuit is open", server::kill, server::start, Reason.CIRCUIT_OPEN)
                        .foundAs(Reason.CIRCUIT_OPEN)
                        .andForgets(),
                restart("restart, empty", server).andForgets());
    }

    private static StoreFault restart(String name, RedisServer server) {
        return StoreFault.of(
                        name,
                        () -> {
                            server.kill();
                            server.start();
                        },
                        () -> {},
                        Reason.CONNECT,
                        Reason.CONNECTION_LOST,
                        Reason.LOADING)
                .butMayAnswer();
    }

    // ─── Replies ────────────────────────────────────────────────────────────────────────────────

    private static List<StoreFault> replies(FakeRedis server) {
        List<StoreFault> faults = new ArrayList<>();
        ERRORS.forEach((text, reason) -> faults.add(reply(server, "says " + code(text), Answer.error(text), reason)));
        faults.add(StoreFault.of(
                        "says NOSCRIPT to EVALSHA",
                        () -> server.always("EVALSHA", Answer.error("NOSCRIPT No matching script.")),
                        server::reset)
                .butMayAnswer());
        faults.add(
                reply(server, "says NOSCRIPT to all", Answer.error("NOSCRIPT No matching script."), Reason.PROTOCOL));
        faults.add(reply(server, "answers a number", Answer.integer(1), Reason.PROTOCOL));
        faults.add(reply(server, "answers nothing", Answer.nil(), Reason.PROTOCOL));
        faults.add(reply(server, "answers a text", Answer.bulk("allowed"), Reason.PROTOCOL));
        faults.add(reply(server, "answers a list", Answer.array(Answer.bulk("0"), Answer.integer(1)), Reason.PROTOCOL));
        // What ends too early may be what the key holds, or how it was told.
        faults.add(
                reply(server, "answers half a decision", Answer.bulk(half()), Reason.PROTOCOL, Reason.CORRUPT_STATE));
        faults.add(reply(server, "answers noise", Answer.bulk("x".repeat(64)), Reason.PROTOCOL));
        faults.add(reply(
                server,
                "answers no reply of the protocol",
                Answer.raw("?what\r\n".getBytes(StandardCharsets.US_ASCII)).thenClose(),
                Reason.PROTOCOL,
                Reason.CONNECTION_LOST));
        // A page of keys cannot be late.
        faults.add(reply(server, "always finds calls late", Answer.bulk(new byte[9]), Reason.LATE, Reason.PROTOCOL));
        return faults;
    }

    /** What says that a call is allowed, and the time, and ends there. */
    private static byte[] half() {
        byte[] bytes = new byte[9];
        bytes[0] = 17;
        return bytes;
    }

    private static StoreFault reply(FakeRedis server, String name, Answer answer, Reason... reasons) {
        return StoreFault.of(
                name,
                () -> server.always("EVALSHA", answer).always("EVAL", answer).always("SCAN", answer),
                server::reset,
                reasons);
    }

    private static String code(String error) {
        String code = error.substring(0, error.indexOf(' '));
        return code.equals("ERR") ? error : code;
    }

    // ─── States of a real server ────────────────────────────────────────────────────────────────

    private static List<StoreFault> states(RedisServer server) {
        return List.of(
                runsAnotherScript(server),
                StoreFault.of(
                                "has too few replicas",
                                () -> server.command("CONFIG", "SET", "min-replicas-to-write", "1"),
                                () -> server.command("CONFIG", "SET", "min-replicas-to-write", "0"),
                                Reason.READ_ONLY)
                        .butMayAnswer(),
                StoreFault.of(
                                "is out of memory",
                                () -> server.command("CONFIG", "SET", "maxmemory", "1"),
                                () -> server.command("CONFIG", "SET", "maxmemory", "0"),
                                Reason.OUT_OF_MEMORY)
                        .butMayAnswer(),
                StoreFault.of(
                                "is a replica",
                                () -> server.command("REPLICAOF", "127.0.0.1", "1"),
                                () -> server.command("REPLICAOF", "NO", "ONE"),
                                Reason.READ_ONLY)
                        .butMayAnswer(),
                StoreFault.of(
                                "has too many clients",
                                () -> {
                                    server.command("CONFIG", "SET", "maxclients", "1");
                                    disconnectAll(server);
                                },
                                () -> server.command("CONFIG", "SET", "maxclients", "10000"),
                                Reason.OVERLOADED)
                        .foundAs(Reason.OVERLOADED),
                StoreFault.of(
                                "wants a password",
                                () -> {
                                    server.command("CONFIG", "SET", "requirepass", "changed");
                                    disconnectAll(server);
                                },
                                () -> server.command("CONFIG", "SET", "requirepass", ""),
                                Reason.AUTH)
                        .foundAs(Reason.AUTH),
                StoreFault.of(
                        "forbids scripts and scans",
                        () -> server.command("ACL", "SETUSER", "default", "-evalsha", "-eval", "-scan"),
                        () -> server.command("ACL", "SETUSER", "default", "+@all"),
                        Reason.AUTH));
    }

    private static StoreFault runsAnotherScript(RedisServer server) {
        Deque<RespConnection> running = new ArrayDeque<>();
        return StoreFault.of(
                "is busy with another script",
                () -> {
                    server.command("CONFIG", "SET", "busy-reply-threshold", "1");
                    running.push(sent(server, "EVAL", "while true do end", "0"));
                    untilItSays(server, "BUSY");
                },
                () -> {
                    server.command("SCRIPT", "KILL");
                    ended(running.pop(), "ERR");
                },
                Reason.OVERLOADED);
    }

    private static StoreFault loads(RedisServer server) {
        Deque<RespConnection> loading = new ArrayDeque<>();
        server.command("DEBUG", "POPULATE", "300", "filler", "1024");
        return StoreFault.of(
                "loads its data",
                () -> {
                    server.command("CONFIG", "SET", "key-load-delay", "20000");
                    loading.push(sent(server, "DEBUG", "RELOAD"));
                    untilItSays(server, "LOADING");
                },
                () -> {
                    server.command("CONFIG", "SET", "key-load-delay", "0");
                    ended(loading.pop(), "OK");
                },
                Reason.LOADING);
    }

    private static StoreFault cannotSave(RedisServer server) {
        List<?> folder = (List<?>) Objects.requireNonNull(server.command("CONFIG", "GET", "dir"));
        try {
            Files.createDirectories(Path.of(String.valueOf(folder.get(1)), NO_FILE, "so that it stays"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return StoreFault.of(
                        "cannot save its data",
                        () -> {
                            server.command("CONFIG", "SET", "save", "3600 1");
                            Patience.until("saving fails", ANSWER, server::log, () -> hasFailedToSave(server));
                        },
                        () -> server.command("CONFIG", "SET", "save", ""),
                        Reason.READ_ONLY)
                .butMayAnswer();
    }

    /** Has it try where it did not. */
    private static boolean hasFailedToSave(RedisServer server) {
        if ("err".equals(server.info("persistence").get("rdb_last_bgsave_status"))) {
            return true;
        }
        // Refused while it tries already.
        server.command("BGSAVE");
        return false;
    }

    private static StoreFault losesASlot(RedisCluster cluster) {
        RedisServer owner = cluster.nodes().get(0);
        // It lists its keys nevertheless.
        return StoreFault.of(
                        "is a cluster that lost a slot",
                        () -> cluster.lose(0),
                        () -> cluster.regain(0, owner),
                        Reason.TOPOLOGY)
                .butMayAnswer();
    }

    private static RespConnection sent(RedisServer server, String... command) {
        try {
            RespConnection connection = server.connect();
            connection.send(Stream.of(command)
                    .map(part -> part.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new));
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the reply to what was sent. */
    private static void ended(RespConnection connection, String reply) {
        try (connection) {
            String said;
            try {
                said = new String((byte[]) Objects.requireNonNull(connection.receive()), StandardCharsets.US_ASCII);
            } catch (RespErrorException e) {
                said = String.valueOf(e.getMessage());
            }
            if (!said.startsWith(reply)) {
                throw new IllegalStateException("the server said " + said + ", expected " + reply);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void untilItSays(RedisServer server, String error) {
        Patience.until("the server says " + error, ANSWER, server::log, () -> {
            try {
                server.command("PING");
                return false;
            } catch (RespErrorException e) {
                return String.valueOf(e.getMessage()).startsWith(error);
            }
        });
    }

    /** Closes all connections but the one that says so. */
    private static void disconnectAll(RedisServer server) {
        server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }
}
