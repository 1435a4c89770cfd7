package dev.guard.redis.lettuce;

import static dev.guard.redis.lettuce.Drivers.assertErrorReply;
import static dev.guard.redis.lettuce.Drivers.execute;
import static dev.guard.redis.lettuce.Drivers.get;
import static dev.guard.redis.lettuce.Drivers.open;
import static dev.guard.redis.lettuce.Drivers.submit;
import static dev.guard.redis.lettuce.Drivers.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.testing.redis.RedisSentinels;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("The Lettuce driver and sentinels")
@Tag("slow")
class SentinelDriverTest {

    private static String url(RedisSentinels sentinels) {
        return "redis-sentinel://" + sentinels.sentinelAddresses() + "?master=" + RedisSentinels.MASTER;
    }

    @Test
    @DisplayName("D9 works on the primary, and follows when the replica takes its place")
    void failover() throws Exception {
        try (RedisSentinels sentinels = RedisServers.sentinels(Duration.ofSeconds(1));
                LettuceDriver driver = open(url(sentinels) + "&timeout=500ms")) {
            RedisServer before = sentinels.primary();
            assertThat(execute(driver, "SET", "a", "1")).isEqualTo("OK");
            assertThat(get(submit(driver, "GET", "a"))).isEqualTo("1");
            assertErrorReply("WRONGTYPE", () -> execute(driver, "LPUSH", "a", "1"));
            assertThat(driver.nodes().get(0).name()).isEqualTo(before.address());
            sentinels.failOver();
            until("the new primary takes writes", () -> "OK".equals(execute(driver, "SET", "a", "2")));
            RedisServer after = sentinels.primary();
            assertThat(after).isNotSameAs(before);
            assertThat(driver.nodes().get(0).name()).isEqualTo(after.address());
            assertThat(after.command("GET", "a")).isEqualTo("2");
        }
    }

    @Test
    @DisplayName("D9 follows when the primary is killed")
    void killed() {
        try (RedisSentinels sentinels = RedisServers.sentinels(Duration.ofSeconds(1));
                LettuceDriver driver = open(url(sentinels) + "&timeout=500ms")) {
            execute(driver, "SET", "a", "1");
            sentinels.primary().kill();
            until("the new primary takes writes", () -> "OK".equals(execute(driver, "SET", "a", "2")));
        }
    }

    @Test
    @DisplayName("D9 follows when the primary is silent, though its connection stays open")
    void silent() {
        try (RedisSentinels sentinels = RedisServers.sentinels(Duration.ofSeconds(1));
                LettuceDriver driver = open(url(sentinels) + "&timeout=500ms")) {
            execute(driver, "SET", "a", "1");
            RedisServer before = sentinels.primary();
            before.pause();
            until("the new primary takes writes", () -> "OK".equals(execute(driver, "SET", "a", "2")));
            assertThat(driver.nodes().get(0).name()).isNotEqualTo(before.address());
            before.resume();
        }
    }

    @Test
    @DisplayName("asks the next sentinel when one is gone, and says which master none of them knows")
    void sentinelGone() {
        try (RedisSentinels sentinels = RedisServers.sentinels()) {
            sentinels.sentinels().get(0).kill();
            try (LettuceDriver driver = open(url(sentinels))) {
                assertThat(execute(driver, "SET", "a", "1")).isEqualTo("OK");
            }
            String wrong = "redis-sentinel://:hunter2@" + sentinels.sentinelAddresses() + "?master=nobody";
            Throwable problem = catchThrowable(() -> open(wrong));
            assertThat(problem).isInstanceOfSatisfying(RedisConnectionException.class, e -> {
                assertThat(e.reason()).isEqualTo(Reason.CONNECT);
                assertThat(e.mayHaveBeenSent()).isFalse();
                assertThat(e).hasMessageContaining("nobody").message().doesNotContain("hunter2");
            });
        }
    }
}
