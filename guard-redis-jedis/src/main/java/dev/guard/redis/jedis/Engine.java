package dev.guard.redis.jedis;

import java.time.Duration;
import java.util.concurrent.ExecutorService;

/**
 * The threads of a driver, all of them daemons and bounded in number.
 *
 * @param timeout how long a call may take
 * @param callers the threads in which asynchronous calls block
 * @param background the threads that make connections, and find out where servers are
 * @param exchanges what is done in all of them
 */
record Engine(
        Duration timeout, ExecutorService callers, ExecutorService background, Watchdog watchdog, Exchanges exchanges)
        implements AutoCloseable {

    private static final int QUEUE_PER_THREAD = 64;
    private static final int LEAST_BACKGROUND_THREADS = 8;

    /**
     * Starts one.
     *
     * @param size the most asynchronous calls at a time
     */
    static Engine start(Duration timeout, int size) {
        int behind = Math.max(LEAST_BACKGROUND_THREADS, size);
        ExecutorService callers = Threads.bounded("guard-redis-jedis", size, size * QUEUE_PER_THREAD);
        ExecutorService background = Threads.bounded("guard-redis-jedis-background", behind, behind * QUEUE_PER_THREAD);
        Watchdog watchdog = Watchdog.start();
        return new Engine(timeout, callers, background, watchdog, new Exchanges(timeout, watchdog));
    }

    /** Takes nothing more on. What runs ends by its deadline, and then the threads end. */
    @Override
    public void close() {
        callers.shutdown();
        background.shutdown();
        watchdog.close();
    }
}
