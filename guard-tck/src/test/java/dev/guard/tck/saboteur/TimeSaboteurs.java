package dev.guard.tck.saboteur;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.LimitEntry;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Wrong clocks, windows of a wrong length, numbers that round, states that are forgotten. */
final class TimeSaboteurs {

    private TimeSaboteurs() {}

    static List<Saboteur> all() {
        return List.of(
                new Saboteur(
                        "goes by the client's clock",
                        "S4",
                        "a client's clock has a say in what time it is",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                long now() {
                                    return Micros.of(environment().clientClock().instant());
                                }
                            };
                        }),
                Saboteur.stepping(
                        "a time that runs backwards refills",
                        "S1",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            boolean backwards = !stored.isAbsent() && now < stored.time();
                            return backend.model(
                                    backwards ? States.time(stored, now - (stored.time() - now)) : stored,
                                    operation,
                                    now);
                        }),
                Saboteur.stepping(
                        "a window holds its end",
                        "S6",
                        "exactly retryAfter has passed|retryAfter is over in one microsecond",
                        (backend, stored, operation, now) -> {
                            boolean atEnd = stored.slots().stream().anyMatch(slot -> isFixed(slot) && end(slot) == now);
                            return backend.model(stored, operation, atEnd ? now - 1 : now);
                        }),
                Saboteur.stepping(
                        "a window ends a microsecond early",
                        "S6",
                        "retryAfter is over in one microsecond, not yet",
                        (backend, stored, operation, now) -> {
                            boolean ending =
                                    stored.slots().stream().anyMatch(slot -> isFixed(slot) && end(slot) == now + 1);
                            return backend.model(stored, operation, ending ? now + 1 : now);
                        }),
                changing(
                        "hits push a window's end out",
                        "S7",
                        "the window ends a second after the hit that opened it",
                        TimeSaboteurs::pushed),
                changing(
                        "a refill at intervals starts anew with each charge",
                        "S1",
                        "What is wrong",
                        (slot, now) -> slot.numbers().algorithm() == Algorithm.INTERVAL
                                ? States.numbers(slot, slot.state().x(), now)
                                : slot),
                changing(
                        "a sliding window forgets the window before",
                        "S1",
                        "What is wrong",
                        (slot, now) -> slot.numbers().algorithm() == Algorithm.SLIDING
                                ? States.numbers(slot, slot.state().x(), 0)
                                : slot),
                new Saboteur("counts in milliseconds", "S1", "What is wrong", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        long now() {
                            return super.now() / 1_000 * 1_000;
                        }
                    };
                }),
                changing(
                        "a bucket's level is a fraction in floating point",
                        "S1",
                        "What is wrong",
                        TimeSaboteurs::drifting),
                changing(
                        "a bucket holds whole permits only",
                        "S1",
                        "What is wrong",
                        (slot, now) -> slot.numbers().algorithm() == Algorithm.GREEDY
                                ? States.numbers(
                                        slot,
                                        Math.floorDiv(
                                                        slot.state().x(),
                                                        slot.numbers().unitsPerPermit())
                                                * slot.numbers().unitsPerPermit(),
                                        0)
                                : slot),
                changing("a log merges what comes within a second", "S1", "What is wrong", TimeSaboteurs::merged),
                forgetting("forgets a state before its time", (state, now) -> {
                    long life = state.expiresAt() - state.time();
                    return now >= state.time() + life - life / 4;
                }),
                forgetting("keeps a state for one period after its last change, whatever it holds", (state, now) -> {
                    long period = state.slots().stream()
                            .mapToLong(slot -> slot.numbers().period())
                            .max()
                            .orElse(0);
                    return !state.slots().isEmpty() && now >= state.time() + period;
                }),
                forgetting(
                        "forgets a state that a block alone holds",
                        (state, now) -> now >= States.notBlocked(state).expiresAt()),
                Saboteur.telling(
                        "a wait is told a microsecond short",
                        "S6",
                        "exactly retryAfter has passed|retryAfter is [0-9]+, expected more",
                        (decision, before, after) -> Saboteur.restated(
                                decision,
                                after,
                                limit -> Saboteur.times(
                                        limit,
                                        isWait(limit.retryAfterMicros())
                                                ? limit.retryAfterMicros() - 1
                                                : limit.retryAfterMicros(),
                                        limit.resetAfterMicros(),
                                        limit.nextAfterMicros()))),
                Saboteur.telling(
                        "a wait is told a microsecond long",
                        "S6",
                        "retryAfter is over in one microsecond, not yet",
                        (decision, before, after) -> Saboteur.restated(
                                decision,
                                after,
                                limit -> Saboteur.times(
                                        limit,
                                        isWait(limit.retryAfterMicros())
                                                ? limit.retryAfterMicros() + 1
                                                : limit.retryAfterMicros(),
                                        limit.resetAfterMicros(),
                                        limit.nextAfterMicros()))),
                Saboteur.telling(
                        "a wait is rounded down to milliseconds",
                        "S6",
                        "retryAfter",
                        (decision, before, after) -> Saboteur.restated(
                                decision,
                                after,
                                limit -> Saboteur.times(
                                        limit,
                                        isWait(limit.retryAfterMicros())
                                                ? limit.retryAfterMicros() / 1_000 * 1_000
                                                : limit.retryAfterMicros(),
                                        limit.resetAfterMicros(),
                                        limit.nextAfterMicros()))),
                Saboteur.telling(
                        "the time until full is a microsecond short",
                        "S1",
                        "What is wrong",
                        (decision, before, after) -> Saboteur.restated(
                                decision,
                                after,
                                limit -> Saboteur.times(
                                        limit,
                                        limit.retryAfterMicros(),
                                        decision.allowed()
                                                ? Math.max(0, limit.resetAfterMicros() - 1)
                                                : limit.resetAfterMicros(),
                                        limit.nextAfterMicros()))));
    }

    /** Changes what is kept of each limit after a call that wrote something. */
    private static Saboteur changing(String name, String rule, String phrase, Change change) {
        return Saboteur.stepping(name, rule, phrase, (backend, stored, operation, now) -> {
            Step step = backend.model(stored, operation, now);
            if (step.leaves(stored) || step.state().isAbsent()) {
                return step;
            }
            UnaryOperator<LimitSlot> changed =
                    slot -> change.changed(slot, step.state().time());
            return new Step(States.slots(step.state(), changed), step.outcome());
        });
    }

    private static Saboteur forgetting(String name, Forgets forgets) {
        return new Saboteur(
                name, "S1", "What is wrong", (server, environment) -> new ModelBackend(server, environment) {
                    @Override
                    CounterState load(Key key) {
                        CounterState state = super.load(key);
                        return !state.isAbsent() && forgets.forgets(state, now()) ? CounterState.ABSENT : state;
                    }
                });
    }

    private interface Change {
        LimitSlot changed(LimitSlot slot, long now);
    }

    private interface Forgets {
        boolean forgets(CounterState state, long now);
    }

    private static boolean isFixed(LimitSlot slot) {
        return slot.numbers().algorithm() == Algorithm.FIXED && slot.state().x() > 0;
    }

    private static long end(LimitSlot slot) {
        return slot.state().y() + slot.numbers().period();
    }

    private static LimitSlot pushed(LimitSlot slot, long now) {
        return isFixed(slot) ? States.numbers(slot, slot.state().x(), now) : slot;
    }

    /** What remains of a level that is kept as a number of permits in a float. */
    private static LimitSlot drifting(LimitSlot slot, long now) {
        if (slot.numbers().algorithm() != Algorithm.GREEDY) {
            return slot;
        }
        double units = slot.numbers().unitsPerPermit();
        double permits = slot.state().x() / units;
        return States.numbers(slot, (long) Math.floor(permits * units), 0);
    }

    private static LimitSlot merged(LimitSlot slot, long now) {
        List<LimitEntry> entries = slot.state().entries();
        int last = entries.size() - 1;
        if (slot.numbers().algorithm() != Algorithm.LOG
                || last < 1
                || entries.get(last).time() - entries.get(last - 1).time() >= 1_000_000) {
            return slot;
        }
        LimitEntry newest = entries.get(last);
        LimitEntry older = entries.get(last - 1);
        List<LimitEntry> merged = new ArrayList<>(entries.subList(0, last - 1));
        merged.add(new LimitEntry("", older.permits() + newest.permits(), newest.time()));
        return States.entries(slot, merged);
    }

    private static boolean isWait(long micros) {
        return micros > 0 && micros < Micros.TEN_YEARS;
    }
}
