package dev.guard.tck;

import dev.guard.domain.Allowed;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.domain.counter.Step;
import dev.guard.tck.Scenario.Act;
import dev.guard.tck.Scenario.Form;
import dev.guard.tck.Scenario.Move;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Runs a scenario against a backend and against the model, and compares answer by answer. */
final class ModelRun {

    private static final DecisionSource SOURCE = DecisionSource.of("model", FailureMode.LOCAL_ONLY);
    private static final String WHY = "the model's answer differs";

    /** From here on time goes on in small steps, so that no number leaves the range that a store has to count in. */
    private static final long FAR = 60 * 366 * 86_400_000_000L;

    private final Trial trial;
    private final Scenario scenario;
    private final long farAway;
    private final Map<Policy, CompiledPolicy> compiled = new HashMap<>();
    private final Map<Key, CounterState> states = new HashMap<>();
    private final Map<Bound, KeyCounter> counters = new HashMap<>();
    private final Map<Key, List<Permit>> permits = new HashMap<>();
    private final List<String> reservations = new ArrayList<>();
    private int ids;
    private @Nullable Key lastKey;
    private @Nullable Decision lastDecision;
    private @Nullable DecisionSource source;

    private record Bound(Policy policy, Key key) {}

    ModelRun(Trial trial, Scenario scenario) {
        this.trial = trial;
        this.scenario = scenario;
        this.farAway = trial.now() + FAR;
    }

    void run() {
        for (Policy policy : scenario.policies()) {
            trial.declare(policy);
        }
        for (Move move : scenario.moves()) {
            List<CounterOperation> command =
                    move.acts().stream().map(this::operation).toList();
            long latest = trial.now();
            long now = latest + elapsed(move);
            trial.set(now);
            if (move.elapse() == Scenario.Elapse.BACK && command.size() == 1) {
                // Only a key that has seen the latest time is sure of it; for others, the store may believe its clock.
                CounterState state = state(command.get(0).key());
                if (!state.isAbsent() && state.time() == now) {
                    trial.set(now - 1 - move.amount() * 997L % 7_200_000_000L);
                }
            }
            command(command, move.form());
            trial.set(now);
        }
    }

    private void command(List<CounterOperation> command, Form form) {
        if (isOutOfRange(command)) {
            try {
                answers(command, form);
            } catch (InvalidArgumentException expected) {
                trial.note(describe(command), "refused: " + expected.getMessage());
                return;
            } catch (Exception e) {
                throw trial.failure(describe(command) + " threw " + e + ", expected an InvalidArgumentException", e);
            }
            throw trial.failure(
                    describe(command) + " was answered, expected an InvalidArgumentException: a cost is out of range",
                    null);
        }
        List<Outcome> expected = new ArrayList<>();
        for (CounterOperation operation : command) {
            expected.add(expected(operation));
        }
        if (form == Form.KEY_ALLOWED && isAnonymous(command) && expected.get(0) instanceof Decision decision) {
            compareWhether((Acquire) command.get(0), decision);
            return;
        }
        List<Outcome> actual = trial.noted(command, form(command, form), () -> answers(command, form));
        for (int i = 0; i < command.size(); i++) {
            compare(command.get(i), expected.get(i), actual.get(i));
        }
    }

    /** The form that says no more than whether the call is allowed. */
    private void compareWhether(Acquire acquire, Decision expected) {
        String call = Answers.text(acquire) + " (counter of the key, which says only whether)";
        boolean allowed = trial.answer(call, () -> counter(acquire).tryAcquire(acquire.cost(), acquire.deadline()));
        trial.note(call, String.valueOf(allowed));
        trial.expect(allowed == expected.allowed(), WHY + ": it is " + allowed + ", expected " + expected.allowed());
        lastKey = acquire.key();
        lastDecision = expected;
    }

    private KeyCounter counter(Acquire acquire) {
        return counters.computeIfAbsent(
                new Bound(acquire.policy(), acquire.key()),
                bound -> trial.store()
                        .counters(bound.policy())
                        .key(bound.key().tenant(), bound.key().subject()));
    }

    private void compare(CounterOperation operation, Outcome expected, Outcome actual) {
        if (actual instanceof Decision decision) {
            source = source == null ? decision.source() : source;
            trial.expect(
                    source.equals(decision.source()),
                    "the decision comes from " + decision.source() + ", expected " + source + " as before");
        }
        trial.expectSame(expected, actual, WHY);
        lastKey = operation.key();
        if (expected instanceof Decision decision) {
            lastDecision = decision;
            String id = idOf(operation);
            if (decision instanceof Allowed allowed && id != null) {
                permits.computeIfAbsent(operation.key(), key -> new ArrayList<>())
                        .add(allowed.permit(id));
            }
        }
    }

    private static @Nullable String idOf(CounterOperation operation) {
        if (operation instanceof Acquire acquire) {
            return acquire.permitId();
        }
        if (operation instanceof AcquireAtMost acquire) {
            return acquire.permitId();
        }
        return operation instanceof Reserve reserve ? reserve.id() : null;
    }

    private Outcome expected(CounterOperation operation) {
        long deadline = operation.deadline().isNone() ? Long.MAX_VALUE : Long.MIN_VALUE;
        Step step = CounterModel.step(state(operation.key()), operation, this::compiled, trial.now(), deadline);
        states.put(operation.key(), step.state());
        return step.outcome();
    }

    private CounterState state(Key key) {
        return states.getOrDefault(key, CounterState.ABSENT);
    }

    private CompiledPolicy compiled(Policy policy) {
        return compiled.computeIfAbsent(policy, of -> CompiledPolicy.of(of, SOURCE));
    }

    private boolean isOutOfRange(List<CounterOperation> command) {
        for (CounterOperation operation : command) {
            if (operation instanceof Judged judged) {
                try {
                    compiled(judged.policy()).check(judged);
                } catch (InvalidArgumentException e) {
                    return true;
                }
            }
        }
        return false;
    }

    // ── What is asked, and how ──────────────────────────────────────────────────────────────────────────────────────

    private List<Outcome> answers(List<CounterOperation> command, Form form) throws Exception {
        if (command.size() == 1) {
            Callable<Decision> call = byPolicy(command.get(0), form);
            if (call != null) {
                return List.of(decided(call));
            }
        }
        return isAsynchronous(form)
                ? Trial.await(trial.store().submit(command))
                : trial.store().execute(command);
    }

    /** The call as one of a policy's counters or of a key's; null where these have no such call. */
    private @Nullable Callable<Decision> byPolicy(CounterOperation operation, Form form) {
        if (form == Form.BLOCKING || form == Form.ASYNCHRONOUS) {
            return null;
        }
        String tenant = operation.key().tenant();
        String subject = operation.key().subject();
        Deadline deadline = operation.deadline();
        boolean asynchronous = isAsynchronous(form);
        if (operation instanceof Peek peek) {
            PolicyCounters of = trial.store().counters(peek.policy());
            return asynchronous
                    ? () -> Trial.await(of.peekAsync(tenant, subject, peek.cost(), deadline))
                    : () -> of.peek(tenant, subject, peek.cost(), deadline);
        }
        if (operation instanceof Acquire acquire && acquire.permitId() == null) {
            PolicyCounters of = trial.store().counters(acquire.policy());
            if (form == Form.KEY || form == Form.KEY_ALLOWED) {
                return () -> counter(acquire).decide(acquire.cost(), deadline);
            }
            return asynchronous
                    ? () -> Trial.await(of.tryAcquireAsync(tenant, subject, acquire.cost(), deadline))
                    : () -> of.tryAcquire(tenant, subject, acquire.cost(), deadline);
        }
        return null;
    }

    private static boolean isAnonymous(List<CounterOperation> command) {
        return command.size() == 1 && command.get(0) instanceof Acquire acquire && acquire.permitId() == null;
    }

    private static Outcome decided(Callable<Decision> call) throws Exception {
        try {
            return call.call();
        } catch (BackendUnavailableException e) {
            if (e.reason() == BackendUnavailableException.Reason.LATE) {
                return new Late(0);
            }
            throw e;
        }
    }

    private static boolean isAsynchronous(Form form) {
        return form == Form.ASYNCHRONOUS || form == Form.ASYNCHRONOUS_POLICY;
    }

    private static String form(List<CounterOperation> command, Form form) {
        boolean plain = !isAnonymous(command) && !(command.size() == 1 && command.get(0) instanceof Peek);
        if (isAsynchronous(form)) {
            return " (asynchronous" + (plain || form == Form.ASYNCHRONOUS ? ")" : ", counters of the policy)");
        }
        if (plain || form == Form.BLOCKING) {
            return "";
        }
        return form == Form.POLICY || command.get(0) instanceof Peek
                ? " (counters of the policy)"
                : " (counter of the key)";
    }

    private static String describe(List<CounterOperation> command) {
        return command.size() == 1
                ? Answers.text(command.get(0))
                : "a command of " + command.size() + " operations, which begins with " + Answers.text(command.get(0));
    }

    // ── From the scenario to moments and operations ─────────────────────────────────────────────────────────────────

    private long elapsed(Move move) {
        int amount = move.amount();
        long step = switch (move.elapse()) {
            case NOTHING, BACK -> 0;
            case ONE -> 1 + amount % 3;
            case PART_OF_PERIOD -> period(amount) / 1_000 * (amount % 1_000) + amount % 7;
            case PERIOD -> period(amount / 3) + amount % 3 - 1;
            case RETRY -> around(lastDecision == null ? 0 : lastDecision.retryAfterMicros(), amount);
            case RESET -> around(lastDecision == null ? 0 : lastDecision.resetAfterMicros(), amount);
            case NEXT -> around(lastDecision == null ? 0 : lastDecision.nextAfterMicros(), amount);
            case END -> around(untilAnEnd(amount / 5), amount);
            case YEARS -> (1 + amount % 12) * (Micros.TEN_YEARS / 10);
        };
        return Math.max(0, trial.now() > farAway ? Math.min(step, 1_000) : step);
    }

    /** A wait, mostly exactly, else a microsecond less or more. */
    private static long around(long wait, int amount) {
        int off = switch (amount % 5) {
            case 3 -> -1;
            case 4 -> 1;
            default -> 0;
        };
        return wait == Micros.NEVER ? 0 : wait + off;
    }

    private long period(int amount) {
        List<Limit> limits =
                scenario.policies().get(amount % scenario.policies().size()).limits();
        return limits.get(amount % limits.size()).numbers().period();
    }

    /** Until something that the last key holds ends: a block, a reservation, a lease, or all of it. */
    private long untilAnEnd(int amount) {
        if (lastKey == null) {
            return 0;
        }
        CounterState state = state(lastKey);
        List<Long> ends = new ArrayList<>();
        if (!state.isAbsent()) {
            ends.add(state.expiresAt());
            ends.add(state.blockedUntil());
            state.reservations().forEach(reservation -> ends.add(reservation.end()));
            state.refunded().forEach(permit -> ends.add(permit.until()));
            state.slots().forEach(slot -> slot.state().entries().forEach(entry -> ends.add(entry.time())));
        }
        List<Long> ahead = ends.stream()
                .filter(end -> end > trial.now() && end < trial.now() + 2 * Micros.TEN_YEARS)
                .distinct()
                .toList();
        return ahead.isEmpty() ? 0 : ahead.get(amount % ahead.size()) - trial.now();
    }

    private CounterOperation operation(Act act) {
        List<Policy> policies = scenario.policies();
        Policy policy = policies.get(act.policy() == 3 ? policies.size() - 1 : act.policy() % (policies.size() - 1));
        Key key = policy.key(act.key() == 2 ? "other" : "t", act.key() == 1 ? "another" : "s");
        long cost = cost(policy, act);
        int pick = act.pick();
        return switch (act.verb()) {
            case ACQUIRE ->
                policy.hasConcurrency()
                        ? new Acquire(key, policy, cost, newId(key, pick), Deadline.NONE)
                        : new Acquire(key, policy, cost, Deadline.NONE);
            case ACQUIRE_AS -> new Acquire(key, policy, cost, newId(key, pick), Deadline.NONE);
            case ACQUIRE_AT_MOST ->
                new AcquireAtMost(
                        key,
                        policy,
                        cost + pick % 3,
                        policy.hasConcurrency() || pick % 2 == 0 ? newId(key, pick) : null,
                        Deadline.NONE);
            case PEEK -> new Peek(key, policy, cost, Deadline.NONE);
            case RESERVE -> {
                String id = newId(key, pick);
                reservations.add(id);
                yield new Reserve(key, policy, cost, id, duration(policy, pick), Deadline.NONE);
            }
            case COMMIT -> new Commit(key, policy, reservation(pick), Math.max(0, act.amount() - 1), Deadline.NONE);
            case CANCEL -> new Cancel(key, reservation(pick), Deadline.NONE);
            case REFUND -> new Refund(key, permit(key, policy.version(), pick), Deadline.NONE);
            case PENALIZE -> new Penalize(key, policy, cost, Deadline.NONE);
            case RELEASE -> new Release(key, permit(key, policy.version(), pick).id(), Deadline.NONE);
            case EXTEND -> new Extend(key, permit(key, policy.version(), pick).id(), Deadline.NONE);
            case BLOCK -> new Block(key, duration(policy, pick), Deadline.NONE);
            case UNBLOCK -> new Unblock(key, Deadline.NONE);
            case RESET -> new Reset(key, Deadline.NONE);
            case LATE -> late(key, policy, cost, pick);
        };
    }

    private CounterOperation late(Key key, Policy policy, long cost, int pick) {
        Deadline passed = Deadline.after(System.nanoTime(), -3_600_000_000_000L);
        return switch (pick % 5) {
            case 0 -> new Peek(key, policy, cost, passed);
            case 1 -> new Penalize(key, policy, cost, passed);
            case 2 -> new Reset(key, passed);
            case 3 -> new Refund(key, permit(key, policy.version(), pick), passed);
            default ->
                policy.hasConcurrency()
                        ? new Acquire(key, policy, cost, newId(key, pick), passed)
                        : new Acquire(key, policy, cost, passed);
        };
    }

    /** In range mostly; one above the smallest capacity now and then. */
    private static long cost(Policy policy, Act act) {
        long smallest = Scenarios.smallestCapacity(policy, 5);
        if (act.pick() % 40 == 39) {
            return smallest + 1;
        }
        return act.amount() > 0 ? 1 + (act.amount() - 1) % smallest : Math.max(1, smallest + act.amount());
    }

    private static long duration(Policy policy, int pick) {
        long period =
                policy.limits().get(pick % policy.limits().size()).numbers().period();
        long duration = switch (pick % 6) {
            case 0 -> 1;
            case 1 -> period / 2;
            case 2 -> period - 1;
            case 3 -> period;
            case 4 -> period + 1;
            default -> 2 * period;
        };
        return Math.max(1, Math.min(duration, Micros.TEN_YEARS));
    }

    /** A new id mostly; one that the key knows already now and then, which a caller must not use and the model answers. */
    private String newId(Key key, int pick) {
        return pick % 16 == 15 && permits.containsKey(key) ? permit(key, 0, 0).id() : "id" + ++ids;
    }

    private String reservation(int pick) {
        return reservations.isEmpty() || pick % 16 == 15
                ? "nobody"
                : reservations.get(reservations.size() - 1 - pick % Math.min(4, reservations.size()));
    }

    /**
     * A permit that the key gave out mostly, one of the last; else one that it did not, which its version tells. A permit that
     * nobody was given and that looks like one that somebody was is not tried: what comes of it says nothing of a store.
     */
    private Permit permit(Key key, int version, int pick) {
        List<Permit> given = permits.getOrDefault(key, List.of());
        if (given.isEmpty()) {
            return new Permit("nobody", 1, version + 100, trial.now());
        }
        Permit permit = given.get(given.size() - 1 - pick % Math.min(4, given.size()));
        return switch (pick % 32) {
            case 29 -> new Permit("nobody", permit.cost(), permit.version() + 100, permit.time());
            case 30 -> new Permit(permit.id(), permit.cost(), permit.version() + 1, permit.time());
            case 31 -> new Permit(permit.id(), permit.cost() + 1, permit.version(), permit.time());
            default -> permit;
        };
    }
}
