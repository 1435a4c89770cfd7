package dev.guard.redis.lettuce;

import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;

/** Opens {@link LettuceBackend} under the name {@value LettuceBackend#NAME}. */
public final class LettuceBackendProvider implements BackendProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public LettuceBackendProvider() {}

    @Override
    public String name() {
        return LettuceBackend.NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        return LettuceBackend.open(settings);
    }
}
