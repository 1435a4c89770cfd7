package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import redis.clients.jedis.Connection;
import redis.clients.jedis.util.Pool;

/**
 * The connections of a client that was handed in. Making one takes as long as the client's settings allow, in the thread that needs it.
 *
 * @param server what the client knows the server by
 * @param pool the client's pool
 * @param background where broken connections are given back: the pool makes new ones meanwhile
 */
record ForeignConnections(String server, Pool<Connection> pool, Executor background) implements Connections {

    @Override
    public Connection take(Deadline deadline) {
        try {
            return pool.borrowObject(Duration.ofNanos(Math.max(1, deadline.remaining(System.nanoTime()) / 2)));
        } catch (NoSuchElementException e) {
            throw new RedisConnectionException(
                    Reason.OVERLOADED,
                    false,
                    "all " + pool.getMaxTotal() + " connections to " + server + " are in use",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(e);
        } catch (Exception e) {
            throw Failures.connecting(server, e);
        }
    }

    @Override
    public void giveBack(Connection connection) {
        if (!connection.isBroken() && connection.isConnected()) {
            pool.returnObject(connection);
            return;
        }
        try {
            background.execute(() -> throwAway(connection));
        } catch (RejectedExecutionException e) {
            throwAway(connection);
        }
    }

    private void throwAway(Connection connection) {
        try {
            pool.invalidateObject(connection);
        } catch (Exception e) {
            // it is closed and counted out before the pool makes another, which is what failed
        }
    }

    @Override
    public void dropIdle() {
        pool.clear();
    }
}
