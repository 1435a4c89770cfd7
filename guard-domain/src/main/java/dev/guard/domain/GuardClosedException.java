package dev.guard.domain;

/** A call on a guard or a backend after its {@code close}. Status 503. */
public final class GuardClosedException extends GuardException {

    private static final long serialVersionUID = 1L;

    /** Makes an error for the closed thing of that name. */
    public GuardClosedException(String what) {
        super(503, what + " is closed");
    }
}
