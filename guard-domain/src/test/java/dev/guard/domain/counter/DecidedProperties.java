package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.Deeds.Deed;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@Label("What a state tells of a decision")
class DecidedProperties {

    private static final long START = 1_790_000_000_000_000L;

    private static CompiledPolicy compiled(Policy policy) {
        return CompiledPolicy.of(policy, ModelKey.SOURCE);
    }

    private static Step step(CounterState state, CounterOperation operation, long time) {
        return CounterModel.step(state, operation, DecidedProperties::compiled, time, Long.MAX_VALUE);
    }

    private static boolean[] admits(Decision decision) {
        boolean[] admits = new boolean[decision.limits().size()];
        for (int i = 0; i < admits.length; i++) {
            admits[i] = decision.limits().get(i).admits();
        }
        return admits;
    }

    /** The state that a decision was made of, as of its time: a key's time never runs back, also where the clock did. */
    private static CounterState judged(Step step, Decision decision) {
        CounterState state = step.state();
        return state.isAbsent() ? state : state.advancedTo(decision.judgement().time());
    }

    /** Whether it was this state that was judged: a denial under a newer version leaves the key as it was under the old one. */
    private static boolean tells(CounterState state, Decision decision) {
        return !state.isAbsent()
                && state.slots().size() == decision.limits().size()
                && state.version() == decision.judgement().version();
    }

    @Property
    @Label("is the decision itself, whatever happened before, blocks and newer versions too")
    void anyHistory(@ForAll("versions") List<Policy> versions, @ForAll("deeds") List<Deed> deeds) {
        Deeds.Doer doer = new Deeds.Doer(versions);
        CounterState state = CounterState.ABSENT;
        long time = START;
        for (Deed deed : deeds) {
            time += deed.elapse();
            int version = Math.min(deed.version(), 2 + versions.size());
            Deed own = new Deed(deed.verb(), version, deed.cost(), deed.id(), 0, deed.elapse());
            CounterOperation operation = doer.operation(own, Deadline.NONE);
            Step step = step(state, operation, time);
            if (operation instanceof Judged judged && step.outcome() instanceof Decision decision) {
                CounterState told = judged(step, decision);
                if (tells(told, decision)) {
                    Decision again = CounterModel.decided(
                            compiled(judged.policy()),
                            told,
                            admits(decision),
                            decision.judgement().allowed(),
                            decision.judgement().blocked(),
                            decision.cost());
                    assertThat(again.judgement()).isEqualTo(decision.judgement());
                    assertThat(again.limits()).isEqualTo(decision.limits());
                    assertThat(again).isEqualTo(decision);
                }
            }
            state = step.state();
            doer.remember(operation, step.outcome());
        }
    }

    @Example
    @Label("is the decision itself where each limit is enforced, and nothing is blocked")
    void enforced() {
        Policy policy = Policy.of("api", Limit.parse("3/1m fixed"), Limit.parse("5/1h"));
        CounterState state = CounterState.ABSENT;
        for (int i = 0; i < 6; i++) {
            Acquire acquire = new Acquire(policy.key("default", "alice"), policy, 1 + i % 2, Deadline.NONE);
            Step step = step(state, acquire, START + i);
            Decision decision = (Decision) step.outcome();
            CounterState told = step.state().advancedTo(START + i);
            assertThat(CounterModel.decided(compiled(policy), told, decision.allowed(), decision.cost()))
                    .isEqualTo(decision);
            state = step.state();
        }
        Peek peek = new Peek(policy.key("default", "alice"), policy, 3, Deadline.NONE);
        Decision decision = (Decision) step(state, peek, START + 9).outcome();
        assertThat(decision.limits()).extracting(LimitStatus::admits).containsExactly(false, false);
    }

    @Provide
    Arbitrary<List<Policy>> versions() {
        return Deeds.versions();
    }

    @Provide
    Arbitrary<List<Deed>> deeds() {
        return Deeds.deeds();
    }
}
