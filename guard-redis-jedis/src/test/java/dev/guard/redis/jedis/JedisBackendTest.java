package dev.guard.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

class JedisBackendTest {

    private static BackendSettings settings(Map<String, String> values) {
        return BackendSettings.of(JedisBackend.NAME, values);
    }

    @Test
    @DisplayName("the backend is found by its name, is shared, and answers a ping")
    void found() {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals("redis-jedis"))
                .findFirst()
                .orElseThrow();
        try (Backend backend =
                provider.open(settings(Map.of("url", RedisServers.shared().url())))) {
            assertThat(backend.name()).isEqualTo("redis-jedis");
            assertThat(backend.isShared()).isTrue();
            assertThatCode(() -> backend.ping().toCompletableFuture().join()).doesNotThrowAnyException();
        }
    }

    @Test
    @DisplayName("E3 the native client of a backend speaks to the same server")
    void nativeClient() {
        try (JedisBackend backend =
                JedisBackend.open(settings(Map.of("url", RedisServers.shared().url())))) {
            assertThat(backend.client().ping()).isEqualTo("PONG");
        }
    }

    @Test
    @DisplayName("E3 a client that was handed in is the native one, and is open after the backend was closed")
    void handedIn() {
        RedisServer server = RedisServers.shared();
        try (RedisClient client = RedisClient.create(server.host(), server.port())) {
            JedisBackend backend = JedisBackend.using(client, Duration.ofSeconds(1), settings(Map.of("pool", "2")));
            assertThat(backend.client()).isSameAs(client);

            backend.close();

            assertThat(client.ping()).isEqualTo("PONG");
            assertThat(catchThrowable(() -> backend.ping().toCompletableFuture().join()))
                    .hasCauseInstanceOf(GuardClosedException.class);
        }
    }

    @Test
    @DisplayName(
            "a setting that is unknown, missing or malformed is refused by its name, its value and what was expected")
    void badSettings() {
        String url = RedisServers.shared().url();
        assertRefused(Map.of(), "backends.redis-jedis.url", "not set", "redis://");
        assertRefused(Map.of("url", "http://localhost"), "backends.redis-jedis.url", "http");
        assertRefused(Map.of("url", url, "pol", "1"), "backends.redis-jedis.pol", "unknown");
        assertRefused(Map.of("url", url, "pool", "0"), "backends.redis-jedis.pool", "'0'", "1 to 4096");
        assertRefused(Map.of("url", url, "namespace", "a b"), "backends.redis-jedis.namespace", "a b");
        assertRefused(Map.of("url", "redis-socket:///run/r.sock"), "backends.redis-jedis.url", "redis-lettuce");
    }

    private static void assertRefused(Map<String, String> values, String... words) {
        assertThat(catchThrowable(() -> JedisBackend.open(settings(values))))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    @DisplayName("a server that is away, or refuses the password is said to be so when the backend is opened")
    void badServers() {
        assertUnavailable("redis://127.0.0.1:1", Reason.CONNECT);
        assertUnavailable("redis-cluster://127.0.0.1:1", Reason.CONNECT);
        assertUnavailable("redis-sentinel://127.0.0.1:1?master=guard", Reason.CONNECT);
        try (RedisServer server = RedisServers.password("s3cret")) {
            assertUnavailable("redis://:wrong@" + server.address(), Reason.AUTH);
            assertUnavailable("redis://" + server.address(), Reason.AUTH);
        }
    }

    private static void assertUnavailable(String url, Reason reason) {
        assertThat(catchThrowable(() -> JedisBackend.open(settings(Map.of("url", url)))))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageNotContaining("wrong@");
    }
}
