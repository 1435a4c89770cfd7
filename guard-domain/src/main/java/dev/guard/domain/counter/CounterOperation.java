package dev.guard.domain.counter;

import dev.guard.domain.Deadline;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Policy;

/**
 * One thing to do with one key, as a value: the same whether it is run blocking or asynchronously, alone or in a list.
 */
public sealed interface CounterOperation permits CounterOperation.Acquire, CounterOperation.Peek {

    /** The key that is counted. */
    Key key();

    /** The policy that it is judged by. */
    Policy policy();

    /** The permits asked for. */
    long cost();

    /** The moment from which on the operation must not happen any more. */
    Deadline deadline();

    /**
     * Takes {@code cost} permits of all the policy's limits, or none.
     *
     * @param key the key, of the policy's name
     * @param policy the policy to judge by
     * @param cost the permits, 1 to the policy's smallest capacity
     * @param deadline the moment from which on the permits must not be taken any more
     */
    record Acquire(Key key, Policy policy, long cost, Deadline deadline) implements CounterOperation {
        /** Checks that the key is one of the policy's. */
        public Acquire {
            check(key, policy);
        }
    }

    /**
     * Asks whether {@code cost} permits could be taken, and changes nothing.
     *
     * @param key the key, of the policy's name
     * @param policy the policy to judge by
     * @param cost the permits, 1 to the policy's smallest capacity
     * @param deadline the moment from which on no answer is wanted any more
     */
    record Peek(Key key, Policy policy, long cost, Deadline deadline) implements CounterOperation {
        /** Checks that the key is one of the policy's. */
        public Peek {
            check(key, policy);
        }
    }

    private static void check(Key key, Policy policy) {
        if (!key.policy().equals(policy.name())) {
            throw new InvalidArgumentException(
                    "the key is of policy '" + key.policy() + "', expected one of policy '" + policy.name() + "'");
        }
    }
}
