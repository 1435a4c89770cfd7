/**
 * The words of guard: keys, limits, policies, decisions, and the errors that say why there is none.
 *
 * <p>Everything here is an immutable value. Nothing reads a clock, opens a socket or starts a thread; time is always an
 * argument, in microseconds since the epoch.
 */
@NullMarked
package dev.guard.domain;

import org.jspecify.annotations.NullMarked;
