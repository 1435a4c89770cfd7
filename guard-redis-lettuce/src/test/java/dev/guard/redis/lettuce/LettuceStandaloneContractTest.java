package dev.guard.redis.lettuce;

import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Backend;
import dev.guard.redis.RedisBackend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServers;
import java.util.Map;

/** Redis through Lettuce keeps the contract of counters: on one server. */
class LettuceStandaloneContractTest implements CounterContract {

    /** The kit is about answers, and not about how long they take on a machine that does other things too. */
    static final String PATIENCE = "timeout=20s";

    @Override
    public Backend open(TckEnvironment environment) {
        return open(environment, RedisServers.shared().url() + "?" + PATIENCE);
    }

    static Backend open(TckEnvironment environment, String url) {
        return new LettuceBackendProvider()
                .open(environment.settings(
                        LettuceBackend.NAME,
                        FailureMode.STRICT_DISTRIBUTED,
                        Map.of(RedisBackend.URL, url, RedisBackend.NAMESPACE, environment.namespace())));
    }
}
