package dev.guard.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the numbers of a {@link Decision} are read from: the state of the policy's only limit, handed in as its two words and
 * the time of the decision. Pure, and shared by all decisions of a policy. All times are in microseconds.
 */
public abstract class Figures {

    private final Policy policy;
    private final DecisionSource source;

    /** The figures of a policy whose decisions come from that source. */
    protected Figures(Policy policy, DecisionSource source) {
        this.policy = policy;
        this.source = source;
    }

    /** See {@link Decision#remaining()}. */
    protected abstract long remaining(long x, long y, long now);

    /** See {@link Decision#retryAfterMicros()}; asked of denials only. */
    protected abstract long retryAfter(long x, long y, long now, long cost);

    /** See {@link Decision#resetAfterMicros()}. */
    protected abstract long resetAfter(long x, long y, long now);

    /** See {@link Decision#nextAfterMicros()}. */
    protected abstract long nextAfter(long x, long y, long now);

    final Policy policy() {
        return policy;
    }

    final DecisionSource source() {
        return source;
    }

    /** See {@link Decision#version()}. */
    int version() {
        return policy.version();
    }

    /** How the call was judged. */
    Judgement judgement(boolean allowed, long now) {
        return new Judgement(allowed, false, 0, version(), now);
    }

    /** Whether the key was blocked. */
    boolean blocked() {
        return false;
    }

    /** The index of the bound limit, below 0 where there is none. */
    int bound() {
        return 0;
    }

    /** What every limit says; null where the policy has one enforced limit, and the figures are all there is to it. */
    @Nullable
    List<LimitStatus> limits() {
        return null;
    }
}
