package dev.guard.domain.counter;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.Histories.Move;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/**
 * A history of all verbs on one key, as it comes about: what is given back, settled or extended is mostly what was taken
 * before, and time mostly passes to where something ends.
 */
final class Play {

    static final Key KEY = new Key(Key.DEFAULT_TENANT, "api", "alice");

    private final List<Policy> policies;
    private final List<Permit> permits = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private long time;
    private int issued;
    private @Nullable Decision last;

    Play(List<Policy> policies, long start) {
        this.policies = policies;
        this.time = start;
        permits.add(new Permit("never-issued", 2, 1, start));
    }

    /** What can be done. Those that change more than others come less often. */
    enum Verb {
        ACQUIRE,
        ACQUIRE_MORE,
        ACQUIRE_AT_MOST,
        PEEK,
        RESERVE,
        RESERVE_MORE,
        COMMIT,
        CANCEL,
        REFUND,
        REFUND_AGAIN,
        PENALIZE,
        RELEASE,
        EXTEND,
        BLOCK,
        UNBLOCK,
        RESET
    }

    /** One act: a move, and what else has to be drawn. {@code end} picks a moment that time passes to, if it is above 0. */
    record Act(Verb verb, Move move, int policy, int permit, long ttl, int end) {}

    static Arbitrary<List<Act>> acts() {
        Arbitrary<Verb> verbs = Arbitraries.integers()
                .between(0, 99)
                .map(die -> die == 0 ? Verb.RESET : Verb.values()[die % (Verb.values().length - 1)]);
        return Combinators.combine(
                        verbs,
                        Histories.moves().map(moves -> moves.get(0)),
                        Arbitraries.integers().between(0, 11),
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.longs().between(1, 20),
                        Arbitraries.integers().between(-30, 28))
                .as(Act::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40)
                .withoutEdgeCases();
    }

    long time() {
        return time;
    }

    Policy policy(Act act) {
        return policies.get(act.policy % policies.size());
    }

    /** The operation that comes next; time has passed to it. */
    CounterOperation next(Act act) {
        Policy policy = policy(act);
        pass(act, policy);
        long cost = ExactKey.refuses(policy, Histories.cost(act.move, policy)) ? 1 : Histories.cost(act.move, policy);
        long any = Math.max(1, Math.abs(act.move.cost()));
        // Mostly one of the last few.
        int back = act.permit < 24 ? act.permit % 3 : act.permit;
        Permit permit = permits.get(permits.size() - 1 - back % permits.size());
        String id = act.permit % 9 == 8 ? permit.id() : "p" + issued++;
        return switch (act.verb) {
            case ACQUIRE, ACQUIRE_MORE -> new CounterOperation.Acquire(KEY, policy, cost, id, Deadline.NONE);
            case ACQUIRE_AT_MOST -> new CounterOperation.AcquireAtMost(KEY, policy, any, id, Deadline.NONE);
            case PEEK -> new CounterOperation.Peek(KEY, policy, cost, Deadline.NONE);
            case RESERVE, RESERVE_MORE -> {
                ends.add(time + act.ttl);
                yield new CounterOperation.Reserve(KEY, policy, cost, id, act.ttl, Deadline.NONE);
            }
            case COMMIT ->
                new CounterOperation.Commit(KEY, policy, permit.id(), Math.abs(act.move.cost()) % 9, Deadline.NONE);
            case CANCEL -> new CounterOperation.Cancel(KEY, permit.id(), Deadline.NONE);
            case REFUND, REFUND_AGAIN -> new CounterOperation.Refund(KEY, forged(permit, act), Deadline.NONE);
            case PENALIZE -> new CounterOperation.Penalize(KEY, policy, any, Deadline.NONE);
            case RELEASE -> new CounterOperation.Release(KEY, permit.id(), Deadline.NONE);
            case EXTEND -> new CounterOperation.Extend(KEY, permit.id(), Deadline.NONE);
            case BLOCK -> {
                ends.add(time + act.ttl);
                yield new CounterOperation.Block(KEY, act.ttl, Deadline.NONE);
            }
            case UNBLOCK -> new CounterOperation.Unblock(KEY, Deadline.NONE);
            case RESET -> new CounterOperation.Reset(KEY, Deadline.NONE);
        };
    }

    /** Now and then not what was issued: of another cost, time or version. */
    private static Permit forged(Permit permit, Act act) {
        return switch (act.end) {
            case 21 -> new Permit(permit.id(), Long.MAX_VALUE, permit.version(), permit.time());
            case 22 -> new Permit(permit.id(), permit.cost(), permit.version(), permit.time() + act.ttl);
            case 23 -> new Permit(permit.id(), permit.cost(), permit.version(), permit.time() - act.ttl);
            case 24 -> new Permit(permit.id(), permit.cost(), permit.version() + 1, permit.time());
            case 25 -> new Permit(permit.id(), permit.cost() + 1, permit.version(), permit.time());
            case 26 -> new Permit(permit.id(), Long.MAX_VALUE, permit.version(), Long.MAX_VALUE);
            default -> permit;
        };
    }

    private void pass(Act act, Policy policy) {
        if (act.end > 0 && act.end < 12 && !ends.isEmpty()) {
            long end = ends.get(ends.size() - 1 - act.permit % ends.size());
            // Not back, but for a moment before what was waited for last.
            time = Math.max(time, end - 1 + act.end % 3);
        } else if (act.end < 0) {
            time += act.ttl % 4;
        } else {
            time = Histories.time(act.move, policy, time, last);
        }
    }

    /** Notes what a decision gave, to be given back later. */
    void answered(CounterOperation operation, Outcome outcome) {
        if (!(outcome instanceof Decision decision)) {
            return;
        }
        last = decision;
        String id = operation instanceof CounterOperation.Acquire acquire
                ? acquire.permitId()
                : operation instanceof CounterOperation.AcquireAtMost acquire
                        ? acquire.permitId()
                        : operation instanceof CounterOperation.Reserve reserve ? reserve.id() : null;
        if (decision.allowed() && id != null) {
            permits.add(new Permit(id, decision.cost(), decision.version(), decision.timeMicros()));
            for (Limit limit : decision.policy().limits()) {
                ends.add(decision.timeMicros() + Micros.of(limit.period()));
            }
        }
    }
}
