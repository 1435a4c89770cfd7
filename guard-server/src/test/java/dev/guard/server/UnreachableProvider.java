package dev.guard.server;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import java.util.Set;

/** A backend whose store is never there; or, where its settings say so, always. */
public final class UnreachableProvider implements BackendProvider {

    static final String NAME = "unreachable";

    /** Called by {@link java.util.ServiceLoader}. */
    public UnreachableProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        settings.requireKnown(Set.of("reachable"));
        if (settings.number("reachable", 0, 0, 1) == 1) {
            return new SwitchableBackend(NAME);
        }
        throw new BackendUnavailableException(
                BackendUnavailableException.Reason.CONNECT, "Failed to connect to Redis at redis://:***@store:6379");
    }
}
