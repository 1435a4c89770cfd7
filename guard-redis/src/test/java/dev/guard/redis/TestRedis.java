package dev.guard.redis;

import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The backend without a client: what all Redis backends have in common. */
final class TestRedis extends RedisBackend {

    static final String NAME = "redis-test";

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    TestRedis(BackendSettings settings, RedisServer server) {
        super(NAME, settings, Optional.empty(), new SocketDriver(server));
    }

    /** A namespace that no other test of this run uses. */
    static String namespace() {
        return "t" + ProcessHandle.current().pid() + "-" + NAMESPACES.incrementAndGet();
    }

    /** The backend that the kit asks for. */
    static TestRedis open(TckEnvironment environment) {
        return new TestRedis(
                environment.settings(NAME, FailureMode.STRICT_DISTRIBUTED, Map.of(NAMESPACE, environment.namespace())),
                RedisServers.shared());
    }

    static TestRedis open(String namespace) {
        return open(namespace, Optional.empty());
    }

    static TestRedis open(String namespace, Optional<InstantSource> time) {
        BackendSettings settings =
                BackendSettings.of(NAME, Map.of(NAMESPACE, namespace)).withMode(FailureMode.STRICT_DISTRIBUTED);
        return new TestRedis(time.map(settings::withTime).orElse(settings), RedisServers.shared());
    }
}
