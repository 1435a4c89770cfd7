package dev.guard.domain;

/**
 * An argument of a call that no state of the store could make right: a cost below 1 or above what the policy can ever
 * admit, an empty tenant. The state is untouched. Status 400.
 */
public final class InvalidArgumentException extends GuardException {

    private static final long serialVersionUID = 1L;

    /** Makes an error whose detail names the argument, its value and what was expected. */
    public InvalidArgumentException(String detail) {
        super(400, detail);
    }
}
