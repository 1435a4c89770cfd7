package dev.guard.domain.counter;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Carry;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One key under any versions of a policy, as docs/contract.md describes it: the second opinion on {@link CounterModel}. It
 * knows nothing of how a state is stored: its limits are histories ({@link ExactLimit}), and what is true at a moment is
 * worked out from what was written, each time anew.
 */
final class ExactKey {

    private static final long NEVER = Long.MIN_VALUE;

    private final @Nullable Policy policy;
    private Known known = new Known();

    /** A key that is asked under any policy. */
    ExactKey() {
        this.policy = null;
    }

    /** A key that is asked under one policy. */
    ExactKey(Policy policy) {
        this.policy = policy;
    }

    /** The same key, which goes another way from here. */
    ExactKey copy() {
        ExactKey copy = policy == null ? new ExactKey() : new ExactKey(policy);
        copy.known = known.copy();
        return copy;
    }

    /** What a decision says, in plain values; the bound limit's place is −1 where there is none. */
    record Answer(
            boolean allowed,
            Denied.@Nullable Reason reason,
            long cost,
            int version,
            long time,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter,
            int bound,
            boolean shadowDenied,
            List<LimitStatus> limits) {}

    private record Reserved(String id, long cost, int version, long time, long end) {}

    /** What is known of the key as of its last change. */
    private static final class Known {
        private int version;
        private long written = NEVER;
        private long birth = NEVER;
        private long heldUntil = NEVER;
        private long blockedUntil = NEVER;
        private List<ExactLimit> limits = new ArrayList<>();
        private List<Reserved> reserved = new ArrayList<>();
        private Map<String, Long> refunded = new HashMap<>();

        private Known copy() {
            Known copy = new Known();
            copy.version = version;
            copy.written = written;
            copy.birth = birth;
            copy.heldUntil = heldUntil;
            copy.blockedUntil = blockedUntil;
            copy.limits = new ArrayList<>(
                    limits.stream().map(limit -> limit.copy(limit.limit)).toList());
            copy.reserved = new ArrayList<>(reserved);
            copy.refunded = new HashMap<>(refunded);
            return copy;
        }

        private boolean isForgotten() {
            return written == NEVER;
        }

        private boolean isBlocked(long now) {
            return now < blockedUntil;
        }

        /** What is true at {@code now}: what lapsed came back at its end, and what is initial is forgotten. */
        private Known at(long now) {
            if (isForgotten()) {
                return new Known();
            }
            Known at = copy();
            at.reserved.sort(Comparator.comparingLong(Reserved::end).thenComparing(Reserved::id));
            while (!at.reserved.isEmpty() && at.reserved.get(0).end <= now) {
                Reserved lapsed = at.reserved.get(0);
                at.settle(lapsed, lapsed.cost, lapsed.end);
            }
            at.refunded.values().removeIf(until -> until <= now);
            if (now - written >= Micros.TEN_YEARS) {
                at.limits.replaceAll(limit -> ExactLimit.of(limit.limit));
            }
            at.written = now;
            return at.orForgotten(now);
        }

        private Known orForgotten(long now) {
            boolean remembered = now < heldUntil
                    || isBlocked(now)
                    || !reserved.isEmpty()
                    || !limits.stream().allMatch(limit -> limit.isFull(now));
            return remembered ? this : new Known();
        }

        /** When there will be nothing left to remember, if no reservation gave anything back. */
        private long expiresAt() {
            long after = 0;
            for (ExactLimit limit : limits) {
                after = Math.max(after, limit.resetAfter(written));
            }
            long end = Math.max(heldUntil, Math.max(blockedUntil, written + Math.min(after, Micros.TEN_YEARS)));
            for (Reserved reservation : reserved) {
                end = Math.max(end, reservation.end);
            }
            return end;
        }

        /** Ends a reservation at {@code now}, of which {@code unspent} come back under the version that they were taken under. */
        private void settle(Reserved reservation, long unspent, long now) {
            reserved.remove(reservation);
            for (ExactLimit limit : limits) {
                if (reservation.version == version && unspent > 0) {
                    limit.giveBack(now, reservation.time, unspent);
                }
                if (limit instanceof ExactLimit.Concurrent slots) {
                    slots.release(reservation.id);
                }
            }
        }

        private Optional<Reserved> reserved(String id) {
            return reserved.stream()
                    .sorted(Comparator.comparingLong(Reserved::end))
                    .filter(reservation -> reservation.id.equals(id))
                    .findFirst();
        }

        private boolean isHeldBy(String id, long now) {
            return limits.stream()
                    .anyMatch(limit -> limit instanceof ExactLimit.Concurrent slots && slots.isHeldBy(id, now));
        }

        private void owe(long now, long cost) {
            limits.forEach(limit -> limit.owe(now, cost));
        }
    }

    boolean refuses(long cost) {
        return refuses(Objects.requireNonNull(policy), cost);
    }

    static boolean refuses(Policy policy, long cost) {
        return cost < 1
                || policy.limits().stream()
                        .anyMatch(limit -> limit.capacity() > 0 && !limit.isShadow() && cost > limit.capacity());
    }

    Answer acquire(long cost, long storeTime) {
        Policy asked = Objects.requireNonNull(policy);
        return judge(asked, cost, false, true, "", 0, Math.max(storeTime, known.written));
    }

    Answer peek(long cost, long storeTime) {
        Policy asked = Objects.requireNonNull(policy);
        return judge(asked, cost, false, false, "", 0, Math.max(storeTime, known.written));
    }

    /** Runs an operation, and answers an {@link Answer} or an {@link Effect}. */
    Object run(CounterOperation operation, long storeTime) {
        long now = Math.max(storeTime, known.written);
        return operation instanceof Judged judged ? judge(judged, now) : effect(operation, now);
    }

    boolean isForgottenAt(long time) {
        return known.at(Math.max(time, known.written)).isForgotten();
    }

    private Answer judge(Judged operation, long now) {
        boolean atMost = operation instanceof AcquireAtMost;
        boolean charges = !(operation instanceof Peek);
        String id = "";
        long ttl = 0;
        if (operation instanceof Acquire acquire && acquire.permitId() != null) {
            id = acquire.permitId();
        } else if (operation instanceof AcquireAtMost acquire && acquire.permitId() != null) {
            id = acquire.permitId();
        } else if (operation instanceof Reserve reserve) {
            id = reserve.id();
            ttl = reserve.ttl();
        }
        return judge(operation.policy(), operation.cost(), atMost, charges, id, ttl, now);
    }

    private Answer judge(Policy asked, long wanted, boolean atMost, boolean charges, String id, long ttl, long now) {
        Known found = known.at(now);
        boolean older = asked.version() < found.version && !admitsNothing(asked);
        Known judged = older ? found : inVersion(found, asked, now, charges);
        boolean blocked = judged.isBlocked(now);
        long cost = atMost ? atMost(judged, asked, wanted, blocked, now) : wanted;
        boolean[] admits = new boolean[judged.limits.size()];
        boolean wouldAllow = !blocked;
        for (int i = 0; i < admits.length; i++) {
            admits[i] = judged.limits.get(i).admits(now, cost);
            wouldAllow &= admits[i] || judged.limits.get(i).limit.isShadow();
        }
        long blockEnd = judged.blockedUntil;
        if (wouldAllow && charges) {
            for (int i = 0; i < admits.length; i++) {
                if (admits[i]) {
                    charge(judged.limits.get(i), cost, id, ttl, now);
                }
            }
            if (ttl > 0) {
                judged.reserved.add(new Reserved(id, cost, judged.version, now, now + ttl));
            }
            known = judged.orForgotten(now);
        } else if (charges) {
            if (asked.version() > found.version && !found.limits.isEmpty()) {
                known = judged;
            }
            if (!blocked && asked.blockOnExcessMicros() > 0 && !asked.isShadow()) {
                if (found.isForgotten()) {
                    known = new Known();
                    known.written = now;
                    known.birth = now;
                }
                blockEnd = now + asked.blockOnExcessMicros();
                known.blockedUntil = blockEnd;
                judged.blockedUntil = blockEnd;
            }
        }
        return answer(
                judged, asked, older, cost, now, admits, wouldAllow, blocked, blockEnd > now ? blockEnd - now : 0);
    }

    private static boolean admitsNothing(Policy policy) {
        return policy.limits().stream().anyMatch(limit -> limit.capacity() == 0 && !limit.isShadow());
    }

    private static void charge(ExactLimit limit, long cost, String id, long ttl, long now) {
        if (limit instanceof ExactLimit.Concurrent slots) {
            slots.hold(id, cost, now + (ttl > 0 ? ttl : slots.period));
        } else {
            limit.charge(now, cost);
        }
    }

    private static long atMost(Known judged, Policy asked, long wanted, boolean blocked, long now) {
        if (asked.isShadow()) {
            return wanted;
        }
        long there = judged.limits.stream()
                .filter(limit -> !limit.limit.isShadow())
                .mapToLong(limit -> limit.remaining(now))
                .min()
                .orElse(wanted);
        return blocked ? 1 : Math.max(1, Math.min(there, wanted));
    }

    private Object effect(CounterOperation operation, long now) {
        Known at = known.at(now);
        if (operation instanceof Commit commit) {
            return commit(at, commit, now);
        }
        if (operation instanceof Penalize penalize) {
            Known judged = inVersionOrNewer(at, penalize.policy(), now);
            judged.owe(now, penalize.cost());
            return write(judged, now);
        }
        if (operation instanceof Cancel cancel) {
            Optional<Reserved> reservation = at.reserved(cancel.id());
            reservation.ifPresent(given -> at.settle(given, given.cost, now));
            return reservation.isPresent() ? write(at, now) : Effect.NOTHING;
        }
        if (operation instanceof Refund refund) {
            return refund(at, refund.permit(), now);
        }
        if (operation instanceof Release release) {
            return at.isHeldBy(release.permitId(), now)
                    ? slots(at, now, s -> s.release(release.permitId()))
                    : Effect.NOTHING;
        }
        if (operation instanceof Extend extend) {
            return at.isHeldBy(extend.permitId(), now)
                    ? slots(at, now, s -> s.extend(extend.permitId(), now))
                    : Effect.NOTHING;
        }
        if (operation instanceof Block block) {
            long end = now + block.duration();
            if (end <= at.blockedUntil) {
                return Effect.NOTHING;
            }
            if (at.isForgotten()) {
                at.birth = now;
            }
            at.written = now;
            at.blockedUntil = end;
            return write(at, now);
        }
        if (operation instanceof Unblock) {
            if (!at.isBlocked(now)) {
                return Effect.NOTHING;
            }
            at.blockedUntil = NEVER;
            return write(at, now);
        }
        if (operation instanceof Reset) {
            if (at.isForgotten()) {
                return Effect.NOTHING;
            }
            known = new Known();
            return Effect.APPLIED;
        }
        throw new AssertionError(operation);
    }

    private Effect write(Known next, long now) {
        known = next.orForgotten(now);
        return Effect.APPLIED;
    }

    private Effect slots(Known at, long now, Consumer<ExactLimit.Concurrent> change) {
        for (ExactLimit limit : at.limits) {
            if (limit instanceof ExactLimit.Concurrent slots) {
                change.accept(slots);
            }
        }
        return write(at, now);
    }

    private Effect commit(Known at, Commit commit, long now) {
        Optional<Reserved> reservation = at.reserved(commit.id());
        if (reservation.isEmpty() && commit.actual() == 0) {
            return Effect.NOTHING;
        }
        Known judged = inVersionOrNewer(at, commit.policy(), now);
        if (reservation.isEmpty()) {
            judged.owe(now, commit.actual());
            write(judged, now);
            return Effect.LAPSED;
        }
        long reserved = reservation.get().cost;
        judged.settle(reservation.get(), Math.max(0, reserved - commit.actual()), now);
        if (commit.actual() > reserved) {
            judged.owe(now, commit.actual() - reserved);
        }
        return write(judged, now);
    }

    private Effect refund(Known at, Permit permit, long now) {
        if (at.isForgotten() || permit.version() != at.version || permit.time() < at.birth || permit.time() > now) {
            return Effect.NOTHING;
        }
        long until = at.limits.stream()
                .mapToLong(limit -> limit.countedUntil(permit.time()))
                .max()
                .orElse(NEVER);
        if (now >= until || at.refunded.containsKey(permit.id())) {
            return Effect.NOTHING;
        }
        if (at.refunded.size() >= 64) {
            return Effect.REFUSED;
        }
        for (ExactLimit limit : at.limits) {
            limit.giveBack(now, permit.time(), permit.cost());
            if (limit instanceof ExactLimit.Concurrent slots) {
                slots.release(permit.id());
            }
        }
        at.refunded.put(permit.id(), until);
        if (permit.time() == now) {
            at.heldUntil = Math.max(at.heldUntil, now + 1);
        }
        return write(at, now);
    }

    private Known inVersionOrNewer(Known at, Policy asked, long now) {
        return asked.version() < at.version ? at : inVersion(at, asked, now, true);
    }

    /** The key in the numbers of a policy that is as new or newer, or that speaks for itself. */
    private Known inVersion(Known at, Policy asked, long now, boolean charges) {
        Known next = at.copy();
        boolean converts = charges && asked.version() > at.version && !at.limits.isEmpty();
        next.heldUntil = converts ? known.expiresAt() : at.heldUntil;
        next.birth = at.isForgotten() ? now : at.birth;
        next.written = now;
        next.version = asked.version();
        next.limits = new ArrayList<>();
        for (int i = 0; i < asked.limits().size(); i++) {
            ExactLimit from = i < at.limits.size() ? at.limits.get(i) : null;
            next.limits.add(inVersion(from, asked.limits().get(i), asked, at.version, now));
        }
        return next;
    }

    private static ExactLimit inVersion(@Nullable ExactLimit from, Limit limit, Policy asked, int version, long now) {
        if (from == null) {
            return ExactLimit.of(limit);
        }
        Carry carry = asked.version() > version ? asked.carry() : Carry.AS_IS;
        ExactLimit to = matches(from.limit, limit) ? carried(from, limit, carry, now) : ExactLimit.of(limit);
        boolean gains = asked.version() == version
                && limit.capacity() > 0
                && !from.isFull(now)
                && !from.isConcurrent()
                && !to.isConcurrent()
                && to.available(now).compareTo(from.available(now)) > 0;
        if (gains) {
            ExactLimit used = ExactLimit.of(limit);
            used.owe(now, to.capacity.subtract(from.available(now)).longValueExact());
            return used;
        }
        return to;
    }

    private static boolean matches(Limit from, Limit to) {
        return from.algorithm() == to.algorithm()
                && Objects.equals(from.numbers().calendar(), to.numbers().calendar());
    }

    private static ExactLimit carried(ExactLimit from, Limit limit, Carry carry, long now) {
        if (carry == Carry.RESET || from.isFull(now)) {
            return ExactLimit.of(limit);
        }
        if (from.limit.numbers().equals(limit.numbers())) {
            return from.copy(limit);
        }
        ExactLimit to = ExactLimit.of(limit);
        boolean isOfEntries = limit.algorithm() == Algorithm.LOG || limit.algorithm() == Algorithm.CONCURRENT;
        BigInteger available = isOfEntries ? BigInteger.ZERO : available(from, to, carry, now);
        to.carryOn(from, now, available);
        return to;
    }

    private static BigInteger available(ExactLimit from, ExactLimit to, Carry carry, long now) {
        BigInteger left = from.available(now);
        BigInteger carried = switch (carry) {
            case AS_IS -> left;
            case ADDITIVE -> left.add(to.capacity).subtract(from.capacity);
            case PROPORTIONAL -> ExactLimit.floor(left.multiply(to.capacity), from.capacity);
            case RESET -> to.capacity;
        };
        return carried.min(to.capacity).max(BigInteger.valueOf(-to.limit.maxDebt()));
    }

    private static Answer answer(
            Known judged,
            Policy asked,
            boolean older,
            long cost,
            long now,
            boolean[] admits,
            boolean wouldAllow,
            boolean wasBlocked,
            long blockedFor) {
        boolean allowed = wouldAllow || asked.isShadow();
        List<LimitStatus> statuses = new ArrayList<>();
        for (int i = 0; i < admits.length; i++) {
            statuses.add(status(judged, asked, older, i, cost, now, admits[i]));
        }
        List<Integer> counting = new ArrayList<>();
        boolean anyEnforced = statuses.stream().anyMatch(LimitStatus::enforced);
        for (int i = 0; i < admits.length; i++) {
            if (!anyEnforced || statuses.get(i).enforced()) {
                counting.add(i);
            }
        }
        long remaining = Long.MAX_VALUE;
        long reset = 0;
        long retry = 0;
        long longest = 0;
        for (int i : counting) {
            LimitStatus status = statuses.get(i);
            remaining = Math.min(remaining, status.remaining());
            reset = Math.max(reset, status.resetAfterMicros());
            longest = Math.max(longest, status.retryAfterMicros());
            retry = allowed || !status.enforced() ? 0 : Math.max(retry, status.retryAfterMicros());
        }
        int bound = -1;
        for (int i : counting) {
            LimitStatus status = statuses.get(i);
            boolean binds = allowed
                    ? status.remaining() == remaining
                    : !status.admits() && status.retryAfterMicros() == longest;
            bound = bound < 0 && binds ? i : bound;
        }
        long next = statuses.get(bound < 0 ? counting.get(0) : bound).nextAfterMicros();
        Denied.Reason reason = null;
        if (!allowed) {
            boolean slots = bound >= 0 && statuses.get(bound).algorithm() == Algorithm.CONCURRENT;
            reason = wasBlocked ? Denied.Reason.BLOCKED : slots ? Denied.Reason.CONCURRENCY : Denied.Reason.LIMIT;
            bound = wasBlocked ? -1 : bound;
        }
        if (blockedFor > 0 && !asked.isShadow()) {
            next = remaining > 0 ? blockedFor : Math.max(next, blockedFor);
            remaining = 0;
            retry = Math.max(retry, blockedFor);
            reset = Math.max(reset, blockedFor);
        }
        boolean shadowDenied = (asked.isShadow() && wasBlocked)
                || statuses.stream().anyMatch(status -> !status.enforced() && !status.admits());
        return new Answer(
                allowed,
                reason,
                cost,
                judged.version,
                now,
                remaining,
                retry,
                reset,
                next,
                bound,
                shadowDenied,
                statuses);
    }

    private static LimitStatus status(
            Known judged, Policy asked, boolean older, int index, long cost, long now, boolean admits) {
        ExactLimit exact = judged.limits.get(index);
        Limit limit = exact.limit;
        boolean named =
                index < asked.limits().size() && matches(limit, asked.limits().get(index));
        long retry = older && cost > limit.capacity() ? judged.expiresAt() - now : exact.retryAfter(now, cost);
        return new LimitStatus(
                named ? asked.limitName(index) : asked.name() + "-" + (index + 1),
                limit.algorithm(),
                limit.capacity(),
                exact.period,
                exact.remaining(now),
                admits ? 0 : retry,
                exact.resetAfter(now),
                exact.nextAfter(now),
                admits,
                !limit.isShadow() && !asked.isShadow());
    }
}
