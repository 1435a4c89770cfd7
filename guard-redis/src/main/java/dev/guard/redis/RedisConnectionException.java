package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException.Reason;
import org.jspecify.annotations.Nullable;

/** No answer came. */
public final class RedisConnectionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final boolean sent;

    /**
     * Makes one.
     *
     * @param reason why
     * @param sent whether the command may have been written, so that nobody knows what came of it
     * @param message what happened, without secrets
     * @param cause the client's error
     */
    public RedisConnectionException(Reason reason, boolean sent, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.sent = sent;
    }

    /** Why no answer came. */
    public Reason reason() {
        return reason;
    }

    /** Whether the command may have been written, so that nobody knows what came of it. */
    public boolean mayHaveBeenSent() {
        return sent;
    }
}
