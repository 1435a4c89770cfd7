package dev.guard.api;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A store that remembers denials for a moment, and denies again without asking the store behind it: who is over a limit and
 * comes back at once costs no round trip.
 *
 * <p><b>What is remembered.</b> A denial for the reason {@code LIMIT} or {@code BLOCKED} denies every call on the same key under
 * an equal policy (its version with it) that asks for as much or more, from when it was sent until its wait or the memo's
 * life is over, whichever comes first. The wait of a limit only ends early when somebody gives permits back, so that the store
 * would have denied too. It is not so with slots, which come back all the time, and with room in a table; these denials are not
 * remembered. Nothing that is allowed ever is, and a peek always asks the store: who peeks wants to know how things stand.
 *
 * <p><b>What ends it early.</b> Whatever else this guard does on the key, such as a refund, a reset or a call under another
 * policy of the name, drops its memo before and after it is done. A denial that was under way meanwhile is not kept: each
 * operation of that kind moves the generation of the key's stripe on, and a denial is kept only if the generation has not moved
 * since before it was sent. What other processes give back, and a reservation that lapses, is noticed when the memo's life
 * is over at the latest.
 *
 * <p><b>What it answers.</b> The denial itself with waits shorter by what has gone by, under the cost of this call. What remains is
 * what remained when the store was asked. As the time counts from when the question was sent, the waits may be shorter than the
 * store's by the time that question travelled, and are never longer.
 *
 * <p><b>Bounds.</b> A table of {@value #SLOTS} places, one for each hash: a denial takes the place of another one. What is lost
 * so costs a round trip and nothing else, and memory does not grow with the number of keys. A command of several operations
 * is passed on as it is.
 */
final class DenialMemo implements CounterStore {

    /** The most denials that are remembered; a power of two. */
    static final int SLOTS = 1 << 14;

    private static final int STRIPES = 1 << 10;

    private final CounterStore store;
    private final Ticker ticker;
    private final long life;
    private final AtomicReferenceArray<@Nullable Memo> slots = new AtomicReferenceArray<>(SLOTS);
    private final AtomicLongArray generations = new AtomicLongArray(STRIPES);

    /** Remembers denials of the store, each for at most {@code life} microseconds. */
    DenialMemo(CounterStore store, long life, Ticker ticker) {
        this.store = store;
        this.life = life;
        this.ticker = ticker;
    }

    /**
     * A denial and whom it holds for.
     *
     * @param sent when its question was sent, by the ticker
     * @param until when it ends, by the ticker
     */
    private record Memo(String tenant, String subject, CompiledPolicy compiled, Denied denied, long sent, long until) {

        boolean isOf(String otherTenant, String policy, String otherSubject) {
            return subject.equals(otherSubject)
                    && tenant.equals(otherTenant)
                    && compiled.policy().name().equals(policy);
        }

        boolean isUnder(Policy policy) {
            return compiled.policy().equals(policy);
        }
    }

    @Override
    public List<Outcome> execute(List<? extends CounterOperation> operations) {
        Denied known = known(operations);
        if (known != null) {
            return List.of(known);
        }
        long sent = ticker.nanos();
        long generation = before(operations);
        try {
            List<Outcome> outcomes = store.execute(operations);
            note(operations, outcomes, sent, generation);
            return outcomes;
        } finally {
            after(operations);
        }
    }

    @Override
    public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
        Denied known;
        try {
            known = known(operations);
        } catch (InvalidArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (known != null) {
            return CompletableFuture.completedFuture(List.of(known));
        }
        long sent = ticker.nanos();
        long generation = before(operations);
        CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();
        var unused = Futures.called(() -> store.submit(operations)).whenComplete((outcomes, error) -> {
            if (outcomes != null) {
                note(operations, outcomes, sent, generation);
            }
            after(operations);
            if (outcomes != null) {
                answer.complete(outcomes);
            } else {
                answer.completeExceptionally(Futures.unwrapped(error));
            }
        });
        return answer;
    }

    @Override
    public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
        return store.submitList(tenant, policy, cursor);
    }

    @Override
    public KeyPage list(String tenant, String policy, String cursor) {
        return store.list(tenant, policy, cursor);
    }

    @Override
    public PolicyCounters counters(Policy policy) {
        return new Counters(store.counters(policy), policy);
    }

    /** How many denials are remembered, those included that are over. */
    int size() {
        int size = 0;
        for (int i = 0; i < SLOTS; i++) {
            size += slots.get(i) == null ? 0 : 1;
        }
        return size;
    }

    private @Nullable Denied known(List<? extends CounterOperation> operations) {
        if (operations.size() != 1 || !(operations.get(0) instanceof Judged judged) || judged instanceof Peek) {
            return null;
        }
        Key key = judged.key();
        if (judged instanceof AcquireAtMost) {
            // As much as there is: denied like a call for one permit, and only then.
            return known(key.tenant(), key.subject(), judged.policy(), 1, judged.deadline());
        }
        return known(key.tenant(), key.subject(), judged.policy(), judged.cost(), judged.deadline());
    }

    /**
     * The denial that holds for a call; null where the store is to be asked.
     *
     * @throws InvalidArgumentException if the cost is one that is never admitted
     */
    private @Nullable Denied known(String tenant, String subject, Policy policy, long cost, Deadline deadline) {
        Memo memo = slots.get(slot(tenant, policy.name(), subject));
        if (memo == null
                || !memo.isOf(tenant, policy.name(), subject)
                || !memo.isUnder(policy)
                || cost < memo.denied().cost()
                || (!deadline.isNone() && deadline.remaining(System.nanoTime()) < 0)) {
            return null;
        }
        memo.compiled().checkCost(cost);
        long now = ticker.nanos();
        return now < memo.until() ? Restated.denial(memo.denied(), policy, cost, (now - memo.sent()) / 1_000) : null;
    }

    /** Before a command is sent: drops what it may make untrue, and returns the generation for what it may teach. */
    private long before(List<? extends CounterOperation> operations) {
        after(operations);
        return operations.size() == 1 ? generation(operations.get(0).key()) : 0;
    }

    /** After a command was run, or may have been. */
    private void after(List<? extends CounterOperation> operations) {
        for (CounterOperation operation : operations) {
            if (!(operation instanceof Judged)) {
                drop(operation.key());
            }
        }
    }

    private void note(List<? extends CounterOperation> operations, List<Outcome> outcomes, long sent, long generation) {
        for (int i = 0; i < operations.size(); i++) {
            if (operations.get(i) instanceof Judged judged
                    && !(judged instanceof Peek)
                    && outcomes.get(i) instanceof Decision decision) {
                Key key = judged.key();
                note(key.tenant(), key.subject(), judged.policy(), decision, sent, generation, operations.size() == 1);
            }
        }
    }

    private void note(
            String tenant,
            String subject,
            Policy policy,
            Decision decision,
            long sent,
            long generation,
            boolean remembers) {
        int slot = slot(tenant, policy.name(), subject);
        Memo old = slots.get(slot);
        if (old != null && old.isOf(tenant, policy.name(), subject) && !old.isUnder(policy)) {
            drop(new Key(tenant, policy.name(), subject));
            return;
        }
        if (!remembers || !(decision instanceof Denied denied) || !isRemembered(denied, policy)) {
            return;
        }
        long lasts = Math.min(denied.retryAfterMicros(), Math.min(unanswered(policy), life)) * 1_000;
        Memo memo = new Memo(tenant, subject, CompiledPolicy.of(policy, denied.source()), denied, sent, sent + lasts);
        int stripe = stripe(tenant, policy.name(), subject);
        if (generations.get(stripe) == generation) {
            slots.set(slot, memo);
            if (generations.get(stripe) != generation) {
                slots.compareAndSet(slot, memo, null);
            }
        }
    }

    /** Of a policy that blocks on excess, a block's length is known from the denial that began it, and not from a later one. */
    private static boolean isRemembered(Denied denied, Policy policy) {
        return switch (denied.reason()) {
            case LIMIT -> true;
            case BLOCKED -> policy.blockOnExcessMicros() == 0;
            case CONCURRENCY, CAPACITY -> false;
        };
    }

    /**
     * How long a denial may go unanswered by the store. A policy that blocks on excess has to hear of the first call after a block,
     * which may begin the next one: without it, a call would pass that the store alone denies.
     */
    private static long unanswered(Policy policy) {
        return policy.blockOnExcessMicros() == 0 ? Long.MAX_VALUE : policy.blockOnExcessMicros();
    }

    private void drop(Key key) {
        generations.incrementAndGet(stripe(key.tenant(), key.policy(), key.subject()));
        int slot = slot(key.tenant(), key.policy(), key.subject());
        Memo memo = slots.get(slot);
        if (memo != null && memo.isOf(key.tenant(), key.policy(), key.subject())) {
            slots.compareAndSet(slot, memo, null);
        }
    }

    private long generation(Key key) {
        return generations.get(stripe(key.tenant(), key.policy(), key.subject()));
    }

    private static int slot(String tenant, String policy, String subject) {
        return hash(tenant, policy, subject) & (SLOTS - 1);
    }

    private static int stripe(String tenant, String policy, String subject) {
        return hash(tenant, policy, subject) & (STRIPES - 1);
    }

    private static int hash(String tenant, String policy, String subject) {
        int hash = ((subject.hashCode() * 31) + tenant.hashCode()) * 31 + policy.hashCode();
        return hash ^ (hash >>> 16);
    }

    /** The counters of one policy, behind the memo. */
    private final class Counters implements PolicyCounters {
        private final PolicyCounters counters;
        private final Policy policy;

        Counters(PolicyCounters counters, Policy policy) {
            this.counters = counters;
            this.policy = policy;
        }

        @Override
        public Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline) {
            Denied known = known(tenant, subject, policy, cost, deadline);
            if (known != null) {
                return known;
            }
            long sent = ticker.nanos();
            long generation = generations.get(stripe(tenant, policy.name(), subject));
            Decision decision = counters.tryAcquire(tenant, subject, cost, deadline);
            note(tenant, subject, policy, decision, sent, generation, true);
            return decision;
        }

        @Override
        public CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline) {
            Denied known;
            try {
                known = known(tenant, subject, policy, cost, deadline);
            } catch (InvalidArgumentException e) {
                return CompletableFuture.failedFuture(e);
            }
            if (known != null) {
                return CompletableFuture.completedFuture(known);
            }
            long sent = ticker.nanos();
            long generation = generations.get(stripe(tenant, policy.name(), subject));
            return Futures.mapped(counters.tryAcquireAsync(tenant, subject, cost, deadline), decision -> {
                note(tenant, subject, policy, decision, sent, generation, true);
                return decision;
            });
        }

        @Override
        public Decision peek(String tenant, String subject, long cost, Deadline deadline) {
            return counters.peek(tenant, subject, cost, deadline);
        }

        @Override
        public CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline) {
            return counters.peekAsync(tenant, subject, cost, deadline);
        }

        @Override
        public KeyCounter key(String tenant, String subject) {
            return new KeyMemo(counters.key(tenant, subject), policy, tenant, subject);
        }
    }

    /** The counter of one key, behind the memo. It always asks for the whole decision, which tells how long it holds. */
    private final class KeyMemo implements KeyCounter {
        private final KeyCounter counter;
        private final Policy policy;
        private final String tenant;
        private final String subject;

        KeyMemo(KeyCounter counter, Policy policy, String tenant, String subject) {
            this.counter = counter;
            this.policy = policy;
            this.tenant = tenant;
            this.subject = subject;
        }

        @Override
        public boolean tryAcquire(long cost, Deadline deadline) {
            return decide(cost, deadline).allowed();
        }

        @Override
        public Decision decide(long cost, Deadline deadline) {
            Denied known = known(tenant, subject, policy, cost, deadline);
            if (known != null) {
                return known;
            }
            long sent = ticker.nanos();
            long generation = generations.get(stripe(tenant, policy.name(), subject));
            Decision decision = counter.decide(cost, deadline);
            note(tenant, subject, policy, decision, sent, generation, true);
            return decision;
        }
    }
}
