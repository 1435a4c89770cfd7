package dev.guard.memory;

import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;

/** Opens {@link MemoryBackend} under the name {@value MemoryBackend#NAME}. */
public final class MemoryBackendProvider implements BackendProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public MemoryBackendProvider() {}

    @Override
    public String name() {
        return MemoryBackend.NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        return MemoryBackend.open(settings);
    }
}
