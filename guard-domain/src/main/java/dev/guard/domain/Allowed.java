package dev.guard.domain;

import org.jspecify.annotations.Nullable;

/** The call may pass; its cost is charged to every enforced limit, and to the shadow limits that would have admitted it. */
public final class Allowed extends Decision {

    Allowed(Figures figures, long cost, long x, long y, long now) {
        super(figures, cost, x, y, now);
    }

    @Override
    public boolean allowed() {
        return true;
    }

    @Override
    Denied.@Nullable Reason reasonOrNull() {
        return null;
    }

    /**
     * What the call took, to be given back under the id that it was asked for with.
     *
     * @throws InvalidArgumentException if the id is malformed
     */
    public Permit permit(String id) {
        return new Permit(id, cost(), version(), timeMicros());
    }
}
