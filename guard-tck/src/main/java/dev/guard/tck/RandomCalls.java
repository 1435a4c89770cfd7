package dev.guard.tck;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterState;
import dev.guard.tck.linearizability.LinearizabilityChecker;
import dev.guard.tck.linearizability.Operation;
import dev.guard.tck.linearizability.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** S3: calls of every kind on two keys, by several threads, of which every answer must fit into one order. */
final class RandomCalls {

    private static final int BURSTS = 3;
    private static final int CALLS = 9;
    private static final int AT_ONCE = 3;

    /** More calls than this of unknown outcome, and nothing could be said of the rest. */
    private static final int MOST_UNANSWERED = 8;

    private static final List<Duration> PAUSES = List.of(
            Duration.ofNanos(1_000),
            Duration.ofMillis(700),
            Duration.ofSeconds(2),
            Duration.ofHours(1),
            Duration.ofDays(2));

    private final ConcurrentTrial trial;
    private final List<Policy> versions = new ArrayList<>();
    private final List<Key> keys;
    private final Names ids = new Names();

    /** Whether threads wait for each other before each call. */
    private final boolean together;

    /** Ids and permits that threads have given out, for all of them to try. */
    private static final class Names {
        private static final int PLACES = 12;
        private final AtomicReferenceArray<String> ids = new AtomicReferenceArray<>(PLACES);
        private final AtomicReferenceArray<Permit> permits = new AtomicReferenceArray<>(PLACES);

        String fresh(Random random) {
            String id = "id-" + Integer.toString(random.nextInt(Integer.MAX_VALUE), Character.MAX_RADIX);
            ids.set(random.nextInt(PLACES), id);
            return id;
        }

        String known(Random random) {
            String id = ids.get(random.nextInt(PLACES));
            return id == null ? "never-given-out" : id;
        }

        void add(Permit permit, Random random) {
            permits.set(random.nextInt(PLACES), permit);
        }

        Optional<Permit> permit(Random random) {
            return Optional.ofNullable(permits.get(random.nextInt(PLACES)));
        }
    }

    private RandomCalls(ConcurrentTrial trial) {
        this.trial = trial;
        Random random = trial.random();
        this.together = random.nextInt(4) > 0;
        int different = random.nextInt(4) == 0 ? 2 : 1;
        for (int version = 1; version <= different; version++) {
            versions.add(trial.declared(ConcurrentPolicies.small(random, version)));
        }
        Policy policy = versions.get(0);
        this.keys = List.of(policy.key("t", "one"), policy.key("t", "two"));
    }

    static void run(ConcurrentTrial trial) throws Exception {
        RandomCalls calls = new RandomCalls(trial);
        for (int burst = 0; burst < BURSTS; burst++) {
            trial.inThreads(calls::call);
            trial.advance(PAUSES.get(trial.random().nextInt(PAUSES.size())));
        }
        CounterSpecification specification = new CounterSpecification(trial.source(), trial.times());
        for (Key key : calls.keys) {
            calls.requireLinearizable(key, specification);
        }
    }

    // ─── What is asked ──────────────────────────────────────────────────────────────────────────

    private void call(Caller caller, Random random) throws Exception {
        boolean waits = random.nextInt(3) > 0;
        for (int calls = 0; calls < CALLS; ) {
            if (together) {
                trial.meet(calls, waits ? 1 : AT_ONCE);
            }
            if (waits) {
                CallForm form = CallForm.any(random);
                List<CounterOperation> command = command(random);
                remember(command, caller.tryAsk(form, command), random);
                calls++;
            } else {
                calls += callWithoutWaiting(caller, random);
            }
        }
    }

    /** Sends some commands before the first of them is answered. */
    private int callWithoutWaiting(Caller caller, Random random) throws Exception {
        List<List<CounterOperation>> commands = new ArrayList<>();
        List<CompletionStage<Optional<List<Seen>>>> answers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            commands.add(command(random));
            answers.add(caller.submit(commands.get(i)));
        }
        for (int i = 0; i < AT_ONCE; i++) {
            remember(commands.get(i), caller.await(answers.get(i)), random);
        }
        return AT_ONCE;
    }

    private void remember(List<CounterOperation> command, Optional<List<Seen>> answers, Random random) {
        for (int i = 0; i < command.size() && answers.isPresent(); i++) {
            if (command.get(i) instanceof Acquire acquire
                    && acquire.permitId() != null
                    && answers.get().get(i) instanceof Seen.Whole whole
                    && whole.outcome() instanceof Allowed allowed) {
                ids.add(allowed.permit(acquire.permitId()), random);
            }
        }
    }

    private List<CounterOperation> command(Random random) {
        List<CounterOperation> command = new ArrayList<>();
        do {
            command.add(operation(random));
        } while (command.size() < 3 && random.nextInt(6) == 0);
        return command;
    }

    private CounterOperation operation(Random random) {
        Key key = keys.get(random.nextInt(4) == 0 ? 1 : 0);
        Policy policy = versions.get(random.nextInt(versions.size()));
        long cost = 1 + random.nextLong(Math.min(3, smallestCapacity(policy)));
        Deadline none = Deadline.NONE;
        int dice = random.nextInt(100);
        if (dice < 15 && !policy.hasConcurrency()) {
            return ConcurrentTrial.acquire(policy, key, cost);
        } else if (dice < 35) {
            return new Acquire(key, policy, cost, ids.fresh(random), none);
        } else if (dice < 40) {
            return new AcquireAtMost(key, policy, cost, ids.fresh(random), none);
        } else if (dice < 47) {
            return new Peek(key, policy, cost, none);
        } else if (dice < 57) {
            return new Reserve(key, policy, cost, ids.fresh(random), 1_500_000, none);
        } else if (dice < 65) {
            return new Commit(key, policy, ids.known(random), random.nextLong(4), none);
        } else if (dice < 71) {
            return new Cancel(key, ids.known(random), none);
        } else if (dice < 80) {
            Optional<Permit> permit = ids.permit(random);
            return permit.isPresent() ? new Refund(key, permit.get(), none) : new Peek(key, policy, cost, none);
        } else if (dice < 86) {
            return new Release(key, ids.known(random), none);
        } else if (dice < 90) {
            return new Extend(key, ids.known(random), none);
        } else if (dice < 93) {
            return new Penalize(key, policy, cost, none);
        }
        return switch (dice) {
            case 93, 94 -> new Block(key, 1_000_000, none);
            case 95, 96, 97 -> new Unblock(key, none);
            default -> new Reset(key, none);
        };
    }

    private static long smallestCapacity(Policy policy) {
        return policy.limits().stream()
                .filter(limit -> !limit.isShadow())
                .mapToLong(Limit::capacity)
                .min()
                .orElse(1);
    }

    // ─── What is made of the answers ────────────────────────────────────────────────────────────

    private void requireLinearizable(Key key, CounterSpecification specification) {
        List<Operation<Asked, Seen>> history = trial.history(key);
        long unanswered =
                history.stream().filter(operation -> !operation.isAnswered()).count();
        if (unanswered > MOST_UNANSWERED) {
            throw trial.failure(
                    "the store was unavailable for " + unanswered + " of " + history.size()
                            + " calls, and nothing was wrong with it",
                    "A few threads are too much for the backend. It must not give calls up because others came first.",
                    key);
        }
        Verdict<Asked, Seen> verdict = LinearizabilityChecker.check(specification, CounterState.ABSENT, history);
        if (verdict instanceof Verdict.NotLinearizable<Asked, Seen> broken) {
            throw failure(key, specification, history, broken);
        }
    }

    private AssertionError failure(
            Key key,
            CounterSpecification specification,
            List<Operation<Asked, Seen>> history,
            Verdict.NotLinearizable<Asked, Seen> broken) {
        Operation<Asked, Seen> culprit = broken.inexplicable();
        CounterState state = CounterState.ABSENT;
        for (Operation<Asked, Seen> operation : broken.explained()) {
            state = specification.step(state, operation.call()).state();
        }
        String expected = Ledger.text(specification.step(state, culprit.call()).outcome());
        String ledger = Ledger.ofTheLast(
                ConcurrentTrial.MOST_LINES,
                history.stream()
                        .filter(operation -> operation.start() <= culprit.end())
                        .toList(),
                operation -> operation.equals(culprit) ? "   <-- fits no order" : place(operation, broken.explained()));
        return trial.failure(
                "no order of the calls on " + Ledger.text(key) + " explains their answers: not that of thread "
                        + culprit.thread() + ", which was told '" + Ledger.text(culprit.answer()) + "'",
                "The numbers behind the answers are an order that explains all the others. After it, the answer would be '"
                        + expected
                        + "'. Either two calls read the same state and both wrote, so that one update was lost"
                        + " (make it one atomic step, or a compare-and-set that is tried again), or a call was answered from"
                        + " an old copy of the state. If S1 fails as well, begin there: then a single caller gets wrong"
                        + " answers too.",
                ledger);
    }

    /** The place of a call in an order, in words; an order may hold it as it was before its answer came. */
    private static String place(Operation<Asked, Seen> operation, List<Operation<Asked, Seen>> order) {
        for (int i = 0; i < order.size(); i++) {
            Operation<Asked, Seen> other = order.get(i);
            if (other.start() == operation.start() && other.place() == operation.place()) {
                return "   #" + (i + 1);
            }
        }
        return "";
    }
}
