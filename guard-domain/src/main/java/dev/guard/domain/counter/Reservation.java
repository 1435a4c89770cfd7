package dev.guard.domain.counter;

/**
 * Permits that were taken until it is known what is really spent.
 *
 * @param id the caller's id for it
 * @param cost the permits taken
 * @param version the version of the policy that they were charged under
 * @param time when they were taken, in microseconds since the epoch
 * @param end when they come back by themselves, in microseconds since the epoch
 */
public record Reservation(String id, long cost, int version, long time, long end) {}
