package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.testing.redis.Patience;
import dev.guard.testing.redis.RedisServer;
import java.time.Duration;

/** What the store has charged: subjects are asked for until they are denied, by a client of its own over a way that nothing broke. */
final class Charges implements AutoCloseable {

    /** How many permits each subject has. */
    static final int PERMITS = 10;

    private static final Duration MOST = Duration.ofSeconds(60);

    /** For so long nothing may come before what was sent is taken for done. */
    private static final long STILL_NANOS = Duration.ofSeconds(2).toNanos();

    private final Limiter limiter;

    Charges(Client client, RedisServer server) {
        limiter = Callers.opened(() -> client.openPatiently(server.address(), PERMITS));
    }

    /** Uses up what is left of a subject. How much was charged before; once only. */
    int of(String subject) {
        int left = 0;
        while (limiter.tryAcquire(subject)) {
            left++;
            if (left > PERMITS) {
                throw new IllegalStateException(subject + " has more than " + PERMITS + " permits");
            }
        }
        return PERMITS - left;
    }

    /** Waits until the server has run what it was sent, late repetitions included. */
    static void awaitStillness(RedisServer server) {
        long[] seen = {-1, System.nanoTime()};
        Patience.until("the server is sent nothing more", MOST, server::log, () -> {
            long runs = server.calls("evalsha") + server.calls("eval") + server.calls("set");
            if (runs != seen[0]) {
                seen[0] = runs;
                seen[1] = System.nanoTime();
            }
            return System.nanoTime() - seen[1] > STILL_NANOS;
        });
    }

    @Override
    public void close() {
        limiter.close();
    }
}
