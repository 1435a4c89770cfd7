package dev.guard.domain.counter;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import java.util.concurrent.CompletionStage;

/**
 * The counters of one policy. Every method is atomic and raises what {@link CounterStore} says; a call that reached the
 * store late is a {@link BackendUnavailableException} for the reason {@code LATE}.
 */
public interface PolicyCounters {

    /** Takes {@code cost} permits of all limits, or none. */
    Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline);

    /** The asynchronous form of {@link #tryAcquire}. */
    CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline);

    /** Answers what {@link #tryAcquire} would, and changes nothing. */
    Decision peek(String tenant, String subject, long cost, Deadline deadline);

    /** The asynchronous form of {@link #peek}. */
    CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline);

    /** The counter of one key, ready to be asked many times. */
    KeyCounter key(String tenant, String subject);
}
