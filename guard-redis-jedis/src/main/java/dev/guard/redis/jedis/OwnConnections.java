package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;

/**
 * Connections that guard makes itself. Jedis's pool is not used for them: it makes new connections in the thread that gives a broken
 * one back, and a thread that waits there while others make connections may wait beyond its time.
 *
 * <p>The connection that was used last is taken first. One that nobody used for a minute is closed by the next that takes or gives back
 * one, before a firewall or the server does it.
 */
final class OwnConnections implements Connections, AutoCloseable {

    private static final long LONGEST_IDLE = Duration.ofMinutes(1).toNanos();

    private final Connector connector;
    private final int most;
    private final Semaphore places;
    private final Deque<GuardConnection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;
    private volatile boolean left;

    OwnConnections(Connector connector, int most) {
        this.connector = connector;
        this.most = most;
        this.places = new Semaphore(most);
    }

    @Override
    public Connection take(Deadline deadline) {
        awaitPlace(deadline);
        boolean taken = false;
        try {
            GuardConnection connection = idle();
            if (connection == null) {
                connection = connector.connect(deadline);
            }
            if (left) {
                connection.abort();
                throw new RedisConnectionException(
                        Reason.CONNECT,
                        false,
                        connector.server() + " is not the primary any more",
                        new IllegalStateException());
            }
            taken = true;
            return connection;
        } finally {
            if (!taken) {
                places.release();
            }
        }
    }

    private void awaitPlace(Deadline deadline) {
        try {
            if (!places.tryAcquire(deadline.remaining(System.nanoTime()) / 2, TimeUnit.NANOSECONDS)) {
                throw new RedisConnectionException(
                        Reason.OVERLOADED,
                        false,
                        "all " + most + " connections to " + connector.server() + " are in use",
                        new TimeoutException());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(e);
        }
    }

    private @Nullable GuardConnection idle() {
        for (GuardConnection first = idle.pollFirst(); first != null; first = idle.pollFirst()) {
            if (!first.hasRestedFor(LONGEST_IDLE) && first.isFresh()) {
                return first;
            }
            first.abort();
        }
        return null;
    }

    @Override
    public void giveBack(Connection connection) {
        if (!(connection instanceof GuardConnection own)) {
            throw new IllegalArgumentException("the connection is not from here");
        }
        if (own.isBroken() || !own.isConnected()) {
            own.abort();
        } else {
            own.rest();
            idle.addFirst(own);
            dropOld();
        }
        places.release();
        if (closed) {
            dropIdle();
        }
    }

    private void dropOld() {
        for (GuardConnection last = idle.peekLast();
                last != null && last.hasRestedFor(LONGEST_IDLE);
                last = idle.peekLast()) {
            if (idle.removeLastOccurrence(last)) {
                last.abort();
            }
        }
    }

    @Override
    public void dropIdle() {
        for (GuardConnection first = idle.pollFirst(); first != null; first = idle.pollFirst()) {
            first.abort();
        }
    }

    /** Closes as {@link #close()}, and hands out no more, not even what is being made for who came before. */
    void leave() {
        left = true;
        close();
    }

    /** Closes the idle connections now, and the others when they are given back. Whoever still comes gets one for one exchange. */
    @Override
    public void close() {
        closed = true;
        dropIdle();
    }
}
