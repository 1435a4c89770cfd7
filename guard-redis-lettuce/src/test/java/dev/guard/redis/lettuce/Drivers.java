package dev.guard.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisDriver;
import dev.guard.redis.RedisErrorReply;
import dev.guard.redis.RedisUrl;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of the driver say to it. */
final class Drivers {

    /** How long a test waits for what must come; longer than anything takes that works. */
    static final Duration LONG = Duration.ofSeconds(20 * factor());

    private static final AtomicLong KEYS = new AtomicLong();

    private Drivers() {}

    static int factor() {
        String factor = System.getenv("GUARD_TEST_TIMEOUT_FACTOR");
        return factor == null || factor.isEmpty() ? 1 : Integer.parseInt(factor);
    }

    static LettuceDriver open(String url) {
        return LettuceDriver.open(RedisUrl.parse("backends.redis-lettuce.url", url));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[][] command(String... parts) {
        byte[][] command = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            command[i] = utf8(parts[i]);
        }
        return command;
    }

    /** A key that no other test has. */
    static String key() {
        return "lettuce:" + ProcessHandle.current().pid() + ":" + KEYS.incrementAndGet();
    }

    /** The blocking form; the key is the second part. */
    static Object execute(RedisDriver driver, String... parts) {
        return text(driver.execute(utf8(parts[1]), command(parts)));
    }

    /** The asynchronous form; the key is the second part. */
    static CompletionStage<Object> submit(RedisDriver driver, String... parts) {
        return driver.submit(utf8(parts[1]), command(parts)).thenApply(Drivers::text);
    }

    static Object text(Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return reply instanceof List<?> list ? list.stream().map(Drivers::text).toList() : reply;
    }

    /** What a stage completes with, or throws what it fails with. */
    static <T> T get(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(LONG.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new AssertionError("no answer after " + LONG, e);
        }
    }

    static RedisConnectionException assertUnavailable(Reason reason, boolean sent, ThrowingCallable call) {
        Throwable problem = catchThrowable(call);
        assertThat(problem).isInstanceOfSatisfying(RedisConnectionException.class, e -> {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
            assertThat(e.mayHaveBeenSent()).as(e.getMessage()).isEqualTo(sent);
        });
        return (RedisConnectionException) problem;
    }

    static void assertErrorReply(String start, ThrowingCallable call) {
        assertThat(catchThrowable(call))
                .isInstanceOfSatisfying(
                        RedisErrorReply.class, e -> assertThat(e.text()).startsWith(start));
    }

    /** Asks again and again until it is so; a question that fails is one that was not answered yet. */
    static void until(String what, Callable<Boolean> so) {
        long end = System.nanoTime() + LONG.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                if (so.call()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(2_000_000);
        }
        throw new AssertionError("after " + LONG + " still not: " + what, last);
    }
}
