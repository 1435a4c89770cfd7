package dev.guard.tck;

import dev.guard.api.ManualTime;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.tck.linearizability.Operation;
import dev.guard.tck.linearizability.Recorder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.opentest4j.AssertionFailedError;

/**
 * One try of a rule of several threads: a store that was never used, some clients of it, a time that stands still until the
 * rule moves it, and a record of every call.
 */
final class ConcurrentTrial implements AutoCloseable {

    /** What a rule does with a trial. */
    @FunctionalInterface
    interface Body {
        void run(ConcurrentTrial trial) throws Exception;
    }

    /** The clock of each client, by its number from 0. */
    @FunctionalInterface
    interface Clocks {
        InstantSource of(int client, InstantSource time);
    }

    /** What one thread does: its number, from 1, is the seed of what it draws. */
    @FunctionalInterface
    interface Task {
        void run(Caller caller, Random random) throws Exception;
    }

    /** The most calls that a failure shows. */
    static final int MOST_LINES = 60;

    private static final int MOST_CLIENTS = 3;
    private static final int MOST_ROUNDS = 64;
    private static final int MOST_SPINS = 200;
    private static final int MOST_ATTEMPTS = 5;
    private static final List<Integer> THREADS = List.of(2, 3, 4, 4, 8);

    /** A second and a half before a day, a month and a window of any length end. */
    private static final Instant START = Instant.parse("2026-02-28T23:59:58.500Z");

    private final long seed;
    private final Random random;
    private final ManualTime time;
    private final List<Long> times = new ArrayList<>();
    private final List<Backend> clients = new ArrayList<>();
    private final Recorder<Asked, Seen> recorder = new Recorder<>();
    private final int threads;

    /** How many threads have come to each round of the run that is under way. */
    private volatile AtomicIntegerArray arrived = new AtomicIntegerArray(0);

    private String setting = "";

    private ConcurrentTrial(BackendContract contract, long seed, Clocks clocks) {
        this.seed = seed;
        this.random = new Random(seed);
        this.time = new ManualTime(START.plusNanos(1_000 * random.nextLong(1_000_000)));
        this.threads = THREADS.get(random.nextInt(THREADS.size()));
        times.add(now());
        TckEnvironment environment = TckEnvironment.fresh().withStoreTime(time);
        int wanted = 1 + random.nextInt(MOST_CLIENTS);
        try {
            do {
                clients.add(contract.open(environment.withClientClock(clocks.of(clients.size(), time))));
            } while (clients.size() < wanted && clients.get(0).isShared());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Runs a rule whose clients' clocks are right. */
    static void run(BackendContract contract, long seed, Body body) {
        run(contract, seed, (client, time) -> time, body);
    }

    /** Runs a rule, in a thread of its own: no call of it can hold up the build, from opening to closing the backend. */
    static void run(BackendContract contract, long seed, Clocks clocks, Body body) {
        new Crowd(TckSettings.timeout().multipliedBy(3)).run(1, thread -> {
            try (ConcurrentTrial trial = new ConcurrentTrial(contract, seed, clocks)) {
                body.run(trial);
            }
        });
    }

    Random random() {
        return random;
    }

    int threads() {
        return threads;
    }

    long now() {
        return Micros.of(time.instant());
    }

    void advance(Duration duration) {
        time.advance(duration);
        times.add(now());
    }

    /** All the times that the store was given, in order. */
    List<Long> times() {
        return times;
    }

    /** A policy of this trial, which a failure quotes. */
    Policy declared(Policy policy) {
        setting += "  policy  " + policy + ", carry " + policy.carry() + System.lineSeparator();
        return policy;
    }

    /** Runs a task in all threads at the same time; they take turns in the choice of a client. */
    void inThreads(Task task) {
        arrived = new AtomicIntegerArray(MOST_ROUNDS);
        long round = random.nextLong();
        new Crowd(TckSettings.timeout()).run(threads, thread -> task.run(caller(thread), new Random(round + thread)));
    }

    /**
     * Lets a thread wait a moment for the others, so that their next calls begin together: these are the calls that may go
     * wrong. Threads that do not come are not waited for long.
     *
     * @param round the thread's next call, from 0
     * @param calls how many calls it makes at once
     */
    @SuppressWarnings(
            "ThreadPriorityCheck") // Nothing depends on it: threads that miss each other just make a poorer try.
    void meet(int round, int calls) {
        AtomicIntegerArray here = arrived;
        for (int i = round; i < Math.min(round + calls, here.length()); i++) {
            here.incrementAndGet(i);
        }
        for (int spins = 0; spins < MOST_SPINS && here.get(round) < threads; spins++) {
            Thread.yield();
        }
    }

    /** A caller of the first client, for what goes before and after the threads; its number is 0. */
    Caller alone() {
        return caller(0);
    }

    private Caller caller(int thread) {
        return new Caller(
                thread, clients.get(thread % clients.size()).counters(), recorder, this::now, TckSettings.timeout());
    }

    /** What the backend's decisions say of where they come from. A store that is away now and then is asked again. */
    DecisionSource source() throws Exception {
        Policy policy = Policy.of("source", Limit.parse("1/1h"));
        Peek peek = new Peek(policy.key("t", "source"), policy, 1, Deadline.NONE);
        Optional<List<Seen>> seen = Optional.empty();
        for (int attempt = 1; attempt < MOST_ATTEMPTS && seen.isEmpty(); attempt++) {
            seen = alone().tryAsk(CallForm.COMMAND, List.of(peek));
        }
        Outcome outcome = seen.isPresent() ? ((Seen.Whole) seen.get().get(0)).outcome() : alone().ask(peek);
        return ((Decision) outcome).source();
    }

    /** What was asked of a key, in the order of starts. */
    List<Operation<Asked, Seen>> history(Key key) {
        return Recorder.parts(recorder.history(), asked -> asked.operation().key())
                .getOrDefault(key, List.of());
    }

    /** The permits that calls on a key took, not counting what came back. */
    long taken(Key key) {
        long taken = 0;
        for (Operation<Asked, Seen> operation : history(key)) {
            Seen seen = operation.answer();
            taken += seen == null ? 0 : seen.taken(operation.call());
        }
        return taken;
    }

    /** Takes all that is left of a key, and says how much that was. */
    long takeTheRest(Policy policy, Key key, String id) throws Exception {
        AcquireAtMost all = new AcquireAtMost(key, policy, Long.MAX_VALUE, id, Deadline.NONE);
        Decision decision = (Decision) alone().ask(all);
        return decision.allowed() ? decision.cost() : 0;
    }

    /** A failure in words: what is wrong, what it means, and what led to it. */
    AssertionFailedError failure(String wrong, String meaning, String ledger) {
        return new AssertionFailedError(String.join(
                System.lineSeparator(),
                wrong,
                "",
                "What it means",
                "  " + meaning,
                "",
                "What happened",
                setting + "  " + threads + " threads, " + clients.size() + " client(s), seed " + seed,
                ledger));
    }

    /** A failure with the calls of a key as they went, the last of them if they are many. */
    AssertionFailedError failure(String wrong, String meaning, Key key) {
        return failure(wrong, meaning, Ledger.ofTheLast(MOST_LINES, history(key), operation -> ""));
    }

    /** The plainest call there is: permits that are never given back. */
    static CounterOperation acquire(Policy policy, Key key, long cost) {
        return new Acquire(key, policy, cost, Deadline.NONE);
    }

    @Override
    public void close() {
        clients.forEach(Backend::close);
    }
}
