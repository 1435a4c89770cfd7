package dev.guard.domain.counter;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.Figures;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;

/** The figures of a policy's only limit, read from its state by the algorithm that made it. */
final class OnlyLimit extends Figures {

    private final LimitNumbers numbers;
    private final ScalarAlgorithm algorithm;

    OnlyLimit(Policy policy, DecisionSource source, LimitNumbers numbers, ScalarAlgorithm algorithm) {
        super(policy, source);
        this.numbers = numbers;
        this.algorithm = algorithm;
    }

    @Override
    protected long remaining(long x, long y, long now) {
        return algorithm.remaining(numbers, x, y, now);
    }

    @Override
    protected long retryAfter(long x, long y, long now, long cost) {
        return algorithm.retryAfter(numbers, x, y, now, cost);
    }

    @Override
    protected long resetAfter(long x, long y, long now) {
        return algorithm.resetAfter(numbers, x, y, now);
    }

    @Override
    protected long nextAfter(long x, long y, long now) {
        return algorithm.nextAfter(numbers, x, y, now);
    }
}
