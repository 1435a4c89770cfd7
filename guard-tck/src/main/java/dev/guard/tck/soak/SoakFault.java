package dev.guard.tck.soak;

import dev.guard.tck.fault.Fault;
import dev.guard.tck.fault.FaultProxy;
import java.time.Duration;

/**
 * Something that goes wrong with a store, or on the way to it, and is over again. Immutable.
 *
 * <p>The store must remember what it answered: after one that is restarted without its data permits are given out twice, and the soak says so.
 *
 * @param name what it is, as the table has it
 * @param least how long it lasts at least
 * @param most how long it lasts at most, an hour or less
 * @param begin what makes it so, and returns when it is
 * @param end what mends it, and returns when it is mended and the next fault may come; it is run also where {@code begin} failed
 */
public record SoakFault(String name, Duration least, Duration most, Step begin, Step end) {

    private static final Duration LEAST = Duration.ofMillis(300);
    private static final Duration MOST = Duration.ofMillis(1500);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** What is done to begin a fault, or to end it. */
    @FunctionalInterface
    public interface Step {

        /** Does it. What is thrown ends the soak. */
        void run() throws Exception;
    }

    /** Checks the times. */
    public SoakFault {
        if (least.isNegative() || least.compareTo(most) > 0 || most.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "the fault '" + name + "' lasts " + least + " to " + most + ", expected 0 to 1 h, the least first");
        }
    }

    /** One that lasts 0.3 to 1.5 seconds. */
    public static SoakFault of(String name, Step begin, Step end) {
        return new SoakFault(name, LEAST, MOST, begin, end);
    }

    /** The same, of a proxy that stands between the workers and their store. */
    public static SoakFault of(FaultProxy proxy, Fault fault) {
        return of(fault.toString(), () -> proxy.set(fault), proxy::heal);
    }

    /** The same fault, for other times. */
    public SoakFault lasting(Duration least, Duration most) {
        return new SoakFault(name, least, most, begin, end);
    }

    @Override
    public String toString() {
        return name;
    }
}
