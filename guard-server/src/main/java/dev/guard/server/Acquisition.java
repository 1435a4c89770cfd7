package dev.guard.server;

import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for: permits of a policy, for a subject of a tenant.
 *
 * @param policy the policy's name
 * @param subject who is limited; null for the client's own address
 * @param tenant whose subjects these are; null where the request names none
 * @param cost the permits
 */
record Acquisition(
        String policy, @Nullable String subject, @Nullable String tenant, long cost) {

    /** The longest policy, tenant or subject in characters: beyond it is no name, but somebody filling the store. */
    static final int LONGEST = 1_024;

    Acquisition {
        checkText("policy", policy);
        checkText("subject", subject);
        checkText("tenant", tenant);
        if (tenant != null && tenant.isEmpty()) {
            throw new InvalidArgumentException("tenant is empty, expected a name, or no tenant");
        }
        if (cost < 1) {
            throw new InvalidArgumentException("cost is " + cost + ", expected a whole number of 1 or more");
        }
    }

    /** Whether the request speaks for somebody else than the peer. */
    boolean namesSomebody() {
        return subject != null || tenant != null;
    }

    String tenantOrDefault() {
        return tenant == null ? Key.DEFAULT_TENANT : tenant;
    }

    private static void checkText(String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.length() > LONGEST) {
            throw new InvalidArgumentException(
                    field + " is " + text.length() + " characters long, expected at most " + LONGEST);
        }
        if (!isUnicode(text)) {
            throw new InvalidArgumentException(field + " is not Unicode text: it has half of a surrogate pair");
        }
    }

    /** Half a pair cannot be written as UTF-8: two subjects that differ in it alone would become one in a store. */
    private static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
