package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisCertificates;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** What the errors of Jedis are to guard. */
final class Failures {

    /** What Jedis says, without a cause, when the server closed the connection. */
    private static final String END_OF_STREAM = "Unexpected end of stream.";

    private Failures() {}

    /** A connection could not be made; nothing was sent. An error that the server answered to signing in is kept. */
    static RuntimeException connecting(Object server, Throwable error) {
        if (error instanceof RedisConnectionException || error instanceof RedisErrorReply) {
            return (RuntimeException) error;
        }
        if (error instanceof JedisDataException reply) {
            return reply(reply);
        }
        Throwable root = rootOf(error);
        if (RedisCertificates.isRefused(error)) {
            return new RedisConnectionException(
                    Reason.MISCONFIGURED, false, "no secure connection to " + server + ": " + text(root), error);
        }
        // No answer while signing in. A connect that took too long has a type of its own only in its text.
        Reason reason = root instanceof SocketTimeoutException && error.getSuppressed().length == 0
                ? Reason.TIMEOUT
                : Reason.CONNECT;
        return new RedisConnectionException(reason, false, "no connection to " + server + ": " + text(root), error);
    }

    /**
     * An exchange broke off.
     *
     * @param sent whether the server may have got the whole command
     * @param late whether it was broken off from here, at its deadline
     */
    static RuntimeException exchange(String server, RuntimeException error, boolean sent, boolean late) {
        Throwable root = rootOf(error);
        if (late || root instanceof SocketTimeoutException) {
            return new RedisConnectionException(Reason.TIMEOUT, sent, "no answer from " + server + " in time", error);
        }
        boolean lost = root instanceof IOException || END_OF_STREAM.equals(error.getMessage());
        if (error instanceof JedisConnectionException && lost) {
            return new RedisConnectionException(
                    Reason.CONNECTION_LOST, sent, "the connection to " + server + " broke: " + text(root), error);
        }
        return new RedisConnectionException(
                Reason.PROTOCOL, sent, server + " answered what is not RESP: " + text(root), error);
    }

    /** There was no time left to send the command. */
    static RedisConnectionException tooLate(Object server) {
        return new RedisConnectionException(
                Reason.TIMEOUT, false, "no time was left to ask " + server, new TimeoutException());
    }

    static RedisConnectionException interrupted(InterruptedException error) {
        return new RedisConnectionException(
                Reason.INTERRUPTED, false, "the thread was interrupted before the command was sent", error);
    }

    static RedisErrorReply reply(JedisDataException error) {
        return new RedisErrorReply(text(error));
    }

    /** The last cause. Where Jedis tried several addresses it has none, and the failures are suppressed ones: the first of them. */
    private static Throwable rootOf(Throwable error) {
        Throwable root = error;
        for (Throwable next = root; next != null; next = below(root)) {
            root = next;
        }
        return root;
    }

    private static @Nullable Throwable below(Throwable error) {
        if (error.getCause() != null) {
            return error.getCause();
        }
        return error.getSuppressed().length == 0 ? null : error.getSuppressed()[0];
    }

    private static String text(Throwable error) {
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }
}
