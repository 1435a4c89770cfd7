package dev.guard.redis;

import dev.guard.domain.Key;
import dev.guard.domain.backend.Backend;
import dev.guard.tck.ExpiringCounters;
import dev.guard.tck.TckEnvironment;
import dev.guard.testing.redis.RedisServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** What the scripts keep of a key expires. */
class RedisExpiryContractTest implements ExpiringCounters {

    @Override
    public Backend open(TckEnvironment environment) {
        return TestRedis.open(environment);
    }

    @Override
    public Optional<Duration> timeToLive(Backend backend, TckEnvironment environment, Key key) {
        byte[] written = new KeyLayout(environment.namespace()).write(key).key();
        Object millis = RedisServers.shared().command("PTTL".getBytes(StandardCharsets.US_ASCII), written);
        long left = millis == null ? -2 : (Long) millis;
        return left == -2 ? Optional.empty() : Optional.of(Duration.ofMillis(left));
    }
}
