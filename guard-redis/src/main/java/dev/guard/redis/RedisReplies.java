package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.LimitSlot;
import dev.guard.domain.counter.LimitState;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a script answers to one operation. */
final class RedisReplies {

    /** The largest number that a script calculates with; larger ones are as good as this one. */
    static final long LARGEST = 1L << 53;

    private static final int LATE = 0;
    private static final int APPLIED = 1;
    private static final int NOTHING = 2;
    private static final int LAPSED = 3;
    private static final int REFUSED = 4;
    private static final int WINDOW = 5;
    private static final int CAPACITY = 6;
    private static final int PLAIN = 16;
    private static final int DECISION = 32;
    private static final int ALLOWED = 1;
    private static final int BLOCKED = 2;

    /** What every answer begins with: its kind and the server's time. */
    private static final int HEAD = 1 + Double.BYTES;

    private RedisReplies() {}

    /** The moment whose window the script was not told, if that is what it answers. */
    static Optional<WindowMissing> windowMissing(@Nullable Object reply) {
        if (reply instanceof byte[] bytes && bytes.length > 0 && bytes[0] == WINDOW) {
            ByteReader in = new ByteReader(bytes, HEAD);
            long moment = in.whole();
            return Optional.of(new WindowMissing(
                    moment,
                    in.atEnd()
                            ? CounterState.ABSENT
                            : StoredValue.read(bytes, in.at(), Optional.empty()).state()));
        }
        return Optional.empty();
    }

    /**
     * A script could not go on.
     *
     * @param moment a time in the window that it does not know
     * @param state what the key holds
     */
    record WindowMissing(long moment, CounterState state) {}

    /** The server's time in an answer to an operation, in microseconds since the epoch. */
    static long serverTime(@Nullable Object reply) {
        if (!(reply instanceof byte[] bytes) || bytes.length < HEAD) {
            throw unexpected("no time");
        }
        return new ByteReader(bytes, 1).whole();
    }

    /**
     * The outcome of an operation.
     *
     * @param policy the operation's policy, null where it has none
     */
    static Outcome outcome(@Nullable Object reply, CounterOperation operation, @Nullable PolicyBytes policy) {
        if (!(reply instanceof byte[] bytes) || bytes.length == 0) {
            throw unexpected("no bytes");
        }
        ByteReader in = new ByteReader(bytes, 0);
        int kind = in.octet();
        long serverTime = in.whole();
        return switch (kind) {
            case LATE -> new Late(serverTime);
            case APPLIED -> Effect.APPLIED;
            case NOTHING -> Effect.NOTHING;
            case LAPSED -> Effect.LAPSED;
            case REFUSED -> Effect.REFUSED;
            default -> {
                if (!(operation instanceof Judged judged) || policy == null) {
                    throw unexpected("an answer of kind " + kind);
                }
                yield judged(in, kind, bytes, judged, policy);
            }
        };
    }

    private static Outcome judged(ByteReader in, int kind, byte[] bytes, Judged operation, PolicyBytes policy) {
        CompiledPolicy compiled = policy.compiled();
        if (kind == CAPACITY) {
            long wait = in.whole();
            int version = (int) in.whole();
            return Denied.forCapacity(
                    compiled.policy(), compiled.source(), operation.cost(), wait, version, in.whole());
        }
        if ((kind & ~ALLOWED) == PLAIN) {
            return plain(in, (kind & ALLOWED) != 0, operation, policy);
        }
        if ((kind & ~(ALLOWED | BLOCKED)) != DECISION) {
            throw unexpected("an answer of kind " + kind);
        }
        long taken = in.whole();
        long cost = taken >= LARGEST ? operation.cost() : taken;
        int limits = in.pair();
        boolean[] admits = new boolean[limits];
        for (int i = 0; i < limits; i++) {
            admits[i] = in.octet() == 1;
        }
        CounterState state =
                StoredValue.read(bytes, in.at(), Optional.of(policy)).state();
        if (state.slots().size() != limits) {
            throw unexpected(
                    "answers of " + limits + " limits for " + state.slots().size());
        }
        return CounterModel.decided(compiled, state, admits, (kind & ALLOWED) != 0, (kind & BLOCKED) != 0, cost);
    }

    /** A decision of a plain script: by the very limits of the policy, none of them in shadow, and no block. */
    private static Outcome plain(ByteReader in, boolean allowed, Judged operation, PolicyBytes policy) {
        CompiledPolicy compiled = policy.compiled();
        long taken = in.whole();
        long cost = taken >= LARGEST ? operation.cost() : taken;
        long now = in.whole();
        List<Limit> limits = compiled.policy().limits();
        if (compiled.isSimple()) {
            LimitState only = StoredValue.state(in, limits.get(0).numbers(), now);
            return CounterModel.ofOnlyLimit(compiled, only.x(), only.y(), now, cost, allowed);
        }
        LimitSlot[] slots = new LimitSlot[limits.size()];
        for (int i = 0; i < slots.length; i++) {
            LimitNumbers numbers = limits.get(i).numbers();
            slots[i] = new LimitSlot(numbers, false, StoredValue.state(in, numbers, now));
        }
        CounterState state = new CounterState(
                compiled.policy().version(),
                now,
                now,
                CounterState.NEVER_WAS,
                CounterState.NEVER_WAS,
                List.of(slots),
                List.of(),
                List.of());
        return CounterModel.decided(compiled, state, allowed, cost);
    }

    static BackendUnavailableException unexpected(String found) {
        return new BackendUnavailableException(Reason.PROTOCOL, "Redis answered a script of guard with " + found);
    }
}
