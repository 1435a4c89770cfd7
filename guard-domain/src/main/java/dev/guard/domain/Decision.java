package dev.guard.domain;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one call: {@link Allowed} or {@link Denied}, and what the policy's limits say after it.
 *
 * <p>There is no third answer. A store that could not be asked raises {@link BackendUnavailableException}; nobody was
 * judged then. Every time is counted from the decision, by the clock of the store that made it.
 *
 * <p>The <em>bound</em> limit is the one that decides: when allowed the enforced limit with the least remaining, when
 * denied the denying one with the longest wait, among equals the first declared. Numbers without a limit's name are the
 * bound limit's or, for {@link #remaining}, {@link #retryAfter} and {@link #resetAfter}, the least or the latest over
 * all enforced limits.
 */
public abstract sealed class Decision implements Outcome permits Allowed, Denied {

    private final Policy policy;
    private final DecisionSource source;
    private final int bound;
    private final @Nullable List<LimitStatus> limits;
    private final long cost;
    private final long remaining;
    private final long retryAfter;
    private final long resetAfter;
    private final long nextAfter;

    /** With {@code limits} null, the policy has one enforced limit, and the numbers given here are all there is to it. */
    Decision(
            Policy policy,
            DecisionSource source,
            int bound,
            @Nullable List<LimitStatus> limits,
            long cost,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter) {
        this.policy = policy;
        this.source = source;
        this.bound = bound;
        this.limits = limits;
        this.cost = cost;
        this.remaining = remaining;
        this.retryAfter = retryAfter;
        this.resetAfter = resetAfter;
        this.nextAfter = nextAfter;
    }

    /**
     * The decision of a policy's only limit, for stores that judge such a policy without the general model. All times are
     * in microseconds; {@code retryAfter} is 0 exactly when the call is allowed.
     */
    public static Decision ofOnlyLimit(
            Policy policy,
            DecisionSource source,
            boolean allowed,
            long cost,
            long remaining,
            long retryAfter,
            long resetAfter,
            long nextAfter) {
        return allowed
                ? new Allowed(policy, source, 0, null, cost, remaining, 0, resetAfter, nextAfter)
                : new Denied(
                        policy,
                        source,
                        0,
                        null,
                        cost,
                        remaining,
                        retryAfter,
                        resetAfter,
                        nextAfter,
                        Denied.Reason.LIMIT);
    }

    /**
     * The decision that follows from what each limit says.
     *
     * @param limits one status for each limit that was judged, in declared order: the policy's, or those of a newer version
     * @throws IllegalArgumentException if there is none
     */
    public static Decision of(
            Policy policy, DecisionSource source, boolean allowed, long cost, List<LimitStatus> limits) {
        if (limits.isEmpty()) {
            throw new IllegalArgumentException(
                    "no status, expected one for each limit of policy '" + policy.name() + "'");
        }
        boolean anyEnforced = limits.stream().anyMatch(LimitStatus::enforced);
        int bound = -1;
        long remaining = Long.MAX_VALUE;
        long retryAfter = 0;
        long resetAfter = 0;
        for (int i = 0; i < limits.size(); i++) {
            LimitStatus limit = limits.get(i);
            if (anyEnforced && !limit.enforced()) {
                continue;
            }
            remaining = Math.min(remaining, limit.remaining());
            resetAfter = Math.max(resetAfter, limit.resetAfterMicros());
            if (!allowed && !limit.admits()) {
                retryAfter = Math.max(retryAfter, limit.retryAfterMicros());
            }
            if (bound < 0 || binds(limit, limits.get(bound), allowed)) {
                bound = i;
            }
        }
        List<LimitStatus> statuses = List.copyOf(limits);
        long nextAfter = limits.get(bound).nextAfterMicros();
        return allowed
                ? new Allowed(policy, source, bound, statuses, cost, remaining, 0, resetAfter, nextAfter)
                : new Denied(
                        policy,
                        source,
                        bound,
                        statuses,
                        cost,
                        remaining,
                        retryAfter,
                        resetAfter,
                        nextAfter,
                        Denied.Reason.LIMIT);
    }

    private static boolean binds(LimitStatus limit, LimitStatus soFar, boolean allowed) {
        if (allowed) {
            return limit.remaining() < soFar.remaining();
        }
        if (limit.admits() != soFar.admits()) {
            return !limit.admits();
        }
        return !limit.admits() && limit.retryAfterMicros() > soFar.retryAfterMicros();
    }

    /** Whether the call may pass. */
    public abstract boolean allowed();

    /** The policy that was asked. */
    public Policy policy() {
        return policy;
    }

    /** The bound limit; none where no limit decided: while a key is blocked, or a local table is full. */
    public Optional<LimitStatus> limit() {
        return bound < 0 ? Optional.empty() : Optional.of(limits().get(bound));
    }

    /** What every limit says, in declared order; empty where no limit was looked at. */
    public List<LimitStatus> limits() {
        if (limits != null) {
            return limits;
        }
        LimitNumbers numbers = policy.limits().get(0).numbers();
        return List.of(new LimitStatus(
                policy.limitName(0),
                numbers.capacity(),
                numbers.period(),
                remaining,
                retryAfter,
                resetAfter,
                nextAfter,
                allowed(),
                true));
    }

    /** The bound limit's capacity, 0 where there is none. */
    public long capacity() {
        if (bound < 0) {
            return 0;
        }
        return limits == null
                ? policy.limits().get(0).capacity()
                : limits.get(bound).capacity();
    }

    /** The permits that the call asked for. */
    public long cost() {
        return cost;
    }

    /** Whole permits left after the decision: the least over the enforced limits, 0 or more. */
    public long remaining() {
        return remaining;
    }

    /** Until this cost may pass, if nothing else touches the key; zero when allowed, ten years when it never may. */
    public Duration retryAfter() {
        return Micros.toDuration(retryAfter);
    }

    /** {@link #retryAfter} in microseconds; {@link Micros#NEVER} where waiting is of no use. */
    public long retryAfterMicros() {
        return retryAfter;
    }

    /** Until every enforced limit is as if nothing had been used. */
    public Duration resetAfter() {
        return Micros.toDuration(resetAfter);
    }

    /** {@link #resetAfter} in microseconds. */
    public long resetAfterMicros() {
        return resetAfter;
    }

    /** Until the bound limit's next permit returns, in microseconds; 0 where it is full, {@link Micros#NEVER} for none. */
    public long nextAfterMicros() {
        return nextAfter;
    }

    /** Whether a limit in shadow, or a policy in shadow, would have denied the call. */
    public boolean shadowDenied() {
        for (LimitStatus limit : limits()) {
            if (!limit.enforced() && !limit.admits()) {
                return true;
            }
        }
        return false;
    }

    /** Which backend decided, in which mode. */
    public DecisionSource source() {
        return source;
    }

    /** Whether the shared store was not asked because it was away. */
    public boolean degraded() {
        return source.degraded();
    }

    /** The name of the backend that decided. */
    public String backend() {
        return source.backend();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Decision that
                && allowed() == that.allowed()
                && policy.equals(that.policy)
                && source.equals(that.source)
                && bound == that.bound
                && cost == that.cost
                && remaining == that.remaining
                && retryAfter == that.retryAfter
                && resetAfter == that.resetAfter
                && nextAfter == that.nextAfter
                && reasonOrNull() == that.reasonOrNull()
                && limits().equals(that.limits());
    }

    @Override
    public int hashCode() {
        return Objects.hash(allowed(), policy, cost, remaining, retryAfter, resetAfter);
    }

    @Override
    public String toString() {
        Denied.Reason reason = reasonOrNull();
        return (reason == null ? "Allowed" : "Denied(" + reason + ")") + "[policy=" + policy.name() + ", cost=" + cost
                + ", remaining=" + remaining + ", retryAfter=" + micros(retryAfter) + ", resetAfter="
                + micros(resetAfter) + ", limits=" + limits() + ", source=" + source + "]";
    }

    private static String micros(long micros) {
        return micros == Micros.NEVER ? "never" : micros + "us";
    }

    abstract Denied.@Nullable Reason reasonOrNull();
}
