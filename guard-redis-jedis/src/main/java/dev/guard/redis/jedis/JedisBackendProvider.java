package dev.guard.redis.jedis;

import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;

/** Opens {@link JedisBackend} under the name {@value JedisBackend#NAME}. */
public final class JedisBackendProvider implements BackendProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public JedisBackendProvider() {}

    @Override
    public String name() {
        return JedisBackend.NAME;
    }

    @Override
    public Backend open(BackendSettings settings) {
        return JedisBackend.open(settings);
    }
}
