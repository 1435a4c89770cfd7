package dev.guard.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.Partition;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counters in a Hazelcast map: one entry processor judges all operations of a command that are about one key.
 *
 * <p><b>Atomicity.</b> The processor runs on the member that owns the key, on the one thread of the key's partition. Operations on
 * different keys of one command are sent side by side, as they may be on different members.
 *
 * <p><b>Time.</b> The owner's {@link MemberClock}.
 *
 * <p><b>Errors.</b> A call ends by its deadline and by the timeout, and the owner refuses what reaches it later than that. Hazelcast sends a call again
 * while no member has run it. Guard sends one again, once, that came late by a clock that it had taken for another: it did nothing.
 * {@link HazelcastErrors} says what the others are to the caller.
 */
final class HazelcastCounterStore implements CounterStore {

    /** The most calls that are waited for. */
    static final int MOST_IN_FLIGHT = 16_384;

    private static final int MOST_POLICIES = 10_000;
    private static final int MOST_LISTINGS = 64;

    private final HazelcastInstance instance;
    private final IMap<String, byte[]> map;
    private final Invocations invocations;
    private final KeyNames names;
    private final DecisionSource source;
    private final ClusterTime time;
    private final int quorum;
    private final long timeoutNanos;
    private final HazelcastListing listing;
    private final ThreadPoolExecutor listers;
    private final ConcurrentMap<Policy, SentPolicy> policies = new ConcurrentHashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    HazelcastCounterStore(
            HazelcastInstance instance,
            KeyNames names,
            DecisionSource source,
            ClusterTime time,
            int quorum,
            long timeoutNanos) {
        this.instance = instance;
        this.map = instance.getMap(HazelcastBackend.MAP);
        this.invocations = Invocations.of(instance, map);
        this.names = names;
        this.source = source;
        this.time = time;
        this.quorum = quorum;
        this.timeoutNanos = timeoutNanos;
        this.listing = new HazelcastListing(instance, map, names);
        this.listers = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_LISTINGS), HazelcastCounterStore::lister);
        this.listers.allowCoreThreadTimeOut(true);
    }

    private static Thread lister(Runnable work) {
        Thread thread = new Thread(work, "guard-hazelcast-list");
        thread.setDaemon(true);
        return thread;
    }

    void close() {
        closed = true;
        listers.shutdown();
    }

    void requireOpen() {
        if (closed) {
            throw new GuardClosedException("backend " + source.backend());
        }
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        return called(() -> {
            List<Call> calls = calls(operations);
            CompletableFuture<?>[] done = new CompletableFuture<?>[calls.size()];
            for (int i = 0; i < done.length; i++) {
                done[i] = submit(calls.get(i));
            }
            return CompletableFuture.allOf(done).thenApply(all -> outcomes(operations.size(), calls));
        });
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        try {
            List<Call> calls = calls(operations);
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
            CompletableFuture<KeyPage> result = new CompletableFuture<>();
            listers.execute(() -> {
                try {
                    requireQuorum();
                    result.complete(listing.page(tenant, policy, cursor));
                } catch (RuntimeException | Error e) {
                    result.completeExceptionally(e);
                }
            });
            return result.orTimeout(timeoutNanos, TimeUnit.NANOSECONDS);
        });
    }

    /** Fails as a command would that reaches no owner in a majority, as far as this process knows. */
    private void requireQuorum() {
        int members = MemberContext.members(instance);
        if (members < quorum) {
            throw Reply.split(members + " of the cluster's members are known here, expected " + quorum
                    + " or more, the majority; nothing was asked");
        }
    }

    /** Asks every member that owns keys for its time. */
    CompletionStage<Void> ping() {
        return called(() -> {
            requireOpen();
            // First: Hazelcast gives out the keys when somebody asks who has them, and too few members have no backups.
            requireQuorum();
            Set<Member> asked = new HashSet<>();
            List<CompletableFuture<?>> answers = new ArrayList<>();
            for (String probe : listing.probes()) {
                Partition partition = instance.getPartitionService().getPartition(probe);
                Member owner = partition.getOwner();
                if (owner != null && asked.add(owner)) {
                    answers.add(send(probe, List.of())
                            .orTimeout(timeoutNanos, TimeUnit.NANOSECONDS)
                            .thenAccept(bytes ->
                                    time.told(Reply.decode(bytes, List.of()).memberMicros())));
                }
            }
            if (answers.isEmpty()) {
                throw new BackendUnavailableException(Reason.TOPOLOGY, "no member of the cluster owns any key");
            }
            return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
        });
    }

    // ─── Calls ──────────────────────────────────────────────────────────────────────────────────

    /** What is asked of one key, and where the answers belong. */
    private static final class Call {
        private final String name;

        /** Until when an answer is waited for: until the timeout, or until every caller has given up. */
        private Deadline end;

        private final List<CounterOperation> operations = new ArrayList<>(1);
        private final List<@Nullable SentPolicy> policies = new ArrayList<>(1);
        private final List<Integer> places = new ArrayList<>(1);
        private List<Outcome> outcomes = List.of();
        private boolean repeated;

        Call(String name, Deadline first) {
            this.name = name;
            this.end = first;
        }

        void add(CounterOperation operation, @Nullable SentPolicy policy, int place) {
            end = end.orLater(operation.deadline());
            operations.add(operation);
            policies.add(policy);
            places.add(place);
        }

        /** Ends the wait at the timeout. One that is over already lasts until then too, so that the owner says that it is late. */
        void endBy(Deadline timeout, long nanoTime) {
            end = end.hasPassed(nanoTime) ? timeout : timeout.orEarlier(end);
        }
    }

    private List<Call> calls(List<? extends CounterOperation> operations) {
        requireOpen();
        Map<Key, Call> open = operations.size() > 1 ? new LinkedHashMap<>() : Map.of();
        List<Call> calls = new ArrayList<>(1);
        for (int place = 0; place < operations.size(); place++) {
            CounterOperation operation = operations.get(place);
            SentPolicy policy = operation instanceof OfPolicy call ? sent(call.policy()) : null;
            if (operation instanceof Judged judged && policy != null) {
                policy.compiled().check(judged);
            }
            Call call = open.get(operation.key());
            if (call == null) {
                call = new Call(names.of(operation.key()), operation.deadline());
                calls.add(call);
                if (operations.size() > 1) {
                    open.put(operation.key(), call);
                }
            }
            call.add(operation, policy, place);
        }
        long now = time.nanoTime();
        Deadline timeout = Deadline.after(now, timeoutNanos);
        calls.forEach(call -> call.endBy(timeout, now));
        return calls;
    }

    private SentPolicy sent(Policy policy) {
        SentPolicy known = policies.get(policy);
        if (known == null) {
            known = SentPolicy.of(policy, source);
            // Policies that are made at every call must not fill the memory.
            if (policies.size() < MOST_POLICIES) {
                SentPolicy earlier = policies.putIfAbsent(policy, known);
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

    /** The operations with their deadlines as of now. */
    private List<Asked> asked(Call call) {
        List<Asked> asked = new ArrayList<>(call.operations.size());
        long left = left(call);
        for (int i = 0; i < call.operations.size(); i++) {
            CounterOperation operation = call.operations.get(i);
            asked.add(new Asked(operation, call.policies.get(i), time.ofMembers(operation.deadline(), left)));
        }
        return asked;
    }

    private long left(Call call) {
        return Math.max(0, call.end.remaining(time.nanoTime()));
    }

    /** Reads an answer. Whether the call is to be sent again: it came late by the clock, but not by ours. */
    private boolean isToBeRepeated(Call call, byte[] bytes, List<Asked> asked) {
        Reply reply = Reply.decode(bytes, asked);
        call.outcomes = reply.outcomes();
        boolean late = !call.repeated && isLateTooEarly(call);
        if (late) {
            time.retold(reply.memberMicros());
            call.repeated = true;
        } else if (time.injectedMicros() == ClusterTime.NOT_INJECTED) {
            time.told(reply.memberMicros());
        }
        return late;
    }

    private boolean isLateTooEarly(Call call) {
        long now = time.nanoTime();
        for (int i = 0; i < call.outcomes.size(); i++) {
            if (!(call.outcomes.get(i) instanceof Late)
                    || call.operations.get(i).deadline().remaining(now) <= 0) {
                return false;
            }
        }
        return time.injectedMicros() == ClusterTime.NOT_INJECTED;
    }

    // ─── Sending ────────────────────────────────────────────────────────────────────────────────

    private CompletableFuture<Void> submit(Call call) {
        List<Asked> asked = asked(call);
        return send(call.name, asked)
                .orTimeout(left(call), TimeUnit.NANOSECONDS)
                .thenCompose(bytes ->
                        isToBeRepeated(call, bytes, asked) ? submit(call) : CompletableFuture.completedFuture(null));
    }

    private void execute(Call call) {
        boolean again = true;
        while (again) {
            List<Asked> asked = asked(call);
            again = isToBeRepeated(call, awaited(send(call.name, asked), left(call)), asked);
        }
    }

    /** Waits for an answer, no longer than told and until the thread is interrupted. */
    private static byte[] awaited(CompletableFuture<byte[]> answer, long nanos) {
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HazelcastErrors.thrown(e);
        } catch (ExecutionException | TimeoutException e) {
            throw HazelcastErrors.thrown(e);
        }
    }

    /** Sends a command. The future completes on one of Hazelcast's threads, and may be given up. */
    private CompletableFuture<byte[]> send(String name, List<Asked> asked) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        if (inFlight.incrementAndGet() > MOST_IN_FLIGHT) {
            inFlight.decrementAndGet();
            throw new BackendUnavailableException(
                    Reason.OVERLOADED, "more than " + MOST_IN_FLIGHT + " calls wait for an answer; nothing was sent");
        }
        try {
            CommandProcessor command = new CommandProcessor(new Command(asked, quorum, time.injectedMicros()));
            invocations.send(name, command, (bytes, error) -> answered(answer, bytes, error));
        } catch (RuntimeException | Error e) {
            inFlight.decrementAndGet();
            throw e;
        }
        return answer;
    }

    private void answered(CompletableFuture<byte[]> answer, byte @Nullable [] bytes, @Nullable Throwable error) {
        inFlight.decrementAndGet();
        if (bytes != null) {
            answer.complete(bytes);
        } else {
            answer.completeExceptionally(
                    error == null
                            ? new BackendUnavailableException(Reason.PROTOCOL, "the member answered nothing")
                            : error);
        }
    }

    // ─── Errors ─────────────────────────────────────────────────────────────────────────────────

    /** The stage that a call returns; whatever goes wrong comes with it, in guard's words and unwrapped. */
    private <T> CompletionStage<T> called(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            var unused = call.get().whenComplete((value, error) -> {
                if (error != null) {
                    result.completeExceptionally(translated(error));
                } else {
                    result.complete(value);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(translated(e));
        }
        return result;
    }

    /** After the close an instance that is shut down is no surprise. */
    private Throwable translated(Throwable error) {
        Throwable translated = HazelcastErrors.translated(error);
        if (closed && translated instanceof BackendUnavailableException) {
            GuardClosedException closing = new GuardClosedException("backend " + source.backend());
            closing.addSuppressed(translated);
            return closing;
        }
        return translated;
    }

    private RuntimeException thrown(RuntimeException error) {
        return HazelcastErrors.thrown(translated(error));
    }
}
