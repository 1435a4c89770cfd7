package dev.guard.domain.counter;

import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.util.ArrayList;
import java.util.List;

/**
 * One key under one version of a policy, as docs/contract.md describes it: the second opinion on {@link CounterModel}.
 */
final class ExactKey {

    private static final long NOTHING_WRITTEN = Long.MIN_VALUE;

    private final Policy policy;
    private List<ExactLimit> counted = List.of();
    private long written = NOTHING_WRITTEN;

    ExactKey(Policy policy) {
        this.policy = policy;
    }

    /** What a decision says, in plain values. */
    record Answer(
            boolean allowed,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter,
            int bound,
            boolean shadowDenied,
            List<LimitStatus> limits) {}

    boolean refuses(long cost) {
        return cost < 1
                || policy.limits().stream()
                        .anyMatch(limit -> limit.capacity() > 0 && !limit.isShadow() && cost > limit.capacity());
    }

    Answer acquire(long cost, long storeTime) {
        return judge(cost, storeTime, true);
    }

    Answer peek(long cost, long storeTime) {
        return judge(cost, storeTime, false);
    }

    private Answer judge(long cost, long storeTime, boolean charge) {
        long now = Math.max(storeTime, written);
        boolean forgotten = written == NOTHING_WRITTEN || now - written >= Micros.TEN_YEARS;
        List<ExactLimit> limits = forgotten ? fresh() : counted;
        boolean[] admits = new boolean[limits.size()];
        boolean wouldAllow = true;
        for (int i = 0; i < admits.length; i++) {
            admits[i] = limits.get(i).admits(now, cost);
            wouldAllow &= admits[i] || policy.limits().get(i).isShadow();
        }
        if (charge && wouldAllow) {
            for (int i = 0; i < admits.length; i++) {
                if (admits[i]) {
                    limits.get(i).charge(now, cost);
                }
            }
            counted = limits;
            written = limits.stream().allMatch(limit -> limit.isFull(now)) ? NOTHING_WRITTEN : now;
        }
        return answer(limits, cost, now, admits, wouldAllow || policy.isShadow());
    }

    private List<ExactLimit> fresh() {
        return policy.limits().stream().map(ExactLimit::of).toList();
    }

    private Answer answer(List<ExactLimit> limits, long cost, long now, boolean[] admits, boolean allowed) {
        List<LimitStatus> statuses = new ArrayList<>();
        for (int i = 0; i < admits.length; i++) {
            statuses.add(status(i, limits.get(i), cost, now, admits[i]));
        }
        List<Integer> counting = new ArrayList<>();
        for (int i = 0; i < admits.length; i++) {
            if (statuses.get(i).enforced()) {
                counting.add(i);
            }
        }
        if (counting.isEmpty()) {
            for (int i = 0; i < admits.length; i++) {
                counting.add(i);
            }
        }
        long remaining = Long.MAX_VALUE;
        long reset = 0;
        long retry = 0;
        int bound = -1;
        for (int i : counting) {
            LimitStatus status = statuses.get(i);
            remaining = Math.min(remaining, status.remaining());
            reset = Math.max(reset, status.resetAfterMicros());
            if (!allowed) {
                retry = Math.max(retry, status.retryAfterMicros());
            }
        }
        for (int i : counting) {
            LimitStatus status = statuses.get(i);
            boolean binds =
                    allowed ? status.remaining() == remaining : !status.admits() && status.retryAfterMicros() == retry;
            if (bound < 0 && binds) {
                bound = i;
            }
        }
        boolean shadowDenied = statuses.stream().anyMatch(status -> !status.enforced() && !status.admits());
        return new Answer(
                allowed, remaining, retry, reset, statuses.get(bound).nextAfterMicros(), bound, shadowDenied, statuses);
    }

    private LimitStatus status(int index, ExactLimit exact, long cost, long now, boolean admits) {
        Limit limit = policy.limits().get(index);
        return new LimitStatus(
                policy.limitName(index),
                limit.capacity(),
                exact.period,
                exact.remaining(now),
                admits ? 0 : exact.retryAfter(now, cost),
                exact.resetAfter(now),
                exact.nextAfter(now),
                admits,
                !limit.isShadow() && !policy.isShadow());
    }
}
