package com.example.guard.h2;

import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;

/** Opens {@link H2Backend} where a configuration names it. */
public final class H2BackendProvider implements BackendProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public H2BackendProvider() {}

    @Override
    public String name() {
        return H2Backend.NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        return H2Backend.open(settings);
    }
}
