package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Release;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A call without a permit id, of a version older than the concurrency limit that judges it,")
class AnonymousSlotsTest {

    private static final long SECOND = 1_000_000;
    private static final Policy OLDER = Policy.of("api", Limit.parse("100/1h fixed"));
    private static final Policy NEWER = Policy.builder("api")
            .version(2)
            .limit(Limit.parse("100/1h fixed"))
            .limit(Limit.parse("concurrent 2 lease 30s"))
            .build();
    private static final Key KEY = Key.of("api", "s");

    private CounterState state = CounterState.ABSENT;

    @Test
    @DisplayName("S18 holds a slot that nobody can give back, and that comes back with its lease")
    void holdsASlotUntilItsLeaseEnds() {
        assertThat(allowed(new Acquire(KEY, NEWER, 1, "named", Deadline.NONE), 0))
                .isTrue();
        assertThat(allowed(new Acquire(KEY, OLDER, 1, Deadline.NONE), 10 * SECOND))
                .isTrue();
        assertThat(allowed(new Acquire(KEY, OLDER, 1, Deadline.NONE), 10 * SECOND))
                .isFalse();
        assertThat(run(new Release(KEY, "named", Deadline.NONE), 10 * SECOND)).isEqualTo(Effect.APPLIED);
        assertThat(allowed(new Acquire(KEY, NEWER, 2, "both", Deadline.NONE), 40 * SECOND - 1))
                .isFalse();
        assertThat(allowed(new Acquire(KEY, NEWER, 2, "both", Deadline.NONE), 40 * SECOND))
                .isTrue();
    }

    private boolean allowed(CounterOperation operation, long now) {
        return ((Decision) run(operation, now)).allowed();
    }

    private Outcome run(CounterOperation operation, long now) {
        Step step = CounterModel.step(
                state, operation, policy -> CompiledPolicy.of(policy, ModelKey.SOURCE), now, Long.MAX_VALUE);
        state = step.state();
        return step.outcome();
    }
}
