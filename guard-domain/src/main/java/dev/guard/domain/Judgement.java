package dev.guard.domain;

/**
 * How a call was judged, besides what each limit says. Times are in microseconds.
 *
 * @param allowed whether the call may pass
 * @param blocked whether the key was blocked when the call came
 * @param blockedFor for how much longer it is blocked after the call, which may have started the block; 0 where it is not
 * @param version the version of the policy that the key is counted under
 * @param time the store's time of the call, since the epoch
 */
public record Judgement(boolean allowed, boolean blocked, long blockedFor, int version, long time) {}
