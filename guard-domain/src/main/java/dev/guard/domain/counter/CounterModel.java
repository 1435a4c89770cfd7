package dev.guard.domain.counter;

import dev.guard.domain.Carry;
import dev.guard.domain.Decision;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
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
 * version with the state's; ask every limit; charge all of them or none. A peek, a late call, and a denial under the state's
 * own version leave the very state that was given.
 *
 * <h2>Versions</h2>
 *
 * <p>Limits of two versions match when they stand at the same position and count by the same algorithm. The first call of a
 * newer version converts what it finds in the way that its policy's {@link Carry} says, but for limits that are initial or
 * whose numbers did not change, which stay as they are, and limits without a match, which start initial. A denial converts
 * as well, so that the wait that it tells, which is one in the new numbers, is true. Other numbers under one version are
 * judged on a view converted {@link Carry#AS_IS}, which is kept when the call is allowed, and which never has more permits
 * available than the limit at the same place had: what counts by another algorithm, or in a window that the other numbers
 * end, stays used.
 *
 * <p>A command older than the state is judged by the state's limits, in the state's numbers, and converts nothing: the newest
 * version that a key has seen is the one that holds. Otherwise callers of an older version would find a fresh limit at
 * each call, and pass without bound, while a rollout that changes an algorithm is under way. Only a policy that enforces a
 * limit of 0 speaks for itself in any version: it always denies, and no wait is of use.
 *
 * <p>For the same reason a conversion holds at least until what was converted would have been absent. Were it forgotten as
 * soon as its limits are initial, which a conversion may leave them, the older version would start afresh before its
 * time, and two clients that take turns would pass without bound again.
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
        return Decision.ofFigures(policy.onlyLimit(), allowed, cost, x, y, now);
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
        boolean older = policy.version() < current.version() && !compiled.alwaysDenies();
        boolean converts = charge && policy.version() > current.version() && !current.isAbsent();
        long heldUntil = converts ? stored.expiresAt() : current.heldUntil();
        CounterState judged =
                older ? current : new CounterState(policy.version(), now, heldUntil, reconciled(current, policy, now));

        boolean[] admits = new boolean[judged.slots().size()];
        boolean allowed = true;
        for (int i = 0; i < admits.length; i++) {
            LimitSlot slot = judged.slots().get(i);
            admits[i] = slot.admits(now, cost);
            allowed &= admits[i] || slot.shadow();
        }
        if (allowed && charge) {
            CounterState charged = charged(judged, admits, cost);
            return new Step(charged.orAbsent(), decision(compiled, charged, admits, true, older, cost));
        }
        return new Step(converts ? judged : stored, decision(compiled, judged, admits, allowed, older, cost));
    }

    private static CounterState charged(CounterState state, boolean[] admits, long cost) {
        List<LimitSlot> charged = new ArrayList<>(admits.length);
        for (int i = 0; i < admits.length; i++) {
            LimitSlot slot = state.slots().get(i);
            charged.add(admits[i] ? slot.charged(state.time(), cost) : slot);
        }
        return new CounterState(state.version(), state.time(), state.heldUntil(), charged);
    }

    /** The state's limits in the numbers of a policy that is as new or newer. */
    private static List<LimitSlot> reconciled(CounterState current, Policy policy, long now) {
        Carry carry = policy.version() > current.version() ? policy.carry() : Carry.AS_IS;
        List<LimitSlot> reconciled = new ArrayList<>(policy.limits().size());
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit limit = policy.limits().get(i);
            LimitSlot slot = matches(current.slots(), i, limit)
                    ? converted(current.slots().get(i), limit, carry, now)
                    : LimitSlot.initial(limit);
            boolean sameVersion =
                    policy.version() == current.version() && i < current.slots().size();
            reconciled.add(sameVersion ? withoutGain(slot, current.slots().get(i), limit, now) : slot);
        }
        return reconciled;
    }

    /** The slot, or one that counts as used what the conversion would have forgotten without a version that says so. */
    private static LimitSlot withoutGain(LimitSlot slot, LimitSlot from, Limit limit, long now) {
        long available = from.available(now);
        boolean gains = !from.isInitial() && limit.capacity() > 0 && slot.available(now) > available;
        return gains ? LimitSlot.initial(limit).charged(now, limit.capacity() - available) : slot;
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

    /** What the limits of a state say, as of its time. */
    private static Decision decision(
            CompiledPolicy compiled, CounterState state, boolean[] admits, boolean allowed, boolean older, long cost) {
        Policy policy = compiled.policy();
        List<LimitSlot> slots = state.slots();
        long now = state.time();
        if (compiled.isSimple()
                && slots.size() == 1
                && isOf(slots.get(0), policy.limits().get(0))) {
            LimitState only = slots.get(0).state();
            return ofOnlyLimit(compiled, only.x(), only.y(), now, cost, allowed);
        }
        List<LimitStatus> statuses = new ArrayList<>(slots.size());
        for (int i = 0; i < admits.length; i++) {
            LimitSlot slot = slots.get(i);
            // An older version may ask for more than a newer one ever admits: for that, the state has to be gone.
            boolean outlasts = older && cost > slot.numbers().capacity();
            long retryAfter = outlasts ? state.expiresAt() - now : slot.retryAfter(now, cost);
            statuses.add(new LimitStatus(
                    name(policy, slots, i),
                    slot.numbers().capacity(),
                    slot.numbers().period(),
                    slot.remaining(now),
                    admits[i] ? 0 : retryAfter,
                    slot.resetAfter(now),
                    slot.nextAfter(now),
                    admits[i],
                    !slot.shadow() && !policy.isShadow()));
        }
        return Decision.of(policy, compiled.source(), allowed || policy.isShadow(), cost, statuses);
    }

    private static boolean isOf(LimitSlot slot, Limit limit) {
        return slot.numbers().equals(limit.numbers()) && slot.shadow() == limit.isShadow();
    }

    /** The name of a limit of the state: that of the policy's limit which it matches, else its place. */
    private static String name(Policy policy, List<LimitSlot> slots, int index) {
        return index < policy.limits().size()
                        && matches(slots, index, policy.limits().get(index))
                ? policy.limitName(index)
                : policy.name() + "-" + (index + 1);
    }
}
