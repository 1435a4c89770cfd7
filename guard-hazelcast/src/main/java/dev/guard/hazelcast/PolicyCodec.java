package dev.guard.hazelcast;

import dev.guard.domain.Carry;
import dev.guard.domain.GuardException;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A policy as it travels with a command: its limits in the grammar that users write them in, and beside them what the grammar does
 * not say. A member reads one once and remembers what it came to.
 */
final class PolicyCodec {

    private static final int SHADOW = 1;
    private static final int NAMED = 2;
    private static final int MAX_DEBT = 4;

    private PolicyCodec() {}

    static byte[] encode(Policy policy) {
        WireWriter out = new WireWriter(64)
                .text(policy.name())
                .number(policy.version())
                .octet(code(policy.carry()))
                .octet(policy.isShadow() ? SHADOW : 0)
                .number(policy.blockOnExcessMicros())
                .number(policy.limits().size());
        for (Limit limit : policy.limits()) {
            String text = limit.text();
            Optional<String> name = limit.name();
            boolean debt = Limit.parse(text).maxDebt() != limit.maxDebt();
            out.octet((limit.isShadow() ? SHADOW : 0) | (name.isPresent() ? NAMED : 0) | (debt ? MAX_DEBT : 0))
                    .text(text);
            if (name.isPresent()) {
                out.text(name.get());
            }
            if (debt) {
                out.number(limit.maxDebt());
            }
        }
        return out.toBytes();
    }

    /**
     * The policy of bytes that {@link #encode} made.
     *
     * @throws WireException if there is none
     */
    static Policy decode(byte[] bytes) {
        WireReader in = new WireReader(bytes);
        try {
            Policy.Builder policy =
                    Policy.builder(in.text()).version(in.whole()).carry(carry(in.octet()));
            if ((in.octet() & SHADOW) != 0) {
                policy.inShadow();
            }
            long block = in.number();
            if (block > 0) {
                policy.blockOnExcess(Duration.of(block, ChronoUnit.MICROS));
            }
            int limits = in.count();
            for (int i = 0; i < limits; i++) {
                policy.limit(limit(in));
            }
            in.end();
            return policy.build();
        } catch (GuardException e) {
            throw new WireException("a policy that cannot be: " + e.detail());
        }
    }

    private static Limit limit(WireReader in) {
        int flags = in.octet();
        Limit limit = Limit.parse(in.text());
        if ((flags & NAMED) != 0) {
            limit = limit.named(in.text());
        }
        if ((flags & MAX_DEBT) != 0) {
            limit = limit.maxDebt(in.number());
        }
        return (flags & SHADOW) == 0 ? limit : limit.inShadow();
    }

    private static int code(Carry carry) {
        return switch (carry) {
            case AS_IS -> 0;
            case ADDITIVE -> 1;
            case PROPORTIONAL -> 2;
            case RESET -> 3;
        };
    }

    private static Carry carry(int code) {
        return switch (code) {
            case 0 -> Carry.AS_IS;
            case 1 -> Carry.ADDITIVE;
            case 2 -> Carry.PROPORTIONAL;
            case 3 -> Carry.RESET;
            default -> throw new WireException("a carry of code " + code + ", expected 0 to 3");
        };
    }
}
