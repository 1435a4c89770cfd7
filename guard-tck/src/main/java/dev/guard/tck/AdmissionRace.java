package dev.guard.tck;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.tck.linearizability.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** S2: threads that together want more than there is. Nothing comes back, so that every permit is taken by somebody, once. */
final class AdmissionRace {

    private static final long MOST_PERMITS = 300;
    private static final long HOUR = 3_600_000_000L;

    private final ConcurrentTrial trial;
    private final Policy policy;
    private final Key key;
    private final long capacity;

    private AdmissionRace(ConcurrentTrial trial, long capacity, Policy policy) {
        this.trial = trial;
        this.capacity = capacity;
        this.policy = trial.declared(policy);
        this.key = policy.key("t", "one");
    }

    /** All calls cost the same, each thread asks in another form, until it is denied. */
    static void ofOneCost(ConcurrentTrial trial) throws Exception {
        Random random = trial.random();
        long capacity = 1 + random.nextLong(MOST_PERMITS);
        AdmissionRace race = new AdmissionRace(trial, capacity, ConcurrentPolicies.ofRate(random, capacity));
        long cost = Math.min(capacity, random.nextInt(3) == 0 ? 2 + random.nextLong(3) : 1);
        trial.inThreads((caller, own) -> {
            CallForm form = CallForm.any(own);
            List<CounterOperation> call = List.of(ConcurrentTrial.acquire(race.policy, race.key, cost));
            for (long calls = 0; calls <= capacity / cost; calls++) {
                if (taken(caller.ask(form, call), call) == 0) {
                    break;
                }
            }
        });
        race.requireExactly(capacity / cost * cost);
        Decision after = (Decision) trial.alone().ask(new Peek(race.key, race.policy, cost, Deadline.NONE));
        if (after.allowed()) {
            throw trial.failure(
                    "after everybody was denied, there are " + after.remaining() + " permits left",
                    "A denied call wrote, or what one call took was undone by another.",
                    race.key);
        }
    }

    /** Calls of every cost and kind, alone and in commands of several. */
    static void ofAnyCost(ConcurrentTrial trial) throws Exception {
        Random random = trial.random();
        long capacity = 1 + random.nextLong(MOST_PERMITS);
        AdmissionRace race = new AdmissionRace(trial, capacity, ConcurrentPolicies.ofAnyKind(random, capacity));
        trial.inThreads((caller, own) -> {
            for (int calls = 0, denied = 0, ids = 0; calls < capacity && denied < 3; calls++) {
                List<CounterOperation> command = new ArrayList<>();
                do {
                    command.add(race.anyAcquisition(own, caller.id(ids++)));
                } while (command.size() < 4 && own.nextInt(4) == 0);
                CallForm form = own.nextBoolean() ? CallForm.COMMAND : CallForm.ASYNCHRONOUS_COMMAND;
                denied += taken(caller.ask(form, command), command) == 0 ? 1 : 0;
            }
        });
        race.requireNoDenialWithout(capacity - trial.taken(race.key));
        trial.takeTheRest(race.policy, race.key, "rest");
        race.requireExactly(capacity);
    }

    /** Calls that take what there is, as much as they can get. */
    static void ofAllThereIs(ConcurrentTrial trial) throws Exception {
        Random random = trial.random();
        long capacity = 1 + random.nextLong(MOST_PERMITS);
        AdmissionRace race = new AdmissionRace(trial, capacity, ConcurrentPolicies.ofAnyKind(random, capacity));
        long most = 1 + random.nextLong(20);
        trial.inThreads((caller, own) -> {
            for (int calls = 0; calls <= capacity; calls++) {
                CounterOperation some = new AcquireAtMost(
                        race.key, race.policy, 1 + own.nextLong(most), caller.id(calls), Deadline.NONE);
                List<CounterOperation> call = List.of(some);
                if (taken(caller.ask(CallForm.COMMAND, call), call) == 0) {
                    break;
                }
            }
        });
        race.requireExactly(capacity);
    }

    private CounterOperation anyAcquisition(Random random, String id) {
        long cost = 1 + random.nextLong(Math.min(5, capacity));
        return switch (random.nextInt(4)) {
            case 0 -> new AcquireAtMost(key, policy, cost, id, Deadline.NONE);
            case 1 -> new Reserve(key, policy, cost, id, HOUR, Deadline.NONE);
            default -> new Acquire(key, policy, cost, id, Deadline.NONE);
        };
    }

    private static long taken(List<Seen> seen, List<CounterOperation> operations) {
        long taken = 0;
        for (int i = 0; i < seen.size(); i++) {
            taken += seen.get(i).taken(new Asked(operations.get(i), CallForm.COMMAND, 0));
        }
        return taken;
    }

    private void requireExactly(long expected) {
        long taken = trial.taken(key);
        if (taken > expected) {
            throw tooMany(taken, expected);
        }
        if (taken < expected) {
            throw trial.failure(
                    taken + " permits were given of " + expected + ", and then there were none left",
                    "Permits were lost: a call that was denied, or that was tried again, was charged all the same.",
                    key);
        }
    }

    private AssertionError tooMany(long taken, long expected) {
        String wrong = taken + " permits were given of " + expected;
        Map<Long, Operation<Asked, Seen>> byRemaining = new HashMap<>();
        for (Operation<Asked, Seen> operation : trial.history(key)) {
            if (operation.answer() instanceof Seen.Whole whole && whole.outcome() instanceof Allowed allowed) {
                Operation<Asked, Seen> other = byRemaining.putIfAbsent(allowed.remaining(), operation);
                if (other != null) {
                    return trial.failure(
                            wrong,
                            "The calls that started at " + other.start() + " and at " + operation.start()
                                    + " were both told that " + allowed.remaining() + " are left: both were given the"
                                    + " same permits. The store reads a state and writes the next one, and another call"
                                    + " comes between the two. Make that one atomic step, or a compare-and-set that is"
                                    + " tried again when it fails.",
                            Ledger.from(
                                    other,
                                    ConcurrentTrial.MOST_LINES,
                                    trial.history(key),
                                    line -> line.equals(other) || line.equals(operation) ? "   <-- the same" : ""));
                }
            }
        }
        return trial.failure(wrong, "The store gave more than the limit has: it forgot a call that took permits.", key);
    }

    /** Permits only ever become fewer here: a call was rightly denied only if not even now there are too few. */
    private void requireNoDenialWithout(long left) {
        for (Operation<Asked, Seen> operation : trial.history(key)) {
            boolean denied = operation.answer() instanceof Seen.Whole whole
                    && whole.outcome() instanceof Decision decision
                    && !decision.allowed();
            Judged judged = (Judged) operation.call().operation();
            long wanted = judged instanceof AcquireAtMost ? 1 : judged.cost();
            if (denied && wanted <= left) {
                throw trial.failure(
                        "a call for " + wanted + " was denied (the one that started at " + operation.start()
                                + "), and after all calls there are still " + left + " permits left",
                        "While permits remain nobody may be denied. Perhaps a call that lost a race was denied instead of"
                                + " being tried again.",
                        key);
            }
        }
    }
}
