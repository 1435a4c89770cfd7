package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.GuardException;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/** What the errors of servers and connections are to a caller of guard: one place for all clients. */
final class RedisErrors {

    private static final int LONGEST_TEXT = 200;

    private RedisErrors() {}

    /** Whether the server does not know the script, so that nothing ran. */
    static boolean isScriptMissing(Throwable error) {
        return unwrapped(error) instanceof RedisErrorReply reply && reply.text().startsWith("NOSCRIPT");
    }

    /** The error of guard's that another error is; guard's own, and errors of the virtual machine, stay as they are. */
    static Throwable translated(Throwable error) {
        Throwable plain = unwrapped(error);
        if (plain instanceof RedisErrorReply reply) {
            return ofReply(reply);
        }
        if (plain instanceof RedisConnectionException connection) {
            return new BackendUnavailableException(connection.reason(), text(connection), connection);
        }
        if (plain instanceof GuardException || plain instanceof Error) {
            return plain;
        }
        return new BackendUnavailableException(
                Reason.PROTOCOL,
                "the Redis client failed with " + plain.getClass().getName(),
                plain);
    }

    static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static RuntimeException ofReply(RedisErrorReply reply) {
        String text = reply.text();
        String code = code(text);
        return switch (code) {
            case "WRONGTYPE" ->
                new CorruptStateException(
                        "the value of a key is no string, expected one that guard wrote: " + shortened(text));
            case "CORRUPT" ->
                new CorruptStateException(
                        shortened(text.substring(code.length()).strip()));
            default -> new BackendUnavailableException(reason(code, text), "Redis answered: " + shortened(text), reply);
        };
    }

    private static Reason reason(String code, String text) {
        return switch (code) {
            case "LOADING" -> Reason.LOADING;
            case "READONLY", "MISCONF", "NOREPLICAS" -> Reason.READ_ONLY;
            case "OOM" -> Reason.OUT_OF_MEMORY;
            case "NOAUTH", "WRONGPASS", "NOPERM" -> Reason.AUTH;
            case "BUSY" -> Reason.OVERLOADED;
            case "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN" -> Reason.TOPOLOGY;
            case "MOVED", "ASK" -> Reason.MISCONFIGURED;
            case "ERR" -> isForWantOfRights(text) ? Reason.AUTH : ofPlainError(text.toLowerCase(Locale.ROOT));
            default -> isForWantOfRights(text) ? Reason.AUTH : Reason.PROTOCOL;
        };
    }

    /** Whether it is for want of a right that a server refused something. It says so in other words where a script met it. */
    static boolean isForWantOfRights(String text) {
        return text.startsWith("NOPERM")
                || text.contains("ACL failure in script")
                || text.contains("The user executing the script can't");
    }

    /** Errors that were given no code of their own. */
    private static Reason ofPlainError(String text) {
        if (text.contains("max number of clients")) {
            return Reason.OVERLOADED;
        }
        if (text.contains("invalid password") || text.contains("without any password configured")) {
            return Reason.AUTH;
        }
        if (text.contains("db index")
                || text.contains("unknown command")
                || text.contains("cluster support disabled")) {
            return Reason.MISCONFIGURED;
        }
        return Reason.PROTOCOL;
    }

    private static String code(String text) {
        int end = text.indexOf(' ');
        return end < 0 ? text : text.substring(0, end);
    }

    private static String text(RuntimeException error) {
        return shortened(String.valueOf(error.getMessage()));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
