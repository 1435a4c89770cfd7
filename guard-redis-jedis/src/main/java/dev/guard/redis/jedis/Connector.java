package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * Makes connections. Another thread makes them, and the one that asks waits until its deadline and no longer: asking for the address,
 * connecting, the TLS handshake and signing in count against it, however slowly the server goes about them.
 *
 * @param plain the settings, without TLS
 * @param tls how connections are encrypted, if they are
 * @param executor the threads that make connections
 * @param watchdog ends what is done over them
 */
record Connector(
        HostAndPort server,
        JedisClientConfig plain,
        @Nullable Tls tls,
        Executor executor,
        Watchdog watchdog) {

    /**
     * Makes a connection.
     *
     * @throws RedisErrorReply if the server answered with an error to signing in
     * @throws RedisConnectionException if there is none in time
     */
    GuardConnection connect(Deadline deadline) {
        GuardConnection connection = new GuardConnection(new OneSocket(server, plain, tls), plain, watchdog);
        boolean made = false;
        try {
            CompletableFuture.runAsync(connection::open, executor)
                    .get(Math.max(0, deadline.remaining(System.nanoTime())), TimeUnit.NANOSECONDS);
            made = true;
            return connection;
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
}
