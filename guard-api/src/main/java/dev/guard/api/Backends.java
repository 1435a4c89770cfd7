package dev.guard.api;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.BackendProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the backend on the class path, and never guesses: where none or more than one would do, it says what to add or to
 * set. Memory is taken only when it is asked for by name, since nothing shares it.
 */
final class Backends {

    static final String MEMORY = "memory";

    private Backends() {}

    static BackendProvider choose(@Nullable String name) {
        return choose(name, discovered());
    }

    static BackendProvider choose(@Nullable String name, List<BackendProvider> found) {
        Map<String, BackendProvider> providers = byName(found);
        if (name != null) {
            BackendProvider provider = providers.get(name);
            if (provider == null) {
                throw new GuardConfigurationException("backend is '" + name + "', and the class path has "
                        + (providers.isEmpty() ? "none" : "only " + String.join(", ", providers.keySet()))
                        + "; add dev.guard:guard-" + name + ", or name another");
            }
            return provider;
        }
        Map<String, BackendProvider> shared = new TreeMap<>(providers);
        shared.remove(MEMORY);
        if (shared.isEmpty()) {
            throw new GuardConfigurationException("no shared backend is on the class path; add"
                    + " dev.guard:guard-redis-lettuce, dev.guard:guard-redis-jedis or dev.guard:guard-hazelcast,"
                    + " or ask for backend memory with mode local_only");
        }
        if (shared.size() > 1) {
            throw new GuardConfigurationException("backend is not set, and the class path has "
                    + String.join(", ", shared.keySet()) + "; set it to one of them");
        }
        return shared.values().iterator().next();
    }

    private static Map<String, BackendProvider> byName(List<BackendProvider> found) {
        Map<String, BackendProvider> providers = new TreeMap<>();
        for (BackendProvider provider : found) {
            BackendProvider other = providers.put(provider.name(), provider);
            if (other != null) {
                throw new GuardConfigurationException("two providers call their backend '" + provider.name() + "', "
                        + other.getClass().getName() + " and "
                        + provider.getClass().getName()
                        + "; remove one of them from the class path");
            }
        }
        return providers;
    }

    private static List<BackendProvider> discovered() {
        List<BackendProvider> found = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())
                .forEach(found::add);
        return found;
    }
}
