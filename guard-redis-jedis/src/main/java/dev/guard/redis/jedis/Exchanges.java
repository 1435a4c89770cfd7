package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.io.IOException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One command and its reply over one connection, in the caller's thread, and over by the deadline. What is sent is sent once. The
 * first connection to a server that fails takes with it those that lie idle.
 */
final class Exchanges {

    private static final CommandArguments ASKING = Commands.arguments(Commands.of("ASKING"));

    /**
     * How long to wait for a connection at a time. A pool that lost a connection wakes nobody who waits for one, so whoever waits looks
     * now and then whether it may make one.
     */
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Duration timeout;
    private final Watchdog watchdog;
    private final Executor background;

    /**
     * Makes one.
     *
     * @param timeout how long an exchange may take, with all that it waits for
     * @param background where the connections of a client that was handed in are thrown away: its pool makes new ones meanwhile
     */
    Exchanges(Duration timeout, Watchdog watchdog, Executor background) {
        this.timeout = timeout;
        this.watchdog = watchdog;
        this.background = background;
    }

    /** The deadline of an exchange that begins now. */
    Deadline deadline() {
        return Deadline.in(timeout);
    }

    /**
     * Sends a command to a server, follows no redirection, and answers what the server does.
     *
     * @throws RedisErrorReply if that is an error
     * @throws RedisConnectionException if there is no answer
     */
    @Nullable
    Object once(Server server, byte[][] command, Deadline deadline) {
        try {
            return exchange(server, false, Commands.arguments(command), deadline);
        } catch (JedisDataException e) {
            throw Failures.reply(e);
        }
    }

    /**
     * Sends a command to a server and answers what the server does.
     *
     * @param asking whether the server is to be told that another one sent the command on to it for this once
     * @throws JedisDataException if the server answers with an error or a redirection
     * @throws RedisErrorReply if it refused to let the connection in
     * @throws RedisConnectionException if there is no answer
     */
    @Nullable
    Object exchange(Server server, boolean asking, CommandArguments command, Deadline deadline) {
        try {
            Connection connection = borrow(server, deadline);
            try {
                return Replies.plain(
                        connection instanceof GuardConnection own
                                ? overOwn(server, own, asking, command, deadline)
                                : overForeign(server, connection, asking, command, deadline));
            } finally {
                giveBack(server, connection);
            }
        } catch (RedisConnectionException e) {
            if (e.reason() != Reason.OVERLOADED && e.reason() != Reason.INTERRUPTED) {
                server.dropIdle();
            }
            throw e;
        }
    }

    private Connection borrow(Server server, Deadline deadline) {
        long patience = deadline.remaining() / 2;
        if (patience <= 0) {
            throw Failures.tooLate(server.name());
        }
        if (Thread.currentThread().isInterrupted()) {
            throw Failures.interrupted(new InterruptedException());
        }
        Deadline lastLook = new Deadline(deadline.nanos() - patience);
        Connector.callEndsBy(deadline);
        try {
            while (true) {
                long wait = Math.max(1, Math.min(WAIT_NANOS, lastLook.remaining()));
                try {
                    return server.pool().borrowObject(Duration.ofNanos(wait));
                } catch (NoSuchElementException e) {
                    if (lastLook.hasPassed()) {
                        throw new RedisConnectionException(
                                Reason.OVERLOADED,
                                false,
                                "all " + server.pool().getMaxTotal() + " connections to " + server.name()
                                        + " are in use",
                                e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(e);
        } catch (Exception e) {
            throw Failures.connecting(server.name(), e);
        } finally {
            Connector.callEndsBy(null);
        }
    }

    private @Nullable Object overOwn(
            Server server, GuardConnection connection, boolean asking, CommandArguments command, Deadline deadline) {
        boolean written = false;
        Watchdog.Watch watch = watchdog.watch(deadline, connection::abort);
        try {
            send(connection, asking, command);
            connection.writeOut();
            written = true;
            if (asking) {
                requireAsked(connection);
            }
            return connection.read();
        } catch (JedisDataException e) {
            throw e;
        } catch (RuntimeException e) {
            boolean late = watch.stop();
            connection.setBroken();
            throw Failures.exchange(server.name(), e, written || late, late);
        } finally {
            watch.stop();
        }
    }

    /**
     * The same over a connection that is not ours. It is watched only once the command is in its buffer: closed before, it would
     * connect again on its own, and not sign in.
     */
    private @Nullable Object overForeign(
            Server server, Connection connection, boolean asking, CommandArguments command, Deadline deadline) {
        try {
            send(connection, asking, command);
        } catch (RuntimeException e) {
            connection.setBroken();
            throw Failures.exchange(server.name(), e, false, false);
        }
        Watchdog.Watch watch = watchdog.watch(deadline, () -> disconnect(connection));
        try {
            if (asking) {
                requireAsked(connection);
            }
            return connection.getOne();
        } catch (JedisDataException e) {
            throw e;
        } catch (RuntimeException e) {
            connection.setBroken();
            throw Failures.exchange(server.name(), e, true, watch.stop());
        } finally {
            watch.stop();
        }
    }

    private static void send(Connection connection, boolean asking, CommandArguments command) {
        if (asking) {
            connection.sendCommand(ASKING);
        }
        connection.sendCommand(command);
    }

    /** Reads the answer that comes before the command's. After an error there, what comes next is nobody's. */
    private static void requireAsked(Connection connection) {
        try {
            connection.getOne();
        } catch (JedisDataException e) {
            connection.setBroken();
            throw e;
        }
    }

    private static void disconnect(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (IOException | JedisConnectionException e) {
            // it is thrown away in any case
        }
    }

    private void giveBack(Server server, Connection connection) {
        boolean own = connection instanceof GuardConnection;
        if (!connection.isBroken() && connection.isConnected()) {
            server.pool().returnObject(connection);
        } else if (own) {
            // Without a moment left the pool makes no new connection here, for those who wait: they make their own.
            Connector.callEndsBy(deadlineOfNobody());
            throwAway(server, connection);
            Connector.callEndsBy(null);
        } else {
            try {
                background.execute(() -> throwAway(server, connection));
            } catch (RejectedExecutionException e) {
                throwAway(server, connection);
            }
        }
    }

    private static Deadline deadlineOfNobody() {
        return new Deadline(System.nanoTime());
    }

    private static void throwAway(Server server, Connection connection) {
        try {
            server.pool().invalidateObject(connection);
        } catch (Exception e) {
            // the connection is closed and counted out before the pool tries to replace it, which is what failed
        }
    }
}
