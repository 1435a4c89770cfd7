package dev.guard.domain.counter;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy made ready to be judged by one backend: the numbers of its limits, the algorithm of each, the bounds of a
 * cost, and the source that its decisions name.
 */
public final class CompiledPolicy {

    private final Policy policy;
    private final DecisionSource source;
    private final List<Limit> limits;
    private final long smallestCapacity;

    /** The smallest capacity, or 0 where permits need an id: one comparison on the hot path. */
    private final long largestAnonymousCost;

    private final boolean alwaysDenies;
    private final @Nullable OnlyLimit onlyLimit;

    private CompiledPolicy(Policy policy, DecisionSource source) {
        this.policy = policy;
        this.source = source;
        this.limits = policy.limits();
        long smallest = Long.MAX_VALUE;
        boolean denies = false;
        for (Limit limit : limits) {
            if (!limit.isShadow()) {
                denies |= limit.capacity() == 0;
                smallest = limit.capacity() == 0 ? smallest : Math.min(smallest, limit.capacity());
            }
        }
        this.smallestCapacity = smallest;
        this.largestAnonymousCost = policy.hasConcurrency() ? 0 : smallest;
        this.alwaysDenies = denies;
        this.onlyLimit = onlyLimit(policy, source);
    }

    private static @Nullable OnlyLimit onlyLimit(Policy policy, DecisionSource source) {
        LimitNumbers numbers = policy.limits().get(0).numbers();
        boolean plain = policy.limits().size() == 1
                && !policy.isShadow()
                && !policy.limits().get(0).isShadow();
        return plain && CounterAlgorithm.of(numbers.algorithm()) instanceof ScalarAlgorithm algorithm
                ? new OnlyLimit(policy, source, numbers, algorithm)
                : null;
    }

    /** Makes a policy ready. */
    public static CompiledPolicy of(Policy policy, DecisionSource source) {
        return new CompiledPolicy(policy, source);
    }

    /** The policy. */
    public Policy policy() {
        return policy;
    }

    /** What the decisions say of where they come from. */
    public DecisionSource source() {
        return source;
    }

    /** The numbers of the limit at {@code index}. */
    public LimitNumbers numbers(int index) {
        return limits.get(index).numbers();
    }

    /**
     * Whether there is one limit, it is enforced, and two numbers are all that it remembers: the case that a backend may judge
     * without the model.
     */
    public boolean isSimple() {
        return onlyLimit != null;
    }

    /** Whether a limit of 0 is enforced, so that no call is ever admitted. */
    boolean alwaysDenies() {
        return alwaysDenies;
    }

    /** The figures of the only limit; null where the policy is not simple. */
    @Nullable
    OnlyLimit onlyLimit() {
        return onlyLimit;
    }

    /**
     * Checks a cost against what the policy can ever admit. A limit of 0 and a limit in shadow bound nothing here.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above the smallest capacity
     */
    public void checkCost(long cost) {
        if (cost < 1 || cost > smallestCapacity) {
            throw new InvalidArgumentException("cost is " + cost + ", expected "
                    + (smallestCapacity == Long.MAX_VALUE
                            ? "1 or more"
                            : "1 to " + smallestCapacity + ", the smallest capacity of policy '" + policy.name()
                                    + "'"));
        }
    }

    /**
     * Checks a cost whose permits are never given back: {@link #checkCost}, and that the policy has no concurrency limit.
     *
     * @throws InvalidArgumentException if the cost is out of range, or the policy has a concurrency limit
     */
    public void checkAnonymousCost(long cost) {
        if (cost < 1 || cost > largestAnonymousCost) {
            if (policy.hasConcurrency()) {
                throw idNeeded(policy);
            }
            checkCost(cost);
        }
    }

    /** The error of a call that takes permits of a concurrency limit, and has no id to give them back by. */
    static InvalidArgumentException idNeeded(Policy policy) {
        return new InvalidArgumentException("policy '" + policy.name()
                + "' has a concurrency limit, whose permits are given back; expected a call that names a permit id");
    }

    /**
     * Checks what an operation asks for against what the policy can ever admit.
     *
     * @throws InvalidArgumentException as {@link #checkCost}; not for what takes as much as there is
     */
    public void check(CounterOperation.Judged operation) {
        if (!(operation instanceof CounterOperation.AcquireAtMost)) {
            checkCost(operation.cost());
        }
    }
}
