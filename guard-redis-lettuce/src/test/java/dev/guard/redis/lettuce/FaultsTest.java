package dev.guard.redis.lettuce;

import static dev.guard.redis.lettuce.Drivers.assertErrorReply;
import static dev.guard.redis.lettuce.Drivers.assertUnavailable;
import static dev.guard.redis.lettuce.Drivers.execute;
import static dev.guard.redis.lettuce.Drivers.get;
import static dev.guard.redis.lettuce.Drivers.open;
import static dev.guard.redis.lettuce.Drivers.submit;
import static dev.guard.redis.lettuce.Drivers.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The Lettuce driver and a server that misbehaves")
@Tag("slow")
class FaultsTest {

    private final FakeRedis fake = FakeRedis.start();

    @AfterEach
    void close() {
        fake.close();
    }

    @Test
    @DisplayName("S15 never sends anew what was written to a connection that was cut")
    void cut() throws Exception {
        fake.always("SET", Answer.reset()).always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(fake.url())) {
            assertUnavailable(Reason.CONNECTION_LOST, true, () -> execute(driver, "SET", "a", "1"));
            until("it is connected again", () -> "1".equals(execute(driver, "GET", "a")));
            assertUnavailable(Reason.CONNECTION_LOST, true, () -> get(submit(driver, "SET", "a", "1")));
            until("it is connected again", () -> "1".equals(execute(driver, "GET", "a")));
            assertThat(fake.received("SET")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("S15 never sends anew what waited for its answer when the connection went, however many they were")
    void manyCut() {
        fake.always("SET", Answer.never()).always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(fake.url() + "?timeout=20s")) {
            List<CompletionStage<Object>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(submit(driver, "SET", "a", String.valueOf(i)));
            }
            until("all arrived", () -> fake.received("SET") == 100);
            fake.dropConnections();
            for (CompletionStage<Object> call : calls) {
                assertUnavailable(Reason.CONNECTION_LOST, true, () -> get(call));
            }
            until("it is connected again", () -> "1".equals(execute(driver, "GET", "a")));
            assertThat(fake.received("SET")).isEqualTo(100);
        }
    }

    @Test
    @DisplayName("S15 never sends anew through a client of the application either, whose options are Lettuce's own")
    void handedInClient() {
        // An orderly end is what makes Lettuce repeat commands; a reset fails the first of them.
        fake.next("SET", Answer.close(), Answer.reset())
                .always("SET", Answer.status("OK"))
                .always("GET", Answer.bulk("1"));
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost(fake.host())
                .withPort(fake.port())
                .withTimeout(Duration.ofSeconds(1))
                .build());
        try (LettuceDriver driver = LettuceDriver.over(client)) {
            for (int sent = 1; sent <= 2; sent++) {
                assertThat(catchThrowable(() -> execute(driver, "SET", "a", "1")))
                        .isInstanceOfSatisfying(
                                RedisConnectionException.class,
                                e -> assertThat(e.mayHaveBeenSent()).isTrue());
                until("it is connected again", () -> "1".equals(execute(driver, "GET", "a")));
                assertThat(fake.received("SET")).isEqualTo(sent);
            }
        } finally {
            client.shutdown();
        }
    }

    @Test
    @DisplayName("S71 does not wait longer for an answer that comes byte by byte, and connects anew")
    void byteByByte() {
        fake.next("GET", Answer.bulk("0123456789".repeat(10)).slowly(Duration.ofMillis(100)));
        fake.always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(fake.url() + "?timeout=300ms")) {
            assertUnavailable(Reason.TIMEOUT, true, () -> execute(driver, "GET", "a"));
            until("it answers on another connection", () -> "1".equals(execute(driver, "GET", "a")));
            assertThat(fake.accepted()).isGreaterThan(1);
        }
    }

    @Test
    @DisplayName("says PROTOCOL for what is no reply, and connects anew")
    void noReply() {
        fake.next("GET", Answer.raw("?what\r\n".getBytes(StandardCharsets.US_ASCII)));
        fake.always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(fake.url() + "?timeout=1s")) {
            RedisConnectionException problem =
                    (RedisConnectionException) catchThrowable(() -> execute(driver, "GET", "a"));
            assertThat(problem.mayHaveBeenSent()).isTrue();
            assertThat(problem.reason()).isIn(Reason.PROTOCOL, Reason.CONNECTION_LOST, Reason.TIMEOUT);
            until("it answers on another connection", () -> "1".equals(execute(driver, "GET", "a")));
        }
    }

    @Test
    @DisplayName("connects anew when the server turns out to take no writes, once a second at most")
    void readOnly() {
        fake.always("SET", Answer.error("READONLY You can't write against a read only replica."))
                .always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(fake.url())) {
            int before = fake.accepted();
            assertErrorReply("READONLY", () -> execute(driver, "SET", "a", "1"));
            until("there is another connection", () -> fake.accepted() == before + 1);
            until("it is in use", () -> "1".equals(execute(driver, "GET", "a")));
        }
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("S73 says why it is not connected where the server told it")
    @ValueSource(
            strings = {
                "LOADING Redis is loading the dataset in memory",
                "NOAUTH Authentication required.",
                "NOPERM this user has no permissions to run the 'ping' command",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
            })
    void refusedLater(String error) {
        fake.always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(fake.url())) {
            assertThat(execute(driver, "GET", "a")).isEqualTo("1");
            fake.always("PING", Answer.error(error));
            fake.dropConnections();
            until("it was refused", () -> {
                Throwable problem = catchThrowable(() -> execute(driver, "GET", "a"));
                return problem instanceof dev.guard.redis.RedisErrorReply reply
                        && reply.text().equals(error);
            });
            assertErrorReply(error, () -> open(fake.url()));
            fake.always("PING", Answer.status("PONG"));
            until("it is let in again", () -> "1".equals(execute(driver, "GET", "a")));
            fake.close();
            until("nobody is there", () -> {
                Throwable problem = catchThrowable(() -> execute(driver, "GET", "a"));
                return problem instanceof RedisConnectionException none && none.reason() == Reason.CONNECT;
            });
        }
    }

    @Test
    @DisplayName("refuses more commands than it has room for as OVERLOADED, unsent")
    void overloaded() {
        fake.always("SET", Answer.never());
        try (LettuceDriver driver = open(fake.url() + "?timeout=30s")) {
            List<CompletionStage<Object>> calls = new ArrayList<>();
            for (int i = 0; i < LettuceDriver.MOST_UNDER_WAY; i++) {
                calls.add(submit(driver, "SET", "a", "1"));
            }
            assertUnavailable(Reason.OVERLOADED, false, () -> get(submit(driver, "SET", "b", "1")));
            assertUnavailable(Reason.OVERLOADED, false, () -> execute(driver, "SET", "b", "1"));
            assertThat(calls).noneMatch(call -> call.toCompletableFuture().isDone());
            calls.get(0).toCompletableFuture().cancel(true);
            fake.dropConnections();
            calls.subList(1, calls.size())
                    .forEach(call -> assertUnavailable(Reason.CONNECTION_LOST, true, () -> get(call)));
            fake.always("GET", Answer.bulk("1"));
            until("there is room again", () -> "1".equals(execute(driver, "GET", "a")));
        }
    }

    @Test
    @DisplayName("stops waiting when its thread is interrupted, and keeps the thread interrupted")
    void interrupted() throws Exception {
        fake.always("SET", Answer.never());
        try (LettuceDriver driver = open(fake.url() + "?timeout=20s")) {
            CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                thrown.complete(catchThrowable(() -> execute(driver, "SET", "a", "1")));
                stillInterrupted.complete(Thread.currentThread().isInterrupted());
            });
            thread.start();
            until("the command is under way", () -> fake.received("SET") == 1);
            thread.interrupt();
            Throwable problem = get(thrown);
            assertUnavailable(Reason.INTERRUPTED, true, () -> {
                throw problem;
            });
            assertThat(get(stillInterrupted)).isTrue();
            fake.dropConnections();
        }
    }

    @Test
    @DisplayName(
            "S15 sets what Lettuce must not do, on one server and in a cluster, and says nothing that it was not asked")
    void options() {
        fake.always("GET", Answer.bulk("1"));
        for (String url : List.of(fake.url(), cluster(fake))) {
            try (LettuceDriver driver = open(url)) {
                ClientOptions options = driver.connection().getOptions();
                assertThat(options.getReplayFilter().test(null)).isTrue();
                assertThat(options.isRejectCommandsWhileDisconnected()).isTrue();
                assertThat(options.isAutoReconnect()).isTrue();
                assertThat(options.getRequestQueueSize()).isLessThanOrEqualTo(2 * LettuceDriver.MOST_UNDER_WAY);
                assertThat(options.getTimeoutOptions().isTimeoutCommands()).isFalse();
                assertThat(execute(driver, "GET", "a")).isEqualTo("1");
            }
        }
        assertThat(fake.received())
                .allMatch(parts -> List.of("PING", "CLUSTER", "INFO", "GET").contains(parts.get(0))
                        // What asks for the topology has a name, whether or not the server lets it.
                        || parts.subList(0, 2).equals(List.of("CLIENT", "SETNAME")));
    }

    // ─── A cluster ──────────────────────────────────────────────────────────────────────────────

    /** Makes the servers the primaries of a cluster, in which the first has all slots but one for each of the others. */
    private static String cluster(FakeRedis... servers) {
        int others = servers.length - 1;
        for (FakeRedis asked : servers) {
            StringBuilder nodes = new StringBuilder();
            for (int i = 0; i <= others; i++) {
                nodes.append(String.valueOf(i).repeat(40))
                        .append(" 127.0.0.1:" + servers[i].port() + "@1 ")
                        .append(asked == servers[i] ? "myself,master" : "master")
                        .append(" - 0 0 1 connected ")
                        .append(i == 0 ? "0-" + (16_383 - others) : String.valueOf(16_384 - i))
                        .append('\n');
            }
            asked.always("CLUSTER", Answer.bulk(nodes.toString()));
        }
        return "redis-cluster://127.0.0.1:" + servers[0].port();
    }

    @Test
    @DisplayName("S15 in a cluster too never sends anew what was written to a connection that was cut")
    void cutInCluster() {
        fake.always("SET", Answer.reset()).always("GET", Answer.bulk("1"));
        try (LettuceDriver driver = open(cluster(fake))) {
            assertUnavailable(Reason.CONNECTION_LOST, true, () -> execute(driver, "SET", "a", "1"));
            until("it is connected again", () -> "1".equals(execute(driver, "GET", "a")));
            assertUnavailable(Reason.CONNECTION_LOST, true, () -> get(submit(driver, "SET", "a", "1")));
            until("it is connected again", () -> "1".equals(execute(driver, "GET", "a")));
            assertThat(fake.received("SET")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("P13 does not follow a redirection that comes after the caller gave up, and no more than a few at all")
    void lateRedirection() {
        CountDownLatch open = new CountDownLatch(1);
        try (FakeRedis other = FakeRedis.start().always("SET", Answer.status("OK"))) {
            Answer moved = Answer.error("MOVED 15495 127.0.0.1:" + other.port());
            fake.always("SET", moved);
            try (LettuceDriver driver = open(cluster(fake, other) + "?timeout=300ms")) {
                until("a redirection is followed", () -> "OK".equals(execute(driver, "SET", "a", "1")));
                fake.next("SET", moved.when(open));
                assertUnavailable(Reason.TIMEOUT, true, () -> execute(driver, "SET", "a", "late"));
                open.countDown();
                until("the next one is followed", () -> "OK".equals(execute(driver, "SET", "a", "2")));
                assertThat(other.received()).noneMatch(parts -> parts.contains("late"));
                other.always("SET", Answer.error("MOVED 15495 127.0.0.1:" + fake.port()));
                long before = fake.received("SET") + other.received("SET");
                assertErrorReply("MOVED", () -> execute(driver, "SET", "a", "3"));
                assertThat(fake.received("SET") + other.received("SET") - before)
                        .isEqualTo(6);
            }
        }
    }

    // ─── Closing ────────────────────────────────────────────────────────────────────────────────

    @Test
    @DisplayName("closed, lets what is under way end, refuses the rest unsent, and may be closed again")
    void closes() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        fake.always("SET", Answer.status("OK").when(open));
        LettuceDriver driver = open(fake.url() + "?timeout=20s");
        CompletionStage<Object> underWay = submit(driver, "SET", "a", "1");
        until("it is under way", () -> fake.received("SET") == 1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(driver::close);
        until(
                "it is closing",
                () -> submit(driver, "PING", "x").toCompletableFuture().isCompletedExceptionally());
        assertThat(closing).isNotDone();
        open.countDown();
        assertThat(get(underWay)).isEqualTo("OK");
        get(closing);
        assertUnavailable(Reason.CONNECT, false, () -> execute(driver, "SET", "a", "1"));
        assertUnavailable(Reason.CONNECT, false, () -> get(submit(driver, "SET", "a", "1")));
        driver.close();
        assertThat(fake.received("SET")).isEqualTo(1);
    }

    @Test
    @DisplayName("closed, ends what has no answer when its time is over")
    void closesInTime() {
        fake.always("SET", Answer.never());
        LettuceDriver driver = open(fake.url() + "?timeout=300ms");
        CompletionStage<Object> underWay = submit(driver, "SET", "a", "1");
        until("it is under way", () -> fake.received("SET") == 1);
        driver.close();
        Throwable problem = catchThrowable(() -> get(underWay));
        assertThat(problem).isInstanceOfSatisfying(RedisConnectionException.class, e -> {
            assertThat(e.reason()).isIn(Reason.TIMEOUT, Reason.CONNECTION_LOST);
            assertThat(e.mayHaveBeenSent()).isTrue();
        });
    }
}
