package dev.guard.hazelcast;

import dev.guard.domain.Deadline;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the member that owns a key: operations, what they need to be judged by, and how many members there have to be.
 *
 * @param asked the operations, in order; none asks for the member's time alone
 * @param quorum how many members the cluster must have for anything to be answered
 * @param injectedMicros the time to believe in; {@link ClusterTime#NOT_INJECTED} for the member's own
 */
record Command(List<Asked> asked, int quorum, long injectedMicros) {

    /** The form of the bytes. A member that does not know it says so. */
    static final int FORMAT = 1;

    private static final int ACQUIRE = 1;
    private static final int PEEK = 2;
    private static final int ACQUIRE_AT_MOST = 3;
    private static final int RESERVE = 4;
    private static final int COMMIT = 5;
    private static final int PENALIZE = 6;
    private static final int CANCEL = 7;
    private static final int REFUND = 8;
    private static final int RELEASE = 9;
    private static final int EXTEND = 10;
    private static final int BLOCK = 11;
    private static final int UNBLOCK = 12;
    private static final int RESET = 13;

    private static final Key NO_KEY = Key.of("none", "");

    byte[] encode() {
        List<SentPolicy> policies = new ArrayList<>(1);
        for (Asked each : asked) {
            if (each.policy() != null && !policies.contains(each.policy())) {
                policies.add(each.policy());
            }
        }
        WireWriter out = new WireWriter(128).octet(FORMAT).number(quorum).fixed(injectedMicros);
        out.number(policies.size());
        for (SentPolicy policy : policies) {
            out.block(policy.bytes());
        }
        out.number(asked.size());
        for (Asked each : asked) {
            out.number(1 + policies.indexOf(each.policy())).fixed(each.deadline());
            write(out, each.operation());
        }
        return out.toBytes();
    }

    /**
     * The command of bytes that {@link #encode} made.
     *
     * @param policies makes a policy's bytes ready; a member remembers what it made
     * @throws WireException if the bytes are of another format, or malformed
     */
    static Command decode(byte[] bytes, Function<byte[], SentPolicy> policies) {
        WireReader in = new WireReader(bytes);
        int format = in.octet();
        if (format != FORMAT) {
            throw new WireException("a command of format " + format + ", expected " + FORMAT
                    + ", the only one that this release knows; let members be as new as their clients");
        }
        int quorum = in.whole();
        long injected = in.fixed();
        int count = in.count();
        List<SentPolicy> sent = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            sent.add(policies.apply(in.block()));
        }
        int operations = in.count();
        List<Asked> asked = new ArrayList<>(operations);
        try {
            for (int i = 0; i < operations; i++) {
                asked.add(read(in, sent));
            }
        } catch (InvalidArgumentException e) {
            throw new WireException("an operation that cannot be: " + e.detail());
        }
        in.end();
        return new Command(asked, quorum, injected);
    }

    private static Asked read(WireReader in, List<SentPolicy> policies) {
        int place = in.whole();
        if (place > policies.size()) {
            throw new WireException("policy " + place + " of " + policies.size());
        }
        SentPolicy policy = place == 0 ? null : policies.get(place - 1);
        long deadline = in.fixed();
        return new Asked(read(in, policy), policy, deadline);
    }

    private static void write(WireWriter out, CounterOperation operation) {
        if (operation instanceof Acquire acquire) {
            id(out.octet(ACQUIRE).number(acquire.cost()), acquire.permitId());
        } else if (operation instanceof Peek peek) {
            out.octet(PEEK).number(peek.cost());
        } else if (operation instanceof AcquireAtMost acquire) {
            id(out.octet(ACQUIRE_AT_MOST).number(acquire.most()), acquire.permitId());
        } else if (operation instanceof Reserve reserve) {
            id(out.octet(RESERVE).number(reserve.cost()).number(reserve.ttl()), reserve.id());
        } else if (operation instanceof Commit commit) {
            id(out.octet(COMMIT).number(commit.actual()), commit.id());
        } else if (operation instanceof Penalize penalize) {
            out.octet(PENALIZE).number(penalize.cost());
        } else if (operation instanceof Cancel cancel) {
            id(out.octet(CANCEL), cancel.id());
        } else if (operation instanceof Refund refund) {
            Permit permit = refund.permit();
            out.octet(REFUND).number(permit.cost()).number(permit.version()).fixed(permit.time());
            id(out, permit.id());
        } else if (operation instanceof Release release) {
            id(out.octet(RELEASE), release.permitId());
        } else if (operation instanceof Extend extend) {
            id(out.octet(EXTEND), extend.permitId());
        } else if (operation instanceof Block block) {
            out.octet(BLOCK).number(block.duration());
        } else if (operation instanceof Unblock) {
            out.octet(UNBLOCK);
        } else if (operation instanceof Reset) {
            out.octet(RESET);
        } else {
            throw new AssertionError("an operation of no known kind: " + operation);
        }
    }

    private static CounterOperation read(WireReader in, @Nullable SentPolicy sent) {
        int kind = in.octet();
        if (sent != null) {
            Policy policy = sent.compiled().policy();
            Key key = Key.of(policy.name(), "");
            return switch (kind) {
                case ACQUIRE -> new Acquire(key, policy, in.number(), idOrNull(in), Deadline.NONE);
                case PEEK -> new Peek(key, policy, in.number(), Deadline.NONE);
                case ACQUIRE_AT_MOST -> new AcquireAtMost(key, policy, in.number(), idOrNull(in), Deadline.NONE);
                case RESERVE -> {
                    long cost = in.number();
                    long ttl = in.number();
                    yield new Reserve(key, policy, cost, in.text(), ttl, Deadline.NONE);
                }
                case COMMIT -> {
                    long actual = in.number();
                    yield new Commit(key, policy, in.text(), actual, Deadline.NONE);
                }
                case PENALIZE -> new Penalize(key, policy, in.number(), Deadline.NONE);
                default -> throw unknown(kind);
            };
        }
        return switch (kind) {
            case CANCEL -> new Cancel(NO_KEY, in.text(), Deadline.NONE);
            case REFUND -> {
                long cost = in.number();
                int version = in.whole();
                long time = in.fixed();
                yield new Refund(NO_KEY, new Permit(in.text(), cost, version, time), Deadline.NONE);
            }
            case RELEASE -> new Release(NO_KEY, in.text(), Deadline.NONE);
            case EXTEND -> new Extend(NO_KEY, in.text(), Deadline.NONE);
            case BLOCK -> new Block(NO_KEY, in.number(), Deadline.NONE);
            case UNBLOCK -> new Unblock(NO_KEY, Deadline.NONE);
            case RESET -> new Reset(NO_KEY, Deadline.NONE);
            default -> throw unknown(kind);
        };
    }

    private static WireException unknown(int kind) {
        return new WireException(
                "an operation of code " + kind + ", expected 1 to 6 with a policy, or 7 to 13 without");
    }

    private static void id(WireWriter out, @Nullable String id) {
        out.text(id == null ? "" : id);
    }

    private static @Nullable String idOrNull(WireReader in) {
        String id = in.text();
        return id.isEmpty() ? null : id;
    }
}
