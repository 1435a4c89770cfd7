package dev.guard.redis.lettuce;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisDriver;
import dev.guard.redis.RedisErrorReply;
import dev.guard.redis.RedisUrl;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.netty.util.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commands through Lettuce. All callers share one connection to a server, on which any number of commands are under way, up to
 * {@value #MOST_UNDER_WAY} in all; what is more is refused as OVERLOADED, unsent.
 *
 * <p><b>Sending.</b> A command is written once. While there is no connection, commands fail at once and unsent; the client connects
 * anew on its own, half a second after the last attempt at the latest. What was written to a connection that broke is lost, and
 * nobody knows what came of it. A command that the server answered with READONLY ends the connection too, so that the next one is
 * made to the primary of then.
 *
 * <p><b>Time.</b> Every command has an answer by its deadline, and after the timeout, 1 s where nobody set it. A connection that is silent for longer while
 * answers are due is closed; not one that was handed in.
 *
 * <p><b>Threads.</b> The asynchronous form does not block, and its stages complete on Lettuce's threads.
 *
 * <p><b>Clients that the application has</b> may be handed in, and are never closed. A client opens a connection for the driver, which
 * the driver closes. A connection may be used for other commands too, but none that change what it is (SELECT, MULTI, SUBSCRIBE,
 * blocking ones). Its options are the application's: with those that Lettuce has by default, what is asked for while there is no
 * connection waits until there is one, or until the timeout.
 */
public final class LettuceDriver implements RedisDriver {

    /** The most commands that wait for an answer at a time. */
    public static final int MOST_UNDER_WAY = 10_000;

    private static final long READ_ONLY_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Link link;
    private final Optional<OwnClient> own;
    private final Timer timer;
    private final Duration timeout;
    private final String where;
    private final Call.Ledger ledger = new Calls();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();
    private final AtomicLong renewedAt = new AtomicLong(System.nanoTime() - READ_ONLY_PAUSE_NANOS);

    private LettuceDriver(Link link, Optional<OwnClient> own, Duration timeout, String where) {
        this.link = link;
        this.own = own;
        this.timer = own.map(OwnClient::timer)
                .orElseGet(() -> link.connection().getResources().timer());
        this.timeout = timeout;
        this.where = where;
    }

    /**
     * Connects.
     *
     * @throws RedisConnectionException if nobody answers, or not as a Redis that can be trusted
     * @throws RedisErrorReply if the server refuses, such as for a wrong password
     * @throws GuardConfigurationException if the URL asks for what Lettuce cannot do here
     */
    public static LettuceDriver open(RedisUrl url) {
        OwnClient own = new OwnClient(url);
        try {
            Link link;
            if (own.client() instanceof RedisClusterClient client) {
                link = ClusterLink.open(client, url.masked());
            } else if (own.client() instanceof RedisClient client) {
                ServerLink one = ServerLink.open(client, own::connected, url.masked());
                own.watch(one);
                link = one;
            } else {
                throw new AssertionError("a client of neither kind");
            }
            return new LettuceDriver(link, Optional.of(own), url.timeout(), url.masked());
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** Opens a connection of a client that the application has, to the server of its URI. */
    public static LettuceDriver over(RedisClient client) {
        return handedIn(ServerLink.open(client, () -> {}, HANDED_IN));
    }

    /** Opens a connection of a client that the application has. */
    public static LettuceDriver over(RedisClusterClient client) {
        return handedIn(ClusterLink.open(client, HANDED_IN));
    }

    /** Uses a connection that the application has. */
    public static LettuceDriver over(StatefulRedisConnection<?, ?> connection) {
        return handedIn(ServerLink.over(connection));
    }

    /** Uses a connection that the application has. */
    public static LettuceDriver over(StatefulRedisClusterConnection<?, ?> connection) {
        return handedIn(ClusterLink.over(connection));
    }

    private static final String HANDED_IN = "the Redis of the client that was handed in";

    private static LettuceDriver handedIn(Link link) {
        return new LettuceDriver(link, Optional.empty(), RedisUrl.DEFAULT_TIMEOUT, HANDED_IN);
    }

    /**
     * E3 The client that the driver made, a {@link RedisClient} or a {@link RedisClusterClient}, for what guard does not cover; empty if
     * a client or a connection was handed in. It is closed with the driver.
     */
    public Optional<AbstractRedisClient> client() {
        return own.map(OwnClient::client);
    }

    /** E3 The connection in use, a {@link StatefulRedisConnection} or a {@link StatefulRedisClusterConnection}. */
    public StatefulConnection<?, ?> connection() {
        return link.connection();
    }

    @Override
    public CompletionStage<@Nullable Object> submit(Deadline deadline, byte[] key, byte[]... command) {
        return submit(new Call(ledger, key, command), patience(deadline), link::send);
    }

    @Override
    public @Nullable Object execute(Deadline deadline, byte[] key, byte[]... command) {
        Call call = new Call(ledger, key, command);
        Duration patience = patience(deadline);
        if (admitted(call, patience)) {
            send(call, link::send);
        }
        return awaited(call, patience);
    }

    /** How long a call may take. */
    private Duration patience(Deadline deadline) {
        if (deadline.isNone()) {
            return timeout;
        }
        long left = deadline.remaining(System.nanoTime());
        return left < timeout.toNanos() ? Duration.ofNanos(left) : timeout;
    }

    @Override
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        for (Link.Server server : link.servers()) {
            nodes.add(new ServerNode(server));
        }
        if (nodes.isEmpty()) {
            throw new RedisConnectionException(
                    Reason.TOPOLOGY, false, "no primary of the cluster is known at " + where, null);
        }
        return nodes;
    }

    /**
     * Refuses new commands as CONNECT, unsent, waits until those under way have their answers or their time is over, and then lets go
     * of the connection.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        if (underWay.get() == 0) {
            idle.complete(null);
        }
        try {
            idle.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // What is left is told that the connection was closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        link.close();
        own.ifPresent(OwnClient::close);
    }

    // ─── Calls ──────────────────────────────────────────────────────────────────────────────────

    private CompletionStage<@Nullable Object> submit(Call call, Duration patience, Consumer<Call> sender) {
        if (admitted(call, patience)) {
            call.endAfter(timer, patience);
            send(call, sender);
        }
        return call.answer();
    }

    /** Counts a call in; if there is no room for it, it has its answer at once. */
    private boolean admitted(Call call, Duration patience) {
        int calls = underWay.incrementAndGet();
        if (closing.get()) {
            call.answer()
                    .completeExceptionally(new RedisConnectionException(
                            Reason.CONNECT, false, "the connection to " + where + " was closed", null));
        } else if (calls > MOST_UNDER_WAY) {
            call.answer()
                    .completeExceptionally(new RedisConnectionException(
                            Reason.OVERLOADED, false, MOST_UNDER_WAY + " commands wait for " + where, null));
        } else if (patience.isNegative() || patience.isZero()) {
            call.answer()
                    .completeExceptionally(new RedisConnectionException(
                            Reason.TIMEOUT, false, "the deadline passed before anything was sent to " + where, null));
        }
        return !call.answer().isDone();
    }

    private static void send(Call call, Consumer<Call> sender) {
        try {
            sender.accept(call);
        } catch (RuntimeException e) {
            call.completeExceptionally(e);
        }
    }

    private @Nullable Object awaited(Call call, Duration patience) {
        try {
            return call.answer().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            call.timedOut(patience);
        } catch (InterruptedException e) {
            call.interrupted(e);
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // thrown below, as for the others
        }
        try {
            return call.answer().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw e;
        }
    }

    /** What calls tell. */
    private final class Calls implements Call.Ledger {

        @Override
        public Throwable failure(Throwable problem, Call call) {
            RuntimeException failure = LettuceFailures.ofCommand(problem, call.mayHaveBeenWritten(), where);
            if (failure instanceof RedisConnectionException none && none.reason() == Reason.CONNECT) {
                // That there is no connection may have a reason worth more: a password that changed, a server that is
                // loading.
                return own.flatMap(OwnClient::lastFailure)
                        .map(last -> LettuceFailures.ofConnecting(last, where))
                        .orElse(failure);
            }
            return failure;
        }

        @Override
        public void refused(RedisErrorReply error) {
            long last = renewedAt.get();
            if (isOfReplica(error.text())
                    && own.isPresent()
                    && System.nanoTime() - last > READ_ONLY_PAUSE_NANOS
                    && renewedAt.compareAndSet(last, System.nanoTime())) {
                link.renew();
            }
        }

        /** Only a replica says so. */
        private static boolean isOfReplica(String error) {
            return error.startsWith("READONLY") || error.startsWith("MASTERDOWN");
        }

        @Override
        public void ended(Call call) {
            if (underWay.decrementAndGet() == 0 && closing.get()) {
                idle.complete(null);
            }
        }
    }

    private final class ServerNode implements Node {

        private final Link.Server server;

        ServerNode(Link.Server server) {
            this.server = server;
        }

        @Override
        public String name() {
            return server.name();
        }

        @Override
        public CompletionStage<@Nullable Object> submit(byte[]... command) {
            return LettuceDriver.this.submit(new Call(ledger, null, command), timeout, server.sender());
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
