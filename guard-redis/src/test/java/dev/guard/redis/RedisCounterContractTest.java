package dev.guard.redis;

import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.backend.Backend;
import dev.guard.tck.CounterContract;
import dev.guard.tck.ExpiringCounters;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Tag;

/** The scripts keep the contract of counters. */
@Tag("slow")
class RedisCounterContractTest implements CounterContract, ExpiringCounters {

    @Override
    public Backend open(TckEnvironment environment) {
        return new TestRedis(
                environment.settings(
                        TestRedis.NAME,
                        FailureMode.STRICT_DISTRIBUTED,
                        Map.of(RedisBackend.NAMESPACE, environment.namespace())),
                RedisServers.shared());
    }

    @Override
    public Optional<Duration> timeToLive(Backend backend, TckEnvironment environment, Key key) {
        byte[] written = new KeyLayout(environment.namespace()).write(key).key();
        Object millis = RedisServers.shared().command("PTTL".getBytes(StandardCharsets.US_ASCII), written);
        long left = millis == null ? -2 : (Long) millis;
        return left == -2 ? Optional.empty() : Optional.of(Duration.ofMillis(left));
    }
}
