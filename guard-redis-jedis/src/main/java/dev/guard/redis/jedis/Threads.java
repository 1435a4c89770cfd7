package dev.guard.redis.jedis;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of a driver: a bounded number, before a bounded queue, and none while there is nothing to do. */
final class Threads {

    private static final long KEEP_ALIVE_SECONDS = 10;

    private Threads() {}

    /** An executor that rejects what is beyond its threads and its queue. Its threads are {@code prefix-1} … and end with the JVM. */
    static ThreadPoolExecutor bounded(String prefix, int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                threads, threads, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), task -> {
                    Thread thread = new Thread(task, prefix + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
