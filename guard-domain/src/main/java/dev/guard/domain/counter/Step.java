package dev.guard.domain.counter;

import dev.guard.domain.Outcome;

/**
 * What the model makes of one operation.
 *
 * @param state the state to keep: the very object that was given where nothing is to be written
 * @param outcome the answer
 */
public record Step(CounterState state, Outcome outcome) {}
