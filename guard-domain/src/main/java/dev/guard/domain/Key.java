package dev.guard.domain;

import java.util.Objects;

/**
 * Who is counted, and for what: a tenant, the name of a policy and a subject. Two keys that differ in any part never
 * share state, whatever characters the parts hold.
 *
 * @param tenant the tenant, {@value #DEFAULT_TENANT} where there are none; not empty
 * @param policy the policy's name; not empty
 * @param subject who is limited: a user, an address, an API key; may be empty
 */
public record Key(String tenant, String policy, String subject) {

    /** The tenant of a deployment that has none. */
    public static final String DEFAULT_TENANT = "default";

    /**
     * Checks the parts.
     *
     * @throws InvalidArgumentException if the tenant or the policy is empty
     */
    public Key {
        if (tenant.isEmpty()) {
            throw new InvalidArgumentException(
                    "tenant is empty, expected a name (or none, for '" + DEFAULT_TENANT + "')");
        }
        if (policy.isEmpty()) {
            throw new InvalidArgumentException("policy is empty, expected the name of a policy");
        }
        Objects.requireNonNull(subject, "subject");
    }

    /** The key of a subject under a policy, for the tenant {@value #DEFAULT_TENANT}. */
    public static Key of(String policy, String subject) {
        return new Key(DEFAULT_TENANT, policy, subject);
    }
}
