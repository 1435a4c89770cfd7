package dev.guard.tck.saboteur;

import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.LimitEntry;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.LimitState;
import dev.guard.domain.counter.RefundedPermit;
import dev.guard.domain.counter.Reservation;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** States that differ from another in one part. */
final class States {

    private States() {}

    static CounterState version(CounterState state, int version) {
        return new CounterState(
                version,
                state.time(),
                state.birth(),
                state.heldUntil(),
                state.blockedUntil(),
                state.slots(),
                state.reservations(),
                state.refunded());
    }

    static CounterState time(CounterState state, long time) {
        return new CounterState(
                state.version(),
                time,
                Math.min(state.birth(), time),
                state.heldUntil(),
                state.blockedUntil(),
                state.slots(),
                state.reservations(),
                state.refunded());
    }

    static CounterState birth(CounterState state, long birth) {
        return new CounterState(
                state.version(),
                state.time(),
                birth,
                state.heldUntil(),
                state.blockedUntil(),
                state.slots(),
                state.reservations(),
                state.refunded());
    }

    static CounterState heldUntil(CounterState state, long end) {
        return new CounterState(
                state.version(),
                state.time(),
                state.birth(),
                end,
                state.blockedUntil(),
                state.slots(),
                state.reservations(),
                state.refunded());
    }

    static CounterState blockedUntil(CounterState state, long end) {
        return new CounterState(
                state.version(),
                state.time(),
                state.birth(),
                state.heldUntil(),
                end,
                state.slots(),
                state.reservations(),
                state.refunded());
    }

    static CounterState notBlocked(CounterState state) {
        return blockedUntil(state, CounterState.NEVER_WAS);
    }

    static CounterState slots(CounterState state, List<LimitSlot> slots) {
        return new CounterState(
                state.version(),
                state.time(),
                state.birth(),
                state.heldUntil(),
                state.blockedUntil(),
                slots,
                state.reservations(),
                state.refunded());
    }

    static CounterState slots(CounterState state, UnaryOperator<LimitSlot> change) {
        return slots(state, state.slots().stream().map(change).toList());
    }

    static CounterState reservations(CounterState state, List<Reservation> reservations) {
        return new CounterState(
                state.version(),
                state.time(),
                state.birth(),
                state.heldUntil(),
                state.blockedUntil(),
                state.slots(),
                reservations,
                state.refunded());
    }

    static CounterState refunded(CounterState state, List<RefundedPermit> refunded) {
        return new CounterState(
                state.version(),
                state.time(),
                state.birth(),
                state.heldUntil(),
                state.blockedUntil(),
                state.slots(),
                state.reservations(),
                refunded);
    }

    /** The same reservation with another end. */
    static Reservation ending(Reservation reservation, long end) {
        return new Reservation(reservation.id(), reservation.cost(), reservation.version(), reservation.time(), end);
    }

    /** The slot with the two numbers of its state replaced. */
    static LimitSlot numbers(LimitSlot slot, long x, long y) {
        return new LimitSlot(
                slot.numbers(), slot.shadow(), new LimitState(x, y, slot.state().entries()));
    }

    static LimitSlot entries(LimitSlot slot, List<LimitEntry> entries) {
        return new LimitSlot(
                slot.numbers(),
                slot.shadow(),
                new LimitState(slot.state().x(), slot.state().y(), entries));
    }

    static LimitSlot entries(LimitSlot slot, UnaryOperator<LimitEntry> change) {
        return entries(slot, slot.state().entries().stream().map(change).toList());
    }

    /** What is left of a key's state at {@code now}, with no other change: as a short block finds it. */
    static CounterState advanced(ModelBackend backend, Key key, CounterState state, long now) {
        if (state.isAbsent()) {
            return state;
        }
        CounterState blocked = backend.model(notBlocked(state), new Block(key, 1, Deadline.NONE), now)
                .state();
        return blockedUntil(blocked, state.blockedUntil());
    }

    /** {@code charged}, but with the slots for which {@code keeps} holds as they are in {@code uncharged}. */
    static CounterState keeping(CounterState uncharged, CounterState charged, Keeps keeps) {
        if (uncharged.slots().size() != charged.slots().size() || uncharged.version() != charged.version()) {
            return charged;
        }
        return slots(
                charged,
                IntStream.range(0, charged.slots().size())
                        .mapToObj(i -> keeps.keeps(i, charged.slots().get(i))
                                ? uncharged.slots().get(i)
                                : charged.slots().get(i))
                        .toList());
    }

    /** Which slots stay as they were. */
    interface Keeps {
        boolean keeps(int index, LimitSlot slot);
    }
}
