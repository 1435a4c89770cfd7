package dev.guard.tck.soak;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;

/**
 * The subjects that a worker asks about, one after the other, and what came of it. A few at a time are asked about, and from the first one
 * on they are left behind when they were denied; now and then one of those is asked about again.
 *
 * <p>All of it is allocated at the beginning, so that what is counted here does not look like a leak of the backend's. Any thread may use it.
 */
final class Subjects {

    /** How many there are, for hours. After the last one only the last few are asked about. */
    static final int MOST = 1 << 16;

    private static final int AT_A_TIME = 8;
    private static final int ONE_BEHIND_OF = 16;

    private final String prefix;
    private final AtomicInteger first = new AtomicInteger();
    private final AtomicIntegerArray allowed = new AtomicIntegerArray(MOST);
    private final AtomicIntegerArray uncertain = new AtomicIntegerArray(MOST);
    private final AtomicIntegerArray denied = new AtomicIntegerArray(MOST);

    Subjects(String prefix) {
        this.prefix = prefix;
    }

    /** The number of the next one to ask about. */
    int next(RandomGenerator random) {
        int begin = first.get();
        return begin > 0 && random.nextInt(ONE_BEHIND_OF) == 0
                ? random.nextInt(begin)
                : begin + random.nextInt(AT_A_TIME);
    }

    String name(int number) {
        return prefix + number;
    }

    /** Whether it was denied before. */
    boolean wasDenied(int number) {
        return denied.get(number) > 0;
    }

    void allowed(int number) {
        allowed.incrementAndGet(number);
    }

    /** Notes a call that failed and may have counted. */
    void uncertain(int number) {
        uncertain.incrementAndGet(number);
    }

    void denied(int number) {
        denied.set(number, 1);
        int begin = first.get();
        while (begin < MOST - AT_A_TIME && denied.get(begin) > 0) {
            first.compareAndSet(begin, begin + 1);
            begin = first.get();
        }
    }

    /** How many may have been asked about: all with a lower number. */
    int asked() {
        return first.get() + AT_A_TIME;
    }

    /** What came of one of them: allowed, uncertain, and 1 if it was denied or else 0. */
    String counts(int number) {
        return allowed.get(number) + " " + uncertain.get(number) + " " + denied.get(number);
    }
}
