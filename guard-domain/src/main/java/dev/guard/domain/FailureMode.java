package dev.guard.domain;

import java.util.Locale;

/** What guard does when the shared store cannot be asked. */
public enum FailureMode {
    /** The default: without the store there is no answer. Every operation raises {@link BackendUnavailableException}. */
    STRICT_DISTRIBUTED,
    /** Chosen in words: a declared share of the limit is judged locally, every answer says so, an event says why. */
    EXPLICIT_DEGRADED,
    /** There is no shared store: this process alone decides, and no socket is opened. */
    LOCAL_ONLY;

    /** The name in configuration files, environment variables and JSON: {@code strict_distributed} and so on. */
    public String settingName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
