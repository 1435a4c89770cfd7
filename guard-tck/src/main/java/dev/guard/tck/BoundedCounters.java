package dev.guard.tck;

import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * The rule of backends that remember a bounded number of keys in the process. It is optional: a test class implements this
 * interface beside {@link CounterContract}.
 */
@OptionalRules
public interface BoundedCounters extends BackendContract {

    /** Opens a backend that remembers at most so many keys of a policy at a time; see {@link #open}. */
    Backend open(TckEnvironment environment, int keys);

    /** A full table, with subjects that come and go. */
    @Property(tries = 30)
    @Label("S16 a full table forgets no counter: new subjects are denied for CAPACITY until one is as if unused")
    default void fullTablesForgetNothing(
            @ForAll @IntRange(min = 1, max = 50) int keys, @ForAll @IntRange(min = 1, max = 200) int more) {
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        BackendContract bounded = environment -> open(environment, keys);
        try (Trial trial = Trial.of(bounded, Trial.CALM)) {
            for (int i = 0; i < keys; i++) {
                trial.expectAllowed(true, trial.acquire(policy, subject(policy, i), 1), "there is room for " + keys);
                trial.advance(1);
            }
            for (int i = keys; i < keys + more; i++) {
                Decision decision = trial.acquire(policy, subject(policy, i), 1);
                trial.expect(
                        decision instanceof Denied denied && denied.reason() == Denied.Reason.CAPACITY,
                        "the table is full with " + keys + " keys in use; a new one was answered "
                                + Answers.text(decision) + ", expected a denial for CAPACITY");
            }
            for (int i = 0; i < keys; i++) {
                trial.expectAllowed(
                        false,
                        trial.acquire(policy, subject(policy, i), 1),
                        "its permit is used, and must not be forgotten");
            }
            trial.advance(3_600_000_000L);
            trial.expectAllowed(
                    true,
                    trial.acquire(policy, subject(policy, keys), 1),
                    "an hour later every key is as if unused, and there is room");
        }
    }

    private static Key subject(Policy policy, int number) {
        return policy.key("t", "subject" + number);
    }
}
