package dev.guard.redis.jedis;

import static dev.guard.redis.jedis.Calls.bytes;
import static dev.guard.redis.jedis.Calls.call;
import static dev.guard.redis.jedis.Calls.failed;
import static dev.guard.redis.jedis.Calls.failure;
import static dev.guard.redis.jedis.Calls.parts;
import static dev.guard.redis.jedis.Calls.start;
import static dev.guard.redis.jedis.Calls.text;
import static dev.guard.redis.jedis.Calls.times;
import static dev.guard.redis.jedis.Calls.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import dev.guard.tck.fault.FakeRedis;
import dev.guard.tck.fault.FakeRedis.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that does what no real one does when asked to. */
@Tag("slow")
class FaultyServerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration SLACK = Duration.ofSeconds(2);

    private FakeRedis fake;
    private JedisDriver driver;

    @BeforeEach
    void setUp() {
        fake = FakeRedis.start();
        driver = Calls.open(fake.url() + "?timeout=1s", 2);
    }

    @AfterEach
    void tearDown() {
        driver.close();
        fake.close();
    }

    private static void assertInTime(long start) {
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(times(TIMEOUT.plus(SLACK)));
    }

    @Test
    @DisplayName("no answer, the end of the connection and a reset are told apart, and nothing is sent again")
    void sentOnce() {
        fake.next("INCR", Answer.never(), Answer.close(), Answer.reset(), Answer.integer(7));

        assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.TIMEOUT, true));
        assertThat(failure(() -> call(driver, "INCR", "k"))).isEqualTo(failed(Reason.CONNECTION_LOST, true));
        assertThat(failure(start(driver, "INCR", "k"))).isEqualTo(failed(Reason.CONNECTION_LOST, true));
        assertThat(call(driver, "INCR", "k")).isEqualTo(7L);
        assertThat(fake.received("INCR")).isEqualTo(4);
    }

    @Test
    @DisplayName("an answer that comes one byte at a time does not hold a call beyond its timeout")
    void slowAnswer() {
        fake.always("GET", Answer.bulk("0123456789".repeat(10)).slowly(Duration.ofMillis(200)));

        long start = System.nanoTime();
        assertThat(failure(() -> call(driver, "GET", "k"))).isEqualTo(failed(Reason.TIMEOUT, true));
        assertInTime(start);
        long again = System.nanoTime();
        assertThat(failure(start(driver, "GET", "k"))).isEqualTo(failed(Reason.TIMEOUT, true));
        assertInTime(again);
    }

    @Test
    @DisplayName("a call whose answer comes as its time ends does not cost the next call its connection")
    void answerAtTheDeadline() {
        fake.always("GET", Answer.bulk("v").slowly(Duration.ofMillis(1)));
        fake.always("SET", Answer.status("OK"));

        for (int i = 0; i < 300; i++) {
            Deadline tight = Deadline.after(System.nanoTime(), 7_000_000 + i % 60 * 50_000);
            try {
                assertThat(text(driver.execute(tight, bytes("k"), parts("GET", "k"))))
                        .isEqualTo("v");
            } catch (RedisConnectionException e) {
                assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
            }
            assertThat(call(driver, "SET", "k", "v")).as("call " + i).isEqualTo("OK");
        }
    }

    @Test
    @DisplayName("signing in one byte at a time does not hold a call beyond its timeout, and the command is not sent")
    void slowSigningIn() {
        fake.always("HELLO", Answer.bulk("0123456789".repeat(10)).slowly(Duration.ofMillis(200)));

        long start = System.nanoTime();
        assertThat(failure(() -> call(driver, "GET", "k"))).isEqualTo(failed(Reason.TIMEOUT, false));
        assertInTime(start);
        assertThat(fake.received("GET")).isZero();
    }

    @Test
    @DisplayName("a command is sent over no connection that has not signed in")
    void signedIn() {
        JedisDriver secret = Calls.open("redis://:secret@127.0.0.1:" + fake.port() + "/3?timeout=1s", 2);
        try (secret) {
            fake.next("GET", Answer.never(), Answer.close(), Answer.bulk("v"));
            failure(() -> call(secret, "GET", "k"));
            failure(() -> call(secret, "GET", "k"));
            assertThat(call(secret, "GET", "k")).isEqualTo("v");
        }
        // Each of the three connections: HELLO with the password, SELECT, GET.
        assertThat(fake.accepted()).isEqualTo(3);
        assertThat(fake.received())
                .extracting(parts -> parts.get(0))
                .containsExactly("HELLO", "SELECT", "GET", "HELLO", "SELECT", "GET", "HELLO", "SELECT", "GET");
        assertThat(fake.received().get(0)).contains("AUTH", "secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?what\r\n",
                "$-7\r\n",
                "*-3\r\n",
                "$x\r\nabc\r\n",
                "HTTP/1.1 400 Bad Request\r\n\r\n",
            })
    @DisplayName("what is no reply is an error, and its connection is not used again")
    void noReply(String bytes) {
        fake.next("GET", Answer.raw(bytes.getBytes(StandardCharsets.US_ASCII)).thenClose(), Answer.bulk("v"));

        assertThat(failure(() -> call(driver, "GET", "k")))
                .isIn(failed(Reason.PROTOCOL, true), failed(Reason.CONNECTION_LOST, true));
        assertThat(call(driver, "GET", "k")).isEqualTo("v");
        assertThat(fake.accepted()).isEqualTo(2);
    }

    @Test
    @DisplayName("a reply that nobody asked for is not taken for the next command's")
    void unaskedReply() {
        fake.next("GET", Answer.raw("+first\r\n+stray\r\n".getBytes(StandardCharsets.US_ASCII)), Answer.bulk("second"));

        assertThat(call(driver, "GET", "k")).isEqualTo("first");
        assertThat(call(driver, "GET", "k")).isEqualTo("second");
        assertThat(fake.accepted()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OOM command not allowed when used memory > 'maxmemory'.",
                "MISCONF Redis is configured to save RDB snapshots",
                "NOREPLICAS Not enough good replicas to write.",
                "LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down",
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "CLUSTERDOWN The cluster is down",
                "CROSSSLOT Keys in request don't hash to the same slot",
                "EXECABORT Transaction discarded because of previous errors.",
                "READONLY You can't write against a read only replica.",
                "BUSY Redis is busy running a script.",
                "NOAUTH Authentication required.",
                "WRONGPASS invalid username-password pair or user is disabled.",
                "NOPERM this user has no permissions",
                "MOVED 3999 127.0.0.1:6381",
                "ASK 3999 127.0.0.1:6381",
                "ERR",
            })
    @DisplayName("every error that a server may answer keeps its text, and is asked for once")
    void everyError(String error) {
        fake.always("EVALSHA", Answer.error(error));

        assertThat(failure(() -> call(driver, "EVALSHA", "abc"))).isEqualTo(error);
        assertThat(failure(start(driver, "EVALSHA", "abc"))).isEqualTo(error);
        assertThat(fake.received("EVALSHA")).isEqualTo(2);
    }

    @Test
    @DisplayName("an error that meets a new connection keeps its text")
    void tooManyClients() {
        fake.greet(Answer.error("ERR max number of clients reached").thenClose());

        assertThat(failure(() -> call(driver, "GET", "k"))).isEqualTo("ERR max number of clients reached");
    }

    @Test
    @DisplayName("the first connection that breaks takes the idle ones with it")
    void idleConnections() {
        JedisDriver wide = Calls.open(fake.url() + "?timeout=2s", 8);
        try (wide) {
            CountDownLatch open = new CountDownLatch(1);
            fake.always("GET", Answer.bulk("v").when(open));
            List<CompletableFuture<Object>> replies = IntStream.range(0, 8)
                    .mapToObj(i -> start(wide, "GET", "k").toCompletableFuture())
                    .toList();
            until8(fake);
            open.countDown();
            replies.forEach(reply -> assertThat(reply.join()).isEqualTo("v"));
            fake.dropConnections();

            assertThat(failure(() -> call(wide, "GET", "k")))
                    .isIn(failed(Reason.CONNECTION_LOST, true), failed(Reason.CONNECTION_LOST, false));
            assertThat(call(wide, "GET", "k")).isEqualTo("v");
            assertThat(fake.accepted()).isEqualTo(9);
        }
    }

    private static void until8(FakeRedis fake) {
        try {
            until("eight calls are at the server", () -> fake.received("GET") == 8);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("where all connections are in use, a caller waits for less than the timeout, and sends nothing")
    void poolExhausted() throws Exception {
        JedisDriver narrow = Calls.open(fake.url() + "?timeout=4s", 1);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        CountDownLatch open = new CountDownLatch(1);
        try (narrow) {
            fake.always("GET", Answer.bulk("v").when(open));
            Future<Object> first = executor.submit(() -> call(narrow, "GET", "k"));
            until("the first call is at the server", () -> fake.received("GET") == 1);

            assertThat(failure(() -> call(narrow, "SET", "k", "v"))).isEqualTo(failed(Reason.OVERLOADED, false));
            open.countDown();
            assertThat(first.get()).isEqualTo("v");
            assertThat(fake.received("SET")).isZero();
        } finally {
            open.countDown();
            executor.shutdownNow();
        }
    }

    @Test
    @DisplayName("callers that wait for connections which nobody signs in over all end in time")
    void crowdWithoutConnections() throws Exception {
        fake.always("HELLO", Answer.never());
        int crowd = 24;
        ExecutorService executor = Executors.newFixedThreadPool(crowd);
        try {
            List<Future<String>> calls = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < crowd; i++) {
                calls.add(executor.submit(() -> failure(() -> call(driver, "GET", "k"))));
            }
            for (Future<String> call : calls) {
                assertThat(call.get()).isIn(failed(Reason.TIMEOUT, false), failed(Reason.OVERLOADED, false));
            }
            assertInTime(start);
        } finally {
            executor.shutdownNow();
        }
        assertThat(fake.received("GET")).isZero();
    }

    @Test
    @DisplayName("asynchronous calls do not block their caller, and fail at once where too many wait")
    void submitDoesNotBlock() {
        fake.always("GET", Answer.never());
        int more = 2 * 64 + 2 + 10;

        long start = System.nanoTime();
        List<CompletableFuture<Object>> replies = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            replies.add(start(driver, "GET", "k").toCompletableFuture());
        }
        // With less time, so that none is left to those in the queue when the first two end.
        for (int i = 2; i < more; i++) {
            Deadline earlier =
                    Deadline.after(System.nanoTime(), TIMEOUT.dividedBy(5).toNanos());
            replies.add(driver.submit(earlier, bytes("k"), parts("GET", "k")).toCompletableFuture());
        }
        assertThat(replies.subList(more - 10, more))
                .allSatisfy(reply -> assertThat(failure(reply)).isEqualTo(failed(Reason.OVERLOADED, false)));
        assertThat(replies.subList(0, 2)).noneMatch(CompletableFuture::isDone);

        List<String> failures = replies.stream().map(Calls::failure).toList();
        assertInTime(start);
        assertThat(failures.subList(0, 2)).containsOnly(failed(Reason.TIMEOUT, true));
        assertThat(failures).containsOnly(failed(Reason.TIMEOUT, true), failed(Reason.OVERLOADED, false));
        assertThat(fake.received("GET")).isEqualTo(2);
    }

    @Test
    @DisplayName("a call that was cancelled while it waited for a thread is not sent")
    void cancelled() throws Exception {
        JedisDriver narrow = Calls.open(fake.url() + "?timeout=10s", 1);
        CountDownLatch open = new CountDownLatch(1);
        try (narrow) {
            fake.always("GET", Answer.bulk("v").when(open));
            fake.always("SET", Answer.status("OK"));
            CompletableFuture<Object> first = start(narrow, "GET", "k").toCompletableFuture();
            until("the first call is at the server", () -> fake.received("GET") == 1);
            CompletableFuture<Object> second = narrow.submit(Calls.bytes("k"), Calls.parts("SET", "k", "v"))
                    .toCompletableFuture();
            second.cancel(false);
            CompletableFuture<Object> third = start(narrow, "GET", "k").toCompletableFuture();
            open.countDown();

            assertThat(first.join()).isEqualTo("v");
            assertThat(third.join()).isEqualTo("v");
            assertThat(fake.received("SET")).isZero();
        } finally {
            open.countDown();
        }
    }

    @Test
    @DisplayName("closing while calls wait lets them end, and leaves no thread behind")
    void closingInFlight() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        fake.always("GET", Answer.bulk("v").when(open));
        CompletableFuture<Object> call = start(driver, "GET", "k").toCompletableFuture();
        until("the call is at the server", () -> fake.received("GET") == 1);

        driver.close();
        open.countDown();

        assertThat(call.handle((reply, error) -> reply == null ? failure(call) : reply)
                        .join())
                .isIn("v", failed(Reason.TIMEOUT, true));
        until(
                "the threads are gone",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("guard-redis-jedis")));
    }
}
