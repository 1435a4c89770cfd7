package dev.guard.tck;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.tck.linearizability.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.opentest4j.AssertionFailedError;

/** One thread's way to a store: it asks in every form, and writes down each call with its answer. */
final class Caller {

    private final int thread;
    private final CounterStore store;
    private final Recorder<Asked, Seen> recorder;
    private final LongSupplier time;
    private final Duration patience;
    private final Map<Policy, PolicyCounters> counters = new HashMap<>();
    private final Map<Policy, Map<Key, KeyCounter>> keys = new HashMap<>();

    Caller(int thread, CounterStore store, Recorder<Asked, Seen> recorder, LongSupplier time, Duration patience) {
        this.thread = thread;
        this.store = store;
        this.recorder = recorder;
        this.time = time;
        this.patience = patience;
    }

    CounterStore store() {
        return store;
    }

    /** An id for permits that no other caller gives out, if each number is used once. */
    String id(int number) {
        return "t" + thread + "-" + number;
    }

    /** Asks for one thing by a command. */
    Outcome ask(CounterOperation operation) throws Exception {
        return ((Seen.Whole) ask(CallForm.COMMAND, List.of(operation)).get(0)).outcome();
    }

    /**
     * Asks, and waits for the answer.
     *
     * @param form one that suits the operation, where there is only one; else a command
     * @return what was seen, one for each operation
     */
    List<Seen> ask(CallForm form, List<CounterOperation> operations) throws Exception {
        return call(form, operations, true).orElseThrow();
    }

    /** Asks as {@link #ask} does; empty where the store was unavailable, so that nobody knows what came of it. */
    Optional<List<Seen>> tryAsk(CallForm form, List<CounterOperation> operations) throws Exception {
        return call(form, operations, false);
    }

    private Optional<List<Seen>> call(CallForm form, List<CounterOperation> operations, boolean demanding)
            throws Exception {
        List<Asked> asked = asked(form, operations);
        Callable<List<Seen>> call = prepared(form, operations);
        long start = recorder.start();
        try {
            List<Seen> seen = call.call();
            requireOneEach(operations, seen.size());
            recorder.answered(thread, asked, seen, start);
            return Optional.of(seen);
        } catch (BackendUnavailableException e) {
            recorder.unanswered(thread, asked, start);
            if (demanding) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Asks by a command without waiting. The answer is written down when it comes. */
    CompletionStage<Optional<List<Seen>>> submit(List<CounterOperation> operations) {
        List<Asked> asked = asked(CallForm.ASYNCHRONOUS_COMMAND, operations);
        long start = recorder.start();
        return store.submit(operations).handle((outcomes, failure) -> {
            if (failure instanceof BackendUnavailableException) {
                recorder.unanswered(thread, asked, start);
                return Optional.empty();
            }
            if (failure != null) {
                throw new AssertionFailedError("a submitted command failed with " + failure, failure);
            }
            requireOneEach(operations, outcomes.size());
            List<Seen> seen = whole(outcomes);
            recorder.answered(thread, asked, seen, start);
            return Optional.of(seen);
        });
    }

    /** What a stage brings, in time; its error as it is. */
    <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionFailedError("the backend hangs: a stage is not complete after " + patience, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private List<Asked> asked(CallForm form, List<CounterOperation> operations) {
        long now = time.getAsLong();
        return operations.stream()
                .map(operation -> new Asked(operation, form, now))
                .toList();
    }

    private static void requireOneEach(List<CounterOperation> operations, int answers) {
        if (answers != operations.size()) {
            throw new AssertionFailedError("a command of " + operations.size() + " operations was answered with "
                    + answers + " outcomes, expected one each");
        }
    }

    /** The call with all that can be done before it, so that little but the call itself is between its start and its end. */
    private Callable<List<Seen>> prepared(CallForm form, List<CounterOperation> operations) {
        CounterOperation only = operations.get(0);
        if (operations.size() > 1 || !form.suits(only) || form == CallForm.COMMAND) {
            return form == CallForm.ASYNCHRONOUS_COMMAND
                    ? () -> whole(await(store.submit(operations)))
                    : () -> whole(store.execute(operations));
        }
        if (form == CallForm.ASYNCHRONOUS_COMMAND) {
            return () -> whole(await(store.submit(operations)));
        }
        Judged judged = (Judged) only;
        Key key = judged.key();
        PolicyCounters ofPolicy = counters.computeIfAbsent(judged.policy(), store::counters);
        if (only instanceof Peek) {
            return form == CallForm.POLICY
                    ? () -> whole(ofPolicy.peek(key.tenant(), key.subject(), judged.cost(), Deadline.NONE))
                    : () -> whole(await(ofPolicy.peekAsync(key.tenant(), key.subject(), judged.cost(), Deadline.NONE)));
        }
        if (form == CallForm.POLICY) {
            return () -> whole(ofPolicy.tryAcquire(key.tenant(), key.subject(), judged.cost(), Deadline.NONE));
        }
        if (form == CallForm.ASYNCHRONOUS_POLICY) {
            return () ->
                    whole(await(ofPolicy.tryAcquireAsync(key.tenant(), key.subject(), judged.cost(), Deadline.NONE)));
        }
        KeyCounter ofKey = keys.computeIfAbsent(judged.policy(), policy -> new HashMap<>())
                .computeIfAbsent(key, bound -> ofPolicy.key(bound.tenant(), bound.subject()));
        return form == CallForm.KEY
                ? () -> whole(ofKey.decide(judged.cost(), Deadline.NONE))
                : () -> List.of(new Seen.YesOrNo(ofKey.tryAcquire(judged.cost(), Deadline.NONE)));
    }

    private static List<Seen> whole(Decision decision) {
        return List.of(new Seen.Whole(decision));
    }

    private static List<Seen> whole(List<Outcome> outcomes) {
        List<Seen> seen = new ArrayList<>(outcomes.size());
        outcomes.forEach(outcome -> seen.add(new Seen.Whole(outcome)));
        return seen;
    }
}
