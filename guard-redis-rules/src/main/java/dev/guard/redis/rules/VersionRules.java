package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The oldest server that guard works with, and those that it does not work with. */
public interface VersionRules extends BackendUnderTest {

    @Test
    @DisplayName("a server before 6.2 is refused, with its version and the least one")
    default void tooOld() {
        try (FakeRedis fake = FakeRedis.start()) {
            fake.always("INFO", Answer.bulk("# Server\r\nredis_version:6.0.16\r\n"));
            assertThatThrownBy(() -> open(fake.url()))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessageContainingAll("6.0.16", "6.2");
        }
    }

    @Test
    @DisplayName("a server of version 6.2 that takes no write says why, as newer ones do")
    default void refusedWrites() {
        try (RedisServer server = RedisServers.version62();
                Guard guard = guard(server.url())) {
            RateLimiter limiter = guard.limiter(Policy.of("p", Limit.parse("10/1h")));
            assertThat(limiter.tryAcquire("alice").allowed()).isTrue();

            server.command("CONFIG", "SET", "min-replicas-to-write", "1");
            assertRefused(limiter, Reason.READ_ONLY, "NOREPLICAS");
            server.command("CONFIG", "SET", "min-replicas-to-write", "0");

            server.command("CONFIG", "SET", "maxmemory", "1");
            assertRefused(limiter, Reason.OUT_OF_MEMORY, "OOM");
            server.command("CONFIG", "SET", "maxmemory", "0");

            assertThat(limiter.tryAcquire("alice").remaining()).isEqualTo(8);
            server.command("REPLICAOF", "127.0.0.1", "1");
            assertRefused(limiter, Reason.READ_ONLY, "READONLY");
        }
    }

    private static void assertRefused(RateLimiter limiter, Reason reason, String code) {
        assertThatThrownBy(() -> limiter.tryAcquire("alice"))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageStartingWith("Redis answered: " + code + " ");
    }
}
