package dev.guard.redis.jedis;

import dev.guard.domain.FailureMode;
import dev.guard.redis.RedisBackend;
import dev.guard.tck.TckEnvironment;
import java.util.Map;

/** Backends for the kit. */
final class Backends {

    private Backends() {}

    /** A backend of the environment's namespace, patient enough for a machine that is busy with the kit. */
    static JedisBackend open(String url, TckEnvironment environment) {
        return JedisBackend.open(environment.settings(
                JedisBackend.NAME,
                FailureMode.STRICT_DISTRIBUTED,
                Map.of(
                        RedisBackend.URL,
                        url + (url.contains("?") ? "&" : "?") + "timeout=10s",
                        RedisBackend.NAMESPACE,
                        environment.namespace())));
    }
}
