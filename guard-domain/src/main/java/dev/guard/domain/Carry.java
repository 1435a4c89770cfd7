package dev.guard.domain;

/**
 * What a newer version of a policy makes of the usage it finds. With c and c′ the old and the new capacity, and a the
 * whole permits available (below 0 when in debt):
 */
public enum Carry {
    /** What was available stays available, up to the new capacity: a′ = min(a, c′). The default. */
    AS_IS,
    /** What was used stays used: a′ = a + c′ − c. */
    ADDITIVE,
    /** The same share is available: a′ = floor(a · c′ / c). */
    PROPORTIONAL,
    /** The usage is forgotten. */
    RESET
}
