package dev.guard.api;

import dev.guard.domain.Denied;
import dev.guard.domain.GuardException;

/**
 * The call may not pass, said by a method that answers with what it took and so has nothing to answer with. Status 429, or 503
 * where the reason is {@code CAPACITY}. Never raised because the store could not be asked: that is a {@link
 * dev.guard.domain.BackendUnavailableException}, and nobody was judged.
 */
public final class DeniedException extends GuardException {

    private static final long serialVersionUID = 1L;

    private final transient Denied denied;

    /** Makes an error of a denial. */
    public DeniedException(Denied denied) {
        super(denied.reason() == Denied.Reason.CAPACITY ? 503 : 429, describe(denied));
        this.denied = denied;
    }

    /**
     * The denial.
     *
     * @throws IllegalStateException if the error was serialized, which a denial is not
     */
    public Denied denied() {
        if (denied == null) {
            throw new IllegalStateException("the denial stayed behind when this error was serialized");
        }
        return denied;
    }

    private static String describe(Denied denied) {
        return "policy '" + denied.policy().name() + "' denies " + denied.cost() + " for the reason " + denied.reason()
                + (denied.canRetry() ? ", and may admit it in " + denied.retryAfter() : "; waiting is of no use");
    }
}
