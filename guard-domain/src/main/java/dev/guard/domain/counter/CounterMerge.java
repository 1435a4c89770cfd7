package dev.guard.domain.counter;

import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of two states of one key that were counted apart, by the two sides of a cluster that was split: the larger consumption.
 * Pure. A store whose nodes never count apart has no use for it.
 *
 * <p>Each limit keeps the side on which fewer permits are available, so that no limit has more than on either side. Where the sides
 * count under other numbers, all limits are those of the side whose fullest limit is fuller. The later end of a block holds, and
 * reservations of both sides are known.
 *
 * <p>The key is born anew. What was taken before comes back to nobody, as it is not known which side's charge a limit kept: a
 * reservation that is committed is not charged twice, one that lapses or is cancelled gives nothing back, and a permit is refunded
 * in vain.
 */
public final class CounterMerge {

    private CounterMerge() {}

    /** The state of both; one of them as it is where the other says the same, or nothing any more. */
    public static CounterState merged(CounterState one, CounterState other) {
        if (one.equals(other)) {
            return one;
        }
        // A permit of the last change of either is older than the new birth.
        long now = Math.max(one.time(), other.time()) + 1;
        CounterState a = one.isAbsent() ? one : one.advancedTo(now);
        CounterState b = other.isAbsent() ? other : other.advancedTo(now);
        if (a.isAbsent() || b.isAbsent()) {
            return a.isAbsent() ? other : one;
        }
        boolean firstIsNewer = a.version() >= b.version();
        CounterState newer = firstIsNewer ? a : b;
        boolean sameNumbers = countSame(a, b);
        CounterState chosen = sameNumbers ? newer : fullest(a) >= fullest(b) ? a : b;
        return new CounterState(
                chosen.version(),
                now,
                now,
                Math.max(a.heldUntil(), b.heldUntil()),
                Math.max(a.blockedUntil(), b.blockedUntil()),
                sameNumbers ? larger(newer, firstIsNewer ? b : a) : chosen.slots(),
                reservations(a, b),
                List.of());
    }

    private static boolean countSame(CounterState a, CounterState b) {
        if (a.slots().size() != b.slots().size()) {
            return false;
        }
        for (int i = 0; i < a.slots().size(); i++) {
            if (!a.slots().get(i).numbers().equals(b.slots().get(i).numbers())) {
                return false;
            }
        }
        return true;
    }

    /** Of each limit what is used more, in the newer version's form; of two that are used alike the one that is full later. */
    private static List<LimitSlot> larger(CounterState newer, CounterState older) {
        long now = newer.time();
        LimitSlot[] slots = new LimitSlot[newer.slots().size()];
        for (int i = 0; i < slots.length; i++) {
            LimitSlot slot = newer.slots().get(i);
            LimitSlot rival = older.slots().get(i);
            long more = slot.available(now) - rival.available(now);
            boolean rivals = more > 0 || (more == 0 && rival.resetAfter(now) > slot.resetAfter(now));
            slots[i] = rivals ? slot.with(rival.state()) : slot;
        }
        return List.of(slots);
    }

    /** The largest share that is used of any limit; below 0 where no limit is counted. */
    private static double fullest(CounterState state) {
        double fullest = -1;
        for (LimitSlot slot : state.slots()) {
            long capacity = slot.numbers().capacity();
            if (capacity > 0) {
                fullest = Math.max(fullest, (double) (capacity - slot.available(state.time())) / capacity);
            }
        }
        return fullest;
    }

    /** The reservations of both; those that lapse first are forgotten where there are too many. */
    private static List<Reservation> reservations(CounterState a, CounterState b) {
        List<Reservation> all = new ArrayList<>(a.reservations());
        for (Reservation reservation : b.reservations()) {
            if (all.stream().noneMatch(known -> known.id().equals(reservation.id()))) {
                all.add(reservation);
            }
        }
        all.sort(CounterState.BY_END);
        return all.size() <= CounterModel.MOST_RESERVATIONS
                ? all
                : all.subList(all.size() - CounterModel.MOST_RESERVATIONS, all.size());
    }
}
