package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;

/** A call of a limiter and what came of it. Any thread may look at it. */
final class Call {

    /** What came of a call. */
    enum Outcome {
        UNDER_WAY,
        /** Yes or no. */
        ANSWERED,
        FAILED,
        /** It failed because guard's breaker was open: the store was not asked. */
        NOT_MADE
    }

    private final String subject;
    private final long begun = System.nanoTime();
    private volatile long ended;
    private volatile Outcome outcome = Outcome.UNDER_WAY;

    Call(String subject) {
        this.subject = subject;
    }

    /** Makes it, and blocks as long as it takes. */
    Outcome make(Limiter limiter) {
        Outcome came = ask(limiter);
        ended = System.nanoTime();
        outcome = came;
        return came;
    }

    private Outcome ask(Limiter limiter) {
        try {
            limiter.tryAcquire(subject);
            return Outcome.ANSWERED;
        } catch (BackendUnavailableException e) {
            return e.reason() == Reason.CIRCUIT_OPEN ? Outcome.NOT_MADE : Outcome.FAILED;
        } catch (RuntimeException e) {
            return Outcome.FAILED;
        }
    }

    String subject() {
        return subject;
    }

    Outcome outcome() {
        return outcome;
    }

    /** How long it took, or has taken until now, in nanoseconds. */
    long nanos() {
        return outcome == Outcome.UNDER_WAY ? System.nanoTime() - begun : ended - begun;
    }
}
