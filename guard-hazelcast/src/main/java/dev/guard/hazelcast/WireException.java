package dev.guard.hazelcast;

/** Bytes that no release of guard sends, or one that this release does not know. Never an answer to a caller as it is. */
final class WireException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WireException(String message) {
        super(message);
    }
}
