package dev.guard.tck;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/**
 * One try of a rule: a backend that was opened for it, the time that its store believes in, and a ledger of all that was asked
 * and answered, which the message of a failure shows.
 */
final class Trial implements AutoCloseable {

    /** A moment at which windows of every kind are about to end: a second before a year does. */
    static final Instant START = Instant.parse("2026-12-31T23:59:58.123457Z");

    private static final int LONGEST_LEDGER = 60;

    private final StoreTime time;
    private final long start;
    private final TckEnvironment environment;
    private final Backend backend;
    private final Set<Policy> policies = new LinkedHashSet<>();
    private final List<Entry> ledger = new ArrayList<>();

    /** A call and its answer, put into words when a failure needs them. */
    private record Entry(long time, Supplier<String> text) {}

    private Trial(BackendContract contract, Instant start) {
        this.time = new StoreTime(start);
        this.start = time.micros();
        this.environment = TckEnvironment.fresh().withStoreTime(time);
        this.backend = answer("open a backend", () -> contract.open(environment));
    }

    /** A moment far from the end of any window of an hour or less. */
    static final Instant CALM = Instant.parse("2026-06-17T10:11:12.131415Z");

    static Trial of(BackendContract contract) {
        return new Trial(contract, START);
    }

    static Trial of(BackendContract contract, Instant start) {
        return new Trial(contract, start);
    }

    /** Another client of the store, which the caller closes. */
    Backend anotherClient(BackendContract contract) {
        return answer("open another client", () -> contract.open(environment));
    }

    Backend backend() {
        return backend;
    }

    CounterStore store() {
        return backend.counters();
    }

    long now() {
        return time.micros();
    }

    void set(long micros) {
        time.set(micros);
    }

    void advance(long micros) {
        time.set(time.micros() + micros);
    }

    void advance(Duration duration) {
        advance(duration.toSeconds() * 1_000_000 + duration.toNanosPart() / 1_000);
    }

    Decision acquire(Policy policy, Key key, long cost) {
        return (Decision) run(new Acquire(key, policy, cost, Deadline.NONE));
    }

    Decision acquire(Policy policy, Key key, long cost, String id) {
        return (Decision) run(new Acquire(key, policy, cost, id, Deadline.NONE));
    }

    Decision peek(Policy policy, Key key, long cost) {
        return (Decision) run(new Peek(key, policy, cost, Deadline.NONE));
    }

    /** What a peek for one permit says, but for the time. */
    Decision look(Policy policy, Key key) {
        return peek(policy, key, 1);
    }

    /** Runs an operation in the blocking form, and notes the answer. */
    Outcome run(CounterOperation operation) {
        return execute(List.of(operation)).get(0);
    }

    /** Runs a command in the blocking form, and notes each answer. */
    List<Outcome> execute(List<? extends CounterOperation> operations) {
        return noted(operations, "", () -> store().execute(operations));
    }

    /** Runs a command in the asynchronous form, and notes each answer. */
    List<Outcome> submit(List<? extends CounterOperation> operations) {
        return noted(operations, " (asynchronous)", () -> await(store().submit(operations)));
    }

    List<Outcome> noted(List<? extends CounterOperation> operations, String form, Callable<List<Outcome>> call) {
        for (CounterOperation operation : operations) {
            if (operation instanceof OfPolicy of) {
                policies.add(of.policy());
            }
        }
        List<Outcome> outcomes = answer(() -> describe(operations) + form, call);
        if (outcomes.size() != operations.size()) {
            throw failure(
                    describe(operations) + form + " came back with " + outcomes.size() + " answers, expected "
                            + operations.size(),
                    null);
        }
        for (int i = 0; i < operations.size(); i++) {
            CounterOperation operation = operations.get(i);
            Outcome outcome = outcomes.get(i);
            ledger.add(new Entry(now(), () -> Answers.text(operation) + form + " -> " + Answers.text(outcome)));
        }
        return outcomes;
    }

    /** What a call answers; it is not noted. An exception that it was not expected to throw ends the try. */
    <T> T answer(String call, Callable<T> callable) {
        return answer(() -> call, callable);
    }

    private <T> T answer(Supplier<String> call, Callable<T> callable) {
        try {
            return callable.call();
        } catch (Exception e) {
            note(call.get(), e.getClass().getSimpleName());
            throw failure(call.get() + " threw " + e + ", expected an answer", e);
        } catch (AssertionError e) {
            note(call.get(), e.getClass().getSimpleName());
            throw failure(call.get() + " failed: " + e.getMessage(), e);
        }
    }

    /** The keys that a listing names, page by page. */
    List<Key> list(String tenant, String policy) {
        List<Key> keys = new ArrayList<>();
        String cursor = KeyPage.START;
        for (int page = 0; page < 100_000; page++) {
            String from = cursor;
            KeyPage found = answer("list " + tenant + "/" + policy, () -> store().list(tenant, policy, from));
            keys.addAll(found.keys());
            if (found.next().isEmpty()) {
                note("list " + tenant + "/" + policy, (page + 1) + " pages, " + keys.size() + " keys");
                return keys;
            }
            cursor = found.next().get();
        }
        throw failure("a listing of " + tenant + "/" + policy + " does not end", null);
    }

    void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw failure(otherwise, null);
        }
    }

    void expectEffect(Effect expected, CounterOperation operation, String why) {
        Outcome outcome = run(operation);
        expect(
                outcome == expected,
                Answers.text(operation) + " was answered " + Answers.text(outcome) + ", expected " + expected + ": "
                        + why);
    }

    /** Expects an answer; what differs is told number by number. */
    void expectSame(Outcome expected, Outcome actual, String why) {
        List<String> differences = Answers.differences(expected, actual);
        if (!differences.isEmpty()) {
            throw new AssertionFailedError(
                    story(why + ": " + String.join("; ", differences)), Answers.text(expected), Answers.text(actual));
        }
    }

    void expectAllowed(boolean expected, Decision decision, String why) {
        expect(
                decision.allowed() == expected,
                "the answer is " + (decision.allowed() ? "allowed" : "denied") + ", expected "
                        + (expected ? "allowed" : "denied") + ": " + why);
    }

    void expectNumber(String what, long expected, long actual, String why) {
        expect(expected == actual, what + " is " + actual + ", expected " + expected + ": " + why);
    }

    void note(String call, String answer) {
        ledger.add(new Entry(now(), () -> call + " -> " + answer));
    }

    private static String describe(List<? extends CounterOperation> operations) {
        return operations.size() == 1
                ? Answers.text(operations.get(0))
                : "a command of " + operations.size() + " operations";
    }

    void declare(Policy policy) {
        policies.add(policy);
    }

    AssertionFailedError failure(String wrong, @Nullable Throwable cause) {
        return new AssertionFailedError(story(wrong), cause);
    }

    private String story(String wrong) {
        StringBuilder story = new StringBuilder("What happened (times in us since ")
                .append(Instant.EPOCH.plus(start, ChronoUnit.MICROS))
                .append("):\n");
        for (Policy policy : policies) {
            story.append("  policy ").append(Answers.text(policy)).append('\n');
        }
        int hidden = Math.max(0, ledger.size() - LONGEST_LEDGER);
        if (hidden > 0) {
            story.append("  … ").append(hidden).append(" answers before these\n");
        }
        for (int i = hidden; i < ledger.size(); i++) {
            Entry entry = ledger.get(i);
            story.append(String.format(
                    Locale.ROOT,
                    "%3d %+14d  %s%n",
                    i + 1,
                    entry.time() - start,
                    entry.text().get()));
        }
        return story.append("What is wrong:\n  ").append(wrong).toString();
    }

    /** What a stage brings, in time; its error as it is. */
    static <T> T await(CompletionStage<T> stage) throws Exception {
        long timeout = TckSettings.timeout().toMillis();
        try {
            return stage.toCompletableFuture().get(timeout, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionFailedError(
                    "no answer within " + timeout + " ms (the environment variable"
                            + " GUARD_TEST_TIMEOUT_FACTOR stretches that)",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
