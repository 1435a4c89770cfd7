package dev.guard.domain.counter;

/**
 * The id of a permit that was given back, so that it is not given back again.
 *
 * @param id the permit's id
 * @param until until when it has to be known, in microseconds since the epoch: from then on nothing counts the permit
 */
public record RefundedPermit(String id, long until) {}
