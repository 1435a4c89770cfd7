package dev.guard.hazelcast;

import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterOperation;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a command.
 *
 * @param operation what to do; on a member its key is not the key, which the entry knows, and its deadline is none
 * @param policy the operation's policy; null where it has none
 * @param deadline the last moment at which it may happen, in the members' microseconds; {@link ClusterTime#NEVER} for none
 */
record Asked(CounterOperation operation, @Nullable SentPolicy policy, long deadline) {

    /** The policy of an operation that counts by one. */
    CompiledPolicy compiled() {
        if (policy == null) {
            throw new WireException("an operation that counts came without a policy");
        }
        return policy.compiled();
    }
}
