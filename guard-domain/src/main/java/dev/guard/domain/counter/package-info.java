/**
 * Counting: the algorithms as pure functions, the model that decides several limits together, and the port that a
 * backend implements.
 *
 * <p>{@link dev.guard.domain.counter.CounterModel} is the reference: a backend is correct when nobody can tell its
 * answers from the model's. The algorithms are static functions over longs, which the model calls and which a backend
 * may call without the model where a policy has a single limit.
 */
@NullMarked
package dev.guard.domain.counter;

import org.jspecify.annotations.NullMarked;
