package dev.guard.tck;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.Step;
import dev.guard.tck.linearizability.SequentialModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one key answers when it is asked one call at a time: {@link CounterModel}, at the store's time of the call. That time
 * stands still while calls overlap, so that there is one answer to each.
 */
final class CounterSpecification implements SequentialModel<CounterState, Asked, Seen> {

    private final DecisionSource source;
    private final List<Long> times;
    private final Map<Policy, CompiledPolicy> compiled = new HashMap<>();

    /**
     * Makes a specification.
     *
     * @param source what the backend's decisions say of where they come from
     * @param times all the times that the store was given, in order: a call that was never answered may take effect at each of
     *     those after its own
     */
    CounterSpecification(DecisionSource source, List<Long> times) {
        this.source = source;
        this.times = List.copyOf(times);
    }

    @Override
    public Collection<CounterState> after(CounterState state, Asked asked, @Nullable Seen seen) {
        if (seen != null) {
            Step step = step(state, asked, asked.time());
            return seen.isOf(step.outcome()) ? List.of(step.state()) : List.of();
        }
        List<CounterState> states = new ArrayList<>();
        for (long time : times) {
            if (time >= asked.time()) {
                states.add(step(state, asked, time).state());
            }
        }
        return states;
    }

    /** What the model answers, and the state that it leaves. */
    Step step(CounterState state, Asked asked) {
        return step(state, asked, asked.time());
    }

    private Step step(CounterState state, Asked asked, long time) {
        return CounterModel.step(
                state,
                asked.operation(),
                policy -> compiled.computeIfAbsent(policy, known -> CompiledPolicy.of(known, source)),
                time,
                Long.MAX_VALUE);
    }
}
