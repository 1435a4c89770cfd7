package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * Makes the connections of a pool. Another thread makes them, and the one that asks waits until its call's deadline and no longer:
 * asking for the address, connecting, the TLS handshake and signing in count against it, however slowly the server goes about them.
 */
final class Connector implements PooledObjectFactory<Connection> {

    /** The deadline of the call that this thread serves, since a pool hands none on. */
    private static final ThreadLocal<@Nullable Deadline> CALL = new ThreadLocal<>();

    private final HostAndPort server;
    private final JedisClientConfig plain;
    private final @Nullable Tls tls;
    private final Duration timeout;
    private final Executor executor;

    /**
     * Makes one for a server.
     *
     * @param plain the settings, without TLS
     * @param timeout how long making a connection may take where no call asked for it
     * @param executor the threads that make connections
     */
    Connector(HostAndPort server, JedisClientConfig plain, @Nullable Tls tls, Duration timeout, Executor executor) {
        this.server = server;
        this.plain = plain;
        this.tls = tls;
        this.timeout = timeout;
        this.executor = executor;
    }

    /** Says by when the connections that this thread asks for have to be there; null where it asks for no call any more. */
    static void callEndsBy(@Nullable Deadline deadline) {
        if (deadline == null) {
            CALL.remove();
        } else {
            CALL.set(deadline);
        }
    }

    @Override
    public PooledObject<Connection> makeObject() {
        Deadline call = CALL.get();
        Deadline deadline = call == null ? Deadline.in(timeout) : call;
        if (deadline.hasPassed()) {
            throw Failures.tooLate(server);
        }
        GuardConnection connection = new GuardConnection(new OneSocket(server, plain, tls), plain);
        boolean made = false;
        try {
            CompletableFuture.runAsync(connection::open, executor)
                    .get(Math.max(0, deadline.remaining()), TimeUnit.NANOSECONDS);
            made = true;
            return new DefaultPooledObject<>(connection);
        } catch (ExecutionException e) {
            throw Failures.connecting(server, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new RedisConnectionException(Reason.TIMEOUT, false, "no connection to " + server + " in time", e);
        } catch (RejectedExecutionException e) {
            throw new RedisConnectionException(
                    Reason.OVERLOADED, false, "too many connections to " + server + " are being made", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(e);
        } finally {
            if (!made) {
                connection.abort();
            }
        }
    }

    /** A connection that was closed on this side, or has bytes that nobody asked for, is not handed out. */
    @Override
    public void activateObject(PooledObject<Connection> pooled) {
        if (!validateObject(pooled)) {
            throw new IllegalStateException("the connection is closed, or not where it should be");
        }
    }

    @Override
    public boolean validateObject(PooledObject<Connection> pooled) {
        return pooled.getObject() instanceof GuardConnection connection && connection.isFresh();
    }

    @Override
    public void passivateObject(PooledObject<Connection> pooled) {}

    @Override
    public void destroyObject(PooledObject<Connection> pooled) {
        if (pooled.getObject() instanceof GuardConnection connection) {
            connection.abort();
        }
    }
}
