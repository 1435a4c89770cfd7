package dev.guard.domain.counter;

import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Denied;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import java.util.HashMap;
import java.util.Map;

/** One key of a store that does nothing but run the model: what the properties ask, and all they know of a backend. */
final class ModelKey {

    static final DecisionSource SOURCE = DecisionSource.of("model", FailureMode.LOCAL_ONLY);

    private final Map<Policy, CompiledPolicy> compiled = new HashMap<>();
    private CounterState state = CounterState.ABSENT;

    Decision acquire(Policy policy, long cost, long storeTime) {
        return (Decision) run(CounterModel.acquire(state, compiled(policy), cost, storeTime, Long.MAX_VALUE));
    }

    boolean admits(Policy policy, long cost, long storeTime) {
        return acquire(policy, cost, storeTime).allowed();
    }

    Decision peek(Policy policy, long cost, long storeTime) {
        return (Decision) run(CounterModel.peek(state, compiled(policy), cost, storeTime, Long.MAX_VALUE));
    }

    Outcome acquireBefore(Policy policy, long cost, long storeTime, long deadline) {
        return run(CounterModel.acquire(state, compiled(policy), cost, storeTime, deadline));
    }

    Outcome peekBefore(Policy policy, long cost, long storeTime, long deadline) {
        return run(CounterModel.peek(state, compiled(policy), cost, storeTime, deadline));
    }

    /** The same key, which goes another way from here. */
    ModelKey copy() {
        ModelKey copy = new ModelKey();
        copy.state = state;
        return copy;
    }

    /** Runs any operation on the key, whatever key it names. */
    Outcome run(CounterOperation operation, long storeTime) {
        return run(CounterModel.step(state, operation, this::compiled, storeTime, Long.MAX_VALUE));
    }

    Outcome runBefore(CounterOperation operation, long storeTime, long deadline) {
        return run(CounterModel.step(state, operation, this::compiled, storeTime, deadline));
    }

    /** Takes what is there, one permit at a time, and says how much it was. */
    long drain(Policy policy, long storeTime) {
        long taken = 0;
        while (admits(policy, 1, storeTime)) {
            taken++;
        }
        return taken;
    }

    /** What a decision says, in plain values. */
    static ExactKey.Answer answer(Decision decision) {
        return new ExactKey.Answer(
                decision.allowed(),
                decision instanceof Denied denied ? denied.reason() : null,
                decision.cost(),
                decision.version(),
                decision.timeMicros(),
                decision.remaining(),
                decision.retryAfterMicros(),
                decision.resetAfterMicros(),
                decision.nextAfterMicros(),
                decision.limit().map(decision.limits()::indexOf).orElse(-1),
                decision.shadowDenied(),
                decision.limits());
    }

    CounterState state() {
        return state;
    }

    boolean isAbsentAt(long time) {
        return state.advancedTo(Math.max(time, state.time())).isAbsent();
    }

    private Outcome run(Step step) {
        state = step.state();
        return step.outcome();
    }

    private CompiledPolicy compiled(Policy policy) {
        return compiled.computeIfAbsent(policy, p -> CompiledPolicy.of(p, SOURCE));
    }
}
