package dev.guard.domain;

/**
 * Who made a decision.
 *
 * @param backend the backend's name as configurations write it: {@code memory}, {@code redis-lettuce} …, or
 *     {@code local_degraded} while a guard is degraded
 * @param mode the failure mode that the guard runs in
 * @param degraded whether the shared store was not asked because it was away
 */
public record DecisionSource(String backend, FailureMode mode, boolean degraded) {

    /** The backend's name in decisions that stand in for those of a store that is away. */
    public static final String LOCAL_DEGRADED = "local_degraded";

    /** The source of decisions that stand in for those of a store that is away. */
    public static final DecisionSource STAND_IN =
            new DecisionSource(LOCAL_DEGRADED, FailureMode.EXPLICIT_DEGRADED, true);

    /** A source that is not degraded. */
    public static DecisionSource of(String backend, FailureMode mode) {
        return new DecisionSource(backend, mode, false);
    }
}
