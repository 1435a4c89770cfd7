package dev.guard.redis.lettuce;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.redis.RedisBackend;
import dev.guard.redis.RedisUrl;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The Redis backend through Lettuce.
 *
 * <p>Settings: {@value RedisBackend#URL}, required, see {@link RedisUrl}; {@value RedisBackend#NAMESPACE}.
 */
public final class LettuceBackend extends RedisBackend {

    /** The name by which configurations choose the backend. */
    public static final String NAME = "redis-lettuce";

    private final LettuceDriver driver;

    private LettuceBackend(BackendSettings settings, Optional<RedisUrl> url, LettuceDriver driver) {
        super(NAME, settings, url, driver);
        this.driver = driver;
    }

    /**
     * Opens a backend with a client of its own.
     *
     * @throws GuardConfigurationException if a setting is missing, unknown or malformed, or the server too old
     * @throws BackendUnavailableException if the server does not answer, or refuses
     */
    public static LettuceBackend open(BackendSettings settings) {
        settings.requireKnown(List.of(URL, NAMESPACE));
        String setting = settings.fullName(URL);
        String text = settings.text(URL)
                .orElseThrow(() -> new GuardConfigurationException(
                        setting + " is not set, expected a URL such as redis://localhost:6379"));
        RedisUrl url = RedisUrl.parse(setting, text);
        return opened(settings, Optional.of(url), () -> LettuceDriver.open(url));
    }

    /** Opens a backend on a client that the application has, see {@link LettuceDriver}, with all settings as they are by default. */
    public static LettuceBackend over(RedisClient client) {
        return over(client, defaults());
    }

    /**
     * Opens a backend on a client that the application has, see {@link LettuceDriver}.
     *
     * @param settings without a URL
     */
    public static LettuceBackend over(RedisClient client, BackendSettings settings) {
        return handedIn(settings, () -> LettuceDriver.over(client));
    }

    /** Opens a backend on a client that the application has, see {@link LettuceDriver}, with all settings as they are by default. */
    public static LettuceBackend over(RedisClusterClient client) {
        return over(client, defaults());
    }

    /**
     * Opens a backend on a client that the application has, see {@link LettuceDriver}.
     *
     * @param settings without a URL
     */
    public static LettuceBackend over(RedisClusterClient client, BackendSettings settings) {
        return handedIn(settings, () -> LettuceDriver.over(client));
    }

    /** Opens a backend on a connection that the application has, see {@link LettuceDriver}, with all settings as they are by default. */
    public static LettuceBackend over(StatefulRedisConnection<?, ?> connection) {
        return over(connection, defaults());
    }

    /**
     * Opens a backend on a connection that the application has, see {@link LettuceDriver}.
     *
     * @param settings without a URL
     */
    public static LettuceBackend over(StatefulRedisConnection<?, ?> connection, BackendSettings settings) {
        return handedIn(settings, () -> LettuceDriver.over(connection));
    }

    /** Opens a backend on a connection that the application has, see {@link LettuceDriver}, with all settings as they are by default. */
    public static LettuceBackend over(StatefulRedisClusterConnection<?, ?> connection) {
        return over(connection, defaults());
    }

    /**
     * Opens a backend on a connection that the application has, see {@link LettuceDriver}.
     *
     * @param settings without a URL
     */
    public static LettuceBackend over(StatefulRedisClusterConnection<?, ?> connection, BackendSettings settings) {
        return handedIn(settings, () -> LettuceDriver.over(connection));
    }

    private static BackendSettings defaults() {
        return BackendSettings.of(NAME, Map.of());
    }

    private static LettuceBackend handedIn(BackendSettings settings, Supplier<LettuceDriver> driver) {
        settings.requireKnown(List.of(NAMESPACE));
        return opened(settings, Optional.empty(), driver);
    }

    private static LettuceBackend opened(
            BackendSettings settings, Optional<RedisUrl> url, Supplier<LettuceDriver> connect) {
        LettuceDriver driver = connected(connect);
        LettuceBackend backend;
        try {
            backend = new LettuceBackend(settings, url, driver);
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
        backend.requireSupportedServer();
        return backend;
    }

    /** E3 The client that was made, for what guard does not cover; see {@link LettuceDriver#client()}. */
    public Optional<AbstractRedisClient> client() {
        return driver.client();
    }

    /** E3 The connection in use; see {@link LettuceDriver#connection()}. */
    public StatefulConnection<?, ?> connection() {
        return driver.connection();
    }
}
