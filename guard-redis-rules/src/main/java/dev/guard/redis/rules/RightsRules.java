package dev.guard.redis.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What guard may do on a server, and what it does without. */
public interface RightsRules extends BackendUnderTest {

    /** The rights that the documentation publishes. */
    static String published() throws IOException {
        String user = "user guard on >PASSWORD ";
        return Files.readAllLines(Path.of("..", "docs", "redis.md")).stream()
                .filter(line -> line.startsWith(user))
                .findFirst()
                .orElseThrow()
                .substring(user.length());
    }

    @Test
    @DisplayName("the published rights are enough for everything, and nothing is asked for beyond them")
    default void publishedRights() throws Exception {
        try (RedisServer server = RedisServers.acl("guard", "secret", published());
                Backend backend = open(server.url())) {
            useAll(server, backend);
            assertThat((List<?>) server.command("ACL", "LOG")).isEmpty();
        }
    }

    @Test
    @DisplayName("a server without CONFIG, KEYS, FLUSHDB and FLUSHALL will do")
    default void withoutAdminCommands() throws Exception {
        try (RedisServer server = RedisServers.withoutAdminCommands();
                Backend backend = open(server.url())) {
            useAll(server, backend);
        }
    }

    private static void useAll(RedisServer server, Backend backend) throws Exception {
        Policy plain = Policy.of("plain", Limit.parse("3/1h"));
        Policy log = Policy.of("log", Limit.parse("3/1h log"));
        Key key = plain.key("t", "x".repeat(200));
        assertThat(((Decision) run(backend, new Acquire(key, plain, 2, Deadline.NONE))).remaining())
                .isEqualTo(1);
        server.command("SCRIPT", "FLUSH");
        assertThat(((Decision) run(backend, new Acquire(key, plain, 1, Deadline.NONE))).remaining())
                .isZero();
        assertThat(((Decision) run(backend, new Acquire(log.key("t", "s"), log, 1, Deadline.NONE))).remaining())
                .isEqualTo(2);
        assertThat(run(backend, new Block(key, 1_000_000, Deadline.NONE))).isEqualTo(Effect.APPLIED);
        assertThat(backend.counters().list("t", "plain", "").keys()).containsExactly(key);
        assertThat(run(backend, new Reset(key, Deadline.NONE))).isEqualTo(Effect.APPLIED);
        backend.ping().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private static Outcome run(Backend backend, CounterOperation operation) {
        return backend.counters().execute(List.of(operation)).get(0);
    }
}
