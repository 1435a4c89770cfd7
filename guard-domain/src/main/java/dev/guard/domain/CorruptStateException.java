package dev.guard.domain;

/**
 * A value in the store, at a key of guard's, that guard did not write or can no longer read. Nothing is decided from
 * it, and it is left as it is. Status 503.
 */
public final class CorruptStateException extends GuardException {

    private static final long serialVersionUID = 1L;

    /** Makes an error whose detail names the key's kind and what was found there, never the value itself. */
    public CorruptStateException(String detail) {
        super(503, detail);
    }
}
