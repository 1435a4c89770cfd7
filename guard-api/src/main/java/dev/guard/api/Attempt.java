package dev.guard.api;

import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of asking for permits that can be given back: the decision, and a handle on the permits where it is allowed.
 *
 * @param <T> the handle: {@link HeldPermit}, {@link Reservation} or their asynchronous forms
 */
public final class Attempt<T> {

    private final Decision decision;
    private final @Nullable T granted;

    private Attempt(Decision decision, @Nullable T granted) {
        this.decision = decision;
        this.granted = granted;
    }

    static <T> Attempt<T> granted(Decision decision, T granted) {
        return new Attempt<>(decision, granted);
    }

    static <T> Attempt<T> denied(Denied denied) {
        return new Attempt<>(denied, null);
    }

    /** The decision. */
    public Decision decision() {
        return decision;
    }

    /** Whether the call may pass; there is a handle then, and only then. */
    public boolean allowed() {
        return granted != null;
    }

    /** The handle on what was taken; empty where the call was denied. */
    public Optional<T> granted() {
        return Optional.ofNullable(granted);
    }

    /**
     * The handle on what was taken.
     *
     * @throws DeniedException if the call was denied
     */
    public T orThrow() {
        if (granted == null) {
            throw new DeniedException((Denied) decision);
        }
        return granted;
    }

    @Override
    public String toString() {
        return "Attempt[" + decision + "]";
    }
}
