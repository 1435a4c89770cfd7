package dev.guard.tck;

import dev.guard.domain.counter.CounterOperation;

/**
 * A call on a counter.
 *
 * @param operation what was asked for
 * @param form how
 * @param time the store's time during the call, in microseconds since the epoch
 */
record Asked(CounterOperation operation, CallForm form, long time) {}
