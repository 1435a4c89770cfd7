package dev.guard.redis.rules;

import dev.guard.api.Guard;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The backend that the rules of this package are about. They hold for every client of Redis: the module of a client runs them, by a
 * test class that implements them and says the backend's name.
 */
public interface BackendUnderTest {

    /** The name by which configurations choose the backend. */
    String backend();

    /** The backend on the servers of a URL. */
    default Backend open(String url) {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(backend()))
                .findFirst()
                .orElseThrow()
                .open(BackendSettings.of(backend(), Map.of("url", url)));
    }

    /** A guard on the servers of a URL. */
    default Guard guard(String url) {
        return builder(url).build();
    }

    /** The beginning of a guard on the servers of a URL, which is more patient than others unless it is told. */
    default Guard.Builder builder(String url) {
        return Guard.builder()
                .backend(backend())
                .setting("backends." + backend() + ".url", url)
                .deadline(Duration.ofMinutes(1));
    }
}
