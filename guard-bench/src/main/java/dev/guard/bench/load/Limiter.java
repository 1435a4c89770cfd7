package dev.guard.bench.load;

import java.util.List;

/** A contestant at work: {@link Rate#PERMITS} permits in {@link Rate#PERIOD} for each subject. Any thread may use it. */
public interface Limiter extends AutoCloseable {

    /** Whether a permit is left for the subject; it is taken, in that case. Blocks; errors are thrown. */
    boolean tryAcquire(String subject);

    /** What has to be done once for each subject before it is asked for. */
    default void prepare(List<String> subjects) {}

    /**
     * The same contestant with {@link Rate#HOT_PERMITS} permits, so that all may ask for one subject. It is closed with this one.
     *
     * @throws UnsupportedOperationException if nobody measures it with a hot key
     */
    default Limiter hot() {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " is measured with random keys only");
    }

    /** The one of the subjects that all ask for, when one is hot. */
    default String hotSubject(List<String> subjects) {
        return subjects.get(0);
    }

    /** Nanoseconds of processor time that processes have used that this contestant started. */
    default long otherProcessesCpu() {
        return 0;
    }

    @Override
    void close();
}
