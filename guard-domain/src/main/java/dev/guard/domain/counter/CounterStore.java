package dev.guard.domain.counter;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The counters of a backend: the one required port.
 *
 * <p>Atomicity: each operation is judged and charged as one step that no other operation on the same key comes between.
 * Time: the store's own clock, in microseconds since the epoch; a key never sees it run backwards. Answers: exactly those
 * of {@link CounterModel}.
 *
 * <p>Errors, thrown by the blocking forms and carried, unwrapped, by the futures of the asynchronous ones:
 *
 * <ul>
 *   <li>{@link InvalidArgumentException} where a cost is out of range for its policy; then no operation of the command was run
 *   <li>{@link BackendUnavailableException} where the store could not be asked; what was sent counts as used
 *   <li>{@link CorruptStateException} where the store holds something else at the key
 *   <li>{@link GuardClosedException} after the backend was closed
 * </ul>
 */
public interface CounterStore {

    /**
     * Runs the operations as if one after another in this order, in as few round trips as the store allows: one where
     * there is one operation. They are separate: those before a denial stay charged.
     *
     * @return a stage with one outcome an operation, in the same order
     */
    CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations);

    /** The blocking form of {@link #submit}; a store whose client blocks overrides it. */
    default List<Outcome> execute(List<? extends CounterOperation> operations) {
        return Stages.join(submit(operations));
    }

    /**
     * Lists the keys of a tenant under a policy that something is remembered of, a page at a time. A key that is live from the
     * first page to the last comes at least once; one that is not may come or not. Never part of a decision, and never
     * free: it looks at every key of the store in the worst case.
     *
     * @param cursor {@link KeyPage#START}, or what the page before named
     * @return a stage with some of the keys, perhaps none, and where to go on
     * @throws InvalidArgumentException if the cursor is none of this store's
     */
    CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor);

    /** The blocking form of {@link #submitList}. */
    default KeyPage list(String tenant, String policy, String cursor) {
        return Stages.join(submitList(tenant, policy, cursor));
    }

    /**
     * The counters of one policy, ready to be asked many times. A store that can judge without building a command for each
     * call overrides it; the answers are the same.
     */
    default PolicyCounters counters(Policy policy) {
        return new CommandCounters(this, policy);
    }
}
