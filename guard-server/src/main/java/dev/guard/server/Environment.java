package dev.guard.server;

import java.util.Map;
import java.util.Optional;

/** The environment variables. One that is set to nothing counts as not set. */
final class Environment {

    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }

    boolean has(String name) {
        return get(name).isPresent();
    }

    /** Whether counters shall be in memory whatever else is set: only the word {@code true} asks for it. */
    boolean isDemo() {
        return get("DEMO_MODE").filter("true"::equals).isPresent();
    }
}
