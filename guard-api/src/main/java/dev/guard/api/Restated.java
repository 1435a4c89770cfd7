package dev.guard.api;

import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Judgement;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.util.ArrayList;
import java.util.List;

/**
 * A denial told again some time after it was made, to somebody whom it also holds for: the same reason and bound limit, every
 * wait shorter by the time that went by, and the permits remaining as they were then.
 */
final class Restated {

    private Restated() {}

    /**
     * The denial as it stands now.
     *
     * @param policy the policy that is asked now
     * @param cost the permits that are asked for now
     * @param age the microseconds since the denial; where that is more than its wait, a microsecond of it is left
     */
    static Denied denial(Denied denied, Policy policy, long cost, long age) {
        long elapsed = Math.min(age, denied.retryAfterMicros() - 1);
        long retryAfter = less(denied.retryAfterMicros(), elapsed);
        if (denied.limits().isEmpty()) {
            return Denied.forCapacity(
                    policy, denied.source(), cost, retryAfter, denied.version(), denied.timeMicros() + elapsed);
        }
        List<LimitStatus> limits = new ArrayList<>(denied.limits().size());
        for (LimitStatus limit : denied.limits()) {
            limits.add(later(limit, elapsed));
        }
        boolean blocked = denied.reason() == Denied.Reason.BLOCKED;
        long blockedFor = blocked ? Math.min(retryAfter, Micros.TEN_YEARS) : blockedFor(denied, limits, retryAfter);
        Judgement judgement =
                new Judgement(false, blocked, blockedFor, denied.version(), denied.timeMicros() + elapsed);
        return (Denied) Decision.of(policy, denied.source(), judgement, cost, limits);
    }

    /** How much longer a block lasts that the denial itself started; 0 where its limits explain the wait. */
    private static long blockedFor(Denied denied, List<LimitStatus> limits, long retryAfter) {
        if (denied.policy().blockOnExcessMicros() == 0) {
            return 0;
        }
        boolean explained = limits.stream()
                .anyMatch(limit -> limit.enforced() && !limit.admits() && limit.retryAfterMicros() >= retryAfter);
        return explained ? 0 : retryAfter;
    }

    private static LimitStatus later(LimitStatus limit, long elapsed) {
        long retryAfter = less(limit.retryAfterMicros(), elapsed);
        long nextAfter = limit.nextAfterMicros();
        return new LimitStatus(
                limit.name(),
                limit.algorithm(),
                limit.capacity(),
                limit.windowMicros(),
                limit.remaining(),
                retryAfter,
                less(limit.resetAfterMicros(), elapsed),
                nextAfter == 0 ? 0 : Math.max(1, less(nextAfter, elapsed)),
                limit.admits() || retryAfter == 0,
                limit.enforced());
    }

    private static long less(long micros, long elapsed) {
        return micros == Micros.NEVER ? Micros.NEVER : Math.max(0, micros - elapsed);
    }
}
