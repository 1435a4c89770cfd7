package dev.guard.domain.counter;

import dev.guard.domain.Micros;
import java.util.ArrayList;
import java.util.List;

/**
 * All that is remembered of one key. A store keeps it as one value and replaces it as a whole.
 *
 * @param version the version of the policy that the limits are counted under
 * @param time the time of the last change, in microseconds since the epoch; the limits are as of then
 * @param heldUntil when the state that this one was converted from would have been absent, in microseconds since the epoch;
 *     this one is not before, even where all its limits are initial. {@link Long#MIN_VALUE} where none was converted
 * @param slots the limits, in the order in which the policy declared them
 */
public record CounterState(int version, long time, long heldUntil, List<LimitSlot> slots) {

    /** The state of a key that nothing is remembered of. */
    public static final CounterState ABSENT = new CounterState(0, Long.MIN_VALUE, List.of());

    /** Copies the slots. */
    public CounterState {
        slots = List.copyOf(slots);
    }

    /** The state of a key whose limits were never counted under another version. */
    public CounterState(int version, long time, List<LimitSlot> slots) {
        this(version, time, Long.MIN_VALUE, slots);
    }

    /** Whether nothing is remembered. */
    public boolean isAbsent() {
        return slots.isEmpty();
    }

    /**
     * When the state will be absent, if nothing touches it: the latest of its limits' resets and of {@link #heldUntil},
     * and ten years after its last change at most, in microseconds since the epoch. A store may forget it from then on,
     * and must not before.
     */
    public long expiresAt() {
        long after = 0;
        for (LimitSlot slot : slots) {
            after = Math.max(after, slot.resetAfter(time));
        }
        return Math.max(heldUntil, time + Math.min(after, Micros.TEN_YEARS));
    }

    /** The state at {@code now} ≥ {@code time}; absent where {@link #expiresAt} came. */
    CounterState advancedTo(long now) {
        if (isAbsent() || now - time >= Micros.TEN_YEARS) {
            return ABSENT;
        }
        List<LimitSlot> advanced = new ArrayList<>(slots.size());
        for (LimitSlot slot : slots) {
            advanced.add(slot.advanced(time, now));
        }
        return new CounterState(version, now, heldUntil, advanced).orAbsent();
    }

    /** This state, or {@link #ABSENT} where every limit is initial and nothing holds it. */
    CounterState orAbsent() {
        if (time < heldUntil) {
            return this;
        }
        for (LimitSlot slot : slots) {
            if (!slot.isInitial()) {
                return this;
            }
        }
        return ABSENT;
    }
}
