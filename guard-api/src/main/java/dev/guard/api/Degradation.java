package dev.guard.api;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What one instance may give out by itself while the shared store is away, and for how long: said in words, never a default.
 *
 * <pre>{@code
 * Guard.builder().whenUnavailable(Degradation.share(4).atMost(Duration.ofMinutes(5)))
 * }</pre>
 *
 * <p>Local counts begin at zero with each outage and are dropped when it ends. So all instances together admit, for each outage, at most
 * the limit once more where the share is right, and more where more instances run than were said.
 */
public final class Degradation {

    /** How long an outage may be answered locally where it is not said. */
    public static final Duration DEFAULT_AT_MOST = Duration.ofMinutes(5);

    private static final Duration MOST = Duration.ofDays(1);

    private final UnaryOperator<Policy> local;
    private final String text;
    private final Duration atMost;

    private Degradation(UnaryOperator<Policy> local, String text, Duration atMost) {
        this.local = local;
        this.text = text;
        this.atMost = atMost;
    }

    /**
     * Each limit divided by the number of instances, see {@link Limit#share}.
     *
     * @param instances how many instances share the limits, 1 or more
     * @throws GuardConfigurationException if it is below 1
     */
    public static Degradation share(int instances) {
        if (instances < 1) {
            throw new GuardConfigurationException("share is " + instances + ", expected 1 or more instances");
        }
        return new Degradation(
                policy -> policy.withLimits(policy.limits().stream()
                        .map(limit -> limit.share(instances))
                        .toList()),
                "1/" + instances + " of the limits",
                DEFAULT_AT_MOST);
    }

    /**
     * Limits of their own, in place of those of the policy.
     *
     * @param limits at least one, none of them a concurrency limit: what is held is known to the shared store alone
     * @throws GuardConfigurationException if there is none, or one is a concurrency limit
     */
    public static Degradation limits(Limit... limits) {
        List<Limit> own = List.of(limits);
        // A policy of these limits says what is wrong with them.
        Policy probe = Policy.of("local", limits);
        if (probe.hasConcurrency()) {
            throw new GuardConfigurationException("the local limits " + own
                    + " have a concurrency limit, expected limits of permits that are not given back");
        }
        return new Degradation(policy -> policy.withLimits(own), "the limits " + own, DEFAULT_AT_MOST);
    }

    /**
     * The same for another length of an outage; after that, calls are unavailable.
     *
     * @param duration above zero, a day at most
     * @throws GuardConfigurationException if it is not in that range
     */
    public Degradation atMost(Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MOST) > 0) {
            throw new GuardConfigurationException(
                    "the longest time to be degraded is " + duration + ", expected more than zero and at most a day");
        }
        return new Degradation(local, text, duration);
    }

    /** How long an outage may be answered locally. */
    public Duration atMost() {
        return atMost;
    }

    /** The policy that is judged locally in place of this one, under the same name. */
    public Policy of(Policy policy) {
        return local.apply(policy);
    }

    @Override
    public String toString() {
        return text + " for " + Micros.of(atMost) / 1_000_000 + " s at most";
    }
}
