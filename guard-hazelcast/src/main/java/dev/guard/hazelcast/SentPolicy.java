package dev.guard.hazelcast;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;

/** A policy that was made ready to be judged by, and its bytes. */
final class SentPolicy {

    /** What decisions on a member say of where they come from; it is not sent, as whoever asked knows. */
    private static final DecisionSource MEMBER =
            DecisionSource.of(HazelcastBackend.NAME, FailureMode.STRICT_DISTRIBUTED);

    private final CompiledPolicy compiled;
    private final byte[] bytes;

    private SentPolicy(CompiledPolicy compiled, byte[] bytes) {
        this.compiled = compiled;
        this.bytes = bytes;
    }

    /** A policy to be sent. */
    static SentPolicy of(Policy policy, DecisionSource source) {
        return new SentPolicy(CompiledPolicy.of(policy, source), PolicyCodec.encode(policy));
    }

    /** A policy that came. */
    static SentPolicy of(byte[] bytes) {
        return new SentPolicy(CompiledPolicy.of(PolicyCodec.decode(bytes), MEMBER), bytes);
    }

    CompiledPolicy compiled() {
        return compiled;
    }

    byte[] bytes() {
        return bytes;
    }
}
