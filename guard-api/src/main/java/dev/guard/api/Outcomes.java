package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Late;
import dev.guard.domain.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads the answer to a command of one operation. */
final class Outcomes {

    private Outcomes() {}

    /** What came of the only operation; an error where it came too late. */
    static Outcome only(List<Outcome> outcomes) {
        Outcome outcome = outcomes.get(0);
        if (outcome instanceof Late) {
            throw new BackendUnavailableException(
                    BackendUnavailableException.Reason.LATE, "the call reached the store after its deadline");
        }
        return outcome;
    }

    /** {@link #only(List)} of a stage, with errors as they are. */
    static CompletableFuture<Outcome> only(CompletionStage<List<Outcome>> outcomes) {
        return Futures.mapped(outcomes, Outcomes::only);
    }
}
