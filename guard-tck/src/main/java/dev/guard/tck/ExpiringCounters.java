package dev.guard.tck;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.opentest4j.AssertionFailedError;

/**
 * The rule of backends whose store forgets keys by itself after a time that it can be asked for. It is optional: a test class
 * implements this interface beside {@link CounterContract}. The store goes by its own clock here.
 */
@OptionalRules
public interface ExpiringCounters extends BackendContract {

    /**
     * How long the store will keep what it holds of a key, as it says itself.
     *
     * @return empty where it holds nothing of the key; a negative duration where it holds something that never expires
     */
    Optional<Duration> timeToLive(Backend backend, TckEnvironment environment, Key key);

    /** After each of some operations. */
    @Property(tries = 20)
    @Label("S8 whatever a key holds expires in the store, not before it is as if unused, and at most twice as late")
    default void whatAKeyHoldsExpires(
            @ForAll("limitsThatExpire") String limit,
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 5) Integer> choices) {
        Policy policy = Policy.of("p", Limit.parse(limit));
        Key key = policy.key("t", "s");
        CompiledPolicy compiled = CompiledPolicy.of(policy, DecisionSource.of("model", FailureMode.LOCAL_ONLY));
        TckEnvironment environment = TckEnvironment.fresh();
        List<String> ledger = new ArrayList<>();
        CounterState state = CounterState.ABSENT;
        try (Backend backend = open(environment)) {
            for (int choice : choices) {
                CounterOperation operation = operation(policy, key, choice);
                backend.counters().execute(List.of(operation));
                Decision now = (Decision) backend.counters()
                        .execute(List.of(new Peek(key, policy, 1, Deadline.NONE)))
                        .get(0);
                state = CounterModel.step(state, operation, same -> compiled, now.timeMicros(), Long.MAX_VALUE)
                        .state();
                Optional<Duration> left = timeToLive(backend, environment, key);
                ledger.add(Answers.text(operation) + " -> time to live "
                        + left.map(Duration::toString).orElse("none"));
                if (!state.isAbsent()) {
                    requireWithin(state.expiresAt() - now.timeMicros(), left, policy, ledger);
                }
            }
        }
    }

    private static CounterOperation operation(Policy policy, Key key, int choice) {
        return switch (choice) {
            case 0 -> new Acquire(key, policy, 1, "id", Deadline.NONE);
            case 1 -> new Reserve(key, policy, 1, "reserved", 7_200_000_000L, Deadline.NONE);
            case 2 -> new Commit(key, policy, "reserved", 2, Deadline.NONE);
            case 3 -> new Penalize(key, policy, 3, Deadline.NONE);
            case 4 -> new Block(key, 14_400_000_000L, Deadline.NONE);
            default -> policy.hasConcurrency() ? new Extend(key, "id", Deadline.NONE) : new Unblock(key, Deadline.NONE);
        };
    }

    /** The store's time went on between the operation and the question; a minute is more than that takes. */
    private static void requireWithin(long micros, Optional<Duration> left, Policy policy, List<String> ledger) {
        Duration slack = Duration.ofMinutes(1).multipliedBy(TckSettings.timeoutFactor());
        Duration until = Duration.ofMillis(micros / 1_000);
        Duration most = until.plusSeconds(1).multipliedBy(2).plus(slack);
        boolean holds = left.isPresent()
                && left.get().compareTo(until.minus(slack)) >= 0
                && left.get().compareTo(most) <= 0
                && !left.get().isNegative();
        if (!holds) {
            throw new AssertionFailedError("What happened:\n  policy " + Answers.text(policy) + "\n  "
                    + String.join("\n  ", ledger) + "\nWhat is wrong:\n  the time to live is "
                    + left.map(Duration::toString).orElse("none: the store holds nothing") + ", expected at least "
                    + until
                    + ", when the key is as if unused, and at most " + most);
        }
    }

    /** Limits whose state takes hours to be as if unused, so that a minute does not matter. */
    @Provide
    default Arbitrary<String> limitsThatExpire() {
        return Arbitraries.of(
                "3/3h", "3/3h interval", "3/12h fixed", "3/30d sliding", "3/3h log", "3/year", "concurrent 3 lease 3h");
    }
}
