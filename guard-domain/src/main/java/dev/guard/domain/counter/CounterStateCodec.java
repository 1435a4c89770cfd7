package dev.guard.domain.counter;

import com.google.common.math.LongMath;
import dev.guard.domain.Algorithm;
import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;
import dev.guard.domain.Permit;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The byte form of a {@link CounterState}, for stores that keep bytes: what {@link CasCounterStore} writes. One state has one
 * form, and no other bytes are read: whatever this class did not write is a {@link CorruptStateException}.
 *
 * <p>Format {@code g1}, in this order. A <em>number</em> is unsigned in base 128, lowest digits first, the highest bit of each
 * byte but the last set; a <em>signed</em> one is folded to 0, −1, 1, −2 … first. A <em>text</em> is a byte of length and
 * ASCII. Times are microseconds, and relative to the time of the state.
 *
 * <table>
 * <caption>A state</caption>
 * <tr><th>bytes</th><th>what</th></tr>
 * <tr><td>{@code 67 31}</td><td>{@code g1}, the format</td></tr>
 * <tr><td>1</td><td>flags: 1 held, 2 blocked, 4 has reservations, 8 has refunded permits</td></tr>
 * <tr><td>signed</td><td>the time, since the epoch</td></tr>
 * <tr><td>number</td><td>how long before it the key was born</td></tr>
 * <tr><td>signed</td><td>where held: until when</td></tr>
 * <tr><td>signed</td><td>where blocked: until when</td></tr>
 * <tr><td>number</td><td>the version; 0 where no limit is counted</td></tr>
 * <tr><td>number, limits</td><td>how many limits, and each of them</td></tr>
 * <tr><td>number, reservations</td><td>each an id (text), the cost, the version, how long ago, and for how long from now</td></tr>
 * <tr><td>number, refunded</td><td>each an id (text), and for how long from now it has to be known</td></tr>
 * </table>
 *
 * <p>A limit is a byte with {@link Algorithm#code()}, plus 128 in shadow; its capacity; for buckets the permits of a period; for
 * calendars the unit, for weeks the first day, and the zone (text), for others the period; where the algorithm knows debt, the
 * largest debt less the capacity (signed); and what it remembers:
 *
 * <ul>
 *   <li>greedy: the units that are missing until it is full
 *   <li>interval: the permits that are missing, and where there are any, the age of the anchor
 *   <li>fixed, calendar: the permits used, and where there are any, the age of the window. Aligned: the permits used
 *   <li>sliding: the permits used in the current window, and those in the previous one
 *   <li>log: how many charges; for each its permits, and the age of the oldest or the time since the one before
 *   <li>concurrent: how many holders; for each its id (text), empty where nobody can give back, its permits, and how long
 *       from now its lease ends
 * </ul>
 *
 * <p>What follows from this is not stored: the tick and the units of a limit, by the rule of {@link LimitNumbers}, so that a
 * change of that rule is a change of the format; and the end of a calendar's window, which the reader finds by the time zone
 * rules of its own Java runtime, as the model does at every step. Only Java reads this form.
 */
public final class CounterStateCodec {

    private static final int FORMAT_1 = 'g';
    private static final int FORMAT_2 = '1';

    private static final int HELD = 1;
    private static final int BLOCKED = 2;
    private static final int RESERVATIONS = 4;
    private static final int REFUNDED = 8;
    private static final int SHADOW = 0x80;

    /** The units of calendars; their places stand for them in the bytes. */
    private static final List<CalendarPeriod.Unit> UNITS = List.of(
            CalendarPeriod.Unit.DAY, CalendarPeriod.Unit.WEEK, CalendarPeriod.Unit.MONTH, CalendarPeriod.Unit.YEAR);

    /** The latest time, and the longest way between two: no sum of a few of them overflows. */
    private static final long LATEST = 1L << 60;

    private CounterStateCodec() {}

    /**
     * The bytes of a state.
     *
     * @param state a state that the model made
     * @throws IllegalArgumentException if the state is absent, which has no bytes, or no state of the model's
     */
    public static byte[] encode(CounterState state) {
        if (state.isAbsent()) {
            throw new IllegalArgumentException("the state is absent, which is kept by keeping nothing");
        }
        StateWriter out = new StateWriter();
        out.octet(FORMAT_1);
        out.octet(FORMAT_2);
        out.octet((state.heldUntil() == CounterState.NEVER_WAS ? 0 : HELD)
                | (state.blockedUntil() == CounterState.NEVER_WAS ? 0 : BLOCKED)
                | (state.reservations().isEmpty() ? 0 : RESERVATIONS)
                | (state.refunded().isEmpty() ? 0 : REFUNDED));
        out.signed(state.time());
        out.number("the age of the state", state.time() - state.birth());
        if (state.heldUntil() != CounterState.NEVER_WAS) {
            out.signed(state.heldUntil() - state.time());
        }
        if (state.blockedUntil() != CounterState.NEVER_WAS) {
            out.signed(state.blockedUntil() - state.time());
        }
        out.number("the version", state.version());
        out.number("the number of limits", state.slots().size());
        for (LimitSlot slot : state.slots()) {
            write(out, slot, state.time());
        }
        if (!state.reservations().isEmpty()) {
            writeReservations(out, state.reservations(), state.time());
        }
        if (!state.refunded().isEmpty()) {
            writeRefunded(out, state.refunded(), state.time());
        }
        return out.toBytes();
    }

    /**
     * The state of bytes that {@link #encode} made.
     *
     * @throws CorruptStateException if the bytes are of another format, or malformed; the detail says what was found where,
     *     and what was expected
     */
    public static CounterState decode(byte[] bytes) {
        return decode(bytes, List.of());
    }

    /**
     * The same state as {@link #decode(byte[])} makes, in less time where the limits are those of a policy that is at hand.
     *
     * @param likely what the state probably counts; where it does, its numbers are these very objects, and are not worked out again
     */
    public static CounterState decode(byte[] bytes, List<Limit> likely) {
        StateReader in = new StateReader(bytes);
        int first = in.octet("the format");
        int second = in.octet("the format");
        if (first != FORMAT_1 || second != FORMAT_2) {
            throw in.corrupt(
                    "the format is " + Integer.toHexString(first) + " " + Integer.toHexString(second),
                    "67 31 (g1), the only one that this release reads");
        }
        int flags = in.octet("the flags");
        if (flags > (HELD | BLOCKED | RESERVATIONS | REFUNDED)) {
            throw in.corrupt("the flags are " + flags, "0 to 15");
        }
        long time = in.signed("the time", -LATEST, LATEST);
        long birth = time - in.number("the age of the key", 0, 2 * LATEST);
        long heldUntil = (flags & HELD) == 0
                ? CounterState.NEVER_WAS
                : time + in.signed("the end of the hold", -2 * LATEST, 2 * LATEST);
        long blockedUntil = (flags & BLOCKED) == 0
                ? CounterState.NEVER_WAS
                : time + in.signed("the end of the block", -2 * LATEST, 2 * LATEST);
        int version = (int) in.number("the version", 0, Integer.MAX_VALUE);
        List<LimitSlot> slots = readSlots(in, version, time, likely);
        List<Reservation> reservations = (flags & RESERVATIONS) == 0 ? List.of() : readReservations(in, time);
        List<RefundedPermit> refunded = (flags & REFUNDED) == 0 ? List.of() : readRefunded(in, time);
        in.end();
        return new CounterState(version, time, birth, heldUntil, blockedUntil, slots, reservations, refunded);
    }

    // ─── Limits ─────────────────────────────────────────────────────────────────────────────────

    private static void write(StateWriter out, LimitSlot slot, long time) {
        LimitNumbers numbers = slot.numbers();
        Algorithm algorithm = numbers.algorithm();
        out.octet(algorithm.code() | (slot.shadow() ? SHADOW : 0));
        out.number("the capacity", numbers.capacity());
        if (isBucket(algorithm)) {
            out.number("the permits", numbers.permits());
        }
        CalendarPeriod calendar = numbers.calendar();
        if (calendar == null) {
            out.number("the period", numbers.period());
        } else {
            out.octet(UNITS.indexOf(calendar.unit()));
            if (calendar.unit() == CalendarPeriod.Unit.WEEK) {
                out.octet(calendar.weekStart().getValue());
            }
            out.text(calendar.zone().getId());
        }
        if (algorithm != Algorithm.CONCURRENT) {
            out.signed(numbers.maxDebt() - numbers.capacity());
        }
        write(out, numbers, slot.state(), time);
    }

    private static void write(StateWriter out, LimitNumbers numbers, LimitState state, long time) {
        switch (numbers.algorithm()) {
            case GREEDY -> out.number("the missing units", GreedyBucket.full(numbers) - state.x());
            case INTERVAL -> writeAged(out, numbers.capacity() - state.x(), time - state.y());
            case FIXED, CALENDAR -> writeAged(out, state.x(), time - state.y());
            case ALIGNED -> out.number("the permits used", state.x());
            case SLIDING -> {
                out.number("the permits used", state.x());
                out.number("the permits used before", state.y());
            }
            case LOG -> {
                out.number("the number of charges", state.entries().size());
                long before = CounterState.NEVER_WAS;
                for (LimitEntry entry : state.entries()) {
                    out.number("the permits", entry.permits());
                    boolean oldest = before == CounterState.NEVER_WAS;
                    out.number("the time of a charge", oldest ? time - entry.time() : entry.time() - before);
                    before = entry.time();
                }
            }
            case CONCURRENT -> {
                out.number("the number of holders", state.entries().size());
                for (LimitEntry entry : state.entries()) {
                    out.text(entry.id());
                    out.number("the permits", entry.permits());
                    out.number("the end of a lease", entry.time() - time);
                }
            }
        }
    }

    private static void writeAged(StateWriter out, long permits, long age) {
        out.number("the permits", permits);
        if (permits != 0) {
            out.number("the age", age);
        }
    }

    private static List<LimitSlot> readSlots(StateReader in, int version, long time, List<Limit> likely) {
        int count = in.count("the number of limits", 0, Integer.MAX_VALUE);
        if ((count == 0) != (version == 0)) {
            throw in.corrupt(count + " limits are of version " + version, "none of version 0, or some of a version");
        }
        List<LimitSlot> slots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int kind = in.octet("an algorithm");
            LimitNumbers guess = i < likely.size() ? likely.get(i).numbers() : null;
            LimitNumbers numbers = readNumbers(in, algorithm(in, kind & ~SHADOW), guess);
            slots.add(new LimitSlot(numbers, (kind & SHADOW) != 0, readState(in, numbers, time)));
        }
        return slots;
    }

    private static Algorithm algorithm(StateReader in, int code) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.code() == code) {
                return algorithm;
            }
        }
        throw in.corrupt("the algorithm is " + code, "one that this release knows");
    }

    /** Builds the limit, as a policy would: what cannot be built cannot have been counted. What was built already is taken as it is. */
    private static LimitNumbers readNumbers(StateReader in, Algorithm algorithm, @Nullable LimitNumbers guess) {
        long capacity = in.number("the capacity", 0, LimitNumbers.LARGEST);
        long permits = isBucket(algorithm) ? in.number("the permits", 0, LimitNumbers.LARGEST) : capacity;
        CalendarPeriod calendar = algorithm == Algorithm.CALENDAR ? readCalendar(in, guess) : null;
        long period = calendar == null ? in.number("the period", 1, Micros.TEN_YEARS) : calendar.longest();
        long maxDebt = algorithm == Algorithm.CONCURRENT
                ? 0
                : capacity + in.signed("the largest debt", -capacity, LimitNumbers.LARGEST - capacity);
        if (guess != null
                && guess.algorithm() == algorithm
                && guess.capacity() == capacity
                && guess.permits() == permits
                && guess.period() == period
                && guess.maxDebt() == maxDebt
                && Objects.equals(guess.calendar(), calendar)) {
            return guess;
        }
        try {
            Limit limit = limit(algorithm, capacity, permits, Micros.toDuration(period), calendar);
            return (limit.maxDebt() == maxDebt ? limit : limit.maxDebt(maxDebt)).numbers();
        } catch (GuardConfigurationException e) {
            throw in.corrupt("a limit cannot be: " + e.detail(), "one that a policy may have");
        }
    }

    private static Limit limit(
            Algorithm algorithm, long capacity, long permits, Duration period, @Nullable CalendarPeriod calendar) {
        return switch (algorithm) {
            case GREEDY -> Limit.tokenBucket(permits).burst(capacity).per(period);
            case INTERVAL ->
                Limit.tokenBucket(permits).burst(capacity).atInterval().per(period);
            case FIXED -> Limit.fixedWindow(capacity).per(period);
            case ALIGNED -> Limit.fixedWindow(capacity).aligned().per(period);
            case SLIDING -> Limit.slidingWindow(capacity).per(period);
            case LOG -> Limit.slidingLog(capacity).per(period);
            case CALENDAR -> calendar(capacity, calendar);
            case CONCURRENT -> Limit.concurrent(capacity).lease(period);
        };
    }

    private static Limit calendar(long capacity, @Nullable CalendarPeriod calendar) {
        if (calendar == null) {
            throw new AssertionError("a calendar quota has a calendar");
        }
        Limit.CalendarStep step = Limit.calendar(capacity);
        return switch (calendar.unit()) {
            case DAY -> step.perDay(calendar.zone());
            case WEEK -> step.perWeek(calendar.zone(), calendar.weekStart());
            case MONTH -> step.perMonth(calendar.zone());
            case YEAR -> step.perYear(calendar.zone());
        };
    }

    private static CalendarPeriod readCalendar(StateReader in, @Nullable LimitNumbers guess) {
        int unit = in.octet("the unit of a calendar");
        if (unit >= UNITS.size()) {
            throw in.corrupt("the unit of a calendar is " + unit, "0 (day) to 3 (year)");
        }
        int weekStart = UNITS.get(unit) == CalendarPeriod.Unit.WEEK ? in.octet("the first day of a week") : 1;
        if (weekStart < 1 || weekStart > 7) {
            throw in.corrupt("the first day of a week is " + weekStart, "1 (Monday) to 7");
        }
        String zone = in.text("the zone");
        CalendarPeriod known = guess == null ? null : guess.calendar();
        if (known != null
                && known.unit() == UNITS.get(unit)
                && known.weekStart().getValue() == weekStart
                && known.zone().getId().equals(zone)) {
            return known;
        }
        try {
            CalendarPeriod calendar = CalendarPeriod.of(UNITS.get(unit), ZoneId.of(zone), DayOfWeek.of(weekStart));
            if (calendar.zone().getId().equals(zone)) {
                return calendar;
            }
        } catch (DateTimeException e) {
            // told below, like a zone in another spelling
        }
        throw in.corrupt("the zone is none", "the id of a time zone that this Java runtime knows");
    }

    private static LimitState readState(StateReader in, LimitNumbers numbers, long time) {
        long most = numbers.capacity() + numbers.maxDebt();
        return switch (numbers.algorithm()) {
            case GREEDY -> {
                long missing = in.number("the missing units", 0, most * numbers.unitsPerPermit());
                yield new LimitState(GreedyBucket.full(numbers) - missing, 0);
            }
            case INTERVAL -> {
                long missing = in.number("the missing permits", 0, most);
                yield new LimitState(
                        numbers.capacity() - missing, missing == 0 ? 0 : readStart(in, time, numbers.period() - 1));
            }
            case FIXED -> {
                long used = in.number("the permits used", 0, most);
                yield new LimitState(used, used == 0 ? 0 : readStart(in, time, numbers.period() - 1));
            }
            case CALENDAR -> {
                long used = in.number("the permits used", 0, most);
                yield new LimitState(used, used == 0 ? 0 : readStart(in, time, Micros.TEN_YEARS));
            }
            case ALIGNED -> {
                long used = in.number("the permits used", 0, most);
                yield new LimitState(used, used == 0 ? 0 : AlignedWindow.start(numbers, time));
            }
            case SLIDING -> readSliding(in, numbers, time);
            case LOG -> readLog(in, numbers, time);
            case CONCURRENT -> readHolders(in, time);
        };
    }

    private static long readStart(StateReader in, long time, long oldest) {
        return time - in.number("the age", 0, oldest);
    }

    private static LimitState readSliding(StateReader in, LimitNumbers numbers, long time) {
        long current = in.number("the permits used", 0, numbers.capacity() + numbers.maxDebt());
        long previous = in.number("the permits used before", 0, LimitNumbers.LARGEST);
        long left = numbers.unitsPerPermit() - Math.floorMod(time, numbers.period()) / numbers.tick();
        if (LongMath.saturatedMultiply(previous, left) > LimitNumbers.LARGEST) {
            throw in.corrupt("the permits used before are " + previous, "no more than a window can weigh");
        }
        return new LimitState(current, previous);
    }

    private static LimitState readLog(StateReader in, LimitNumbers numbers, long time) {
        int count = in.count("the number of charges", 0, (int) LimitNumbers.MOST_ENTRIES);
        List<LimitEntry> entries = new ArrayList<>();
        long room = LimitNumbers.LARGEST;
        long at = time;
        for (int i = 0; i < count; i++) {
            long permits = in.number("the permits", 1, room);
            room -= permits;
            at = i == 0
                    ? time - in.number("the age of a charge", 0, numbers.period() - 1)
                    : at + in.number("the time between charges", 1, time - at);
            entries.add(new LimitEntry("", permits, at));
        }
        return LimitState.of(entries);
    }

    private static LimitState readHolders(StateReader in, long time) {
        int count = in.count("the number of holders", 0, (int) LimitNumbers.MOST_ENTRIES);
        List<LimitEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = readIdOrNone(in);
            long permits = in.number("the permits", 1, LimitNumbers.MOST_ENTRIES);
            entries.add(new LimitEntry(id, permits, time + in.number("the end of a lease", 1, Micros.TEN_YEARS)));
        }
        if (!isSorted(entries, ConcurrentSlots.BY_END)) {
            throw in.corrupt("the holders are in disorder", "the order of their ends and ids");
        }
        return LimitState.of(entries);
    }

    private static boolean isBucket(Algorithm algorithm) {
        return algorithm == Algorithm.GREEDY || algorithm == Algorithm.INTERVAL;
    }

    // ─── Reservations and refunded permits ──────────────────────────────────────────────────────

    private static void writeReservations(StateWriter out, List<Reservation> reservations, long time) {
        out.number("the number of reservations", reservations.size());
        for (Reservation reservation : reservations) {
            out.text(reservation.id());
            out.number("the cost", reservation.cost());
            out.number("the version", reservation.version());
            out.number("the age of a reservation", time - reservation.time());
            out.number("the end of a reservation", reservation.end() - time);
        }
    }

    private static List<Reservation> readReservations(StateReader in, long time) {
        int count = in.count("the number of reservations", 1, CounterModel.MOST_RESERVATIONS);
        List<Reservation> reservations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = readId(in);
            long cost = in.number("the cost", 1, Long.MAX_VALUE);
            int version = (int) in.number("the version", 1, Integer.MAX_VALUE);
            long taken = time - in.number("the age of a reservation", 0, Micros.TEN_YEARS);
            long end = time + in.number("the end of a reservation", 1, Micros.TEN_YEARS);
            reservations.add(new Reservation(id, cost, version, taken, end));
        }
        if (!isSorted(reservations, CounterState.BY_END)) {
            throw in.corrupt("the reservations are in disorder", "the order of their ends and ids");
        }
        return reservations;
    }

    private static void writeRefunded(StateWriter out, List<RefundedPermit> refunded, long time) {
        out.number("the number of refunded permits", refunded.size());
        for (RefundedPermit permit : refunded) {
            out.text(permit.id());
            out.number("the end of a refunded permit", permit.until() - time);
        }
    }

    private static List<RefundedPermit> readRefunded(StateReader in, long time) {
        int count = in.count("the number of refunded permits", 1, CounterModel.MOST_REFUNDED);
        List<RefundedPermit> refunded = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = readId(in);
            long until = time + in.number("the end of a refunded permit", 1, Micros.TEN_YEARS);
            refunded.add(new RefundedPermit(id, until));
        }
        return refunded;
    }

    private static String readId(StateReader in) {
        String id = readIdOrNone(in);
        if (id.isEmpty()) {
            throw in.corrupt("an id is empty", "a character at least");
        }
        return id;
    }

    private static String readIdOrNone(StateReader in) {
        String id = in.text("an id");
        if (id.isEmpty()) {
            return id;
        }
        try {
            Permit.requireId(id);
        } catch (InvalidArgumentException e) {
            throw in.corrupt("an id is none", "1 to 64 letters, digits and . _ ~ -");
        }
        return id;
    }

    private static <T> boolean isSorted(List<T> list, Comparator<T> order) {
        for (int i = 1; i < list.size(); i++) {
            if (order.compare(list.get(i - 1), list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }
}
