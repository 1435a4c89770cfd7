package dev.guard.tck;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Release;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** S2 for slots that are held: threads take them, extend them, and give them back, each of them twice and at the same time. */
final class SlotRace {

    private static final int ROUNDS = 40;
    private static final long MOST_SLOTS = 6;

    private final ConcurrentTrial trial;
    private final Policy policy;
    private final Key key;
    private final long slots;

    /** What is surely held: counted after it was given, and no more before it is given back. */
    private final AtomicLong held = new AtomicLong();

    private final ConcurrentLinkedQueue<Holding> toGiveBack = new ConcurrentLinkedQueue<>();

    private SlotRace(ConcurrentTrial trial) {
        this.trial = trial;
        this.slots = 1 + trial.random().nextLong(MOST_SLOTS);
        this.policy = trial.declared(ConcurrentPolicies.ofSlots(trial.random(), slots));
        this.key = policy.key("t", "one");
    }

    /** Permits that somebody holds. */
    private static final class Holding {
        private final String id;
        private final long cost;
        private final AtomicInteger givenBack = new AtomicInteger();
        private boolean leaving;

        Holding(String id, long cost) {
            this.id = id;
            this.cost = cost;
        }

        /** Counts the slots as no more held. Whoever returns from here may give them back. */
        synchronized void leave(AtomicLong held) {
            if (!leaving) {
                leaving = true;
                held.addAndGet(-cost);
            }
        }

        synchronized boolean isLeaving() {
            return leaving;
        }
    }

    static void run(ConcurrentTrial trial) throws Exception {
        SlotRace race = new SlotRace(trial);
        trial.inThreads(race::takeAndGiveBack);
        for (Holding holding = race.toGiveBack.poll(); holding != null; holding = race.toGiveBack.poll()) {
            race.giveBack(trial.alone(), holding);
        }
        race.requireAllFree();
    }

    private void takeAndGiveBack(Caller caller, Random random) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            long cost = 1 + random.nextLong(Math.min(2, slots));
            Holding holding = new Holding(caller.id(round), cost);
            Decision decision = (Decision) caller.ask(new Acquire(key, policy, cost, holding.id, Deadline.NONE));
            if (decision.allowed()) {
                noteTaken(cost);
                toGiveBack.add(holding);
                if (random.nextBoolean()) {
                    extend(caller, holding);
                }
                giveBack(caller, holding);
            }
            Holding another = toGiveBack.poll();
            if (another != null) {
                giveBack(caller, another);
            }
        }
    }

    private void noteTaken(long cost) {
        long now = held.addAndGet(cost);
        if (now > slots) {
            throw trial.failure(
                    now + " slots are held at the same time, of " + slots,
                    "Two calls were given the same slot: the store reads who holds slots and writes a new holder in two steps,"
                            + " and another call comes between them.",
                    key);
        }
    }

    private void extend(Caller caller, Holding holding) throws Exception {
        Outcome outcome = caller.ask(new Extend(key, holding.id, Deadline.NONE));
        if (outcome != Effect.APPLIED && !holding.isLeaving()) {
            throw trial.failure(
                    "the lease of " + holding.id + ", which nobody gave back, could not be extended: "
                            + Ledger.text(outcome),
                    "The store forgot a holder: another call wrote a state that it had read before that holder came.",
                    key);
        }
    }

    private void giveBack(Caller caller, Holding holding) throws Exception {
        holding.leave(held);
        if (caller.ask(new Release(key, holding.id, Deadline.NONE)) == Effect.APPLIED
                && holding.givenBack.incrementAndGet() > 1) {
            throw trial.failure(
                    holding.id + " was given back twice, and both times it took effect",
                    "Two calls saw the same holder: a release reads and writes in two steps, and another call comes between"
                            + " them.",
                    key);
        }
    }

    private void requireAllFree() throws Exception {
        Decision all = (Decision) trial.alone().ask(new Acquire(key, policy, slots, "all", Deadline.NONE));
        if (!all.allowed()) {
            throw trial.failure(
                    "everything was given back, and " + all.remaining() + " of " + slots + " slots are free",
                    "A release was lost, or undone by a call that wrote a state which it had read before.",
                    key);
        }
    }
}
