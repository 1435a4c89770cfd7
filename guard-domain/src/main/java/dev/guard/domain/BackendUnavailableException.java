package dev.guard.domain;

/**
 * The store could not be asked, or its answer did not come in time: there is no decision, and guard makes none up.
 * Status 503, and never 429: nobody was judged.
 *
 * <p>Where the outcome is unknown (a timeout after the call was sent), the permits count as used.
 */
public final class BackendUnavailableException extends GuardException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why a backend is unavailable. The list is closed: every failure of every backend is one of these. */
    public enum Reason {
        /** No connection could be made. */
        CONNECT,
        /** No answer within the deadline. */
        TIMEOUT,
        /** The connection broke while the answer was awaited. */
        CONNECTION_LOST,
        /** A pool or a queue of ours, or of the store, was full. */
        OVERLOADED,
        /** The server that answered takes no writes. */
        READ_ONLY,
        /** The server is still reading its data. */
        LOADING,
        /** The server has no memory left for the write. */
        OUT_OF_MEMORY,
        /** The server or the client is set up in a way that cannot work. */
        MISCONFIGURED,
        /** The credentials or the rights were refused. */
        AUTH,
        /** The answer was not one that the protocol allows here. */
        PROTOCOL,
        /** The stored value is not one of guard's. */
        CORRUPT_STATE,
        /** The cluster is being rearranged, or the owner of the key is unknown. */
        TOPOLOGY,
        /** The cluster is split and this side is the smaller one. */
        SPLIT,
        /** The call reached the store after its deadline, and did nothing there. */
        LATE,
        /** The circuit breaker is open: the store was not asked. */
        CIRCUIT_OPEN,
        /** The calling thread was interrupted, or its future cancelled. */
        INTERRUPTED
    }

    /** Makes an error. */
    public BackendUnavailableException(Reason reason, String detail) {
        super(503, detail);
        this.reason = reason;
    }

    /** Makes an error that another one caused. */
    public BackendUnavailableException(Reason reason, String detail, Throwable cause) {
        super(503, detail, cause);
        this.reason = reason;
    }

    /** Why there is no answer. */
    public Reason reason() {
        return reason;
    }
}
