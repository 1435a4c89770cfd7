package dev.guard.tck.fault;

import java.time.Duration;

/**
 * What a {@link FaultProxy} does to the connections that go through it. Immutable.
 *
 * <table>
 * <caption>The faults</caption>
 * <tr><th>fault</th><th>as when</th></tr>
 * <tr><td>{@link #refuse}</td><td>the store's process has ended</td></tr>
 * <tr><td>{@link #reset}</td><td>a firewall forgot the connections and says so, or the store dropped them</td></tr>
 * <tr><td>{@link #blackholeTowardsStore}</td><td>requests are lost on their way</td></tr>
 * <tr><td>{@link #blackholeTowardsClient}</td><td>the store does what it is asked, and its replies are lost</td></tr>
 * <tr><td>{@link #drop}</td><td>a firewall forgot the connections and says nothing, or TCP waits for minutes before it sends again</td></tr>
 * <tr><td>{@link #delay}, {@link #jitter}</td><td>the network is slow</td></tr>
 * <tr><td>{@link #cut}</td><td>the store did what it was asked, and died within its reply</td></tr>
 * <tr><td>{@link #byteByByte}</td><td>a socket timeout begins anew with each byte</td></tr>
 * </table>
 */
public final class Fault {

    private static final Duration MOST = Duration.ofHours(1);
    private static final long NEVER = Long.MAX_VALUE;

    static final Fault NONE = new Fault(Kind.NONE, 0, 0, "no fault");

    /** What a proxy tells apart. */
    enum Kind {
        NONE,
        REFUSE,
        RESET,
        HOLD_TO_STORE,
        HOLD_TO_CLIENT,
        DROP,
        DELAY,
        JITTER,
        CUT,
        BYTE_BY_BYTE
    }

    private final Kind kind;
    private final long size;
    private final long seed;
    private final String text;

    private Fault(Kind kind, long size, long seed, String text) {
        this.kind = kind;
        this.size = size;
        this.seed = seed;
        this.text = text;
    }

    /** The port is closed: connections that there are end, new ones are refused. */
    public static Fault refuse() {
        return new Fault(Kind.REFUSE, 0, 0, "refuse");
    }

    /** Connections that there are are reset at once, new ones as soon as something is sent over them, which the store does not get. */
    public static Fault reset() {
        return new Fault(Kind.RESET, 0, 0, "reset");
    }

    /** Nothing reaches the store. Connections stay and are accepted; what was sent arrives after the fault, as with TCP it would. */
    public static Fault blackholeTowardsStore() {
        return new Fault(Kind.HOLD_TO_STORE, 0, 0, "blackhole towards the store");
    }

    /** The store gets everything, and no reply reaches the client before the fault is over. */
    public static Fault blackholeTowardsClient() {
        return new Fault(Kind.HOLD_TO_CLIENT, 0, 0, "blackhole towards the client");
    }

    /**
     * What is sent is lost, in both directions, and so is the end of a connection. Connections that there are meanwhile stay silent after the
     * fault, too, for as long as the client has them; those that are made after it are well.
     */
    public static Fault drop() {
        return new Fault(Kind.DROP, 0, 0, "drop");
    }

    /**
     * What is sent arrives later, in both directions.
     *
     * @param oneWay by how much, above zero, an hour at most
     */
    public static Fault delay(Duration oneWay) {
        return new Fault(Kind.DELAY, nanos("oneWay", oneWay), 0, "delay of " + oneWay.toMillis() + " ms");
    }

    /**
     * What is sent arrives later, in both directions, in its order, each piece by another time.
     *
     * @param most the longest, above zero, an hour at most
     * @param seed what the times are drawn by; the same pieces in the same order have the same times
     */
    public static Fault jitter(Duration most, long seed) {
        return new Fault(Kind.JITTER, nanos("most", most), seed, "jitter of up to " + most.toMillis() + " ms");
    }

    /**
     * Each connection ends in good order once this many bytes of replies went through it. With 0 it ends when the store replies, before
     * any byte of it.
     *
     * @param bytes 0 or more; fewer than a reply has, for an end within it
     */
    public static Fault cut(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes is " + bytes + ", expected 0 or more");
        }
        return new Fault(Kind.CUT, bytes, 0, "cut after " + bytes + (bytes == 1 ? " byte" : " bytes") + " of a reply");
    }

    /**
     * Replies come one byte at a time.
     *
     * @param pause between two bytes, above zero, an hour at most
     */
    public static Fault byteByByte(Duration pause) {
        return new Fault(Kind.BYTE_BY_BYTE, nanos("pause", pause), 0, "a byte every " + pause.toMillis() + " ms");
    }

    private static long nanos(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + duration + ", expected more than zero and an hour at most");
        }
        return duration.toNanos();
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** Whether what goes in this direction waits for the end of the fault. */
    boolean holds(boolean towardsStore) {
        return kind == (towardsStore ? Kind.HOLD_TO_STORE : Kind.HOLD_TO_CLIENT);
    }

    /**
     * By how much something is later, in nanoseconds.
     *
     * @param fraction what was drawn for it, from 0 to below 1
     */
    long delayNanos(double fraction) {
        return switch (kind) {
            case DELAY -> size;
            case JITTER -> (long) (fraction * size);
            default -> 0;
        };
    }

    /** How many bytes of replies go through a connection. */
    long bytesOfReplies() {
        return kind == Kind.CUT ? size : NEVER;
    }

    /** The pause after a byte of a reply, in nanoseconds; 0 where replies come as they are. */
    long pauseNanos() {
        return kind == Kind.BYTE_BY_BYTE ? size : 0;
    }

    long seed() {
        return seed;
    }

    @Override
    public String toString() {
        return text;
    }
}
