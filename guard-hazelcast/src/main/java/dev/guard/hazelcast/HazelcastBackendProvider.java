package dev.guard.hazelcast;

import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;

/** Opens {@link HazelcastBackend} under the name {@value HazelcastBackend#NAME}. */
public final class HazelcastBackendProvider implements BackendProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public HazelcastBackendProvider() {}

    @Override
    public String name() {
        return HazelcastBackend.NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        return HazelcastBackend.open(settings);
    }

    @Override
    public Backend openForAudit(BackendSettings settings) {
        return HazelcastBackend.openForAudit(settings);
    }
}
