package dev.guard.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The call may pass; its cost is charged to every enforced limit, and to the shadow limits that would have admitted it. */
public final class Allowed extends Decision {

    Allowed(
            Policy policy,
            DecisionSource source,
            int bound,
            @Nullable List<LimitStatus> limits,
            long cost,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter) {
        super(policy, source, bound, limits, cost, remaining, retryAfter, resetAfter, nextAfter);
    }

    @Override
    public boolean allowed() {
        return true;
    }

    @Override
    Denied.@Nullable Reason reasonOrNull() {
        return null;
    }
}
