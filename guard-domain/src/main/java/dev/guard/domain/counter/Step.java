package dev.guard.domain.counter;

import dev.guard.domain.Outcome;

/**
 * What the model makes of one operation.
 *
 * @param state the state to keep: the very object that was given where nothing is to be written
 * @param outcome the answer
 */
public record Step(CounterState state, Outcome outcome) {

    /** Whether the step leaves the state that it was given as it is, so that there is nothing to write. */
    @SuppressWarnings("ReferenceEquality")
    public boolean leaves(CounterState given) {
        return state == given;
    }
}
