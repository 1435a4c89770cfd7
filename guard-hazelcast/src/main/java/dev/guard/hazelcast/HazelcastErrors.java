package dev.guard.hazelcast;

import com.hazelcast.client.AuthenticationException;
import com.hazelcast.client.HazelcastClientNotActiveException;
import com.hazelcast.client.HazelcastClientOfflineException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.HazelcastOverloadException;
import com.hazelcast.core.IndeterminateOperationStateException;
import com.hazelcast.core.LocalMemberResetException;
import com.hazelcast.core.MemberLeftException;
import com.hazelcast.core.OperationTimeoutException;
import com.hazelcast.map.ReachedMaxSizeException;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.partition.NoDataMemberInClusterException;
import com.hazelcast.spi.exception.RetryableException;
import com.hazelcast.spi.exception.TargetDisconnectedException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardException;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the errors of Hazelcast are to a caller of guard: one place for members and clients. */
final class HazelcastErrors {

    private static final int LONGEST_TEXT = 200;

    /** What Hazelcast says where a class of guard's, or the factory of them, is not known. */
    private static final String NO_FACTORY = "DataSerializerFactory";

    private HazelcastErrors() {}

    /** The error of guard's that another error is; guard's own, and errors of the virtual machine, stay as they are. */
    static Throwable translated(Throwable error) {
        Throwable plain = unwrapped(error);
        if (plain instanceof GuardException || plain instanceof Error) {
            return plain;
        }
        if (isClassMissing(plain)) {
            return new BackendUnavailableException(
                    Reason.MISCONFIGURED,
                    "a member of the cluster does not know guard's classes; put guard-hazelcast and guard-domain on the class"
                            + " path of every member",
                    plain);
        }
        return new BackendUnavailableException(reason(plain), text(plain), plain);
    }

    /** Whether a member could not make guard's classes of what it was sent. */
    static boolean isClassMissing(Throwable error) {
        for (Throwable cause = unwrapped(error); cause != null; cause = cause.getCause()) {
            if (cause instanceof ClassNotFoundException
                    || cause instanceof LinkageError
                    || (cause instanceof HazelcastSerializationException
                            && String.valueOf(cause.getMessage()).contains(NO_FACTORY))) {
                return true;
            }
        }
        return false;
    }

    /** The error as one that can be thrown. */
    static RuntimeException thrown(Throwable error) {
        Throwable translated = translated(error);
        if (translated instanceof Error serious) {
            throw serious;
        }
        return translated instanceof RuntimeException plain ? plain : new CompletionException(translated);
    }

    private static Throwable unwrapped(Throwable error) {
        Throwable plain = error;
        while (isWrapper(plain) && plain.getCause() != null) {
            plain = plain.getCause();
        }
        return plain;
    }

    private static boolean isWrapper(Throwable error) {
        return error instanceof CompletionException
                || (error instanceof ExecutionException && !(error instanceof MemberLeftException));
    }

    private static Reason reason(Throwable error) {
        if (error instanceof TimeoutException || error instanceof OperationTimeoutException) {
            return Reason.TIMEOUT;
        }
        if (error instanceof InterruptedException) {
            return Reason.INTERRUPTED;
        }
        if (error instanceof SplitBrainProtectionException) {
            return Reason.SPLIT;
        }
        if (error instanceof HazelcastInstanceNotActiveException
                || error instanceof HazelcastClientNotActiveException
                || error instanceof HazelcastClientOfflineException) {
            return Reason.CONNECT;
        }
        if (error instanceof IndeterminateOperationStateException
                || error instanceof MemberLeftException
                || error instanceof LocalMemberResetException
                || error instanceof TargetDisconnectedException) {
            return Reason.CONNECTION_LOST;
        }
        // Hazelcast gave up to send it again: it reached no member that would run it.
        if (error instanceof RetryableException || error instanceof NoDataMemberInClusterException) {
            return Reason.TOPOLOGY;
        }
        if (error instanceof IOException) {
            return Reason.CONNECTION_LOST;
        }
        if (error instanceof HazelcastOverloadException || error instanceof RejectedExecutionException) {
            return Reason.OVERLOADED;
        }
        if (error instanceof AuthenticationException || error instanceof SecurityException) {
            return Reason.AUTH;
        }
        return error instanceof ReachedMaxSizeException ? Reason.OUT_OF_MEMORY : Reason.PROTOCOL;
    }

    private static String text(Throwable error) {
        if (error instanceof TimeoutException) {
            return "no member of the Hazelcast cluster answered in time; what was sent counts as used";
        }
        if (error instanceof InterruptedException) {
            return "the thread was interrupted while it waited for the Hazelcast cluster; what was sent counts as used";
        }
        String message = message(error);
        return "Hazelcast failed with " + error.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    private static @Nullable String message(Throwable error) {
        String message = error.getMessage();
        return message == null || message.length() <= LONGEST_TEXT ? message : message.substring(0, LONGEST_TEXT) + "…";
    }
}
