package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counters in Redis: one script call judges all operations of a command that are about one key.
 *
 * <p><b>Atomicity.</b> A script is one step to the server: it reads the key, and its last act is to write it, or not. Operations on
 * different keys of one command are sent side by side, as they may be on different servers.
 *
 * <p><b>Time.</b> The server's own, read within the script.
 *
 * <p><b>Errors.</b> Nothing is sent twice, but for a script that the server did not know, one that asked for the windows of a
 * calendar, and one that found a call late because its clock was not known well: none of them did anything. {@link RedisErrors} says what the others are to the caller.
 */
final class RedisCounterStore implements CounterStore {

    private static final int MOST_POLICIES = 10_000;
    private static final int MOST_OPERATIONS = 255;

    private final RedisDriver driver;
    private final KeyLayout layout;
    private final DecisionSource source;
    private final StoreClock clock;
    private final RedisListing listing;
    private final ConcurrentMap<Policy, PolicyBytes> policies = new ConcurrentHashMap<>();
    private volatile boolean closed;

    RedisCounterStore(RedisDriver driver, KeyLayout layout, DecisionSource source, StoreClock clock) {
        this.driver = driver;
        this.layout = layout;
        this.source = source;
        this.clock = clock;
        this.listing = new RedisListing(driver, layout);
    }

    /** What the server's clock said between two readings of ours, so that the first deadline can be told. */
    void told(long micros, long sentNanos, long receivedNanos) {
        if (driver.nodes().size() > 1) {
            clock.ofSeveralServers();
        }
        clock.told(micros, sentNanos, receivedNanos);
    }

    void close() {
        closed = true;
    }

    void requireOpen() {
        if (closed) {
            throw new GuardClosedException("the backend " + source.backend() + " was closed");
        }
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return called(() -> {
            requireOpen();
            if (isOnOneKey(operations)) {
                return submitted(call(operations));
            }
            Map<Key, List<Integer>> places = placesByKey(operations);
            List<CompletableFuture<List<Outcome>>> answers = new ArrayList<>();
            // All are made before the first is sent: where one is refused, none is run.
            for (RedisCall call : callsByKey(operations, places)) {
                answers.add(submitted(call).toCompletableFuture());
            }
            return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .thenApply(all -> inPlace(operations.size(), places.values(), answers));
        });
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        if (!isOnOneKey(operations)) {
            return CounterStore.super.execute(operations);
        }
        try {
            requireOpen();
            return executed(call(operations));
        } catch (RuntimeException e) {
            throw thrown(e);
        }
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return called(() -> {
            requireOpen();
            return listing.page(tenant, policy, cursor);
        });
    }

    // ─── Calls ──────────────────────────────────────────────────────────────────────────────────

    private static boolean isOnOneKey(List<? extends CounterOperation> operations) {
        if (operations.isEmpty()) {
            return false;
        }
        Key key = operations.get(0).key();
        for (int i = 1; i < operations.size(); i++) {
            if (!operations.get(i).key().equals(key)) {
                return false;
            }
        }
        return true;
    }

    /** Where in a command the operations on each key are. */
    private static Map<Key, List<Integer>> placesByKey(List<? extends CounterOperation> operations) {
        Map<Key, List<Integer>> places = new LinkedHashMap<>();
        for (int place = 0; place < operations.size(); place++) {
            places.computeIfAbsent(operations.get(place).key(), key -> new ArrayList<>())
                    .add(place);
        }
        return places;
    }

    private List<RedisCall> callsByKey(List<? extends CounterOperation> operations, Map<Key, List<Integer>> places) {
        List<RedisCall> calls = new ArrayList<>();
        for (List<Integer> ofKey : places.values()) {
            calls.add(call(ofKey.stream().map(operations::get).toList()));
        }
        return calls;
    }

    private static List<Outcome> inPlace(
            int size, Collection<List<Integer>> places, List<CompletableFuture<List<Outcome>>> answers) {
        @Nullable Outcome[] outcomes = new Outcome[size];
        Iterator<CompletableFuture<List<Outcome>>> answer = answers.iterator();
        for (List<Integer> ofKey : places) {
            List<Outcome> each = answer.next().join();
            for (int i = 0; i < ofKey.size(); i++) {
                outcomes[ofKey.get(i)] = each.get(i);
            }
        }
        return Stream.of(outcomes).map(Objects::requireNonNull).toList();
    }

    /** The call of operations on one key. */
    private RedisCall call(List<? extends CounterOperation> operations) {
        if (operations.size() > MOST_OPERATIONS) {
            throw new InvalidArgumentException(
                    "a command has more than " + MOST_OPERATIONS + " operations on one key, expected fewer");
        }
        List<PolicyBytes> known = List.of();
        for (CounterOperation operation : operations) {
            if (operation instanceof OfPolicy call) {
                PolicyBytes policy = bytes(call.policy());
                if (operation instanceof Judged judged) {
                    policy.compiled().check(judged);
                }
                known = with(known, policy);
            }
        }
        return new RedisCall(layout.write(operations.get(0).key()), operations, known);
    }

    private static List<PolicyBytes> with(List<PolicyBytes> known, PolicyBytes policy) {
        if (known.isEmpty()) {
            return List.of(policy);
        }
        if (known.stream()
                .anyMatch(other ->
                        other.compiled().policy().equals(policy.compiled().policy()))) {
            return known;
        }
        List<PolicyBytes> more = new ArrayList<>(known);
        more.add(policy);
        return more;
    }

    private PolicyBytes bytes(Policy policy) {
        PolicyBytes known = policies.get(policy);
        if (known == null) {
            known = new PolicyBytes(CompiledPolicy.of(policy, source));
            // Policies that are made at every call must not fill the memory.
            if (policies.size() < MOST_POLICIES) {
                PolicyBytes earlier = policies.putIfAbsent(policy, known);
                known = earlier == null ? known : earlier;
            }
        }
        return known;
    }

    // ─── Sending ────────────────────────────────────────────────────────────────────────────────

    private CompletionStage<List<Outcome>> submitted(RedisCall call) {
        if (call.deadline().hasPassed(clock.nanoTime())) {
            return CompletableFuture.completedStage(late(call));
        }
        CompletionStage<List<Outcome>> first = submittedOnce(call);
        return call.deadline().isNone()
                ? first
                : first.thenCompose(outcomes -> isLateWithTimeLeft(call, outcomes) ? submittedOnce(call) : first);
    }

    /** What the server would say, if it were asked. */
    private List<Outcome> late(RedisCall call) {
        return Collections.nCopies(call.operations().size(), new Late(clock.serverTime()));
    }

    /**
     * Whether the server's clock was not where we thought: it found the call late, and did nothing, before its deadline. By its answer we
     * know better, and ask once more.
     */
    private boolean isLateWithTimeLeft(RedisCall call, List<Outcome> outcomes) {
        return outcomes.get(0) instanceof Late
                && outcomes.stream().allMatch(Late.class::isInstance)
                && !call.deadline().isNone()
                && !call.deadline().hasPassed(clock.nanoTime());
    }

    private CompletionStage<List<Outcome>> submittedOnce(RedisCall call) {
        return evaluated(call, call.command(clock))
                .thenCompose(answer -> RedisReplies.windowMissing(answer.reply())
                        .map(missing -> evaluated(call, call.command(clock, missing)))
                        .orElseGet(() -> CompletableFuture.completedStage(answer)))
                .thenApply(answer -> outcomes(call, answer));
    }

    /**
     * What a server replied.
     *
     * @param sentNanos when it was asked
     */
    private record Answer(@Nullable Object reply, long sentNanos) {}

    private CompletionStage<Answer> evaluated(RedisCall call, byte[][] command) {
        CompletableFuture<Answer> result = new CompletableFuture<>();
        long sent = clock.nanoTime();
        driver.submit(call.deadline(), call.key(), command).whenComplete((reply, error) -> {
            if (error != null && RedisErrors.isScriptMissing(error)) {
                long sentAgain = clock.nanoTime();
                var unused = driver.submit(call.deadline(), call.key(), call.withText(command))
                        .whenComplete((other, problem) -> complete(result, other, sentAgain, problem));
            } else {
                complete(result, reply, sent, error);
            }
        });
        return result;
    }

    private static void complete(
            CompletableFuture<Answer> result, @Nullable Object reply, long sent, @Nullable Throwable error) {
        if (error != null) {
            result.completeExceptionally(error);
        } else {
            result.complete(new Answer(reply, sent));
        }
    }

    private List<Outcome> executed(RedisCall call) {
        if (call.deadline().hasPassed(clock.nanoTime())) {
            return late(call);
        }
        List<Outcome> outcomes = executedOnce(call);
        return isLateWithTimeLeft(call, outcomes) ? executedOnce(call) : outcomes;
    }

    private List<Outcome> executedOnce(RedisCall call) {
        Answer answer = evaluate(call, call.command(clock));
        Optional<RedisReplies.WindowMissing> missing = RedisReplies.windowMissing(answer.reply());
        return outcomes(call, missing.isEmpty() ? answer : evaluate(call, call.command(clock, missing.get())));
    }

    private Answer evaluate(RedisCall call, byte[][] command) {
        long sent = clock.nanoTime();
        try {
            return new Answer(driver.execute(call.deadline(), call.key(), command), sent);
        } catch (RedisErrorReply e) {
            if (!RedisErrors.isScriptMissing(e)) {
                throw e;
            }
        }
        long sentAgain = clock.nanoTime();
        return new Answer(driver.execute(call.deadline(), call.key(), call.withText(command)), sentAgain);
    }

    private List<Outcome> outcomes(RedisCall call, Answer answer) {
        Object reply = answer.reply();
        if (RedisReplies.windowMissing(reply).isPresent()) {
            throw new BackendUnavailableException(
                    Reason.MISCONFIGURED,
                    "Redis was told the windows of a calendar twice, and its time was in none of them:"
                            + " the clock of the server or of this machine is wrong");
        }
        List<?> replies =
                reply instanceof byte[] only ? List.of(only) : reply instanceof List<?> list ? list : List.of();
        List<? extends CounterOperation> operations = call.operations();
        if (replies.size() != operations.size()) {
            throw RedisReplies.unexpected("something else than " + operations.size() + " answers");
        }
        clock.told(RedisReplies.serverTime(replies.get(0)), answer.sentNanos(), clock.nanoTime());
        if (replies.size() == 1) {
            return List.of(outcome(call, operations.get(0), replies.get(0)));
        }
        List<Outcome> outcomes = new ArrayList<>(replies.size());
        for (int i = 0; i < replies.size(); i++) {
            outcomes.add(outcome(call, operations.get(i), replies.get(i)));
        }
        return outcomes;
    }

    private static Outcome outcome(RedisCall call, CounterOperation operation, @Nullable Object reply) {
        return RedisReplies.outcome(reply, operation, call.policyOf(operation));
    }

    // ─── Errors ─────────────────────────────────────────────────────────────────────────────────

    /** The stage that a call returns; whatever goes wrong comes with it, in guard's words and unwrapped. */
    private static <T> CompletionStage<T> called(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            var unused = call.get().whenComplete((value, error) -> {
                if (error != null) {
                    result.completeExceptionally(RedisErrors.translated(error));
                } else {
                    result.complete(value);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(RedisErrors.translated(e));
        }
        return result;
    }

    private static RuntimeException thrown(RuntimeException error) {
        Throwable translated = RedisErrors.translated(error);
        if (translated instanceof Error serious) {
            throw serious;
        }
        return translated instanceof RuntimeException plain ? plain : new CompletionException(translated);
    }
}
