package dev.guard.domain.counter;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;

/** The counter of one key. Every method is atomic and raises what {@link CounterStore} says. */
public interface KeyCounter {

    /** Takes {@code cost} permits of all limits, or none; says only whether. An embedded store allocates nothing here. */
    boolean tryAcquire(long cost, Deadline deadline);

    /** Takes {@code cost} permits of all limits, or none. */
    Decision decide(long cost, Deadline deadline);
}
