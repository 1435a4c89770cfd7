package dev.guard.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The backend redis-lettuce")
class LettuceBackendTest {

    private static Backend open(Map<String, String> settings) {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("redis-lettuce"))
                .findFirst()
                .orElseThrow()
                .open(BackendSettings.of("redis-lettuce", settings));
    }

    @Test
    @DisplayName("F3 is found by its name, opened with a URL, shared, alive, and closed twice without harm")
    void opened() throws Exception {
        Backend backend = open(Map.of("url", RedisServers.shared().url(), "namespace", "lettuce-backend-test"));
        assertThat(backend.name()).isEqualTo("redis-lettuce");
        assertThat(backend.isShared()).isTrue();
        Drivers.get(backend.ping());
        assertThat(backend).isInstanceOfSatisfying(LettuceBackend.class, lettuce -> {
            assertThat(lettuce.client()).containsInstanceOf(RedisClient.class);
            assertThat(lettuce.connection()).isInstanceOf(StatefulRedisConnection.class);
        });
        backend.close();
        backend.close();
        assertThatThrownBy(() -> Drivers.get(backend.ping())).isInstanceOf(GuardClosedException.class);
    }

    @Test
    @DisplayName("refuses settings that are missing, unknown or malformed, by name, with the password masked")
    void settings() {
        assertThatThrownBy(() -> open(Map.of()))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("backends.redis-lettuce.url is not set, expected a URL such as redis://localhost:6379");
        assertThatThrownBy(() -> open(Map.of("url", "redis://h", "pool", "4")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("unknown setting backends.redis-lettuce.pool, expected one of namespace, url");
        assertThatThrownBy(() -> open(Map.of("url", "redis://:hunter2@h:port")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith("backends.redis-lettuce.url is 'redis://***'")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> open(Map.of("url", RedisServers.shared().url(), "namespace", "a:b")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith("backends.redis-lettuce.namespace is 'a:b', expected");
    }

    @Test
    @DisplayName("says in guard's own words that the store is away, or does not let it in")
    void unavailable() {
        assertThatThrownBy(() -> open(Map.of("url", "redis://:hunter2@127.0.0.1:1")))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CONNECT))
                .hasMessageContaining("redis://***@127.0.0.1:1")
                .hasMessageNotContaining("hunter2");
        try (RedisServer server = RedisServers.password("secret")) {
            assertThatThrownBy(() -> open(Map.of("url", "redis://:hunter2@" + server.address())))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.AUTH))
                    .hasMessageContaining("WRONGPASS")
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    @DisplayName("E3 is made over a client that the application has, which stays open")
    void over() throws Exception {
        RedisClient client = RedisClient.create(RedisServers.shared().url());
        try {
            try (LettuceBackend backend = LettuceBackend.over(client)) {
                Drivers.get(backend.ping());
                assertThat(backend.client()).isEmpty();
            }
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                try (LettuceBackend backend = LettuceBackend.over(connection)) {
                    Drivers.get(backend.ping());
                    assertThat(backend.connection()).isSameAs(connection);
                }
                assertThat(connection.sync().ping()).isEqualTo("PONG");
            }
        } finally {
            client.shutdown();
        }
    }
}
