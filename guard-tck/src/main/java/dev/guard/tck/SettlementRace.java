package dev.guard.tck;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.tck.linearizability.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * S2 for what gives back: several threads settle the same reservations and refund the same permits, while others take and
 * penalize. Each is settled once, and in the end what is left is what the calls say.
 */
final class SettlementRace {

    /** Enough that nothing is ever denied or dropped, and no more than a log can count. */
    private static final long CAPACITY = 4_000;

    private static final long HOUR = 3_600_000_000L;
    private static final int OF_EACH_KIND = 20;
    private static final int ATTEMPTS = 3;

    private final ConcurrentTrial trial;
    private final Policy policy;
    private final Key key;
    private final List<CounterOperation> calls = new ArrayList<>();

    /** What the calls that are answered with a decision took, and the reservations among them that are still open. */
    private long used;

    private final Map<String, Long> open = new HashMap<>();

    private SettlementRace(ConcurrentTrial trial) {
        this.trial = trial;
        this.policy = trial.declared(ConcurrentPolicies.ofRate(trial.random(), CAPACITY));
        this.key = policy.key("t", "one");
    }

    static void run(ConcurrentTrial trial) throws Exception {
        SettlementRace race = new SettlementRace(trial);
        race.prepare();
        Collections.shuffle(race.calls, trial.random());
        Queue<CounterOperation> calls = new ConcurrentLinkedQueue<>(race.calls);
        trial.inThreads((caller, random) -> {
            for (CounterOperation call = calls.poll(); call != null; call = calls.poll()) {
                caller.ask(call);
            }
        });
        race.requireSettled();
    }

    /** Makes reservations and takes permits, and writes down what threads shall do about them. */
    private void prepare() throws Exception {
        Random random = trial.random();
        Caller caller = trial.alone();
        for (int i = 0; i < OF_EACH_KIND; i++) {
            long cost = 1 + random.nextLong(8);
            String reservation = "reservation-" + i;
            caller.ask(new Reserve(key, policy, cost, reservation, HOUR, Deadline.NONE));
            String id = "permit-" + i;
            Outcome taken = caller.ask(new Acquire(key, policy, cost, id, Deadline.NONE));
            if (!(taken instanceof Allowed allowed)) {
                throw trial.failure(
                        "a call was denied, and there should be more than enough permits: " + Ledger.text(taken),
                        "See to the rules of a single caller first.",
                        key);
            }
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                calls.add(
                        random.nextInt(3) == 0
                                ? new Cancel(key, reservation, Deadline.NONE)
                                : new Commit(key, policy, reservation, random.nextLong(cost + 3), Deadline.NONE));
                calls.add(new Refund(key, allowed.permit(id), Deadline.NONE));
            }
            calls.add(new Penalize(key, policy, 1 + random.nextLong(3), Deadline.NONE));
            calls.add(ConcurrentTrial.acquire(policy, key, 1 + random.nextLong(3)));
        }
    }

    private void requireSettled() throws Exception {
        Map<String, Operation<Asked, Seen>> settled = new HashMap<>();
        for (Operation<Asked, Seen> operation : trial.history(key)) {
            if (operation.answer() instanceof Seen.Whole whole) {
                account(operation.call().operation(), whole.outcome());
                String id = whole.outcome() == Effect.APPLIED
                        ? handle(operation.call().operation())
                        : "";
                Operation<Asked, Seen> other = id.isEmpty() ? null : settled.putIfAbsent(id, operation);
                if (other != null) {
                    throw trial.failure(
                            id + " was settled twice, by the calls that started at " + other.start() + " and at "
                                    + operation.start(),
                            "Both calls found it open: the store reads and writes in two steps. Permits are given back that"
                                    + " were not taken.",
                            ledgerOf(id));
                }
            }
        }
        for (int i = 0; i < OF_EACH_KIND; i++) {
            for (String id : List.of("reservation-" + i, "permit-" + i)) {
                if (!settled.containsKey(id)) {
                    throw trial.failure(
                            id + " was never settled, though " + ATTEMPTS + " calls tried to",
                            "The store forgot that it was open: a call wrote a state which it had read before.",
                            ledgerOf(id));
                }
            }
        }
        long left = ((Decision) trial.alone().ask(new Peek(key, policy, 1, Deadline.NONE))).remaining();
        long expected = CAPACITY
                - used
                - open.values().stream().mapToLong(Long::longValue).sum();
        if (left != expected) {
            throw trial.failure(
                    "when all was settled, " + left + " permits were left, expected " + expected,
                    "By what the calls were answered, the other number should be left. An update was lost, or made twice.",
                    key);
        }
    }

    /** The reservation or the permit that a call settles; empty for another call. */
    private static String handle(CounterOperation operation) {
        if (operation instanceof Commit commit) {
            return commit.id();
        }
        if (operation instanceof Cancel cancel) {
            return cancel.id();
        }
        return operation instanceof Refund refund ? refund.permit().id() : "";
    }

    /** Adds to what is used what a call did according to its answer. */
    private void account(CounterOperation operation, Outcome outcome) {
        if (operation instanceof Reserve reserve) {
            open.put(reserve.id(), reserve.cost());
        } else if (outcome instanceof Decision decision && !(operation instanceof Peek)) {
            used += decision.allowed() ? decision.cost() : 0;
        } else if (operation instanceof Penalize penalize) {
            used += penalize.cost();
        } else if (outcome == Effect.APPLIED && operation instanceof Refund refund) {
            used -= refund.permit().cost();
        } else if (operation instanceof Commit commit && outcome != Effect.NOTHING) {
            used += commit.actual();
        }
        if (outcome == Effect.APPLIED) {
            open.remove(handle(operation));
        }
    }

    private String ledgerOf(String id) {
        return Ledger.ofTheLast(
                ConcurrentTrial.MOST_LINES,
                trial.history(key).stream()
                        .filter(operation ->
                                handle(operation.call().operation()).equals(id))
                        .toList(),
                operation -> "");
    }
}
