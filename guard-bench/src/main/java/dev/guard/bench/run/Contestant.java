package dev.guard.bench.run;

/**
 * Somebody who does a piece of work.
 *
 * @param name as it is printed; unique within the work item
 * @param role what it is compared with
 * @param inQuick whether it takes part in a quick run
 */
public record Contestant(String name, Role role, boolean inQuick, Measurement measurement) {

    /** The part a contestant plays. */
    public enum Role {
        /** The least that the work can cost: what ratios are taken of. */
        LIMIT,
        GUARD,
        PEER,
        /** Measured so that a part of everybody's time can be told apart. */
        CONTROL
    }
}
