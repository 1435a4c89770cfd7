package dev.guard.domain.counter;

import dev.guard.domain.Deadline;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import org.jspecify.annotations.Nullable;

/**
 * One thing to do with one key, as a value: the same whether it is run blocking or asynchronously, alone or in a list.
 *
 * <p>Operations that count bring their policy along; what gives back, blocks or forgets takes the key as it stands. All
 * durations are in microseconds, 1 to {@link Micros#TEN_YEARS}. Every operation refuses, when it is made, what no policy
 * could make sense of, with an {@link InvalidArgumentException}.
 */
public sealed interface CounterOperation {

    /** The key. */
    Key key();

    /** The last moment at which the operation may happen; the store refuses what comes later. */
    Deadline deadline();

    /** The same operation with that deadline. */
    CounterOperation by(Deadline deadline);

    /** An operation that counts by the limits of a policy of the key's name, and may convert the key to its version. */
    sealed interface OfPolicy extends CounterOperation {
        /** The policy. */
        Policy policy();
    }

    /** An operation that is answered with a {@link dev.guard.domain.Decision}. */
    sealed interface Judged extends OfPolicy {
        /** The permits asked for. */
        long cost();
    }

    /**
     * Takes {@code cost} permits of all the policy's limits, or none.
     *
     * @param cost the permits, 1 to the policy's smallest capacity
     * @param permitId the id under which the permits can be given back; null where they never will be. A policy with a
     *     concurrency limit needs one
     */
    record Acquire(
            Key key, Policy policy, long cost, @Nullable String permitId, Deadline deadline) implements Judged {
        /** Checks the key, the cost as far as it goes without the limits, and the id. */
        public Acquire {
            requireSame(key, policy);
            requirePositive("cost", cost);
            requireIdIfNeeded(policy, permitId);
        }

        /** Takes permits that are never given back. */
        public Acquire(Key key, Policy policy, long cost, Deadline deadline) {
            this(key, policy, cost, null, deadline);
        }

        @Override
        public Acquire by(Deadline other) {
            return new Acquire(key, policy, cost, permitId, other);
        }
    }

    /**
     * Takes as many permits as there are, up to {@code most}; none at all is a denial. What was taken is the decision's cost.
     *
     * @param most the most permits to take, 1 or more; it may exceed every capacity
     * @param permitId as for {@link Acquire}
     */
    record AcquireAtMost(
            Key key, Policy policy, long most, @Nullable String permitId, Deadline deadline) implements Judged {
        /** Checks the key, the number and the id. */
        public AcquireAtMost {
            requireSame(key, policy);
            requirePositive("most", most);
            requireIdIfNeeded(policy, permitId);
        }

        /** The most permits. */
        @Override
        public long cost() {
            return most;
        }

        @Override
        public AcquireAtMost by(Deadline other) {
            return new AcquireAtMost(key, policy, most, permitId, other);
        }
    }

    /**
     * Asks whether {@code cost} permits could be taken, and changes nothing.
     *
     * @param cost the permits, 1 to the policy's smallest capacity
     */
    record Peek(Key key, Policy policy, long cost, Deadline deadline) implements Judged {
        /** Checks the key and the cost as far as it goes without the limits. */
        public Peek {
            requireSame(key, policy);
            requirePositive("cost", cost);
        }

        @Override
        public Peek by(Deadline other) {
            return new Peek(key, policy, cost, other);
        }
    }

    /**
     * Takes {@code cost} permits like {@link Acquire}, for as long as it takes to learn what is really spent. A reservation that is
     * not settled in time lapses, and gives its permits back.
     *
     * @param cost the permits, 1 to the policy's smallest capacity
     * @param id the reservation's id, by which it is settled
     * @param ttl how long it holds, in microseconds
     */
    record Reserve(Key key, Policy policy, long cost, String id, long ttl, Deadline deadline) implements Judged {
        /** Checks the key, the cost as far as it goes without the limits, the id and the time. */
        public Reserve {
            requireSame(key, policy);
            requirePositive("cost", cost);
            Permit.requireId(id);
            requireDuration("ttl", ttl);
        }

        @Override
        public Reserve by(Deadline other) {
            return new Reserve(key, policy, cost, id, ttl, other);
        }
    }

    /**
     * Settles a reservation: what was spent less than reserved comes back, what was spent more becomes debt. A reservation that
     * lapsed gave everything back, so that all that was spent becomes debt.
     *
     * @param id the reservation's id
     * @param actual what was spent, 0 or more
     */
    record Commit(Key key, Policy policy, String id, long actual, Deadline deadline) implements OfPolicy {
        /** Checks the key, the id and the number. */
        public Commit {
            requireSame(key, policy);
            Permit.requireId(id);
            if (actual < 0) {
                throw new InvalidArgumentException("actual is " + actual + ", expected 0 or more");
            }
        }

        @Override
        public Commit by(Deadline other) {
            return new Commit(key, policy, id, actual, other);
        }
    }

    /**
     * Charges {@code cost} permits, whether they are there or not: the limits may go into debt.
     *
     * @param cost the permits, 1 or more; what would take a limit below its largest debt is dropped
     */
    record Penalize(Key key, Policy policy, long cost, Deadline deadline) implements OfPolicy {
        /** Checks the key and the number. */
        public Penalize {
            requireSame(key, policy);
            requirePositive("cost", cost);
        }

        @Override
        public Penalize by(Deadline other) {
            return new Penalize(key, policy, cost, other);
        }
    }

    /** Gives up a reservation: all of it comes back. After it lapsed there is nothing to give up. */
    record Cancel(Key key, String id, Deadline deadline) implements CounterOperation {
        /** Checks the id. */
        public Cancel {
            Permit.requireId(id);
        }

        @Override
        public Cancel by(Deadline other) {
            return new Cancel(key, id, other);
        }
    }

    /** Gives permits back to every limit that still counts them, and concurrent slots with them; once for each permit. */
    record Refund(Key key, Permit permit, Deadline deadline) implements CounterOperation {
        @Override
        public Refund by(Deadline other) {
            return new Refund(key, permit, other);
        }
    }

    /** Gives concurrent slots back, and nothing else. */
    record Release(Key key, String permitId, Deadline deadline) implements CounterOperation {
        /** Checks the id. */
        public Release {
            Permit.requireId(permitId);
        }

        @Override
        public Release by(Deadline other) {
            return new Release(key, permitId, other);
        }
    }

    /** Lets the leases of concurrent slots begin anew, unless they have ended. */
    record Extend(Key key, String permitId, Deadline deadline) implements CounterOperation {
        /** Checks the id. */
        public Extend {
            Permit.requireId(permitId);
        }

        @Override
        public Extend by(Deadline other) {
            return new Extend(key, permitId, other);
        }
    }

    /** Denies every call on the key for a while. The later of two ends holds. */
    record Block(Key key, long duration, Deadline deadline) implements CounterOperation {
        /** Checks the time. */
        public Block {
            requireDuration("duration", duration);
        }

        @Override
        public Block by(Deadline other) {
            return new Block(key, duration, other);
        }
    }

    /** Lifts a block. */
    record Unblock(Key key, Deadline deadline) implements CounterOperation {
        @Override
        public Unblock by(Deadline other) {
            return new Unblock(key, other);
        }
    }

    /** Forgets all that is known of the key: usage, debt, block, reservations and leases. */
    record Reset(Key key, Deadline deadline) implements CounterOperation {
        @Override
        public Reset by(Deadline other) {
            return new Reset(key, other);
        }
    }

    private static void requireSame(Key key, Policy policy) {
        if (!key.policy().equals(policy.name())) {
            throw new InvalidArgumentException(
                    "the key is of policy '" + key.policy() + "', expected one of policy '" + policy.name() + "'");
        }
    }

    private static void requirePositive(String what, long number) {
        if (number < 1) {
            throw new InvalidArgumentException(what + " is " + number + ", expected 1 or more");
        }
    }

    private static void requireDuration(String what, long micros) {
        if (micros < 1 || micros > Micros.TEN_YEARS) {
            throw new InvalidArgumentException(
                    what + " is " + micros + " us, expected 1 to " + Micros.TEN_YEARS + " (ten years)");
        }
    }

    private static void requireIdIfNeeded(Policy policy, @Nullable String permitId) {
        if (permitId != null) {
            Permit.requireId(permitId);
        } else if (policy.hasConcurrency()) {
            throw CompiledPolicy.idNeeded(policy);
        }
    }
}
