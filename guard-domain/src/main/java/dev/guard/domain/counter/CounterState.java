package dev.guard.domain.counter;

import dev.guard.domain.Micros;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * All that is remembered of one key. A store keeps it as one value and replaces it as a whole. All times are in microseconds
 * since the epoch.
 *
 * @param version the version of the policy that the limits are counted under; 0 while no limit is counted
 * @param time the time of the last change; the limits are as of then
 * @param birth when the key was first changed after nothing was remembered of it
 * @param heldUntil when the state that this one was converted from would have been absent; this one is not before, even where
 *     all its limits are initial. {@link Long#MIN_VALUE} where nothing holds it
 * @param blockedUntil until when every call is denied; {@link Long#MIN_VALUE} where the key was never blocked
 * @param slots the limits, in the order in which the policy declared them
 * @param reservations what is reserved, in the order of end and id
 * @param refunded what was given back and could be given back again
 */
public record CounterState(
        int version,
        long time,
        long birth,
        long heldUntil,
        long blockedUntil,
        List<LimitSlot> slots,
        List<Reservation> reservations,
        List<RefundedPermit> refunded) {

    /** A moment before all others: a block or a hold that never was. */
    public static final long NEVER_WAS = Long.MIN_VALUE;

    /** The state of a key that nothing is remembered of. */
    public static final CounterState ABSENT =
            new CounterState(0, NEVER_WAS, NEVER_WAS, NEVER_WAS, NEVER_WAS, List.of(), List.of(), List.of());

    static final Comparator<Reservation> BY_END =
            Comparator.comparingLong(Reservation::end).thenComparing(Reservation::id);

    /** Copies the lists. */
    public CounterState {
        slots = List.copyOf(slots);
        reservations = List.copyOf(reservations);
        refunded = List.copyOf(refunded);
    }

    /** The state of a key of which nothing but its limits is remembered, as if it were born with its last change. */
    public CounterState(int version, long time, List<LimitSlot> slots) {
        this(version, time, time, NEVER_WAS, NEVER_WAS, slots, List.of(), List.of());
    }

    /** Whether nothing is remembered. */
    public boolean isAbsent() {
        return time == NEVER_WAS;
    }

    /**
     * When the state will be absent, if nothing touches it: the latest of its limits' resets, its block's end, its
     * reservations' ends and {@link #heldUntil}. It may be absent earlier where reservations give something back, and is
     * not remembered longer than ten years after its last change or its block. A store may forget it from then on, and
     * must not before.
     */
    public long expiresAt() {
        long after = 0;
        for (LimitSlot slot : slots) {
            after = Math.max(after, slot.resetAfter(time));
        }
        long end = time + Math.min(after, Micros.TEN_YEARS);
        for (Reservation reservation : reservations) {
            end = Math.max(end, reservation.end());
        }
        return Math.max(end, Math.max(heldUntil, blockedUntil));
    }

    /** Whether nothing would be remembered at {@code now}, if nothing touched the state until then. */
    public boolean isAbsentAt(long now) {
        return advancedTo(Math.max(time, now)).isAbsent();
    }

    boolean isBlocked() {
        return time < blockedUntil;
    }

    /** The state at {@code now} ≥ {@code time}, after what lapsed gave back what it held; absent where nothing is left. */
    CounterState advancedTo(long now) {
        if (isAbsent()) {
            return ABSENT;
        }
        CounterState state = this;
        for (Reservation lapsed : reservations) {
            if (lapsed.end() > now) {
                break;
            }
            state = state.at(Math.max(state.time, lapsed.end())).settled(lapsed, lapsed.cost());
        }
        CounterState advanced = state.at(now);
        // Ten years after the last change nothing is counted any more, whatever came back in between.
        return (now - time >= Micros.TEN_YEARS ? advanced.mapping(LimitSlot::initialised) : advanced).orAbsent();
    }

    /** The state at {@code now}, in which nothing has lapsed but what the limits and the refunds forget by themselves. */
    private CounterState at(long now) {
        LimitSlot[] advanced = new LimitSlot[slots.size()];
        for (int i = 0; i < advanced.length; i++) {
            advanced[i] = slots.get(i).advanced(time, now);
        }
        List<RefundedPermit> known = refunded.isEmpty()
                ? refunded
                : refunded.stream().filter(permit -> now < permit.until()).toList();
        return new CounterState(version, now, birth, heldUntil, blockedUntil, List.of(advanced), reservations, known);
    }

    /** This state, or {@link #ABSENT} where every part of it is initial. */
    CounterState orAbsent() {
        if (time < heldUntil || isBlocked() || !reservations.isEmpty()) {
            return this;
        }
        for (LimitSlot slot : slots) {
            if (!slot.isInitial()) {
                return this;
            }
        }
        return ABSENT;
    }

    /** The state without a reservation, of which {@code unspent} permits come back where they are counted still. */
    CounterState settled(Reservation reservation, long unspent) {
        boolean counts = reservation.version() == version && reservation.time() >= birth && unspent > 0;
        List<Reservation> others = new ArrayList<>(reservations);
        others.remove(reservation);
        return withReservations(others)
                .mapping(slot -> counts ? slot.refunded(time, reservation.time(), unspent) : slot)
                .mapping(slot -> slot.released(reservation.id()));
    }

    CounterState mapping(UnaryOperator<LimitSlot> change) {
        return withSlots(slots.stream().map(change).toList());
    }

    CounterState withSlots(List<LimitSlot> slots) {
        return new CounterState(version, time, birth, heldUntil, blockedUntil, slots, reservations, refunded);
    }

    CounterState reserving(Reservation reservation) {
        List<Reservation> all = new ArrayList<>(reservations);
        all.add(reservation);
        all.sort(BY_END);
        return withReservations(all);
    }

    private CounterState withReservations(List<Reservation> reservations) {
        return new CounterState(version, time, birth, heldUntil, blockedUntil, slots, reservations, refunded);
    }

    CounterState blockedUntil(long end) {
        return new CounterState(version, time, birth, heldUntil, end, slots, reservations, refunded);
    }

    CounterState heldUntil(long end) {
        return new CounterState(version, time, birth, end, blockedUntil, slots, reservations, refunded);
    }

    CounterState refunding(RefundedPermit permit) {
        List<RefundedPermit> all = new ArrayList<>(refunded);
        all.add(permit);
        return new CounterState(version, time, birth, heldUntil, blockedUntil, slots, reservations, all);
    }

    /** An empty state for a key that is changed for the first time. */
    static CounterState bornAt(long now) {
        return new CounterState(0, now, now, NEVER_WAS, NEVER_WAS, List.of(), List.of(), List.of());
    }
}
