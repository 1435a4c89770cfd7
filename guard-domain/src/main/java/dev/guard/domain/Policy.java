package dev.guard.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name, a version and one or more limits that are decided together: all of them admit a call, or none of them counts
 * it.
 *
 * <pre>{@code
 * Policy api = Policy.of("api", Limit.parse("20/1s"), Limit.parse("500/1h"));
 * }</pre>
 *
 * <p>Versions are ordered. The first call under a newer version converts what the store holds, in the way that
 * {@link #carry()} says; an older version is judged by the newer state and never converts it back.
 */
public final class Policy {

    private final String name;
    private final int version;
    private final List<Limit> limits;
    private final List<String> limitNames;
    private final Carry carry;
    private final boolean shadow;
    private final long blockOnExcess;
    private final boolean concurrency;

    /** Policies are looked up at every call. */
    private final int hash;

    private Policy(Builder builder) {
        this.name = builder.name;
        this.version = builder.version;
        this.limits = List.copyOf(builder.limits);
        this.limitNames = names(name, limits);
        this.carry = builder.carry;
        this.shadow = builder.shadow;
        this.blockOnExcess = builder.blockOnExcess;
        this.concurrency = limits.stream().anyMatch(limit -> limit.algorithm() == Algorithm.CONCURRENT);
        this.hash = Objects.hash(name, version, limits, carry, shadow, blockOnExcess);
    }

    /**
     * A policy of version 1 with these limits.
     *
     * @throws GuardConfigurationException if the name is empty or there is no limit
     */
    public static Policy of(String name, Limit... limits) {
        Builder builder = builder(name);
        for (Limit limit : limits) {
            builder.limit(limit);
        }
        return builder.build();
    }

    /** The first step to a policy of that name. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * The same policy with other limits: name, version and all else stay.
     *
     * @throws GuardConfigurationException if there is no limit, or two have one name
     */
    public Policy withLimits(List<Limit> others) {
        Builder builder = builder(name).version(version).carry(carry);
        others.forEach(builder::limit);
        builder.shadow = shadow;
        builder.blockOnExcess = blockOnExcess;
        return builder.build();
    }

    /** The policy's name, part of every key. */
    public String name() {
        return name;
    }

    /** The version of the policy's numbers, 1 or more. */
    public int version() {
        return version;
    }

    /** The limits in declared order. */
    public List<Limit> limits() {
        return limits;
    }

    /**
     * The name of the limit at {@code index}: its own if it has one; else the policy's where there is a single limit, and
     * {@code <policy>-<n>}, counted from 1, where there are several.
     */
    public String limitName(int index) {
        return limitNames.get(index);
    }

    /** What a newer version makes of the usage it finds. */
    public Carry carry() {
        return carry;
    }

    /** Whether the whole policy is evaluated and reported, but not enforced. */
    public boolean isShadow() {
        return shadow;
    }

    /** For how long a call that an enforced limit denies blocks its key, in microseconds; 0 where it does not. */
    public long blockOnExcessMicros() {
        return blockOnExcess;
    }

    /** Whether a limit is one of concurrency, so that every permit has an id and is to be given back. */
    public boolean hasConcurrency() {
        return concurrency;
    }

    /**
     * The key of a subject of a tenant under this policy.
     *
     * @throws InvalidArgumentException if the tenant is empty
     */
    public Key key(String tenant, String subject) {
        return new Key(tenant, name, subject);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Policy that
                && name.equals(that.name)
                && version == that.version
                && limits.equals(that.limits)
                && carry == that.carry
                && shadow == that.shadow
                && blockOnExcess == that.blockOnExcess;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return name + " (version " + version + "): " + limits + (shadow ? " in shadow" : "")
                + (blockOnExcess == 0 ? "" : " blocking for " + Periods.text(blockOnExcess));
    }

    private static List<String> names(String policy, List<Limit> limits) {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < limits.size(); i++) {
            String name = limits.get(i).name().orElse(limits.size() == 1 ? policy : policy + "-" + (i + 1));
            if (!seen.add(name)) {
                throw new GuardConfigurationException(
                        "policy '" + policy + "' has two limits named '" + name + "', expected a name for each");
            }
            names.add(name);
        }
        return List.copyOf(names);
    }

    /** Collects the parts of a policy. Not for use by several threads at once. */
    public static final class Builder {
        private final String name;
        private final List<Limit> limits = new ArrayList<>();
        private int version = 1;
        private Carry carry = Carry.AS_IS;
        private boolean shadow;
        private long blockOnExcess;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /** Adds a limit; the order of the limits is kept, and decides between equals. */
        public Builder limit(Limit limit) {
            limits.add(Objects.requireNonNull(limit, "limit"));
            return this;
        }

        /** Sets the version, 1 or more; 1 where it is not set. */
        public Builder version(int version) {
            this.version = version;
            return this;
        }

        /** Sets what this version makes of the usage of an older one; {@link Carry#AS_IS} where it is not set. */
        public Builder carry(Carry carry) {
            this.carry = Objects.requireNonNull(carry, "carry");
            return this;
        }

        /** Evaluates and reports the whole policy without enforcing it. */
        public Builder inShadow() {
            this.shadow = true;
            return this;
        }

        /**
         * Blocks a key for this long when an enforced limit denies a call on it; calls during a block do not extend it.
         *
         * @throws GuardConfigurationException if the duration is not a whole number of microseconds, 1 or more
         */
        public Builder blockOnExcess(Duration duration) {
            this.blockOnExcess = Periods.of("the block on excess of policy '" + name + "'", duration);
            return this;
        }

        /**
         * The policy.
         *
         * @throws GuardConfigurationException if the name is empty, the version is below 1, there is no limit, or two
         *     limits have one name
         */
        public Policy build() {
            if (name.isEmpty()) {
                throw new GuardConfigurationException("the policy's name is empty, expected a name");
            }
            if (version < 1) {
                throw new GuardConfigurationException(
                        "policy '" + name + "' has version " + version + ", expected 1 or more");
            }
            if (limits.isEmpty()) {
                throw new GuardConfigurationException("policy '" + name + "' has no limit, expected at least one");
            }
            return new Policy(this);
        }
    }
}
