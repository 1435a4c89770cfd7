package dev.guard.domain.counter;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Carry;
import dev.guard.domain.Decision;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The reference of all counting: {@code (state, operation, time) → (state, outcome)}. Pure; every backend gives these
 * answers, and the test kit compares them with these.
 *
 * <p>One step goes: check the arguments; refuse what comes after its deadline; take as the time the later of the store's
 * and the state's, so that time never runs backwards for a key; bring the state to that time; reconcile the policy's
 * version with the state's; ask every limit; charge all of them or none. A denial, a peek and a late call leave the very
 * state that was given.
 *
 * <h2>Versions</h2>
 *
 * <p>Limits of two versions match when they stand at the same position and count by the same algorithm. A newer command
 * converts what it finds in the way that its policy's {@link Carry} says, but for limits that are initial or whose numbers
 * did not change, which stay as they are, and limits without a match, which start initial; other numbers under one version
 * are converted as {@link Carry#AS_IS}. A conversion is kept only when the call is allowed.
 *
 * <p>A command older than the state is judged by the state's own limits, in the state's numbers, and converts nothing. For
 * limits that match this is the same as judging it on a view converted {@code AS_IS}, since its cost never exceeds its own
 * capacity, but the waits it is told are the true ones. For limits that do not match it is what keeps the promise of
 * one reset: on a view alone, callers of an older version would find a fresh limit at each call, and pass without bound
 * while a rollout that changes an algorithm is under way.
 */
public final class CounterModel {

    private CounterModel() {}

    /**
     * Takes {@code cost} permits of all limits, or none.
     *
     * @param stored what the store holds of the key
     * @param policy the policy to judge by
     * @param cost the permits asked for, 1 to the smallest capacity
     * @param storeTime the store's time in microseconds since the epoch
     * @param deadline the last moment, in the store's time, at which this may happen; {@link Long#MAX_VALUE} for none
     * @throws InvalidArgumentException if the cost is out of range
     */
    public static Step acquire(CounterState stored, CompiledPolicy policy, long cost, long storeTime, long deadline) {
        return judge(stored, policy, cost, storeTime, deadline, true);
    }

    /** Answers what {@link #acquire} would, with the remaining permits as they stand, and changes nothing. */
    public static Step peek(CounterState stored, CompiledPolicy policy, long cost, long storeTime, long deadline) {
        return judge(stored, policy, cost, storeTime, deadline, false);
    }

    /**
     * The decision of a policy's only limit, read from the limit's state. The wait, the reset and the rest follow from
     * the state in this one place, also for a backend that judges such a policy without the model.
     *
     * @param policy a policy of one limit, neither of them in shadow
     * @param x the first word of the limit's {@link LimitState}, advanced to {@code now}, after the charge if there was one
     * @param y the second word of it
     * @param now the time of the decision, in microseconds since the epoch
     * @param cost the permits asked for
     * @param allowed whether the call is allowed
     */
    public static Decision ofOnlyLimit(CompiledPolicy policy, long x, long y, long now, long cost, boolean allowed) {
        LimitNumbers numbers = policy.numbers(0);
        CounterAlgorithm algorithm = CounterAlgorithm.of(numbers.algorithm());
        return Decision.ofOnlyLimit(
                policy.policy(),
                policy.source(),
                allowed,
                cost,
                algorithm.remaining(numbers, x, y, now),
                allowed ? 0 : algorithm.retryAfter(numbers, x, y, now, cost),
                algorithm.resetAfter(numbers, x, y, now),
                algorithm.nextAfter(numbers, x, y, now));
    }

    private static Step judge(
            CounterState stored, CompiledPolicy compiled, long cost, long storeTime, long deadline, boolean charge) {
        compiled.checkCost(cost);
        if (storeTime > deadline) {
            return new Step(stored, new Late(storeTime));
        }
        Policy policy = compiled.policy();
        long now = Math.max(storeTime, stored.time());
        CounterState current = stored.advancedTo(now);
        boolean older = isOlder(policy, current);
        List<LimitSlot> slots = older ? current.slots() : reconciled(current, policy, now);

        boolean[] admits = admissions(policy, slots, now, cost);
        boolean allowed = allows(policy, admits) && allows(slots, now, cost);
        if (!allowed || !charge) {
            return new Step(stored, decision(compiled, current, slots, admits, allowed, now, cost));
        }
        List<LimitSlot> charged = charged(slots, now, cost);
        CounterState next = new CounterState(older ? current.version() : policy.version(), now, charged);
        return new Step(next.orAbsent(), decision(compiled, next, charged, admits, true, now, cost));
    }

    private static boolean isOlder(Policy policy, CounterState state) {
        return policy.version() < state.version();
    }

    /** How a policy that is as new as the state or newer converts it. */
    private static Carry carry(Policy policy, CounterState state) {
        return policy.version() > state.version() ? policy.carry() : Carry.AS_IS;
    }

    /** What each limit of the policy says for itself. */
    private static boolean[] admissions(Policy policy, List<LimitSlot> slots, long now, long cost) {
        boolean[] admits = new boolean[policy.limits().size()];
        for (int i = 0; i < admits.length; i++) {
            Limit limit = policy.limits().get(i);
            admits[i] = cost <= limit.capacity() && counted(slots, i, limit).admits(now, cost);
        }
        return admits;
    }

    private static boolean allows(Policy policy, boolean[] admits) {
        for (int i = 0; i < admits.length; i++) {
            if (!admits[i] && !policy.limits().get(i).isShadow()) {
                return false;
            }
        }
        return true;
    }

    private static boolean allows(List<LimitSlot> slots, long now, long cost) {
        for (LimitSlot slot : slots) {
            if (!slot.shadow() && !slot.admits(now, cost)) {
                return false;
            }
        }
        return true;
    }

    private static List<LimitSlot> charged(List<LimitSlot> slots, long now, long cost) {
        List<LimitSlot> charged = new ArrayList<>(slots.size());
        for (LimitSlot slot : slots) {
            charged.add(slot.shadow() && !slot.admits(now, cost) ? slot : slot.charged(now, cost));
        }
        return charged;
    }

    /** The state's limits in the numbers of a policy that is as new or newer. */
    private static List<LimitSlot> reconciled(CounterState current, Policy policy, long now) {
        Carry carry = carry(policy, current);
        List<LimitSlot> reconciled = new ArrayList<>(policy.limits().size());
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit limit = policy.limits().get(i);
            reconciled.add(
                    matches(current.slots(), i, limit)
                            ? converted(current.slots().get(i), limit, carry, now)
                            : LimitSlot.initial(limit));
        }
        return reconciled;
    }

    private static LimitSlot converted(LimitSlot from, Limit limit, Carry carry, long now) {
        LimitNumbers to = limit.numbers();
        if (carry == Carry.RESET || from.isInitial()) {
            return LimitSlot.initial(limit);
        }
        if (to.equals(from.numbers())) {
            return new LimitSlot(to, limit.isShadow(), from.state());
        }
        long available = Math.max(-to.maxDebt(), carried(from, to, carry, now));
        LimitState state = from.algorithm().carried(to, from.numbers(), from.state(), now, available);
        return new LimitSlot(to, limit.isShadow(), state).advanced(now, now);
    }

    private static long carried(LimitSlot from, LimitNumbers to, Carry carry, long now) {
        long available = from.available(now);
        long capacity = from.numbers().capacity();
        return switch (carry) {
            case AS_IS -> Math.min(available, to.capacity());
            case ADDITIVE -> Math.min(available + to.capacity() - capacity, to.capacity());
            case PROPORTIONAL -> floorOfProduct(available, to.capacity(), capacity);
            case RESET -> throw new AssertionError("a reset carries nothing");
        };
    }

    /** {@code floor(a · b / c)}, exact; c is above 0, as a limit of 0 permits is initial whenever it is looked at. */
    private static long floorOfProduct(long a, long b, long c) {
        BigInteger[] quotient =
                BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).divideAndRemainder(BigInteger.valueOf(c));
        return quotient[0].longValueExact() - (quotient[1].signum() < 0 ? 1 : 0);
    }

    private static boolean matches(List<LimitSlot> slots, int index, Limit limit) {
        return index < slots.size() && slots.get(index).numbers().algorithm() == limit.algorithm();
    }

    /** The state that a limit of the policy is judged by: its match, or a fresh one. */
    private static LimitSlot counted(List<LimitSlot> slots, int index, Limit limit) {
        return matches(slots, index, limit) ? slots.get(index) : LimitSlot.initial(limit);
    }

    /** The decision; {@code kept} is what the store holds from now on, and {@code slots} what was judged. */
    private static Decision decision(
            CompiledPolicy compiled,
            CounterState kept,
            List<LimitSlot> slots,
            boolean[] admits,
            boolean allowed,
            long now,
            long cost) {
        Policy policy = compiled.policy();
        if (compiled.isSimple() && isKept(kept, slots) && slots.get(0).numbers().equals(compiled.numbers(0))) {
            LimitState state = slots.get(0).state();
            return ofOnlyLimit(compiled, state.x(), state.y(), now, cost, allowed);
        }
        List<LimitStatus> statuses = new ArrayList<>(admits.length);
        for (int i = 0; i < admits.length; i++) {
            statuses.add(status(policy, kept, slots, i, admits[i], now, cost));
        }
        for (int i = 0; i < slots.size(); i++) {
            if (!slots.get(i).shadow() && !isReported(policy, slots, i)) {
                tighten(policy, statuses, unreported(slots, i, allowed, now, cost));
            }
        }
        return Decision.of(policy, compiled.source(), allowed || policy.isShadow(), cost, statuses);
    }

    /** Whether the store holds what was judged, in the same numbers, or nothing; then one limit's decision is in its state. */
    private static boolean isKept(CounterState kept, List<LimitSlot> slots) {
        return slots.size() == 1 && (kept.isAbsent() || kept.slots().equals(slots));
    }

    private static LimitStatus status(
            Policy policy, CounterState kept, List<LimitSlot> slots, int index, boolean admits, long now, long cost) {
        Limit limit = policy.limits().get(index);
        LimitSlot slot = counted(slots, index, limit);
        long remaining = Math.min(slot.remaining(now), limit.capacity());
        return new LimitStatus(
                policy.limitName(index),
                limit.capacity(),
                limit.numbers().period(),
                remaining,
                admits ? 0 : retryAfter(policy, kept, slot, index, now, cost),
                slot.resetAfter(now),
                remaining == limit.capacity() ? 0 : slot.nextAfter(now),
                admits,
                !limit.isShadow() && !policy.isShadow());
    }

    /** Whether a limit of the state is one that the policy enforces as well, and so speaks of. */
    private static boolean isReported(Policy policy, List<LimitSlot> slots, int index) {
        return index < policy.limits().size()
                && matches(slots, index, policy.limits().get(index))
                && !policy.limits().get(index).isShadow();
    }

    private static long retryAfter(Policy policy, CounterState kept, LimitSlot slot, int index, long now, long cost) {
        Limit limit = policy.limits().get(index);
        if (cost > limit.capacity()) {
            return Micros.NEVER;
        }
        if (isOlder(policy, kept)) {
            return waitFor(kept.slots(), slot, now, cost);
        }
        boolean converts = matches(kept.slots(), index, limit)
                && !kept.slots().get(index).numbers().equals(limit.numbers());
        return converts
                ? waitToConvert(kept.slots().get(index), limit.numbers(), carry(policy, kept), now, cost)
                : slot.retryAfter(now, cost);
    }

    /**
     * The wait until a limit that is still counted in other numbers admits a cost. A denial converts nothing, so it is in
     * those numbers that permits return, until there are enough of them for what becomes of them to cover the cost.
     */
    private static long waitToConvert(LimitSlot from, LimitNumbers to, Carry carry, long now, long cost) {
        long capacity = from.numbers().capacity();
        long enough = switch (carry) {
            case AS_IS -> cost;
            case ADDITIVE -> cost + capacity - to.capacity();
            case PROPORTIONAL -> -floorOfProduct(-cost, capacity, to.capacity());
            case RESET -> throw new AssertionError("a reset admits every cost up to the capacity");
        };
        // What is full starts initial, and then admits every cost up to the capacity.
        long wait = from.algorithm()
                .waitFor(from.numbers(), from.state().x(), from.state().y(), now, Math.min(enough, capacity));
        return to.algorithm() == Algorithm.FIXED ? Math.min(wait, from.state().y() + to.period() - now) : wait;
    }

    /** The wait until a limit of the state admits a cost that the policy may ask for: at the latest when the state is gone. */
    private static long waitFor(List<LimitSlot> slots, LimitSlot slot, long now, long cost) {
        if (cost <= slot.numbers().capacity()) {
            return slot.retryAfter(now, cost);
        }
        long wait = 0;
        for (LimitSlot other : slots) {
            wait = Math.max(wait, other.resetAfter(now));
        }
        return wait;
    }

    /** What a newer version's limit says that an older policy has no name for, nor a capacity. */
    private static LimitStatus unreported(List<LimitSlot> slots, int index, boolean allowed, long now, long cost) {
        LimitSlot slot = slots.get(index);
        boolean admits = allowed || slot.admits(now, cost);
        return new LimitStatus(
                "",
                slot.numbers().capacity(),
                slot.numbers().period(),
                slot.remaining(now),
                admits ? 0 : waitFor(slots, slot, now, cost),
                slot.resetAfter(now),
                slot.nextAfter(now),
                admits,
                true);
    }

    /** Lets the first enforced limit of an older policy answer for a limit that the policy does not have. */
    private static void tighten(Policy policy, List<LimitStatus> statuses, LimitStatus other) {
        int index = 0;
        while (index < statuses.size() - 1 && !statuses.get(index).enforced()) {
            index++;
        }
        index = statuses.get(index).enforced() ? index : 0;
        LimitStatus own = statuses.get(index);
        boolean joins = own.enforced() || policy.isShadow();
        long remaining = Math.min(own.remaining(), other.remaining());
        long next = Math.max(
                own.remaining() == remaining ? own.nextAfterMicros() : 0,
                other.remaining() == remaining ? other.nextAfterMicros() : 0);
        statuses.set(
                index,
                new LimitStatus(
                        own.name(),
                        own.capacity(),
                        own.windowMicros(),
                        remaining,
                        joins ? Math.max(own.retryAfterMicros(), other.retryAfterMicros()) : other.retryAfterMicros(),
                        Math.max(own.resetAfterMicros(), other.resetAfterMicros()),
                        next,
                        (own.admits() || !joins) && other.admits(),
                        !policy.isShadow()));
    }
}
