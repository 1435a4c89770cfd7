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
 *
 * <p>A decision of one limit holds the state that it left and works its numbers out when they are asked for: most callers
 * only want to know whether they may pass, and should not pay for the rest.
 *
 * <p>Two decisions are equal when they say the same, at whatever time each was made.
 */
public abstract sealed class Decision implements Outcome permits Allowed, Denied {

    private final Figures figures;
    private final long cost;
    private final long x;
    private final long y;
    private final long now;

    Decision(Figures figures, long cost, long x, long y, long now) {
        this.figures = figures;
        this.cost = cost;
        this.x = x;
        this.y = y;
        this.now = now;
    }

    /**
     * The decision of a policy's only limit, whose figures are read from the limit's state when they are asked for.
     *
     * @param x the first word of the state that the decision left
     * @param y the second word of it
     * @param now the time of the decision, in microseconds since the epoch
     */
    public static Decision ofFigures(Figures figures, boolean allowed, long cost, long x, long y, long now) {
        return allowed
                ? new Allowed(figures, cost, x, y, now)
                : new Denied(figures, cost, x, y, now, Denied.Reason.LIMIT);
    }

    /**
     * The decision that follows from how the call was judged and what each limit says.
     *
     * @param cost the permits that were taken, or asked for in vain
     * @param limits one status for each limit that was judged, in declared order: the policy's, or those of a newer version
     * @throws IllegalArgumentException if there is none
     */
    public static Decision of(
            Policy policy, DecisionSource source, Judgement judgement, long cost, List<LimitStatus> limits) {
        if (limits.isEmpty()) {
            throw new IllegalArgumentException(
                    "no status, expected one for each limit of policy '" + policy.name() + "'");
        }
        boolean allowed = judgement.allowed();
        boolean anyEnforced = anyEnforced(limits);
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
            // Where no limit is enforced, a denial is a block's, and what a limit in shadow says has no part in its
            // wait.
            if (!allowed && limit.enforced() && !limit.admits()) {
                retryAfter = Math.max(retryAfter, limit.retryAfterMicros());
            }
            if (bound < 0 || binds(limit, limits.get(bound), allowed)) {
                bound = i;
            }
        }
        List<LimitStatus> statuses = List.copyOf(limits);
        long nextAfter = limits.get(bound).nextAfterMicros();
        Denied.Reason reason =
                limits.get(bound).algorithm() == Algorithm.CONCURRENT ? Denied.Reason.CONCURRENCY : Denied.Reason.LIMIT;
        if (judgement.blockedFor() > 0 && !policy.isShadow()) {
            // What the limits have left is back when the block ends, and only what they have not is waited for longer.
            nextAfter = remaining > 0 ? judgement.blockedFor() : Math.max(nextAfter, judgement.blockedFor());
            remaining = 0;
            retryAfter = Math.max(retryAfter, judgement.blockedFor());
            resetAfter = Math.max(resetAfter, judgement.blockedFor());
            if (judgement.blocked()) {
                bound = -1;
                reason = Denied.Reason.BLOCKED;
            }
        }
        Figures figures = new StatedFigures(
                policy, source, judgement, bound, statuses, remaining, retryAfter, resetAfter, nextAfter);
        return allowed
                ? new Allowed(figures, cost, 0, 0, judgement.time())
                : new Denied(figures, cost, 0, 0, judgement.time(), reason);
    }

    private static boolean anyEnforced(List<LimitStatus> limits) {
        for (LimitStatus limit : limits) {
            if (limit.enforced()) {
                return true;
            }
        }
        return false;
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
        return figures.policy();
    }

    /** The bound limit; none where no limit decided: while a key is blocked, or a local table is full. */
    public Optional<LimitStatus> limit() {
        int bound = figures.bound();
        return bound < 0 ? Optional.empty() : Optional.of(limits().get(bound));
    }

    /** What every limit says, in declared order; empty where no limit was looked at. */
    public List<LimitStatus> limits() {
        List<LimitStatus> limits = figures.limits();
        if (limits != null) {
            return limits;
        }
        LimitNumbers numbers = policy().limits().get(0).numbers();
        return List.of(new LimitStatus(
                policy().limitName(0),
                numbers.algorithm(),
                numbers.capacity(),
                numbers.period(),
                remaining(),
                retryAfterMicros(),
                resetAfterMicros(),
                nextAfterMicros(),
                allowed(),
                true));
    }

    /** The bound limit's capacity, 0 where there is none. */
    public long capacity() {
        int bound = figures.bound();
        if (bound < 0) {
            return 0;
        }
        List<LimitStatus> limits = figures.limits();
        return limits == null
                ? policy().limits().get(0).capacity()
                : limits.get(bound).capacity();
    }

    /** The permits that the call took or, where it is denied, asked for. */
    public long cost() {
        return cost;
    }

    /** The version of the policy that the key is counted under: the policy's own, or a newer one that it has seen. */
    public int version() {
        return figures.version();
    }

    /** The store's time of the decision, in microseconds since the epoch. */
    public long timeMicros() {
        return now;
    }

    /** Whole permits left after the decision: the least over the enforced limits, 0 or more. */
    public long remaining() {
        return figures.remaining(x, y, now);
    }

    /** Until this cost may pass, if nothing else touches the key; zero when allowed, ten years when it never may. */
    public Duration retryAfter() {
        return Micros.toDuration(retryAfterMicros());
    }

    /** {@link #retryAfter} in microseconds; {@link Micros#NEVER} where waiting is of no use. */
    public long retryAfterMicros() {
        return allowed() ? 0 : figures.retryAfter(x, y, now, cost);
    }

    /** Until every enforced limit is as if nothing had been used. */
    public Duration resetAfter() {
        return Micros.toDuration(resetAfterMicros());
    }

    /** {@link #resetAfter} in microseconds. */
    public long resetAfterMicros() {
        return figures.resetAfter(x, y, now);
    }

    /** Until the bound limit's next permit returns, in microseconds; 0 where it is full, {@link Micros#NEVER} for none. */
    public long nextAfterMicros() {
        return figures.nextAfter(x, y, now);
    }

    /** Whether a limit in shadow, or a policy in shadow, would have denied the call. */
    public boolean shadowDenied() {
        if (policy().isShadow() && figures.blocked()) {
            return true;
        }
        for (LimitStatus limit : limits()) {
            if (!limit.enforced() && !limit.admits()) {
                return true;
            }
        }
        return false;
    }

    /**
     * How the call was judged: with it, {@link #cost} and {@link #limits}, {@link #of} makes this decision again wherever it has been
     * sent, unless it was denied for want of capacity.
     */
    public Judgement judgement() {
        return figures.judgement(allowed(), now);
    }

    /** Which backend decided, in which mode. */
    public DecisionSource source() {
        return figures.source();
    }

    /** Whether the shared store was not asked because it was away. */
    public boolean degraded() {
        return source().degraded();
    }

    /** The name of the backend that decided. */
    public String backend() {
        return source().backend();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Decision that
                && allowed() == that.allowed()
                && policy().equals(that.policy())
                && source().equals(that.source())
                && figures.bound() == that.figures.bound()
                && cost == that.cost
                && version() == that.version()
                && figures.blocked() == that.figures.blocked()
                && remaining() == that.remaining()
                && retryAfterMicros() == that.retryAfterMicros()
                && resetAfterMicros() == that.resetAfterMicros()
                && nextAfterMicros() == that.nextAfterMicros()
                && reasonOrNull() == that.reasonOrNull()
                && limits().equals(that.limits());
    }

    @Override
    public int hashCode() {
        return Objects.hash(allowed(), policy(), cost, remaining(), retryAfterMicros(), resetAfterMicros());
    }

    @Override
    public String toString() {
        Denied.Reason reason = reasonOrNull();
        return (reason == null ? "Allowed" : "Denied(" + reason + ")") + "[policy="
                + policy().name() + ", cost=" + cost + ", remaining=" + remaining() + ", retryAfter="
                + micros(retryAfterMicros()) + ", resetAfter=" + micros(resetAfterMicros()) + ", limits=" + limits()
                + ", source=" + source() + "]";
    }

    private static String micros(long micros) {
        return micros == Micros.NEVER ? "never" : micros + "us";
    }

    abstract Denied.@Nullable Reason reasonOrNull();
}
