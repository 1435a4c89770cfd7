package dev.guard.hazelcast;

import dev.guard.domain.Algorithm;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.Judgement;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * What a member answers to a command, as bytes. A member never throws: an exception would travel as a serialized Java object, which
 * nobody here reads.
 *
 * @param memberMicros the member's time when it judged
 * @param outcomes an outcome for each operation, in their order
 */
record Reply(long memberMicros, List<Outcome> outcomes) {

    private static final int OUTCOMES = 0;
    private static final int CORRUPT = 1;
    private static final int SPLIT = 2;
    private static final int NOT_UNDERSTOOD = 3;
    private static final int FAILED = 4;
    private static final int WITHOUT_BACKUP = 5;

    private static final int DENIED = 0;
    private static final int ALLOWED = 1;
    private static final int NO_CAPACITY = 2;
    private static final int LATE = 3;
    private static final int EFFECT = 4;

    private static final int BLOCKED = 8;
    private static final int BLOCKED_FOR = 16;

    private static final int ADMITS = 1;
    private static final int ENFORCED = 2;
    private static final int AS_DECLARED = 4;

    /** The effects; their places stand for them in the bytes. */
    private static final List<Effect> EFFECTS = List.of(Effect.APPLIED, Effect.NOTHING, Effect.LAPSED, Effect.REFUSED);

    // ─── A member's answers ─────────────────────────────────────────────────────────────────────

    byte[] encode() {
        WireWriter out = new WireWriter(64).octet(OUTCOMES).fixed(memberMicros).number(outcomes.size());
        for (Outcome outcome : outcomes) {
            write(out, outcome);
        }
        return out.toBytes();
    }

    /** The value is none of guard's. */
    static byte[] corrupt(String detail) {
        return new WireWriter(128).octet(CORRUPT).text(detail).toBytes();
    }

    /** There are fewer members than there have to be. */
    static byte[] split(int members, int quorum) {
        return new WireWriter(8).octet(SPLIT).number(members).number(quorum).toBytes();
    }

    /** No other member has what is to be written. */
    static byte[] withoutBackup() {
        return new WireWriter(8).octet(WITHOUT_BACKUP).toBytes();
    }

    /** The command is of another release, or of nobody. */
    static byte[] notUnderstood(String detail) {
        return new WireWriter(128).octet(NOT_UNDERSTOOD).text(detail).toBytes();
    }

    /** The member failed, which is a mistake of guard's. Nothing was written. */
    static byte[] failed(Throwable error) {
        return new WireWriter(128)
                .octet(FAILED)
                .text(error.getClass().getName() + ": " + error.getMessage())
                .toBytes();
    }

    private static void write(WireWriter out, Outcome outcome) {
        if (outcome instanceof Late late) {
            out.octet(LATE).fixed(late.storeTime());
        } else if (outcome instanceof Effect effect) {
            out.octet(EFFECT).octet(EFFECTS.indexOf(effect));
        } else if (outcome instanceof Denied denied && denied.reason() == Denied.Reason.CAPACITY) {
            out.octet(NO_CAPACITY)
                    .number(denied.cost())
                    .number(denied.retryAfterMicros())
                    .number(denied.version())
                    .fixed(denied.timeMicros());
        } else if (outcome instanceof Decision decision) {
            write(out, decision);
        }
    }

    private static void write(WireWriter out, Decision decision) {
        Judgement judgement = decision.judgement();
        List<LimitStatus> limits = decision.limits();
        out.octet((judgement.allowed() ? ALLOWED : DENIED)
                        | (judgement.blocked() ? BLOCKED : 0)
                        | (judgement.blockedFor() > 0 ? BLOCKED_FOR : 0))
                .number(decision.cost())
                .number(judgement.version())
                .fixed(judgement.time());
        if (judgement.blockedFor() > 0) {
            out.number(judgement.blockedFor());
        }
        out.number(limits.size());
        for (int i = 0; i < limits.size(); i++) {
            write(out, decision.policy(), i, limits.get(i));
        }
    }

    private static void write(WireWriter out, Policy policy, int index, LimitStatus limit) {
        boolean asDeclared = index < policy.limits().size() && isAsDeclared(policy, index, limit);
        out.octet((limit.admits() ? ADMITS : 0) | (limit.enforced() ? ENFORCED : 0) | (asDeclared ? AS_DECLARED : 0));
        if (!asDeclared) {
            out.text(limit.name())
                    .octet(limit.algorithm().code())
                    .number(limit.capacity())
                    .number(limit.windowMicros());
        }
        out.number(limit.remaining())
                .number(limit.retryAfterMicros())
                .number(limit.resetAfterMicros())
                .number(limit.nextAfterMicros());
    }

    /** Whether what the limit is follows from the policy, as it does unless the key is counted under another version. */
    private static boolean isAsDeclared(Policy policy, int index, LimitStatus status) {
        Limit limit = policy.limits().get(index);
        return limit.algorithm() == status.algorithm()
                && limit.capacity() == status.capacity()
                && limit.numbers().period() == status.windowMicros()
                && policy.limitName(index).equals(status.name());
    }

    // ─── What they say to a caller ──────────────────────────────────────────────────────────────

    /**
     * Reads an answer to a command.
     *
     * @throws CorruptStateException if the member found something else at the key
     * @throws BackendUnavailableException if the member did not judge, or this is no answer to that command
     */
    static Reply decode(byte[] bytes, List<Asked> asked) {
        try {
            return read(new WireReader(bytes), asked);
        } catch (WireException | IllegalArgumentException e) {
            throw new BackendUnavailableException(
                    Reason.PROTOCOL, "the member's answer is not understood: " + e.getMessage(), e);
        }
    }

    private static Reply read(WireReader in, List<Asked> asked) {
        int kind = in.octet();
        switch (kind) {
            case OUTCOMES -> {
                long micros = in.fixed();
                int count = in.whole();
                if (count != asked.size()) {
                    throw new WireException(count + " outcomes, expected " + asked.size());
                }
                List<Outcome> outcomes = new ArrayList<>(count);
                for (Asked each : asked) {
                    outcomes.add(outcome(in, each));
                }
                in.end();
                return new Reply(micros, outcomes);
            }
            case CORRUPT -> throw new CorruptStateException(in.text());
            case SPLIT ->
                throw split(in.whole() + " of the cluster's members are left, expected " + in.whole()
                        + " or more, the majority; nothing was judged");
            case WITHOUT_BACKUP ->
                throw split(
                        "no other member has a backup of the key for the moment, as one was lost; nothing was counted");
            case NOT_UNDERSTOOD ->
                throw new BackendUnavailableException(
                        Reason.MISCONFIGURED, "the member does not understand the command: " + in.text());
            case FAILED ->
                throw new BackendUnavailableException(
                        Reason.PROTOCOL, "the member failed while it judged, and wrote nothing: " + in.text());
            default -> throw new WireException("an answer of code " + kind);
        }
    }

    static BackendUnavailableException split(String detail) {
        return new BackendUnavailableException(Reason.SPLIT, detail);
    }

    private static Outcome outcome(WireReader in, Asked asked) {
        int kind = in.octet();
        if (kind == LATE) {
            return new Late(in.fixed());
        }
        if (kind == EFFECT) {
            int effect = in.octet();
            if (effect >= EFFECTS.size()) {
                throw new WireException("an effect of code " + effect);
            }
            return EFFECTS.get(effect);
        }
        CompiledPolicy policy = asked.compiled();
        long cost = in.number();
        if (kind == NO_CAPACITY) {
            long retryAfter = in.number();
            int version = in.whole();
            return Denied.forCapacity(policy.policy(), policy.source(), cost, retryAfter, version, in.fixed());
        }
        int version = in.whole();
        long time = in.fixed();
        long blockedFor = (kind & BLOCKED_FOR) == 0 ? 0 : in.number();
        Judgement judgement = new Judgement((kind & ALLOWED) != 0, (kind & BLOCKED) != 0, blockedFor, version, time);
        int count = in.count();
        List<LimitStatus> limits = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            limits.add(status(in, policy.policy(), i));
        }
        return Decision.of(policy.policy(), policy.source(), judgement, cost, limits);
    }

    private static LimitStatus status(WireReader in, Policy policy, int index) {
        int flags = in.octet();
        String name;
        Algorithm algorithm;
        long capacity;
        long window;
        if ((flags & AS_DECLARED) != 0) {
            if (index >= policy.limits().size()) {
                throw new WireException("limit " + index + " of a policy that has fewer");
            }
            Limit limit = policy.limits().get(index);
            name = policy.limitName(index);
            algorithm = limit.algorithm();
            capacity = limit.capacity();
            window = limit.numbers().period();
        } else {
            name = in.text();
            algorithm = algorithm(in.octet());
            capacity = in.number();
            window = in.number();
        }
        long remaining = in.number();
        long retryAfter = in.number();
        long resetAfter = in.number();
        long nextAfter = in.number();
        return new LimitStatus(
                name,
                algorithm,
                capacity,
                window,
                remaining,
                retryAfter,
                resetAfter,
                nextAfter,
                (flags & ADMITS) != 0,
                (flags & ENFORCED) != 0);
    }

    private static Algorithm algorithm(int code) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.code() == code) {
                return algorithm;
            }
        }
        throw new WireException("an algorithm of code " + code);
    }
}
