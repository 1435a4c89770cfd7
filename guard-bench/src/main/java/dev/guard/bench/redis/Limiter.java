package dev.guard.bench.redis;

import java.util.List;

/** A contestant at work: {@link Rate#PERMITS} permits in {@link Rate#PERIOD} for each subject. Any thread may use it. */
interface Limiter extends AutoCloseable {

    /** Whether a permit is left for the subject; it is taken, in that case. Blocks; errors are thrown. */
    boolean tryAcquire(String subject);

    /** What has to be done once for each subject before it is asked for. */
    default void prepare(List<String> subjects) {}

    @Override
    void close();
}
