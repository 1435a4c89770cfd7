package dev.guard.tck;

import dev.guard.domain.Policy;
import java.time.Instant;
import java.util.List;

/**
 * A random history, before it is known what the answers are: moves say how far time goes on in words that the run turns into
 * moments, as most moments worth trying follow from the answers. Immutable; the kit makes and reads it.
 */
public final class Scenario {

    private final Instant start;
    private final List<Policy> policies;
    private final List<Move> moves;

    /**
     * Makes a scenario.
     *
     * @param start the store's time at first
     * @param policies versions of one policy, then one of another name
     * @param moves what happens, in order
     */
    Scenario(Instant start, List<Policy> policies, List<Move> moves) {
        this.start = start;
        this.policies = List.copyOf(policies);
        this.moves = List.copyOf(moves);
    }

    Instant start() {
        return start;
    }

    List<Policy> policies() {
        return policies;
    }

    List<Move> moves() {
        return moves;
    }

    /**
     * Time that passes, and a command after it.
     *
     * @param elapse how far time goes on
     * @param amount which of several moments, or how much, as {@code elapse} makes of it
     * @param form how the command is given; the answers do not depend on it
     * @param acts the operations of the command
     */
    record Move(Elapse elapse, int amount, Form form, List<Act> acts) {}

    /**
     * An operation.
     *
     * @param verb what is done
     * @param policy the policy, by its place
     * @param key the key, by its place
     * @param amount the permits: from 1 on upwards, from 0 on downwards from the smallest capacity
     * @param pick which of several ids, durations or variants
     */
    record Act(Verb verb, int policy, int key, int amount, int pick) {}

    /** How far time goes on before a move. */
    enum Elapse {
        NOTHING,
        ONE,
        PART_OF_PERIOD,
        PERIOD,
        RETRY,
        RESET,
        NEXT,
        END,
        YEARS,
        /** The store's clock is set back for this command, where the key has seen a later time. */
        BACK
    }

    /** How a command is given. */
    enum Form {
        BLOCKING,
        ASYNCHRONOUS,
        POLICY,
        ASYNCHRONOUS_POLICY,
        KEY,
        KEY_ALLOWED
    }

    /** What can be done. */
    enum Verb {
        ACQUIRE,
        ACQUIRE_AS,
        ACQUIRE_AT_MOST,
        PEEK,
        RESERVE,
        COMMIT,
        CANCEL,
        REFUND,
        PENALIZE,
        RELEASE,
        EXTEND,
        BLOCK,
        UNBLOCK,
        RESET,
        LATE
    }

    /** How many moves there are, and under which policies; the failure's ledger has the rest. */
    @Override
    public String toString() {
        return moves.size() + " moves under " + policies;
    }
}
