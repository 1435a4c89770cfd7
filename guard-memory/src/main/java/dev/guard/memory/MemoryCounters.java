package dev.guard.memory;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.domain.counter.Step;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The counters of one policy in memory.
 *
 * <p>A call finds the key's cell and replaces its word or its state by a compare-and-set. It reads the state first and the
 * clock second: the clock is then never before the charge that made the state, and no later charge can come between, or the
 * compare-and-set fails and the call starts over. A key without a cell is judged from nothing, and its cell is added with
 * the charge in it; a denial adds none.
 */
final class MemoryCounters implements PolicyCounters {

    private final MemoryCounterStore store;
    private final KeyTable table;
    private final CompiledPolicy policy;
    private final boolean enforcesNothing;

    /** The rules by which new cells are packed; null where the policy's cells are not. Made anew when their range ends. */
    private volatile @Nullable Packing packing;

    MemoryCounters(MemoryCounterStore store, KeyTable table, CompiledPolicy policy) {
        this.store = store;
        this.table = table;
        this.policy = policy;
        this.enforcesNothing =
                policy.policy().isShadow() || policy.policy().limits().stream().allMatch(Limit::isShadow);
        this.packing = Packing.of(policy, store.clock.now());
    }

    @Override
    public Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline) {
        check(tenant);
        policy.checkAnonymousCost(cost);
        requireInTime(deadline);
        return acquire(tenant, subject, cost);
    }

    @Override
    public CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline) {
        return MemoryCounterStore.completed(() -> tryAcquire(tenant, subject, cost, deadline));
    }

    @Override
    public Decision peek(String tenant, String subject, long cost, Deadline deadline) {
        check(tenant);
        policy.checkCost(cost);
        requireInTime(deadline);
        return peek(tenant, subject, cost);
    }

    @Override
    public CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline) {
        return MemoryCounterStore.completed(() -> peek(tenant, subject, cost, deadline));
    }

    @Override
    public KeyCounter key(String tenant, String subject) {
        policy.policy().key(tenant, subject);
        return new BoundCounter(store.hashes.quick(tenant, subject), tenant, subject);
    }

    CompiledPolicy compiled() {
        return policy;
    }

    /** Takes permits that are never given back, at a cost that was checked. */
    Decision acquire(String tenant, String subject, long cost) {
        return acquire(store.hashes.quick(tenant, subject), tenant, subject, cost);
    }

    /** Asks for permits at a cost that was checked. */
    Decision peek(String tenant, String subject, long cost) {
        return peek(store.hashes.quick(tenant, subject), tenant, subject, cost);
    }

    /** What becomes of a decision on a key that the table has no room for. */
    Decision withoutRoom(Decision decision, long cost) {
        return enforcesNothing ? decision : denyForCapacity(cost, store.clock.now());
    }

    private Decision acquire(int hash, String tenant, String subject, long cost) {
        while (true) {
            Cell cell = table.glimpse(hash, tenant, subject);
            Decision decision = cell == null ? acquireUnknown(hash, tenant, subject, cost) : acquire(cell, cost);
            if (decision != null) {
                return decision;
            }
        }
    }

    /** The decision on a key's cell, or null where the cell is dead. */
    private @Nullable Decision acquire(Cell cell, long cost) {
        Packing rules = packing;
        while (true) {
            long word = cell.word();
            if (word < 0 || rules == null || cell.packing != rules) {
                return acquireUnpacked(cell, cost);
            }
            long now = store.clock.now();
            if (now > rules.last) {
                return acquireUnpacked(cell, cost);
            }
            long next = rules.acquire(word, now, cost);
            if (next == Packing.REFUSED) {
                return decision(rules, word, now, cost, false);
            }
            if (cell.replaceWord(word, next)) {
                return decision(rules, next, now, cost, true);
            }
        }
    }

    private @Nullable Decision acquireUnpacked(Cell cell, long cost) {
        cell.unpack(store.clock);
        if (cell.word() != Cell.UNPACKED) {
            awaitRemoval(cell);
            return null;
        }
        while (true) {
            CounterState state = cell.state();
            if (state == null) {
                awaitRemoval(cell);
                return null;
            }
            Step step = CounterModel.acquire(state, policy, cost, store.clock.now(), Long.MAX_VALUE);
            if (step.leaves(state)) {
                return (Decision) step.outcome();
            }
            if (cell.replaceState(state, step.state())) {
                return (Decision) step.outcome();
            }
        }
    }

    /** Judges a key that has no cell, and adds one if the call is allowed. Null where another call has just added one. */
    private @Nullable Decision acquireUnknown(int hash, String tenant, String subject, long cost) {
        if (table.find(hash, tenant, subject) != null) {
            return null;
        }
        long now = store.clock.now();
        Packing rules = packingAt(now);
        Cell cell;
        Decision decision;
        if (rules != null) {
            long word = rules.acquire(0, now, cost);
            if (word == Packing.REFUSED) {
                return decision(rules, 0, now, cost, false);
            }
            cell = Cell.packed(tenant, subject, hash, rules, word);
            decision = decision(rules, word, now, cost, true);
        } else {
            Step step = CounterModel.acquire(CounterState.ABSENT, policy, cost, now, Long.MAX_VALUE);
            decision = (Decision) step.outcome();
            if (step.state().isAbsent()) {
                return decision;
            }
            cell = Cell.unpacked(tenant, subject, hash, step.state());
        }
        Cell current = table.addIfAbsent(cell);
        if (current == null) {
            return withoutRoom(decision, cost);
        }
        return current == cell ? decision : null;
    }

    private Decision peek(int hash, String tenant, String subject, long cost) {
        CounterState state = state(hash, tenant, subject);
        return (Decision) CounterModel.peek(state, policy, cost, store.clock.now(), Long.MAX_VALUE)
                .outcome();
    }

    private CounterState state(int hash, String tenant, String subject) {
        while (true) {
            Cell cell = table.glimpse(hash, tenant, subject);
            if (cell == null) {
                cell = table.find(hash, tenant, subject);
            }
            if (cell == null) {
                return CounterState.ABSENT;
            }
            CounterState state = cell.peek(store.clock);
            if (state != null) {
                return state;
            }
            awaitRemoval(cell);
        }
    }

    private Decision decision(Packing rules, long word, long now, long cost, boolean allowed) {
        return CounterModel.ofOnlyLimit(policy, rules.x(word, now), rules.y(word, now), now, cost, allowed);
    }

    private Denied denyForCapacity(long cost, long now) {
        return Denied.forCapacity(
                policy.policy(),
                policy.source(),
                cost,
                Math.max(1, table.nextExpiry() - now),
                policy.policy().version(),
                now);
    }

    private @Nullable Packing packingAt(long now) {
        Packing rules = packing;
        if (rules != null && now > rules.last) {
            rules = Packing.of(policy, now);
            packing = rules;
        }
        return rules;
    }

    /** Returns when a dead cell has left the table: whoever ended it holds the stripe's lock until it has. */
    private void awaitRemoval(Cell cell) {
        table.find(cell.hash, cell.tenant, cell.subject);
    }

    private void check(String tenant) {
        store.requireOpen();
        if (tenant.isEmpty()) {
            throw new InvalidArgumentException("tenant is empty, expected a name");
        }
    }

    private static void requireInTime(Deadline deadline) {
        if (MemoryCounterStore.isLate(deadline)) {
            throw new BackendUnavailableException(
                    BackendUnavailableException.Reason.LATE, "the call came after its deadline; nothing was charged");
        }
    }

    /** One key's counter, which keeps the cell at hand while it lives. */
    private final class BoundCounter implements KeyCounter {
        private final int hash;
        private final String tenant;
        private final String subject;

        /** Any cell of the key that was ever found; a stale one is noticed by its word. Threads may race on it. */
        private @Nullable Cell cell;

        BoundCounter(int hash, String tenant, String subject) {
            this.hash = hash;
            this.tenant = tenant;
            this.subject = subject;
        }

        @Override
        public boolean tryAcquire(long cost, Deadline deadline) {
            store.requireOpen();
            policy.checkAnonymousCost(cost);
            requireInTime(deadline);
            Cell known = cell;
            Packing rules = packing;
            if (known != null && rules != null && known.packing == rules) {
                for (long word = known.word(); word >= 0; word = known.word()) {
                    long now = store.clock.now();
                    if (now > rules.last) {
                        break;
                    }
                    long next = rules.acquire(word, now, cost);
                    if (next == Packing.REFUSED) {
                        return false;
                    }
                    if (known.replaceWord(word, next)) {
                        return true;
                    }
                }
            }
            return acquire(cost).allowed();
        }

        @Override
        public Decision decide(long cost, Deadline deadline) {
            store.requireOpen();
            policy.checkAnonymousCost(cost);
            requireInTime(deadline);
            return acquire(cost);
        }

        private Decision acquire(long cost) {
            Cell known = cell;
            if (known != null) {
                Decision decision = MemoryCounters.this.acquire(known, cost);
                if (decision != null) {
                    return decision;
                }
            }
            Decision decision = MemoryCounters.this.acquire(hash, tenant, subject, cost);
            cell = table.glimpse(hash, tenant, subject);
            return decision;
        }
    }
}
