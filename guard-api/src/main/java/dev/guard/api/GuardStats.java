package dev.guard.api;

import dev.guard.domain.FailureMode;

/**
 * How a guard is doing, at one moment.
 *
 * @param mode what it does when its store cannot be asked
 * @param degraded whether calls are judged locally, as the store is away; never in another mode than {@code EXPLICIT_DEGRADED}, or for
 *     policies of that mode
 * @param circuitOpen whether the store is away and is not asked, but for signs of life
 * @param eventsDropped how many times a listener was not told of an event, as too many waited
 */
public record GuardStats(FailureMode mode, boolean degraded, boolean circuitOpen, long eventsDropped) {}
