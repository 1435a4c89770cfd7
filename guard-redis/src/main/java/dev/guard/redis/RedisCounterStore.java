package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.LimitSlot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
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

    /** The bytes of an operation without an id. */
    private static final int OPERATION = 3 + 4 * Double.BYTES;

    private static final byte[] EVALSHA = ascii("EVALSHA");
    private static final byte[] EVAL = ascii("EVAL");
    private static final byte[] ONE = ascii("1");
    private static final byte[] NOTHING = new byte[0];

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
            List<Call> calls = calls(operations);
            CompletableFuture<?>[] done = new CompletableFuture<?>[calls.size()];
            for (int i = 0; i < done.length; i++) {
                done[i] = submit(calls.get(i)).toCompletableFuture();
            }
            return CompletableFuture.allOf(done).thenApply(all -> outcomes(operations.size(), calls));
        });
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        List<Call> calls;
        try {
            calls = calls(operations);
            if (calls.size() == 1) {
                execute(calls.get(0));
                return outcomes(operations.size(), calls);
            }
        } catch (RuntimeException e) {
            throw thrown(e);
        }
        return CounterStore.super.execute(operations);
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return called(() -> {
            requireOpen();
            return listing.page(tenant, policy, cursor);
        });
    }

    // ─── Calls ──────────────────────────────────────────────────────────────────────────────────

    /** What is asked of one key, and where the answers belong. */
    private static final class Call {
        private final KeyLayout.Written written;
        private final List<CounterOperation> operations = new ArrayList<>(1);
        private final List<Integer> places = new ArrayList<>(1);
        private final List<PolicyBytes> policies = new ArrayList<>(1);

        /** For each operation the number of its policy, from 1; 0 where it has none. */
        private final List<Integer> policyNumbers = new ArrayList<>(1);

        private List<Outcome> outcomes = List.of();
        private RedisScript script = RedisScript.MODEL;
        private long sentNanos;

        /** The earliest of the operations. */
        private Deadline deadline = Deadline.NONE;

        Call(KeyLayout.Written written) {
            this.written = written;
        }

        void add(CounterOperation operation, int place, Optional<PolicyBytes> policy) {
            if (policy.isPresent() && !policies.contains(policy.get())) {
                policies.add(policy.get());
            }
            deadline = deadline.orEarlier(operation.deadline());
            operations.add(operation);
            places.add(place);
            policyNumbers.add(policy.map(bytes -> 1 + policies.indexOf(bytes)).orElse(0));
        }

        Optional<PolicyBytes> policy(int operation) {
            int number = policyNumbers.get(operation);
            return number == 0 ? Optional.empty() : Optional.of(policies.get(number - 1));
        }
    }

    private List<Call> calls(List<? extends CounterOperation> operations) {
        requireOpen();
        Map<Key, Call> open = new LinkedHashMap<>();
        List<Call> calls = new ArrayList<>(1);
        for (int place = 0; place < operations.size(); place++) {
            CounterOperation operation = operations.get(place);
            Optional<PolicyBytes> policy = policy(operation);
            if (operation instanceof Judged judged && policy.isPresent()) {
                policy.get().compiled().check(judged);
            }
            Call call = open.get(operation.key());
            if (call == null) {
                call = new Call(layout.write(operation.key()));
                open.put(operation.key(), call);
                calls.add(call);
            } else if (call.operations.size() >= MOST_OPERATIONS) {
                throw new InvalidArgumentException(
                        "a command has more than " + MOST_OPERATIONS + " operations on one key, expected fewer");
            }
            call.add(operation, place, policy);
        }
        return calls;
    }

    private Optional<PolicyBytes> policy(CounterOperation operation) {
        return operation instanceof OfPolicy call ? Optional.of(bytes(call.policy())) : Optional.empty();
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

    private static List<Outcome> outcomes(int size, List<Call> calls) {
        if (calls.size() == 1) {
            return calls.get(0).outcomes;
        }
        @Nullable Outcome[] outcomes = new Outcome[size];
        for (Call call : calls) {
            for (int i = 0; i < call.places.size(); i++) {
                outcomes[call.places.get(i)] = call.outcomes.get(i);
            }
        }
        List<Outcome> all = new ArrayList<>(size);
        for (Outcome outcome : outcomes) {
            if (outcome == null) {
                throw new AssertionError("every operation belongs to a call");
            }
            all.add(outcome);
        }
        return all;
    }

    // ─── Sending ────────────────────────────────────────────────────────────────────────────────

    private CompletionStage<Void> submit(Call call) {
        CompletionStage<Void> first = submitOnce(call);
        return call.deadline.isNone()
                ? first
                : first.thenCompose(done -> isLateWithTimeLeft(call) ? submitOnce(call) : first);
    }

    /**
     * Whether the server's clock was not where we thought: it found the call late, and did nothing, before its deadline. By its answer we
     * know better, and ask once more.
     */
    private boolean isLateWithTimeLeft(Call call) {
        return !call.deadline.isNone()
                && call.outcomes.stream().allMatch(Late.class::isInstance)
                && !call.deadline.hasPassed(clock.nanoTime());
    }

    private CompletionStage<Void> submitOnce(Call call) {
        List<CalendarPeriod> calendars = calendars(call);
        return evaluated(call, arguments(call, calendars, clientTimes(calendars)))
                .thenCompose(reply -> {
                    Optional<RedisReplies.WindowMissing> missing = RedisReplies.windowMissing(reply);
                    return missing.isEmpty()
                            ? CompletableFuture.completedStage(reply)
                            : evaluated(call, argumentsFor(call, missing.get()));
                })
                .thenAccept(reply -> read(call, reply));
    }

    private CompletionStage<@Nullable Object> evaluated(Call call, byte[][] arguments) {
        byte[] key = call.written.key();
        call.sentNanos = clock.nanoTime();
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        driver.submit(call.deadline, key, command(EVALSHA, call.script.sha(), key, arguments))
                .whenComplete((reply, error) -> {
                    if (error != null && RedisErrors.isScriptMissing(error)) {
                        call.sentNanos = clock.nanoTime();
                        forward(
                                driver.submit(call.deadline, key, command(EVAL, call.script.text(), key, arguments)),
                                result);
                    } else if (error != null) {
                        result.completeExceptionally(error);
                    } else {
                        result.complete(reply);
                    }
                });
        return result;
    }

    private static void forward(CompletionStage<@Nullable Object> from, CompletableFuture<@Nullable Object> to) {
        var unused = from.whenComplete((reply, error) -> {
            if (error != null) {
                to.completeExceptionally(error);
            } else {
                to.complete(reply);
            }
        });
    }

    private void execute(Call call) {
        executeOnce(call);
        if (isLateWithTimeLeft(call)) {
            executeOnce(call);
        }
    }

    private void executeOnce(Call call) {
        List<CalendarPeriod> calendars = calendars(call);
        Object reply = evaluate(call, arguments(call, calendars, clientTimes(calendars)));
        Optional<RedisReplies.WindowMissing> missing = RedisReplies.windowMissing(reply);
        if (missing.isPresent()) {
            reply = evaluate(call, argumentsFor(call, missing.get()));
        }
        read(call, reply);
    }

    private @Nullable Object evaluate(Call call, byte[][] arguments) {
        byte[] key = call.written.key();
        call.sentNanos = clock.nanoTime();
        try {
            return driver.execute(call.deadline, key, command(EVALSHA, call.script.sha(), key, arguments));
        } catch (RedisErrorReply e) {
            if (!RedisErrors.isScriptMissing(e)) {
                throw e;
            }
        }
        call.sentNanos = clock.nanoTime();
        return driver.execute(call.deadline, key, command(EVAL, call.script.text(), key, arguments));
    }

    private static byte[][] command(byte[] name, byte[] script, byte[] key, byte[][] arguments) {
        byte[][] command = new byte[4 + arguments.length][];
        command[0] = name;
        command[1] = script;
        command[2] = ONE;
        command[3] = key;
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        return command;
    }

    private void read(Call call, @Nullable Object reply) {
        if (RedisReplies.windowMissing(reply).isPresent()) {
            throw new BackendUnavailableException(
                    Reason.MISCONFIGURED,
                    "Redis was told the windows of a calendar twice, and its time was in none of them:"
                            + " the clock of the server or of this machine is wrong");
        }
        List<?> replies =
                reply instanceof byte[] only ? List.of(only) : reply instanceof List<?> list ? list : List.of();
        if (replies.size() != call.operations.size()) {
            throw RedisReplies.unexpected("something else than " + call.operations.size() + " answers");
        }
        clock.told(RedisReplies.serverTime(replies.get(0)), call.sentNanos, clock.nanoTime());
        List<Outcome> outcomes = new ArrayList<>(replies.size());
        for (int i = 0; i < replies.size(); i++) {
            CounterOperation operation = call.operations.get(i);
            outcomes.add(RedisReplies.outcome(replies.get(i), operation, call.policy(i)));
        }
        call.outcomes = outcomes;
    }

    // ─── Arguments ──────────────────────────────────────────────────────────────────────────────

    private static List<CalendarPeriod> calendars(Call call) {
        if (call.policies.size() == 1) {
            return call.policies.get(0).calendars();
        }
        return call.policies.stream()
                .flatMap(policy -> policy.calendars().stream())
                .distinct()
                .toList();
    }

    /** About what time it is, which only calendars need to know; a server that thinks otherwise says so. */
    private List<Long> clientTimes(List<CalendarPeriod> calendars) {
        return calendars.isEmpty()
                ? List.of()
                : List.of(clock.injectedTime().orElseGet(() -> Micros.of(Instant.now())));
    }

    private byte[][] argumentsFor(Call call, RedisReplies.WindowMissing missing) {
        List<CalendarPeriod> calendars = new ArrayList<>(calendars(call));
        for (LimitSlot slot : missing.state().slots()) {
            CalendarPeriod calendar = slot.numbers().calendar();
            if (calendar != null && !calendars.contains(calendar)) {
                calendars.add(calendar);
            }
        }
        List<Long> times = new ArrayList<>(clientTimes(calendars));
        times.add(missing.moment());
        // Permits may come back from a window each; one that is further away than a state lives finds nothing to return
        // to.
        for (CounterOperation operation : call.operations) {
            if (operation instanceof Refund refund
                    && isWithinALife(refund.permit().time(), missing.moment())) {
                times.add(refund.permit().time());
            }
        }
        return arguments(call, calendars, times);
    }

    private static boolean isWithinALife(long time, long moment) {
        return time > moment - 2 * Micros.TEN_YEARS && time < moment + 2 * Micros.TEN_YEARS;
    }

    private byte[][] arguments(Call call, List<CalendarPeriod> calendars, List<Long> times) {
        RedisScript plain = plainScript(call);
        byte[][] arguments = new byte[4 + 2 * call.policies.size() + (plain == null ? 0 : 1)][];
        arguments[0] = operations(call);
        arguments[1] = call.written.suffix();
        arguments[2] = clock.injectedTime()
                .map(now -> new ByteWriter(Double.BYTES).number(now).toBytes())
                .orElse(NOTHING);
        arguments[3] = windows(calendars, times);
        for (int i = 0; i < call.policies.size(); i++) {
            arguments[4 + 2 * i] = call.policies.get(i).head(call.written.suffix().length > 0);
            arguments[5 + 2 * i] = call.policies.get(i).numbers();
        }
        if (plain != null) {
            call.script = plain;
            arguments[6] = call.policies.get(0).plainNumbers();
        }
        return arguments;
    }

    /** The script that is written out for a call of one operation; null where the model's has to be taken. */
    private static @Nullable RedisScript plainScript(Call call) {
        if (call.operations.size() != 1 || call.policies.size() != 1) {
            return null;
        }
        CounterOperation operation = call.operations.get(0);
        return operation instanceof Acquire || operation instanceof Peek || operation instanceof AcquireAtMost
                ? call.policies.get(0).plainScript()
                : null;
    }

    private static byte[] windows(List<CalendarPeriod> calendars, List<Long> times) {
        if (calendars.isEmpty()) {
            return NOTHING;
        }
        ByteWriter out = new ByteWriter(64 * times.size());
        for (CalendarPeriod calendar : calendars) {
            byte[] name = PolicyBytes.name(calendar);
            for (long time : times) {
                long start = calendar.start(time);
                long end = calendar.end(time);
                out.text(name)
                        .number(calendar.start(start - 1))
                        .number(start)
                        .number(end)
                        .number(calendar.end(end));
            }
        }
        return out.toBytes();
    }

    private byte[] operations(Call call) {
        ByteWriter out = new ByteWriter(OPERATION * call.operations.size());
        for (int i = 0; i < call.operations.size(); i++) {
            CounterOperation operation = call.operations.get(i);
            write(out, operation, call.policyNumbers.get(i), clock.ofServer(operation.deadline()));
        }
        return out.toBytes();
    }

    private static void write(ByteWriter out, CounterOperation operation, int policy, long deadline) {
        if (operation instanceof Acquire acquire) {
            write(out, 1, policy, acquire.cost(), 0, 0, deadline, acquire.permitId());
        } else if (operation instanceof Peek peek) {
            write(out, 2, policy, peek.cost(), 0, 0, deadline, null);
        } else if (operation instanceof AcquireAtMost acquire) {
            write(out, 3, policy, acquire.most(), 0, 0, deadline, acquire.permitId());
        } else if (operation instanceof Reserve reserve) {
            write(out, 4, policy, reserve.cost(), reserve.ttl(), 0, deadline, reserve.id());
        } else if (operation instanceof Commit commit) {
            write(out, 5, policy, commit.actual(), 0, 0, deadline, commit.id());
        } else if (operation instanceof Penalize penalize) {
            write(out, 6, policy, penalize.cost(), 0, 0, deadline, null);
        } else if (operation instanceof Cancel cancel) {
            write(out, 7, policy, 0, 0, 0, deadline, cancel.id());
        } else if (operation instanceof Refund refund) {
            write(
                    out,
                    8,
                    policy,
                    refund.permit().cost(),
                    refund.permit().version(),
                    refund.permit().time(),
                    deadline,
                    refund.permit().id());
        } else if (operation instanceof Release release) {
            write(out, 9, policy, 0, 0, 0, deadline, release.permitId());
        } else if (operation instanceof Extend extend) {
            write(out, 10, policy, 0, 0, 0, deadline, extend.permitId());
        } else if (operation instanceof Block block) {
            write(out, 11, policy, block.duration(), 0, 0, deadline, null);
        } else if (operation instanceof Unblock) {
            write(out, 12, policy, 0, 0, 0, deadline, null);
        } else if (operation instanceof Reset) {
            write(out, 13, policy, 0, 0, 0, deadline, null);
        } else {
            throw new AssertionError("an operation of no known kind: " + operation);
        }
    }

    private static void write(
            ByteWriter out, int code, int policy, long a, long b, long c, long deadline, @Nullable String id) {
        out.octet(code)
                .octet(policy)
                .number(Math.min(a, RedisReplies.LARGEST))
                .number(b)
                .number(c)
                .number(deadline)
                .text(id == null ? NOTHING : ascii(id));
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
