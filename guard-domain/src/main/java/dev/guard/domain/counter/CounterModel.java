package dev.guard.domain.counter;

import dev.guard.domain.Carry;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Judgement;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The reference of all counting: {@code (state, operation, time) → (state, outcome)}. Pure; every backend gives these
 * answers, and the test kit compares them with these.
 *
 * <p>One step goes: check the arguments; refuse what comes after its deadline; take as the time the later of the store's
 * and the state's, so that time never runs backwards for a key; bring the state to that time; reconcile the policy's
 * version with the state's; ask every limit; charge all of them or none. A peek, a late call, an operation that finds nothing
 * to take effect on, and a denial under the state's own version leave the very state that was given. A denial may start a
 * block, and writes nothing besides.
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
 *
 * <h2>What is given back</h2>
 *
 * <p>A refund, a cancelled or lapsed reservation, and the rest of a commit are one thing: permits that return to the charge
 * that took them. Each limit takes them back only while it may still count that charge, because afterwards it has returned
 * them by itself, and would have them twice. What was taken under another version, or in an earlier life of the key, comes
 * back to nobody: the conversion or the reset has settled it. Nothing is ever raised above the capacity.
 *
 * <p>What lapses is settled at its own end, in the order of end and id, before anything else is looked at. A denial does
 * not write that down, and need not: the next step comes to the same.
 *
 * <p>A permit is believed. The state knows the ids that were refunded, not those that were issued, so that a permit whose cost
 * was made up fills its limits, though no more than that; one whose time or version was made up finds nothing.
 *
 * <h2>Debt and blocks</h2>
 *
 * <p>A penalty, and what a commit spent beyond its reservation, is charged in whole permits whether they are there or not, down
 * to each limit's largest debt; concurrency knows none. While a key is blocked every call is denied and nothing is charged for
 * it, but what settles, gives back or penalizes still takes effect. The waits that a denial tells include the block, and the
 * ends of leases. They do not anticipate that reservations lapse, as most are committed: such a wait may be too long, and is
 * never too short.
 */
public final class CounterModel {

    private CounterModel() {}

    /** The most reservations that a key remembers. */
    public static final int MOST_RESERVATIONS = 4_096;

    /** The most refunded permits that a key remembers. */
    public static final int MOST_REFUNDED = 64;

    /**
     * Runs one operation.
     *
     * @param stored what the store holds of the key
     * @param operation what to do; its deadline is not looked at, but {@code deadline} is
     * @param policies makes the operation's policy ready; a backend keeps what it made
     * @param storeTime the store's time in microseconds since the epoch
     * @param deadline the last moment, in the store's time, at which this may happen; {@link Long#MAX_VALUE} for none
     * @throws InvalidArgumentException if the cost is out of range for the policy
     */
    public static Step step(
            CounterState stored,
            CounterOperation operation,
            Function<Policy, CompiledPolicy> policies,
            long storeTime,
            long deadline) {
        if (operation instanceof Judged judged) {
            return judge(stored, policies.apply(judged.policy()), judged, storeTime, deadline);
        }
        if (storeTime > deadline) {
            return new Step(stored, new Late(storeTime));
        }
        long now = Math.max(storeTime, stored.time());
        CounterState current = stored.advancedTo(now);
        if (operation instanceof Commit commit) {
            return commit(stored, current, policies.apply(commit.policy()), commit, now);
        }
        if (operation instanceof Penalize penalize) {
            CounterState charged = inVersionOf(stored, current, policies.apply(penalize.policy()), now);
            return applied(indebted(charged, penalize.cost()));
        }
        if (operation instanceof Cancel cancel) {
            Optional<Reservation> reservation = reservation(current, cancel.id());
            return reservation.isEmpty()
                    ? nothing(stored)
                    : applied(
                            current.settled(reservation.get(), reservation.get().cost()));
        }
        if (operation instanceof Refund refund) {
            return refund(stored, current, refund.permit());
        }
        if (operation instanceof Release release) {
            return holds(current, release.permitId())
                    ? applied(current.mapping(slot -> slot.released(release.permitId())))
                    : nothing(stored);
        }
        if (operation instanceof Extend extend) {
            return holds(current, extend.permitId())
                    ? applied(current.mapping(slot -> slot.extended(extend.permitId(), now)))
                    : nothing(stored);
        }
        if (operation instanceof Block block) {
            long end = now + block.duration();
            return end > current.blockedUntil()
                    ? applied((current.isAbsent() ? CounterState.bornAt(now) : current).blockedUntil(end))
                    : nothing(stored);
        }
        if (operation instanceof Unblock) {
            return current.isBlocked() ? applied(current.blockedUntil(CounterState.NEVER_WAS)) : nothing(stored);
        }
        if (operation instanceof Reset) {
            return current.isAbsent() ? nothing(stored) : applied(CounterState.ABSENT);
        }
        throw new AssertionError("an operation of no known kind: " + operation);
    }

    /**
     * Takes {@code cost} permits of all limits, or none, for a caller that never gives them back.
     *
     * @param stored what the store holds of the key
     * @param policy the policy to judge by, without a concurrency limit
     * @param cost the permits asked for, 1 to the smallest capacity
     * @param storeTime the store's time in microseconds since the epoch
     * @param deadline the last moment, in the store's time, at which this may happen; {@link Long#MAX_VALUE} for none
     * @throws InvalidArgumentException if the cost is out of range
     */
    public static Step acquire(CounterState stored, CompiledPolicy policy, long cost, long storeTime, long deadline) {
        policy.checkCost(cost);
        return judge(stored, policy, cost, false, Holder.NOBODY, true, storeTime, deadline);
    }

    /** Answers what {@link #acquire} would, with the remaining permits as they stand, and changes nothing. */
    public static Step peek(CounterState stored, CompiledPolicy policy, long cost, long storeTime, long deadline) {
        policy.checkCost(cost);
        return judge(stored, policy, cost, false, Holder.NOBODY, false, storeTime, deadline);
    }

    /**
     * The decision of a simple policy, read from the state of its only limit. The wait, the reset and the rest follow from
     * the state in this one place, also for a backend that judges such a policy without the model.
     *
     * @param policy a policy that {@link CompiledPolicy#isSimple is simple}
     * @param x the first word of the limit's {@link LimitState}, advanced to {@code now}, after the charge if there was one
     * @param y the second word of it
     * @param now the time of the decision, in microseconds since the epoch
     * @param cost the permits asked for
     * @param allowed whether the call is allowed
     */
    public static Decision ofOnlyLimit(CompiledPolicy policy, long x, long y, long now, long cost, boolean allowed) {
        OnlyLimit figures = policy.onlyLimit();
        if (figures == null) {
            throw new IllegalArgumentException(
                    "policy '" + policy.policy().name() + "' is not simple: it has no only limit");
        }
        return Decision.ofFigures(figures, allowed, cost, x, y, now);
    }

    /**
     * The decision that a state tells, for a store that judges by itself and answers with what it judged.
     *
     * @param policy the policy of the call
     * @param state what was judged, or what it became by the charge, as of the time of the decision; its reservations and
     *     refunds say nothing here, but when it expires has to be right
     * @param admits for each limit of the state whether it admitted the cost
     * @param allowed whether the call was allowed, a policy in shadow taken for one that is not
     * @param blocked whether the key was blocked when the call came
     * @param cost the permits taken, or asked for in vain
     */
    public static Decision decided(
            CompiledPolicy policy, CounterState state, boolean[] admits, boolean allowed, boolean blocked, long cost) {
        boolean older = policy.policy().version() < state.version() && !policy.alwaysDenies();
        return decision(policy, state, admits, allowed, blocked, older, cost);
    }

    /** As {@link #decided(CompiledPolicy, CounterState, boolean[], boolean, boolean, long)}, where each limit is enforced and none is blocked. */
    public static Decision decided(CompiledPolicy policy, CounterState state, boolean allowed, long cost) {
        boolean[] admits = new boolean[state.slots().size()];
        for (int i = 0; i < admits.length; i++) {
            admits[i] = allowed || state.slots().get(i).admits(state.time(), cost);
        }
        return decided(policy, state, admits, allowed, false, cost);
    }

    private static Step judge(
            CounterState stored, CompiledPolicy policy, Judged operation, long storeTime, long deadline) {
        policy.check(operation);
        boolean atMost = operation instanceof AcquireAtMost;
        boolean charges = !(operation instanceof Peek);
        return judge(stored, policy, operation.cost(), atMost, holder(operation), charges, storeTime, deadline);
    }

    private static Holder holder(Judged operation) {
        if (operation instanceof Reserve reserve) {
            return new Holder(reserve.id(), reserve.ttl());
        }
        if (operation instanceof Acquire acquire && acquire.permitId() != null) {
            return new Holder(acquire.permitId(), 0);
        }
        if (operation instanceof AcquireAtMost acquire && acquire.permitId() != null) {
            return new Holder(acquire.permitId(), 0);
        }
        return Holder.NOBODY;
    }

    private static Step judge(
            CounterState stored,
            CompiledPolicy compiled,
            long asked,
            boolean atMost,
            Holder holder,
            boolean charges,
            long storeTime,
            long deadline) {
        if (storeTime > deadline) {
            return new Step(stored, new Late(storeTime));
        }
        Policy policy = compiled.policy();
        long now = Math.max(storeTime, stored.time());
        CounterState current = stored.advancedTo(now);
        boolean older = policy.version() < current.version() && !compiled.alwaysDenies();
        CounterState judged = older ? current : reconciled(stored, current, compiled, now, charges);
        boolean blocked = judged.isBlocked();
        long cost = atMost ? atMost(judged, policy, asked) : asked;

        boolean[] admits = new boolean[judged.slots().size()];
        boolean allowed = !blocked;
        for (int i = 0; i < admits.length; i++) {
            LimitSlot slot = judged.slots().get(i);
            admits[i] = slot.admits(now, cost);
            allowed &= admits[i] || slot.shadow();
        }
        boolean full = allowed && holder.reserves() && judged.reservations().size() >= MOST_RESERVATIONS;
        if (full && !policy.isShadow()) {
            long wait = judged.reservations().get(0).end() - now;
            return new Step(
                    keepsConversion(current, compiled, charges) ? judged : stored,
                    Denied.forCapacity(policy, compiled.source(), cost, wait, judged.version(), now));
        }
        allowed &= !full;
        if (allowed && charges) {
            CounterState charged = charged(judged, admits, cost, holder);
            return new Step(charged.orAbsent(), decision(compiled, charged, admits, true, false, older, cost));
        }
        CounterState kept = keepsConversion(current, compiled, charges) ? judged : stored;
        boolean startsBlock = charges && !allowed && !blocked && policy.blockOnExcessMicros() > 0 && !policy.isShadow();
        if (startsBlock) {
            long end = now + policy.blockOnExcessMicros();
            kept = (current.isAbsent() ? CounterState.bornAt(now) : kept).blockedUntil(end);
            judged = judged.blockedUntil(end);
        }
        return new Step(kept, decision(compiled, judged, admits, allowed, blocked, older, cost));
    }

    /** What there is to take of {@code most} permits: 1, which is denied, where there is nothing. */
    private static long atMost(CounterState judged, Policy policy, long most) {
        long taken = judged.isBlocked() && !policy.isShadow() ? 0 : most;
        for (LimitSlot slot : judged.slots()) {
            if (!slot.shadow() && !policy.isShadow()) {
                taken = Math.min(taken, slot.remaining(judged.time()));
            }
        }
        return Math.max(1, taken);
    }

    /** Whether a call converts what it finds even where it is denied: the first of a newer version. */
    private static boolean keepsConversion(CounterState current, CompiledPolicy policy, boolean charges) {
        return charges
                && policy.policy().version() > current.version()
                && !current.slots().isEmpty();
    }

    /** The state that a charge goes to which is not judged: the key's own if it is newer, else it in the policy's numbers. */
    private static CounterState inVersionOf(
            CounterState stored, CounterState current, CompiledPolicy policy, long now) {
        return policy.policy().version() < current.version() ? current : reconciled(stored, current, policy, now, true);
    }

    /** The state in the numbers of a policy that is as new or newer. */
    private static CounterState reconciled(
            CounterState stored, CounterState current, CompiledPolicy compiled, long now, boolean charges) {
        Policy policy = compiled.policy();
        long heldUntil = keepsConversion(current, compiled, charges) ? stored.expiresAt() : current.heldUntil();
        return new CounterState(
                policy.version(),
                now,
                current.isAbsent() ? now : current.birth(),
                heldUntil,
                current.blockedUntil(),
                reconciled(current, policy, now),
                current.reservations(),
                current.refunded());
    }

    private static CounterState charged(CounterState state, boolean[] admits, long cost, Holder holder) {
        LimitSlot[] charged = new LimitSlot[admits.length];
        for (int i = 0; i < admits.length; i++) {
            LimitSlot slot = state.slots().get(i);
            charged[i] = admits[i] ? slot.chargedTo(holder, state.time(), cost) : slot;
        }
        CounterState result = state.withSlots(List.of(charged));
        return holder.reserves()
                ? result.reserving(
                        new Reservation(holder.id(), cost, state.version(), state.time(), state.time() + holder.ttl()))
                : result;
    }

    private static Step commit(
            CounterState stored, CounterState current, CompiledPolicy policy, Commit commit, long now) {
        Optional<Reservation> reservation = reservation(current, commit.id());
        CounterState judged = inVersionOf(stored, current, policy, now);
        if (reservation.isEmpty()) {
            return commit.actual() == 0
                    ? nothing(stored)
                    : new Step(indebted(judged, commit.actual()).orAbsent(), Effect.LAPSED);
        }
        long unspent = reservation.get().cost() - commit.actual();
        CounterState settled = judged.settled(reservation.get(), Math.max(0, unspent));
        return applied(unspent < 0 ? indebted(settled, -unspent) : settled);
    }

    /** The state after {@code cost} was charged to every limit that knows debt. */
    private static CounterState indebted(CounterState state, long cost) {
        return state.mapping(slot -> slot.isConcurrent() ? slot : slot.charged(state.time(), cost));
    }

    private static Step refund(CounterState stored, CounterState current, Permit permit) {
        long now = current.time();
        boolean isOfThisLife =
                permit.version() == current.version() && permit.time() >= current.birth() && permit.time() <= now;
        // A time that was made up may lie where no window has an end: nothing is asked of it.
        long until = isOfThisLife ? countedUntil(current, permit.time()) : CounterState.NEVER_WAS;
        if (now >= until
                || current.refunded().stream().anyMatch(known -> known.id().equals(permit.id()))) {
            return nothing(stored);
        }
        if (current.refunded().size() >= MOST_REFUNDED) {
            return new Step(stored, Effect.REFUSED);
        }
        // A key that is absent forgets what was given back; in the permit's own microsecond it would accept it again.
        CounterState held = permit.time() == now ? current.heldUntil(Math.max(current.heldUntil(), now + 1)) : current;
        return applied(held.mapping(slot -> slot.refunded(now, permit.time(), permit.cost()))
                .mapping(slot -> slot.released(permit.id()))
                .refunding(new RefundedPermit(permit.id(), until)));
    }

    /** Until when any limit may still count a charge at {@code time}. */
    private static long countedUntil(CounterState state, long time) {
        long until = CounterState.NEVER_WAS;
        for (LimitSlot slot : state.slots()) {
            until = Math.max(until, slot.countedUntil(time));
        }
        return until;
    }

    private static Optional<Reservation> reservation(CounterState state, String id) {
        return state.reservations().stream()
                .filter(reservation -> reservation.id().equals(id))
                .findFirst();
    }

    private static boolean holds(CounterState state, String permitId) {
        return state.slots().stream().anyMatch(slot -> slot.holds(permitId));
    }

    private static Step applied(CounterState next) {
        return new Step(next.orAbsent(), Effect.APPLIED);
    }

    private static Step nothing(CounterState stored) {
        return new Step(stored, Effect.NOTHING);
    }

    /** The state's limits in the numbers of a policy that is as new or newer. */
    private static List<LimitSlot> reconciled(CounterState current, Policy policy, long now) {
        if (isOf(current, policy)) {
            return current.slots();
        }
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
        boolean gains =
                !from.isInitial() && !from.isConcurrent() && !slot.isConcurrent() && slot.available(now) > available;
        return gains ? LimitSlot.initial(limit).charged(now, limit.capacity() - available) : slot;
    }

    private static LimitSlot converted(LimitSlot from, Limit limit, Carry carry, long now) {
        LimitNumbers to = limit.numbers();
        if (carry == Carry.RESET || from.isInitial()) {
            return LimitSlot.initial(limit);
        }
        if (to.equals(from.numbers())) {
            return from.shadow() == limit.isShadow() ? from : new LimitSlot(to, limit.isShadow(), from.state());
        }
        return new LimitSlot(to, limit.isShadow(), carriedState(from, to, carry, now)).advanced(now, now);
    }

    /** Entries count each for itself, whatever was available; all else is carried as the permits that are. */
    private static LimitState carriedState(LimitSlot from, LimitNumbers to, Carry carry, long now) {
        if (!(from.algorithm() instanceof ScalarAlgorithm algorithm)) {
            return from.state();
        }
        long available = Math.max(-to.maxDebt(), carried(from, to, carry, now));
        return algorithm.carried(to, from.numbers(), from.state(), now, available);
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
        return index < slots.size()
                && slots.get(index).numbers().algorithm() == limit.algorithm()
                && Objects.equals(
                        slots.get(index).numbers().calendar(), limit.numbers().calendar());
    }

    /** What a state says, as of its time, after a call was judged by it. */
    private static Decision decision(
            CompiledPolicy compiled,
            CounterState state,
            boolean[] admits,
            boolean allowed,
            boolean blocked,
            boolean older,
            long cost) {
        Policy policy = compiled.policy();
        List<LimitSlot> slots = state.slots();
        long now = state.time();
        if (compiled.isSimple() && !older && !state.isBlocked()) {
            LimitState only = slots.get(0).state();
            return ofOnlyLimit(compiled, only.x(), only.y(), now, cost, allowed);
        }
        LimitStatus[] statuses = new LimitStatus[admits.length];
        for (int i = 0; i < admits.length; i++) {
            LimitSlot slot = slots.get(i);
            // An older version may ask for more than a newer one ever admits: for that, the state has to be gone.
            boolean outlasts = older && cost > slot.numbers().capacity();
            long retryAfter = outlasts ? state.expiresAt() - now : slot.retryAfter(now, cost);
            statuses[i] = new LimitStatus(
                    name(policy, slots, i),
                    slot.numbers().algorithm(),
                    slot.numbers().capacity(),
                    slot.numbers().period(),
                    slot.remaining(now),
                    admits[i] ? 0 : retryAfter,
                    slot.resetAfter(now),
                    slot.nextAfter(now),
                    admits[i],
                    !slot.shadow() && !policy.isShadow());
        }
        Judgement judgement = new Judgement(
                allowed || policy.isShadow(),
                blocked,
                state.isBlocked() ? state.blockedUntil() - now : 0,
                state.version(),
                now);
        return Decision.of(policy, compiled.source(), judgement, cost, List.of(statuses));
    }

    /** Whether the state was written under the policy's version, with the very limits of the policy. */
    private static boolean isOf(CounterState state, Policy policy) {
        List<LimitSlot> slots = state.slots();
        if (state.version() != policy.version()
                || slots.size() != policy.limits().size()) {
            return false;
        }
        for (int i = 0; i < slots.size(); i++) {
            if (!isOf(slots.get(i), policy.limits().get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The numbers are most often the very ones of the policy, which is seen at once. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isOf(LimitSlot slot, Limit limit) {
        return slot.shadow() == limit.isShadow()
                && (slot.numbers() == limit.numbers() || slot.numbers().equals(limit.numbers()));
    }

    /** The name of a limit of the state: that of the policy's limit which it matches, else its place. */
    private static String name(Policy policy, List<LimitSlot> slots, int index) {
        return index < policy.limits().size()
                        && matches(slots, index, policy.limits().get(index))
                ? policy.limitName(index)
                : policy.name() + "-" + (index + 1);
    }
}
