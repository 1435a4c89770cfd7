package dev.guard.redis.lettuce;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisCertificates;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.PartitionSelectorException;
import io.lettuce.core.cluster.UnknownPartitionException;
import io.lettuce.core.protocol.RedisProtocolException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What Lettuce's exceptions are to guard.
 *
 * <p>Whether a command may have been sent is never read from them: they are raised in the same words for both.
 */
final class LettuceFailures {

    private static final int MOST_CAUSES = 20;

    private LettuceFailures() {}

    /** Why a connection could not be made. */
    static RuntimeException ofConnecting(Throwable problem, String where) {
        RuntimeException known = known(problem, false, where);
        if (known != null) {
            return known;
        }
        if (find(problem, RedisCommandTimeoutException.class) != null) {
            // The handshake's commands change nothing.
            return new RedisConnectionException(
                    Reason.TIMEOUT,
                    false,
                    "no answer to the first command at " + where + ": " + root(problem),
                    problem);
        }
        return new RedisConnectionException(
                Reason.CONNECT, false, "cannot connect to " + where + ": " + root(problem), problem);
    }

    /**
     * Why a command has no answer.
     *
     * @param written whether it may have been sent
     */
    static RuntimeException ofCommand(Throwable problem, boolean written, String where) {
        RuntimeException known = known(problem, written, where);
        if (known != null) {
            return known;
        }
        if (find(problem, RedisCommandTimeoutException.class) != null) {
            return new RedisConnectionException(Reason.TIMEOUT, true, "no answer in time from " + where, problem);
        }
        if (!written && isFull(problem)) {
            return new RedisConnectionException(
                    Reason.OVERLOADED, false, "too many commands wait for " + where, problem);
        }
        if (!written) {
            return new RedisConnectionException(
                    Reason.CONNECT, false, "not connected to " + where + ": " + root(problem), problem);
        }
        if (problem instanceof RedisException || find(problem, IOException.class) != null) {
            return new RedisConnectionException(
                    Reason.CONNECTION_LOST, true, "lost the connection to " + where + ": " + root(problem), problem);
        }
        return new RedisConnectionException(
                Reason.PROTOCOL, true, "cannot read the answer of " + where + ": " + root(problem), problem);
    }

    private static @Nullable RuntimeException known(Throwable problem, boolean written, String where) {
        if (problem instanceof RedisConnectionException || problem instanceof RedisErrorReply) {
            return (RuntimeException) problem;
        }
        RedisCommandExecutionException reply = find(problem, RedisCommandExecutionException.class);
        if (reply != null) {
            return new RedisErrorReply(String.valueOf(reply.getMessage()));
        }
        if (find(problem, InterruptedException.class) != null
                || find(problem, RedisCommandInterruptedException.class) != null) {
            return new RedisConnectionException(
                    Reason.INTERRUPTED, written, "interrupted while waiting for " + where, problem);
        }
        if (find(problem, PartitionSelectorException.class) != null
                || find(problem, UnknownPartitionException.class) != null) {
            return new RedisConnectionException(
                    Reason.TOPOLOGY, written, "no server of the cluster at " + where + " has the key", problem);
        }
        if (find(problem, RedisProtocolException.class) != null) {
            return new RedisConnectionException(
                    Reason.PROTOCOL, true, "cannot read the answer of " + where + ": " + root(problem), problem);
        }
        if (!written
                && RedisCertificates.isRefused(problem)
                && find(problem, SslHandshakeTimeoutException.class) == null) {
            return new RedisConnectionException(
                    Reason.MISCONFIGURED, false, "no secure connection to " + where + ": " + root(problem), problem);
        }
        return null;
    }

    /** Lettuce has no type for a full queue. */
    private static boolean isFull(Throwable problem) {
        String message = problem.getMessage();
        return message != null && message.contains(" size exceeded");
    }

    private static <T extends Throwable> @Nullable T find(Throwable problem, Class<T> type) {
        Throwable next = problem;
        for (int i = 0; i < MOST_CAUSES && next != null; i++) {
            if (type.isInstance(next)) {
                return type.cast(next);
            }
            next = cause(next);
        }
        return null;
    }

    /** What it all began with, without the URLs that Lettuce puts around it. */
    private static String root(Throwable problem) {
        Throwable root = problem;
        Throwable next = problem;
        for (int i = 0; i < MOST_CAUSES && next != null; i++) {
            root = next;
            next = cause(root);
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** The cause; where several servers were asked in vain, what went wrong at the first. */
    private static @Nullable Throwable cause(Throwable problem) {
        if (problem.getCause() != null) {
            return problem.getCause();
        }
        Throwable[] others = problem.getSuppressed();
        return others.length == 0 ? null : others[0];
    }
}
