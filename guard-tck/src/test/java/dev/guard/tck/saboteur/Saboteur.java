package dev.guard.tck.saboteur;

import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Judgement;
import dev.guard.domain.Key;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.Step;
import dev.guard.tck.TckEnvironment;
import dev.guard.tck.saboteur.ModelBackend.Server;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A backend that is broken in one way.
 *
 * @param name what is wrong with it, as a few words
 * @param rule the number of the rule that it breaks
 * @param phrase a part of the message by which that rule says what is wrong, as a regular expression, since a rule may come
 *     upon the same fault in several ways
 * @param maker opens it
 */
record Saboteur(String name, String rule, String phrase, Maker maker) {

    /** Opens a client of a store. */
    interface Maker {
        Backend open(Server server, TckEnvironment environment);
    }

    /** What a saboteur makes of an operation, with the model at hand. */
    interface Stepping {
        Step step(ModelBackend backend, CounterState stored, CounterOperation operation, long now);
    }

    /** What a saboteur tells of a decision that was made rightly. */
    interface Telling {
        Decision tell(Decision decision, CounterState before, CounterState after);
    }

    /** A saboteur whose operations come to something else than the model says. */
    static Saboteur stepping(String name, String rule, String phrase, Stepping stepping) {
        return new Saboteur(name, rule, phrase, (server, environment) -> new ModelBackend(server, environment) {
            @Override
            Step step(CounterState stored, CounterOperation operation, long now) {
                return stepping.step(this, stored, operation, now);
            }
        });
    }

    /** A saboteur that does what it should, and tells something else of it. */
    static Saboteur telling(String name, String rule, String phrase, Telling telling) {
        return stepping(name, rule, phrase, (backend, stored, operation, now) -> {
            Step step = backend.model(stored, operation, now);
            return step.outcome() instanceof Decision decision
                    ? new Step(step.state(), telling.tell(decision, stored, step.state()))
                    : step;
        });
    }

    /** A saboteur that takes some keys for the same. */
    static Saboteur confusing(String name, String rule, String phrase, Function<Key, Object> place) {
        return new Saboteur(name, rule, phrase, (server, environment) -> new ModelBackend(server, environment) {
            @Override
            Object place(Key key) {
                return place.apply(key);
            }
        });
    }

    /** The same decision, with something else said of each limit. */
    static Decision restated(Decision decision, CounterState after, UnaryOperator<LimitStatus> change) {
        return restated(decision, decision.policy(), decision.allowed(), after, change);
    }

    /** The same decision in the name of another policy, with something else said of each limit. */
    static Decision restated(
            Decision decision, Policy policy, boolean allowed, CounterState after, UnaryOperator<LimitStatus> change) {
        if (decision.limits().isEmpty()) {
            return decision;
        }
        boolean blocked = decision instanceof Denied denied && denied.reason() == Denied.Reason.BLOCKED;
        long blockedFor =
                after.blockedUntil() > decision.timeMicros() ? after.blockedUntil() - decision.timeMicros() : 0;
        return Decision.of(
                policy,
                decision.source(),
                new Judgement(allowed, blocked, blockedFor, decision.version(), decision.timeMicros()),
                decision.cost(),
                decision.limits().stream().map(change).toList());
    }

    /** What a limit says, with other times. */
    static LimitStatus times(LimitStatus limit, long retryAfter, long resetAfter, long nextAfter) {
        return new LimitStatus(
                limit.name(),
                limit.algorithm(),
                limit.capacity(),
                limit.windowMicros(),
                limit.remaining(),
                retryAfter,
                resetAfter,
                nextAfter,
                limit.admits(),
                limit.enforced());
    }

    /** What a limit says, with another number of permits left. */
    static LimitStatus remaining(LimitStatus limit, long remaining) {
        return new LimitStatus(
                limit.name(),
                limit.algorithm(),
                limit.capacity(),
                limit.windowMicros(),
                remaining,
                limit.retryAfterMicros(),
                limit.resetAfterMicros(),
                limit.nextAfterMicros(),
                limit.admits(),
                limit.enforced());
    }

    static boolean isDenied(Outcome outcome) {
        return outcome instanceof Denied;
    }

    static boolean isAllowed(Outcome outcome) {
        return outcome instanceof Decision decision && decision.allowed();
    }

    @Override
    public String toString() {
        return name;
    }
}
