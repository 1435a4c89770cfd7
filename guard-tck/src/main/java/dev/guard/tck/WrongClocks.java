package dev.guard.tck;

import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.Step;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** S4: clients whose clocks are wrong take what there is, again and again while the store's time goes on. */
final class WrongClocks implements ConcurrentTrial.Clocks {

    private static final Duration SKEW = Duration.ofSeconds(10);
    private static final Duration STEP = Duration.ofHours(1);
    private static final int BURSTS = 4;

    private static final List<Duration> PAUSES = List.of(
            Duration.ofNanos(1_000),
            Duration.ofSeconds(3),
            Duration.ofMinutes(20),
            Duration.ofHours(1),
            Duration.ofHours(25));

    /** How far the clock of each client is ahead. */
    private final AtomicReferenceArray<Duration> ahead =
            new AtomicReferenceArray<>(new Duration[] {SKEW, SKEW.negated(), Duration.ZERO});

    private final boolean steps;

    private WrongClocks(boolean steps) {
        this.steps = steps;
    }

    /** The clocks are wrong by ten seconds, one ahead and one behind. */
    static void constant(BackendContract contract, long seed) {
        WrongClocks clocks = new WrongClocks(false);
        ConcurrentTrial.run(contract, seed, clocks, clocks::take);
    }

    /** Besides, the first client's clock is set forwards or back by an hour, now and then. */
    static void stepping(BackendContract contract, long seed) {
        WrongClocks clocks = new WrongClocks(true);
        ConcurrentTrial.run(contract, seed, clocks, clocks::take);
    }

    @Override
    public InstantSource of(int client, InstantSource time) {
        return () -> time.instant().plus(ahead.get(client));
    }

    private void take(ConcurrentTrial trial) throws Exception {
        Random random = trial.random();
        long capacity = 1 + random.nextLong(60);
        Policy policy = trial.declared(ConcurrentPolicies.ofRate(random, capacity));
        Key key = policy.key("t", "one");
        CounterOperation call = ConcurrentTrial.acquire(policy, key, 1);
        CounterSpecification specification = new CounterSpecification(trial.source(), List.of());
        CounterState state = CounterState.ABSENT;
        long takenBefore = 0;
        for (int burst = 0; burst < BURSTS; burst++) {
            long expected = 0;
            Asked asked = new Asked(call, CallForm.COMMAND, trial.now());
            for (Step step = specification.step(state, asked);
                    ((Decision) step.outcome()).allowed();
                    step = specification.step(state, asked)) {
                state = step.state();
                expected++;
            }
            trial.inThreads((caller, own) -> {
                for (int calls = 0; calls <= capacity; calls++) {
                    if (steps && own.nextInt(8) == 0) {
                        ahead.set(0, SKEW.plus(own.nextBoolean() ? STEP : STEP.negated()));
                    }
                    List<CounterOperation> one = List.of(call);
                    if (caller.ask(CallForm.any(own), one).get(0).taken(asked) == 0) {
                        break;
                    }
                }
            });
            long taken = trial.taken(key) - takenBefore;
            takenBefore += taken;
            if (taken != expected) {
                throw trial.failure(
                        "clients with wrong clocks were given " + taken + " permits, expected " + expected
                                + ", at the store's time " + trial.now() + " us",
                        "If S2 fails as well, begin there. Else a client's clock has a say in what time it is. Only the"
                                + " store's may: its time is read where the state is read, in the same atomic step.",
                        key);
            }
            trial.advance(PAUSES.get(random.nextInt(PAUSES.size())));
        }
    }
}
