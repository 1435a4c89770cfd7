package dev.guard.domain;

import java.util.List;

/** Figures that are known already, of one decision: nothing is left to be read from a state. */
final class StatedFigures extends Figures {

    private final Judgement judgement;
    private final int bound;
    private final List<LimitStatus> limits;
    private final long remaining;
    private final long retryAfter;
    private final long resetAfter;
    private final long nextAfter;

    StatedFigures(
            Policy policy,
            DecisionSource source,
            Judgement judgement,
            int bound,
            List<LimitStatus> limits,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter) {
        super(policy, source);
        this.judgement = judgement;
        this.bound = bound;
        this.limits = limits;
        this.remaining = remaining;
        this.retryAfter = retryAfter;
        this.resetAfter = resetAfter;
        this.nextAfter = nextAfter;
    }

    @Override
    protected long remaining(long x, long y, long now) {
        return remaining;
    }

    @Override
    protected long retryAfter(long x, long y, long now, long cost) {
        return retryAfter;
    }

    @Override
    protected long resetAfter(long x, long y, long now) {
        return resetAfter;
    }

    @Override
    protected long nextAfter(long x, long y, long now) {
        return nextAfter;
    }

    @Override
    Judgement judgement(boolean allowed, long now) {
        return judgement;
    }

    @Override
    int version() {
        return judgement.version();
    }

    @Override
    boolean blocked() {
        return judgement.blocked();
    }

    @Override
    int bound() {
        return bound;
    }

    @Override
    List<LimitStatus> limits() {
        return limits;
    }
}
