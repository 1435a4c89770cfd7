package dev.guard.server;

import dev.guard.api.Degradation;
import dev.guard.api.Guard;
import dev.guard.domain.Policy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The policies of a file, and what it says of single ones for the time that the store is away.
 *
 * @param all the policies, in their order
 * @param degraded by the name of a policy what may be judged locally
 * @param failClosed the names of those of which nothing is, whatever is said of the others
 * @param localOnly the names of those that are counted in this process alone, always
 */
record DeclaredPolicies(
        List<Policy> all, Map<String, Degradation> degraded, Set<String> failClosed, Set<String> localOnly) {

    static final DeclaredPolicies NONE = new DeclaredPolicies(List.of(), Map.of(), Set.of(), Set.of());

    /** Those of which something is said that means nothing without a shared store. */
    Set<String> ofOtherModes() {
        Set<String> names = new TreeSet<>(degraded.keySet());
        names.addAll(failClosed);
        names.addAll(localOnly);
        return names;
    }

    /** Says to a guard that is to be built what the file says of modes. */
    void declareModes(Guard.Builder builder) {
        degraded.forEach(builder::whenUnavailable);
        failClosed.forEach(builder::failClosed);
        localOnly.forEach(builder::localOnly);
    }
}
