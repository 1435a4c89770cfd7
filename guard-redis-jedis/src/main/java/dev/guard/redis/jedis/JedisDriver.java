package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisDriver;
import dev.guard.redis.RedisErrorReply;
import dev.guard.redis.RedisUrl;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * Sends commands over Jedis's connections.
 *
 * <p>The blocking form runs in the caller's thread. It ends by the timeout, which counts from the call's beginning and covers the wait
 * for a connection, making one and signing in, and the redirections of a cluster. The asynchronous form runs the blocking one in a
 * bounded number of threads behind a bounded queue; a call that finds the queue full, or reaches its timeout there, fails with {@code
 * OVERLOADED} and was not sent.
 *
 * <p>An interrupt ends the wait for a connection, not the wait for a reply, which the timeout bounds.
 */
final class JedisDriver implements RedisDriver {

    private static final int MOST_REDIRECTIONS = 5;
    private static final byte[] NO_KEY = {};

    private final Engine engine;
    private final Servers servers;
    private final NativeClient client;
    private final Runnable release;
    private final Lookout lookout;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Makes a driver of what {@link Opening} opened.
     *
     * @param release lets go of the connections that are ours
     */
    JedisDriver(Engine engine, Servers servers, NativeClient client, Runnable release) {
        this.engine = engine;
        this.servers = servers;
        this.client = client;
        this.release = release;
        this.lookout = new Lookout(servers, engine.background());
    }

    /**
     * Opens one. A stand-alone server is not asked yet; sentinels are asked for their primary, and a cluster for its servers.
     *
     * @param setting the full name of the setting that the URL came from
     * @param connections the most connections to one server, and the most asynchronous calls at a time
     * @throws GuardConfigurationException if the URL asks for what Jedis does not have, or names a file that cannot be used
     * @throws RedisErrorReply if the sentinels or the cluster answer with an error
     * @throws RedisConnectionException if they do not answer
     */
    static JedisDriver open(String setting, RedisUrl url, int connections) {
        return new Opening(Engine.start(url.timeout(), connections)).ofUrl(setting, url, connections);
    }

    /**
     * Makes one of a client that stays the caller's: closing the driver does not close it. Its settings hold for making connections and
     * for the size of its pool; the timeout holds for the rest. What is sent is sent once, whatever its settings say.
     *
     * @throws GuardConfigurationException if it is neither a {@code RedisClient}, nor a {@code RedisSentinelClient}, nor a {@code
     *     RedisClusterClient}
     * @throws RedisErrorReply if it is a cluster's, and the cluster answers with an error
     * @throws RedisConnectionException if it is a cluster's, and the cluster does not answer
     */
    static JedisDriver using(UnifiedJedis client, Duration timeout, int calls) {
        return new Opening(Engine.start(timeout, calls)).ofClient(client);
    }

    /** A client of Jedis's own for the same servers. One that was not handed in is made by the first call, and closed with the driver. */
    UnifiedJedis client() {
        return client.get();
    }

    @Override
    public CompletionStage<@Nullable Object> submit(Deadline deadline, byte[] key, byte[]... command) {
        return submit(null, key, command, engine.exchanges().deadline(deadline));
    }

    private CompletionStage<@Nullable Object> submit(
            @Nullable Server server, byte[] key, byte[][] command, Deadline deadline) {
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        try {
            engine.callers().execute(() -> complete(result, server, key, command, deadline));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    closed.get() ? isClosed() : overloaded("the queue of asynchronous calls is full", e));
        }
        return result;
    }

    private void complete(
            CompletableFuture<@Nullable Object> result,
            @Nullable Server server,
            byte[] key,
            byte[][] command,
            Deadline deadline) {
        if (result.isDone()) {
            return;
        }
        try {
            if (deadline.hasPassed(System.nanoTime())) {
                throw overloaded(
                        "the call reached its timeout in the queue of asynchronous calls",
                        new RejectedExecutionException());
            }
            result.complete(run(server, key, command, deadline));
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    private static RedisConnectionException overloaded(String message, RejectedExecutionException cause) {
        return new RedisConnectionException(Reason.OVERLOADED, false, message, cause);
    }

    @Override
    public @Nullable Object execute(Deadline deadline, byte[] key, byte[]... command) {
        return run(null, key, command, engine.exchanges().deadline(deadline));
    }

    /**
     * Runs a command.
     *
     * @param server where; null where the key is
     */
    private @Nullable Object run(@Nullable Server server, byte[] key, byte[][] command, Deadline deadline) {
        if (closed.get()) {
            throw isClosed();
        }
        if (servers.isDoubtful()) {
            var unused = lookout.begin();
        }
        try {
            return follow(server == null ? servers.holding(key) : server, command, deadline);
        } catch (RedisConnectionException e) {
            switch (e.reason()) {
                case CONNECT, TIMEOUT, CONNECTION_LOST, TOPOLOGY -> {
                    var unused = lookout.begin();
                }
                default -> {}
            }
            throw e;
        }
    }

    private @Nullable Object follow(Server first, byte[][] command, Deadline deadline) {
        Server server = first;
        boolean asking = false;
        for (int redirections = 0; ; redirections++) {
            try {
                return engine.exchanges().exchange(server, asking, command, deadline);
            } catch (JedisRedirectionException e) {
                if (!servers.redirect()) {
                    throw Failures.reply(e);
                }
                asking = e instanceof JedisAskDataException;
                if (!asking) {
                    var unused = lookout.begin();
                }
                if (redirections == MOST_REDIRECTIONS) {
                    throw new RedisConnectionException(
                            Reason.TOPOLOGY, false, "the command was sent on " + redirections + " times", e);
                }
                server = servers.at(target(e.getTargetNode(), server));
            } catch (JedisDataException e) {
                throw answered(server, e, deadline);
            }
        }
    }

    /** Where a command is sent on to: a server that does not know its own host's name leaves it empty. */
    private static HostAndPort target(HostAndPort target, Server by) {
        return target.getHost().isEmpty() ? new HostAndPort(by.host(), target.getPort()) : target;
    }

    /** After an answer that only a replica gives, the primary is elsewhere, and the caller's next call shall find it. */
    private RedisErrorReply answered(Server server, JedisDataException error, Deadline deadline) {
        RedisErrorReply reply = Failures.reply(error);
        if (reply.text().startsWith("READONLY") || reply.text().startsWith("MASTERDOWN")) {
            server.connections().dropIdle();
            lookout.await(deadline);
        } else if (reply.text().startsWith("CLUSTERDOWN")) {
            var unused = lookout.begin();
        }
        return reply;
    }

    @Override
    public List<Node> nodes() {
        if (closed.get()) {
            throw isClosed();
        }
        return servers.all().stream().map(this::node).toList();
    }

    private Node node(Server server) {
        return new Node() {
            @Override
            public String name() {
                return server.name();
            }

            @Override
            public CompletionStage<@Nullable Object> submit(byte[]... command) {
                return JedisDriver.this.submit(
                        server, NO_KEY, command, engine.exchanges().deadline());
            }
        };
    }

    private static RedisConnectionException isClosed() {
        return new RedisConnectionException(
                Reason.CONNECT, false, "the connections to Redis are closed", new IllegalStateException());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            client.close();
            release.run();
            engine.close();
        }
    }
}
