package dev.guard.tck.saboteur;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Late;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.LimitEntry;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.Step;
import java.util.ArrayList;
import java.util.List;

/** Calls that take too much or too little, denials that take anything, blocks that do not hold, shadows that bite. */
final class ChargeSaboteurs {

    private ChargeSaboteurs() {}

    static List<Saboteur> all() {
        return List.of(
                Saboteur.stepping(
                        "a denied call is charged",
                        "S5",
                        "the key is not as before the denied call",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Acquire acquire && Saboteur.isDenied(step.outcome())
                                    ? new Step(penalized(backend, step.state(), acquire, now), step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a denial by one limit is charged to the others",
                        "S5",
                        "the key is not as before the denied call",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            if (!(operation instanceof Acquire acquire)
                                    || !(step.outcome() instanceof Decision decision)
                                    || decision.allowed()
                                    || decision.limits().size() < 2) {
                                return step;
                            }
                            CounterState charged = penalized(backend, step.state(), acquire, now);
                            CounterState kept = States.keeping(
                                    States.advanced(backend, operation.key(), step.state(), now),
                                    charged,
                                    (index, slot) ->
                                            !decision.limits().get(index).admits());
                            return new Step(kept, decision);
                        }),
                Saboteur.stepping(
                        "a peek is charged",
                        "S5",
                        "a second peek differs from the first",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Peek peek && Saboteur.isAllowed(step.outcome())
                                    ? new Step(penalized(backend, stored, peek, now), step.outcome())
                                    : step;
                        }),
                new Saboteur(
                        "a call that comes too late is charged",
                        "A3",
                        "the key is not as before the late calls",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                boolean isLate(CounterOperation operation) {
                                    return false;
                                }

                                @Override
                                Outcome run(CounterOperation operation) {
                                    Outcome outcome = super.run(operation);
                                    return super.isLate(operation) ? new Late(now()) : outcome;
                                }
                            };
                        }),
                new Saboteur("deadlines are overlooked", "A3", "expected late", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        boolean isLate(CounterOperation operation) {
                            return false;
                        }
                    };
                }),
                Saboteur.stepping(
                        "a log keeps every debt as an entry of its own",
                        "S9",
                        "it joined a debt that was charged a second later",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Penalize penalize
                                            && !step.state().isAbsent()
                                    ? new Step(
                                            States.slots(
                                                    step.state(),
                                                    slot -> withAnEntryOfItsOwn(slot, penalize.cost(), now)),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "every call costs one permit",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                stored,
                                operation instanceof Acquire acquire
                                        ? new Acquire(
                                                acquire.key(),
                                                acquire.policy(),
                                                1,
                                                acquire.permitId(),
                                                acquire.deadline())
                                        : operation,
                                now)),
                Saboteur.stepping(
                        "as much as there is is taken of the first limit only",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof AcquireAtMost && Saboteur.isAllowed(step.outcome())
                                    ? new Step(
                                            States.keeping(
                                                    States.advanced(backend, operation.key(), stored, now),
                                                    step.state(),
                                                    (index, slot) -> index > 0),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "as much as there is is all or nothing",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> operation instanceof AcquireAtMost most
                                        && most.policy().limits().stream()
                                                .allMatch(limit -> limit.capacity() >= most.most())
                                ? backend.model(
                                        stored,
                                        new Acquire(
                                                most.key(),
                                                most.policy(),
                                                most.most(),
                                                most.permitId(),
                                                most.deadline()),
                                        now)
                                : backend.model(stored, operation, now)),
                Saboteur.stepping(
                        "a limit in shadow is enforced", "S1", "What is wrong", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return step.outcome() instanceof Decision decision
                                            && decision.allowed()
                                            && !decision.policy().isShadow()
                                            && decision.shadowDenied()
                                    ? new Step(
                                            stored,
                                            Saboteur.restated(
                                                    decision,
                                                    decision.policy(),
                                                    false,
                                                    stored,
                                                    ChargeSaboteurs::enforced))
                                    : step;
                        }),
                Saboteur.stepping(
                        "a limit in shadow is never charged",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Acquire && Saboteur.isAllowed(step.outcome())
                                    ? new Step(
                                            States.keeping(
                                                    States.advanced(backend, operation.key(), stored, now),
                                                    step.state(),
                                                    (index, slot) -> slot.shadow()),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a policy in shadow denies", "S1", "What is wrong", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return step.outcome() instanceof Decision decision
                                            && decision.policy().isShadow()
                                            && decision.shadowDenied()
                                    ? new Step(
                                            step.state(),
                                            Saboteur.restated(
                                                    decision, decision.policy(), false, stored, limit -> limit))
                                    : step;
                        }),
                Saboteur.telling(
                        "tells what remained before the charge",
                        "S1",
                        "What is wrong",
                        (decision, before, after) -> decision.allowed()
                                ? Saboteur.restated(
                                        decision,
                                        after,
                                        limit -> Saboteur.remaining(
                                                limit, Math.min(limit.capacity(), limit.remaining() + decision.cost())))
                                : decision),
                Saboteur.telling(
                        "tells one permit more than remains",
                        "S1",
                        "What is wrong",
                        (decision, before, after) -> Saboteur.restated(
                                decision,
                                after,
                                limit -> Saboteur.remaining(limit, Math.min(limit.capacity(), limit.remaining() + 1)))),
                Saboteur.telling(
                        "takes every denial for one of a rate",
                        "S1",
                        "What is wrong",
                        (decision, before, after) -> decision.allowed()
                                ? decision
                                : Saboteur.restated(
                                        decision,
                                        after,
                                        limit -> limit.algorithm() == Algorithm.CONCURRENT
                                                ? algorithm(limit, Algorithm.LOG)
                                                : limit)),
                Saboteur.stepping(
                        "attempts prolong a block", "S5", "no attempt extends", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Acquire
                                            && Saboteur.isDenied(step.outcome())
                                            && stored.blockedUntil() > now
                                    ? new Step(
                                            States.blockedUntil(stored, stored.blockedUntil() + 1_000_000),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a peek overlooks a block",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> operation instanceof Peek
                                ? new Step(
                                        stored,
                                        backend.model(States.notBlocked(stored), operation, now)
                                                .outcome())
                                : backend.model(stored, operation, now)),
                Saboteur.stepping(
                        "a reset leaves a block", "S1", "What is wrong", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Reset && stored.blockedUntil() > now
                                    ? new Step(
                                            States.blockedUntil(
                                                    new CounterState(0, now, List.of()), stored.blockedUntil()),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "an unblock forgets what was used",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Unblock && step.outcome() == Effect.APPLIED
                                    ? new Step(CounterState.ABSENT, step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a block ends when the last one says so",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof Block ? States.notBlocked(stored) : stored, operation, now)),
                Saboteur.stepping(
                        "a denial that starts a block is charged",
                        "S5",
                        "denials charge nothing",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            boolean starts = operation instanceof Acquire acquire
                                    && acquire.policy().blockOnExcessMicros() > 0
                                    && Saboteur.isDenied(step.outcome())
                                    && stored.blockedUntil() <= now;
                            return starts
                                    ? new Step(
                                            penalized(backend, step.state(), (Acquire) operation, now), step.outcome())
                                    : step;
                        }),
                Saboteur.stepping("no excess ever blocks", "S1", "What is wrong", (backend, stored, operation, now) -> {
                    Step step = backend.model(stored, operation, now);
                    return operation instanceof Judged && Saboteur.isDenied(step.outcome())
                            ? new Step(States.blockedUntil(step.state(), stored.blockedUntil()), step.outcome())
                            : step;
                }),
                Saboteur.stepping(
                        "a penalty is charged only where there is enough",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            if (!(operation instanceof Penalize penalize)) {
                                return backend.model(stored, operation, now);
                            }
                            Step most = backend.model(
                                    stored,
                                    new AcquireAtMost(
                                            penalize.key(),
                                            penalize.policy(),
                                            penalize.cost(),
                                            "penalty",
                                            Deadline.NONE),
                                    now);
                            return new Step(most.state(), Effect.APPLIED);
                        }));
    }

    /** A state that was charged for a call, whether it had the permits or not. */
    private static CounterState penalized(ModelBackend backend, CounterState state, Judged call, long now) {
        return backend.model(state, new Penalize(call.key(), call.policy(), call.cost(), Deadline.NONE), now)
                .state();
    }

    private static LimitStatus enforced(LimitStatus limit) {
        return new LimitStatus(
                limit.name(),
                limit.algorithm(),
                limit.capacity(),
                limit.windowMicros(),
                limit.remaining(),
                limit.retryAfterMicros(),
                limit.resetAfterMicros(),
                limit.nextAfterMicros(),
                limit.admits(),
                true);
    }

    private static LimitStatus algorithm(LimitStatus limit, Algorithm algorithm) {
        return new LimitStatus(
                limit.name(),
                algorithm,
                limit.capacity(),
                limit.windowMicros(),
                limit.remaining(),
                limit.retryAfterMicros(),
                limit.resetAfterMicros(),
                limit.nextAfterMicros(),
                limit.admits(),
                limit.enforced());
    }

    /** A log whose newest entry, where it is full, is a charge that a debt joined, with the two of them apart. */
    private static LimitSlot withAnEntryOfItsOwn(LimitSlot slot, long debt, long now) {
        List<LimitEntry> entries = new ArrayList<>(slot.state().entries());
        if (slot.numbers().algorithm() != Algorithm.LOG || entries.size() < LimitNumbers.MOST_ENTRIES) {
            return slot;
        }
        LimitEntry joined = entries.remove(entries.size() - 1);
        entries.add(new LimitEntry(
                "", joined.permits() - debt, entries.get(entries.size() - 1).time() + 1));
        entries.add(new LimitEntry("", debt, now));
        return States.entries(slot, entries);
    }
}
