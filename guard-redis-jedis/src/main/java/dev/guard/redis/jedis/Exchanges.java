package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One command and its reply over one connection, in the caller's thread, and over by the deadline. What is sent is sent once. The
 * first connection to a server that fails takes with it those that lie idle.
 */
final class Exchanges {

    private static final byte[][] ASKING = Commands.of("ASKING");

    private final Duration timeout;
    private final Watchdog watchdog;

    /**
     * Makes one.
     *
     * @param timeout how long an exchange may take, with all that it waits for
     */
    Exchanges(Duration timeout, Watchdog watchdog) {
        this.timeout = timeout;
        this.watchdog = watchdog;
    }

    /** The deadline of an exchange that begins now. */
    Deadline deadline() {
        return Deadline.after(System.nanoTime(), timeout.toNanos());
    }

    /** The same, but not after that of who asks for it. */
    Deadline deadline(Deadline callers) {
        return callers.orEarlier(deadline());
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
            return exchange(server, false, command, deadline);
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
    Object exchange(Server server, boolean asking, byte[][] command, Deadline deadline) {
        try {
            Connection connection = take(server, deadline);
            try {
                return Replies.plain(
                        connection instanceof GuardConnection own
                                ? overOwn(server, own, asking, command, deadline)
                                : overForeign(server, connection, asking, command, deadline));
            } finally {
                server.connections().giveBack(connection);
            }
        } catch (RedisConnectionException e) {
            if (e.reason() != Reason.OVERLOADED && e.reason() != Reason.INTERRUPTED) {
                server.connections().dropIdle();
            }
            throw e;
        }
    }

    private static Connection take(Server server, Deadline deadline) {
        if (deadline.hasPassed(System.nanoTime())) {
            throw Failures.tooLate(server.name());
        }
        if (Thread.currentThread().isInterrupted()) {
            throw Failures.interrupted(new InterruptedException());
        }
        return server.connections().take(deadline);
    }

    private @Nullable Object overOwn(
            Server server, GuardConnection connection, boolean asking, byte[][] command, Deadline deadline) {
        boolean written = false;
        connection.begin(deadline);
        try {
            if (asking) {
                connection.send(ASKING);
            }
            connection.send(command);
            connection.writeOut();
            written = true;
            if (asking) {
                requireAsked(connection);
            }
            return connection.read();
        } catch (JedisDataException e) {
            throw e;
        } catch (RuntimeException e) {
            boolean late = connection.end();
            connection.setBroken();
            throw Failures.exchange(server.name(), e, written || late, late);
        } finally {
            connection.end();
        }
    }

    /**
     * The same over a connection that is not ours. It is watched only once the command is in its buffer: closed before, it would
     * connect again on its own, and not sign in.
     */
    private @Nullable Object overForeign(
            Server server, Connection connection, boolean asking, byte[][] command, Deadline deadline) {
        try {
            if (asking) {
                connection.sendCommand(new Command().of(ASKING));
            }
            connection.sendCommand(new Command().of(command));
        } catch (RuntimeException e) {
            connection.setBroken();
            throw Failures.exchange(server.name(), e, false, false);
        }
        Watchdog.Watch watch = watchdog.watch(() -> disconnect(connection));
        watch.begin(deadline);
        try {
            if (asking) {
                requireAsked(connection);
            }
            return connection.getOne();
        } catch (JedisDataException e) {
            throw e;
        } catch (RuntimeException e) {
            connection.setBroken();
            throw Failures.exchange(server.name(), e, true, watch.over());
        } finally {
            if (watch.over()) {
                connection.setBroken();
            }
            watch.leave();
        }
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
}
