package dev.guard.tck.saboteur;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.LimitEntry;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.RefundedPermit;
import dev.guard.domain.counter.Reservation;
import dev.guard.domain.counter.Step;
import dev.guard.tck.TckEnvironment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Refunds, reservations, debt and leases that give back too much or too little. */
final class GivingBackSaboteurs {

    private GivingBackSaboteurs() {}

    static List<Saboteur> all() {
        return List.of(
                new Saboteur(
                        "what a refund gives back goes on top of a full limit",
                        "S10",
                        "What is wrong",
                        (server, environment) -> new OnTop(server, environment)),
                Saboteur.stepping(
                        "gives a permit back twice",
                        "S10",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof Refund ? States.refunded(stored, List.of()) : stored,
                                operation,
                                now)),
                Saboteur.stepping(
                        "gives a permit back whenever it was taken",
                        "S10",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            if (!(operation instanceof Refund refund)) {
                                return backend.model(stored, operation, now);
                            }
                            Permit permit = refund.permit();
                            Permit anew = new Permit(
                                    permit.id(), permit.cost(), permit.version(), Math.max(now, stored.time()));
                            return backend.model(stored, new Refund(refund.key(), anew, refund.deadline()), now);
                        }),
                Saboteur.stepping(
                        "gives a permit back after a reset",
                        "S10",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof Refund && !stored.isAbsent()
                                        ? States.birth(stored, CounterState.NEVER_WAS)
                                        : stored,
                                operation,
                                now)),
                Saboteur.stepping(
                        "gives a permit of an older version back",
                        "S10",
                        "What is wrong",
                        (backend, stored, operation, now) ->
                                operation instanceof Refund refund && !stored.isAbsent() && stored.version() > 0
                                        ? backend.model(
                                                stored,
                                                new Refund(
                                                        refund.key(),
                                                        new Permit(
                                                                refund.permit().id(),
                                                                refund.permit().cost(),
                                                                stored.version(),
                                                                refund.permit().time()),
                                                        refund.deadline()),
                                                now)
                                        : backend.model(stored, operation, now)),
                Saboteur.stepping(
                        "forgets the oldest of many permits that were given back",
                        "S10",
                        "expected REFUSED",
                        (backend, stored, operation, now) -> {
                            List<RefundedPermit> known = stored.refunded();
                            return backend.model(
                                    operation instanceof Refund && known.size() >= 64
                                            ? States.refunded(stored, known.subList(1, known.size()))
                                            : stored,
                                    operation,
                                    now);
                        }),
                Saboteur.stepping(
                        "remembers for ever what was given back",
                        "S10",
                        "the 64 permits are counted no more, and forgotten",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return step.outcome() == Effect.APPLIED && operation instanceof Refund
                                    ? new Step(
                                            States.refunded(
                                                    step.state(),
                                                    step.state().refunded().stream()
                                                            .map(permit -> new RefundedPermit(
                                                                    permit.id(), now + Micros.TEN_YEARS))
                                                            .toList()),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "gives a permit back to the first limit only",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Refund && step.outcome() == Effect.APPLIED
                                    ? new Step(
                                            States.keeping(
                                                    States.advanced(backend, operation.key(), stored, now),
                                                    step.state(),
                                                    (index, slot) -> index > 0),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a penalty knows no floor", "S1", "What is wrong", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Penalize penalize
                                            && !step.state().isAbsent()
                                    ? new Step(
                                            States.slots(step.state(), slot -> deeper(slot, penalize.cost())),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a reservation that lapses gives nothing back",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                States.reservations(
                                        stored,
                                        stored.reservations().stream()
                                                .filter(reservation -> reservation.end() > now)
                                                .toList()),
                                operation,
                                now)),
                Saboteur.stepping(
                        "a reservation lapses when the key is next looked at",
                        "S10",
                        "the five that were reserved",
                        (backend, stored, operation, now) -> backend.model(
                                States.reservations(
                                        stored,
                                        stored.reservations().stream()
                                                .map(reservation -> reservation.end() < now
                                                        ? States.ending(reservation, Math.max(now, stored.time()))
                                                        : reservation)
                                                .toList()),
                                operation,
                                now)),
                Saboteur.stepping(
                        "a reservation never lapses", "S1", "What is wrong", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Reserve && Saboteur.isAllowed(step.outcome())
                                    ? new Step(
                                            States.reservations(
                                                    step.state(),
                                                    step.state().reservations().stream()
                                                            .map(reservation -> States.ending(
                                                                    reservation, reservation.time() + Micros.TEN_YEARS))
                                                            .toList()),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "what is spent above a reservation is not charged",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                stored,
                                operation instanceof Commit commit
                                        ? reserved(stored, commit.id())
                                                .filter(reservation -> reservation.end() > now)
                                                .map(reservation -> (CounterOperation) new Commit(
                                                        commit.key(),
                                                        commit.policy(),
                                                        commit.id(),
                                                        Math.min(commit.actual(), reservation.cost()),
                                                        commit.deadline()))
                                                .orElse(commit)
                                        : operation,
                                now)),
                Saboteur.stepping(
                        "what is spent below a reservation does not come back",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                stored,
                                operation instanceof Commit commit
                                        ? reserved(stored, commit.id())
                                                .filter(reservation -> reservation.end() > now)
                                                .map(reservation -> (CounterOperation) new Commit(
                                                        commit.key(),
                                                        commit.policy(),
                                                        commit.id(),
                                                        Math.max(commit.actual(), reservation.cost()),
                                                        commit.deadline()))
                                                .orElse(commit)
                                        : operation,
                                now)),
                Saboteur.stepping(
                        "what is spent after a reservation lapsed is not charged",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return step.outcome() == Effect.LAPSED ? new Step(stored, Effect.NOTHING) : step;
                        }),
                Saboteur.stepping(
                        "a reservation can be settled again",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Commit commit && step.outcome() == Effect.APPLIED
                                    ? new Step(
                                            States.reservations(
                                                    step.state(),
                                                    reserved(stored, commit.id())
                                                            .map(List::of)
                                                            .orElse(List.of())),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a reservation that lapsed can be given up",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof Cancel cancel
                                        ? States.reservations(
                                                stored,
                                                stored.reservations().stream()
                                                        .map(reservation ->
                                                                reservation.id().equals(cancel.id())
                                                                                && reservation.end() <= now
                                                                        ? States.ending(reservation, now + 1)
                                                                        : reservation)
                                                        .toList())
                                        : stored,
                                operation,
                                now)),
                Saboteur.stepping(
                        "a lease is released by whoever asks",
                        "S18",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Optional<LimitEntry> oldest = held(stored).findFirst();
                            return backend.model(
                                    stored,
                                    operation instanceof Release release
                                                    && oldest.isPresent()
                                                    && held(stored)
                                                            .noneMatch(entry ->
                                                                    entry.id().equals(release.permitId()))
                                            ? new Release(
                                                    release.key(), oldest.get().id(), release.deadline())
                                            : operation,
                                    now);
                        }),
                changing(
                        "a lease never lapses",
                        "S18",
                        "What is wrong",
                        entry -> new LimitEntry(
                                entry.id(), entry.permits(), Math.max(entry.time(), Micros.TEN_YEARS * 6))),
                Saboteur.stepping(
                        "a lease that lapsed can be extended",
                        "S18",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof Extend extend
                                        ? States.slots(stored, (UnaryOperator<LimitSlot>) slot -> isConcurrent(slot)
                                                ? States.entries(
                                                        slot,
                                                        entry -> entry.id().equals(extend.permitId())
                                                                        && entry.time() <= now
                                                                ? new LimitEntry(entry.id(), entry.permits(), now + 1)
                                                                : entry)
                                                : slot)
                                        : stored,
                                operation,
                                now)),
                Saboteur.stepping(
                        "extending one lease extends all",
                        "S18",
                        "one lease has ended, the other was extended",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Extend && step.outcome() == Effect.APPLIED
                                    ? new Step(
                                            States.slots(step.state(), (UnaryOperator<LimitSlot>) slot ->
                                                    isConcurrent(slot)
                                                            ? States.entries(
                                                                    slot,
                                                                    entry -> new LimitEntry(
                                                                            entry.id(),
                                                                            entry.permits(),
                                                                            now
                                                                                    + slot.numbers()
                                                                                            .period()))
                                                            : slot),
                                            step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "an extension changes nothing", "S18", "What is wrong", (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Extend ? new Step(stored, step.outcome()) : step;
                        }),
                Saboteur.stepping(
                        "a release gives the permits of rates back as well",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            if (!(operation instanceof Release release) || step.outcome() != Effect.APPLIED) {
                                return step;
                            }
                            long cost = held(stored)
                                    .filter(entry -> entry.id().equals(release.permitId()))
                                    .mapToLong(LimitEntry::permits)
                                    .max()
                                    .orElse(1);
                            Permit permit = new Permit(
                                    "released", cost, Math.max(1, stored.version()), Math.max(now, stored.time()));
                            return new Step(
                                    backend.model(step.state(), new Refund(release.key(), permit, Deadline.NONE), now)
                                            .state(),
                                    step.outcome());
                        }),
                Saboteur.stepping(
                        "concurrent permits are charged like a rate",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return operation instanceof Release ? new Step(stored, step.outcome()) : step;
                        }));
    }

    /** Remembers what refunds gave back beyond what was missing, and tells it with what remains. */
    private static final class OnTop extends ModelBackend {
        private final Map<Key, Policy> policies = new ConcurrentHashMap<>();
        private final Map<Key, Long> extra = new ConcurrentHashMap<>();

        OnTop(Server server, TckEnvironment environment) {
            super(server, environment);
        }

        @Override
        Step step(CounterState stored, CounterOperation operation, long now) {
            Key key = operation.key();
            Step step = model(stored, operation, now);
            if (operation instanceof OfPolicy call) {
                policies.put(key, call.policy());
            }
            if (operation instanceof Refund refund && step.outcome() == Effect.APPLIED) {
                long gained = remaining(key, step.state(), now) - remaining(key, stored, now);
                extra.merge(key, refund.permit().cost() - gained, Long::sum);
            }
            long had = extra.getOrDefault(key, 0L);
            return had > 0 && step.outcome() instanceof Decision decision
                    ? new Step(
                            step.state(),
                            Saboteur.restated(
                                    decision,
                                    step.state(),
                                    limit -> Saboteur.remaining(limit, limit.remaining() + had)))
                    : step;
        }

        private long remaining(Key key, CounterState state, long now) {
            Peek peek = new Peek(key, policies.get(key), 1, Deadline.NONE);
            return ((Decision) model(state, peek, now).outcome()).remaining();
        }
    }

    private static Saboteur changing(String name, String rule, String phrase, UnaryOperator<LimitEntry> change) {
        return Saboteur.stepping(name, rule, phrase, (backend, stored, operation, now) -> {
            Step step = backend.model(stored, operation, now);
            return step.leaves(stored)
                    ? step
                    : new Step(
                            States.slots(step.state(), (UnaryOperator<LimitSlot>)
                                    slot -> isConcurrent(slot) ? States.entries(slot, change) : slot),
                            step.outcome());
        });
    }

    /** A slot that was charged once more, whatever its largest debt. */
    private static LimitSlot deeper(LimitSlot slot, long cost) {
        long more = Math.min(cost, 100);
        return switch (slot.numbers().algorithm()) {
            case GREEDY ->
                States.numbers(
                        slot,
                        slot.state().x() - more * slot.numbers().unitsPerPermit(),
                        slot.state().y());
            case INTERVAL ->
                States.numbers(slot, slot.state().x() - more, slot.state().y());
            case FIXED, ALIGNED, CALENDAR ->
                States.numbers(slot, slot.state().x() + more, slot.state().y());
            default -> slot;
        };
    }

    private static Optional<Reservation> reserved(CounterState state, String id) {
        return state.reservations().stream()
                .filter(reservation -> reservation.id().equals(id))
                .findFirst();
    }

    private static Stream<LimitEntry> held(CounterState state) {
        return state.slots().stream()
                .filter(GivingBackSaboteurs::isConcurrent)
                .flatMap(slot -> slot.state().entries().stream());
    }

    private static boolean isConcurrent(LimitSlot slot) {
        return slot.numbers().algorithm() == Algorithm.CONCURRENT;
    }
}
