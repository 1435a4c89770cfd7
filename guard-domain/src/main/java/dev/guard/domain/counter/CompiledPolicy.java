package dev.guard.domain.counter;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;
import java.util.List;

/**
 * A policy made ready to be judged by one backend: the numbers of its limits, the algorithm of each, the bounds of a
 * cost, and the source that its decisions name.
 */
public final class CompiledPolicy {

    private final Policy policy;
    private final DecisionSource source;
    private final List<Limit> limits;
    private final long smallestCapacity;
    private final boolean alwaysDenies;
    private final OnlyLimit onlyLimit;

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
        this.alwaysDenies = denies;
        this.onlyLimit = new OnlyLimit(policy, source);
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

    /** Whether there is one limit, and it is enforced: the case that a backend may judge without the model. */
    public boolean isSimple() {
        return limits.size() == 1 && !policy.isShadow() && !limits.get(0).isShadow();
    }

    /** Whether a limit of 0 is enforced, so that no call is ever admitted. */
    boolean alwaysDenies() {
        return alwaysDenies;
    }

    /** The figures of the first limit, which are the decision's where it is the only one. */
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
}
