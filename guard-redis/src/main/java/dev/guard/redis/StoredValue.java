package dev.guard.redis;

import dev.guard.domain.Algorithm;
import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.LimitEntry;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.LimitState;
import dev.guard.domain.counter.RefundedPermit;
import dev.guard.domain.counter.Reservation;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a key holds, as the scripts write it. Java reads it, and writes none.
 *
 * <p>Format {@code g1}, in this order. A <em>number</em> is a double, its highest byte first, and whole; a <em>count</em> is two bytes;
 * an <em>id</em> is a byte of length and ASCII; a <em>list</em> is a count and, unless that is 0, four bytes with the length of its
 * entries, the latest end in it (a number), and the entries in the order of their ends; a <em>varint</em> is in base 128, its lowest
 * digits first, 128 added to each but the last. Times are microseconds since the epoch.
 *
 * <table>
 * <caption>A value</caption>
 * <tr><th>bytes</th><th>what</th></tr>
 * <tr><td>{@code 67}</td><td>{@code g}, a value of guard's</td></tr>
 * <tr><td>1</td><td>flags: 1 held, 2 blocked, 4 has reservations, 8 has refunded permits, 16 has a subject</td></tr>
 * <tr><td>count, bytes</td><td>the policy: its version and the number of its limits as varints; for each a byte with {@link
 *     Algorithm#code()}, plus 128 in shadow, then the capacity, permits, period, tick, units a tick, units a permit and the
 *     largest debt, each as {@link ByteWriter#scaled} writes it; for a calendar an id of its unit, the first day of its weeks and its zone</td></tr>
 * <tr><td>number</td><td>the time</td></tr>
 * <tr><td>number</td><td>the birth</td></tr>
 * <tr><td>for each limit</td><td>greedy, aligned: {@code x}; interval, fixed, sliding: {@code x} and {@code y} of {@link
 *     LimitState}; calendar: {@code x}, and start and end of the window in which it was last charged; log: what all of it
 *     comes to, a count, and time and permits of each; concurrent: a list of end, permits (numbers) and id of each, and then, unless it
 *     is empty, what all of it comes to</td></tr>
 * <tr><td>number</td><td>where held: until when</td></tr>
 * <tr><td>number</td><td>where blocked: until when</td></tr>
 * <tr><td>list of reservations</td><td>of each: end, cost, version, when it was taken (numbers), and its id</td></tr>
 * <tr><td>count, refunded</td><td>of each: until when it is known (number), and its id</td></tr>
 * <tr><td>4, bytes</td><td>the subject, where the key shows a hash of it: its length and its UTF-8</td></tr>
 * </table>
 *
 * <p>A value of one plain bucket has 38 to 42 bytes: as long as it has no more than 44, Redis keeps it beside its object.
 */
final class StoredValue {

    private static final int MAGIC = 'g';
    private static final int HELD = 1;
    private static final int BLOCKED = 2;
    private static final int RESERVATIONS = 4;
    private static final int REFUNDED = 8;
    static final int SUBJECT = 16;
    private static final int ALL = HELD | BLOCKED | RESERVATIONS | REFUNDED | SUBJECT;
    private static final int SHADOW = 0x80;

    private static final int MOST_LIMITS = 1 << 16;

    private final CounterState state;
    private final Optional<byte[]> subject;

    private StoredValue(CounterState state, Optional<byte[]> subject) {
        this.state = state;
        this.subject = subject;
    }

    CounterState state() {
        return state;
    }

    /** The subject's UTF-8, if the value shows it. */
    Optional<byte[]> subject() {
        return subject;
    }

    /** How a value with those flags begins. */
    static byte[] head(int flags, byte[] noted) {
        return new ByteWriter(4 + noted.length)
                .octet(MAGIC)
                .octet(flags)
                .pair(noted.length)
                .bytes(noted)
                .toBytes();
    }

    /** What a value ends with whose key shows a hash of the subject. */
    static byte[] suffix(byte[] subject) {
        return new ByteWriter(4 + subject.length)
                .pair(subject.length >>> 16)
                .pair(subject.length)
                .bytes(subject)
                .toBytes();
    }

    /**
     * Reads a value from a place in some bytes to their end.
     *
     * @param known a policy that it is likely counted under
     * @throws CorruptStateException if it is none of guard's
     */
    static StoredValue read(byte[] bytes, int at, Optional<PolicyBytes> known) {
        ByteReader in = new ByteReader(bytes, at);
        int magic = in.octet();
        int flags = in.octet();
        if (magic != MAGIC || (flags & ~ALL) != 0) {
            throw corrupt("begins with " + magic + " and " + flags, MAGIC + " and 0 to " + ALL);
        }
        byte[] noted = in.bytes(in.pair());
        PolicyBytes policy =
                known.filter(likely -> Arrays.equals(likely.noted(), noted)).orElse(null);
        Noted counted = policy == null ? noted(noted) : Noted.of(policy);
        long time = in.whole();
        long birth = in.whole();
        List<LimitSlot> slots = new ArrayList<>(counted.numbers.size());
        for (int i = 0; i < counted.numbers.size(); i++) {
            LimitNumbers numbers = counted.numbers.get(i);
            slots.add(new LimitSlot(numbers, counted.shadow.get(i), state(in, numbers, time)));
        }
        long heldUntil = (flags & HELD) == 0 ? CounterState.NEVER_WAS : in.whole();
        long blockedUntil = (flags & BLOCKED) == 0 ? CounterState.NEVER_WAS : in.whole();
        List<Reservation> reservations = new ArrayList<>();
        for (int left = (flags & RESERVATIONS) == 0 ? 0 : listed(in); left > 0; left--) {
            long end = in.whole();
            long cost = in.whole();
            int version = (int) in.whole();
            long taken = in.whole();
            reservations.add(new Reservation(id(in), cost, version, taken, end));
        }
        List<RefundedPermit> refunded = new ArrayList<>();
        for (int left = (flags & REFUNDED) == 0 ? 0 : in.pair(); left > 0; left--) {
            long until = in.whole();
            refunded.add(new RefundedPermit(id(in), until));
        }
        Optional<byte[]> subject = (flags & SUBJECT) == 0 ? Optional.empty() : Optional.of(in.bytes(in.length()));
        if (!in.atEnd()) {
            throw corrupt("goes on after byte " + in.at(), "its end there");
        }
        return new StoredValue(
                new CounterState(counted.version, time, birth, heldUntil, blockedUntil, slots, reservations, refunded),
                subject);
    }

    /** A policy as a value notes it. */
    private record Noted(int version, List<LimitNumbers> numbers, List<Boolean> shadow) {
        static Noted of(PolicyBytes policy) {
            List<Limit> limits = policy.compiled().policy().limits();
            return new Noted(
                    policy.compiled().policy().version(),
                    limits.stream().map(Limit::numbers).toList(),
                    limits.stream().map(Limit::isShadow).toList());
        }
    }

    private static Noted noted(byte[] bytes) {
        ByteReader in = new ByteReader(bytes, 0);
        long version = in.varint();
        long count = in.varint();
        if (version > Integer.MAX_VALUE || count > MOST_LIMITS) {
            throw corrupt("notes version " + version + " with " + count + " limits", "smaller numbers");
        }
        List<LimitNumbers> numbers = new ArrayList<>();
        List<Boolean> shadow = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int code = in.octet();
            shadow.add(code >= SHADOW);
            Algorithm algorithm = algorithm(code & ~SHADOW);
            numbers.add(new LimitNumbers(
                    algorithm,
                    in.scaled(),
                    in.scaled(),
                    in.scaled(),
                    in.scaled(),
                    in.scaled(),
                    in.scaled(),
                    in.scaled(),
                    algorithm == Algorithm.CALENDAR ? calendar(in.text()) : null));
        }
        return new Noted((int) version, numbers, shadow);
    }

    private static Algorithm algorithm(int code) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.code() == code) {
                return algorithm;
            }
        }
        throw corrupt("notes an algorithm " + code, "1 to " + Algorithm.values().length);
    }

    private static CalendarPeriod calendar(byte[] name) {
        ByteReader in = new ByteReader(name, 0);
        int unit = in.octet();
        int weekStart = in.octet();
        String zone = ascii(in.bytes(name.length - in.at()));
        if (unit >= PolicyBytes.UNITS.size()) {
            throw corrupt("notes a calendar of unit " + unit, "0 to 3");
        }
        try {
            return CalendarPeriod.of(PolicyBytes.UNITS.get(unit), ZoneId.of(zone), DayOfWeek.of(weekStart));
        } catch (DateTimeException e) {
            throw corrupt("notes a calendar that this Java runtime does not know", "one of its time zones");
        }
    }

    static LimitState state(ByteReader in, LimitNumbers numbers, long time) {
        return switch (numbers.algorithm()) {
            case GREEDY -> new LimitState(in.whole(), 0);
            case INTERVAL, FIXED, SLIDING -> new LimitState(in.whole(), in.whole());
            case ALIGNED -> {
                long used = in.whole();
                yield new LimitState(used, used == 0 ? 0 : time - Math.floorMod(time, numbers.period()));
            }
            case CALENDAR -> {
                long used = in.whole();
                long start = in.whole();
                in.whole();
                yield new LimitState(used, used == 0 ? 0 : start);
            }
            case LOG -> {
                in.whole();
                yield new LimitState(0, 0, log(in));
            }
            case CONCURRENT -> new LimitState(0, 0, slots(in));
        };
    }

    private static List<LimitEntry> log(ByteReader in) {
        List<LimitEntry> entries = new ArrayList<>();
        for (int left = in.pair(); left > 0; left--) {
            long time = in.whole();
            entries.add(new LimitEntry("", in.whole(), time));
        }
        return entries;
    }

    private static List<LimitEntry> slots(ByteReader in) {
        List<LimitEntry> entries = new ArrayList<>();
        int count = listed(in);
        for (int left = count; left > 0; left--) {
            long end = in.whole();
            long permits = in.whole();
            entries.add(new LimitEntry(id(in), permits, end));
        }
        if (count > 0) {
            in.whole();
        }
        return entries;
    }

    /** How many entries a list has that begins here. What the scripts need to find their way in it, the list itself tells Java. */
    private static int listed(ByteReader in) {
        int count = in.pair();
        if (count > 0) {
            in.length();
            in.whole();
        }
        return count;
    }

    private static String id(ByteReader in) {
        return ascii(in.text());
    }

    private static String ascii(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static CorruptStateException corrupt(String found, String expected) {
        return new CorruptStateException("the value of a key " + found + ", expected " + expected);
    }
}
