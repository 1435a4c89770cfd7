package dev.guard.domain.backend;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardConfigurationException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a backend is opened with: the texts of the settings {@code backends.<name>.*}, the same from YAML, environment
 * and builder, the mode of the guard that opens it and, in tests, the time.
 *
 * <p>A provider first says which settings it knows, so that a misspelt one is refused and never overlooked.
 */
public final class BackendSettings {

    private final String backend;
    private final Map<String, String> values;
    private final DecisionSource source;
    private final Optional<InstantSource> time;

    private BackendSettings(
            String backend, Map<String, String> values, DecisionSource source, Optional<InstantSource> time) {
        this.backend = backend;
        this.values = Map.copyOf(values);
        this.source = source;
        this.time = time;
    }

    /** The settings of a backend by their names without {@code backends.<name>.}, in strict mode. */
    public static BackendSettings of(String backend, Map<String, String> values) {
        return new BackendSettings(
                backend, values, DecisionSource.of(backend, FailureMode.STRICT_DISTRIBUTED), Optional.empty());
    }

    /** The same settings for a guard of that mode. */
    public BackendSettings withMode(FailureMode mode) {
        return new BackendSettings(backend, values, DecisionSource.of(backend, mode), time);
    }

    /** The same settings for a store that stands in for one that is away: its decisions say so. */
    public BackendSettings standingIn() {
        return new BackendSettings(backend, values, DecisionSource.STAND_IN, time);
    }

    /**
     * The same settings under an injected time. For tests: no configuration can set it.
     *
     * @param time the time that the store shall believe in; it must not run backwards
     */
    public BackendSettings withTime(InstantSource time) {
        return new BackendSettings(backend, values, source, Optional.of(time));
    }

    /** The injected time, if there is one. */
    public Optional<InstantSource> time() {
        return time;
    }

    /** What the backend's decisions say of where they come from. */
    public DecisionSource source() {
        return source;
    }

    /**
     * Refuses every setting that is not one of these.
     *
     * @throws GuardConfigurationException if there is another one; the detail names it and lists the known ones
     */
    public void requireKnown(Collection<String> known) {
        for (String name : new TreeMap<>(values).keySet()) {
            if (!known.contains(name)) {
                throw new GuardConfigurationException("unknown setting " + fullName(name) + ", expected "
                        + (known.isEmpty() ? "none" : "one of " + String.join(", ", new TreeSet<>(known))));
            }
        }
    }

    /** The text of a setting, if it is set. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /**
     * A whole number.
     *
     * @param name the setting
     * @param fallback what it is where it is not set
     * @param least the least value, inclusive
     * @param most the greatest value, inclusive
     * @throws GuardConfigurationException if it is no whole number in that range
     */
    public long number(String name, long fallback, long least, long most) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw new GuardConfigurationException(
                fullName(name) + " is '" + text.get() + "', expected a whole number from " + least + " to " + most);
    }

    /** The name of a setting as users write it. */
    public String fullName(String name) {
        return "backends." + backend + "." + name;
    }
}
