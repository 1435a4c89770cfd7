package dev.guard.redis.jedis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisDriver;
import dev.guard.redis.RedisErrorReply;
import dev.guard.redis.RedisUrl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** What the tests of the driver share: calls in text, and errors as words. */
final class Calls {

    private static final String FACTOR = "GUARD_TEST_TIMEOUT_FACTOR";

    private Calls() {}

    static JedisDriver open(String url) {
        return open(url, 4);
    }

    static JedisDriver open(String url, int connections) {
        return JedisDriver.open(
                "backends.redis-jedis.url", RedisUrl.parse("backends.redis-jedis.url", url), connections);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[][] parts(String... parts) {
        byte[][] bytes = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = bytes(parts[i]);
        }
        return bytes;
    }

    /** The blocking form, with the second part as the key, and the reply as text. */
    static Object call(RedisDriver driver, String... parts) {
        return text(driver.execute(bytes(parts[1]), parts(parts)));
    }

    /** The asynchronous form of it. */
    static CompletionStage<Object> start(RedisDriver driver, String... parts) {
        return driver.submit(bytes(parts[1]), parts(parts)).thenApply(Calls::text);
    }

    static Object text(Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, UTF_8);
        }
        if (reply instanceof List<?> list) {
            List<Object> texts = new ArrayList<>();
            list.forEach(element -> texts.add(text(element)));
            return texts;
        }
        return reply;
    }

    /** What a call fails with: the text of an error reply, or the reason and whether the command may have been sent. */
    static String failure(Callable<?> call) {
        return failure(catchThrowable(call::call));
    }

    static String failure(CompletionStage<?> stage) {
        Throwable error = catchThrowable(() -> stage.toCompletableFuture().join());
        assertThat(error).isInstanceOf(CompletionException.class);
        return failure(error.getCause());
    }

    private static String failure(Throwable error) {
        if (error instanceof RedisErrorReply reply) {
            return reply.text();
        }
        if (error instanceof RedisConnectionException connection) {
            return failed(connection.reason(), connection.mayHaveBeenSent());
        }
        throw new AssertionError("expected an error of the driver, and got " + error, error);
    }

    static String failed(Reason reason, boolean sent) {
        return reason + (sent ? ", may have been sent" : ", was not sent");
    }

    /** Longer where the machine is said to be slow. */
    static Duration times(Duration duration) {
        String factor = System.getenv(FACTOR);
        return factor == null || factor.isEmpty() ? duration : duration.multipliedBy(Integer.parseInt(factor));
    }

    /** Looks until something is so. */
    static void until(String what, Callable<Boolean> so) throws Exception {
        long end = System.nanoTime() + times(Duration.ofSeconds(30)).toNanos();
        while (!so.call()) {
            assertThat(System.nanoTime() - end).as("still not: " + what).isNegative();
            LockSupport.parkNanos(2_000_000);
        }
    }

    static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
