package dev.guard.tck;

import dev.guard.domain.Carry;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/** Policies of every kind whose permits do not come back while time stands still. */
final class ConcurrentPolicies {

    private static final List<LongFunction<List<Limit>>> KINDS = List.of(
            capacity -> List.of(Limit.parse(capacity + "/1h")),
            capacity -> List.of(Limit.parse(2 * capacity + "/1h burst " + capacity)),
            capacity -> List.of(Limit.parse(capacity + "/1h interval")),
            capacity -> List.of(Limit.parse(capacity + "/1h fixed")),
            capacity -> List.of(Limit.parse(capacity + "/1h fixed aligned")),
            capacity -> List.of(Limit.parse(capacity + "/1h log")),
            capacity -> List.of(Limit.parse(capacity + "/1h sliding")),
            capacity -> List.of(Limit.parse(capacity + "/day@Europe/Berlin")),
            capacity -> List.of(Limit.parse(capacity + "/month")),
            capacity -> List.of(Limit.parse(capacity + 3 + "/1h"), Limit.parse(capacity + "/1d fixed")),
            capacity -> List.of(
                    Limit.parse(capacity + "/1h sliding"),
                    Limit.parse("1/1h fixed").inShadow()));

    private static final List<Carry> CARRIES = List.of(Carry.values());

    private ConcurrentPolicies() {}

    /** A policy of some algorithm that admits {@code capacity} permits, if nothing was used yet. */
    static Policy ofRate(Random random, long capacity) {
        return policy(1, KINDS.get(random.nextInt(KINDS.size())).apply(capacity))
                .build();
    }

    /** The same, or one whose permits are held. */
    static Policy ofAnyKind(Random random, long capacity) {
        return random.nextInt(KINDS.size() + 1) == 0
                ? policy(1, List.of(Limit.parse("concurrent " + capacity + " lease 1h")))
                        .build()
                : ofRate(random, capacity);
    }

    /** A policy of which {@code slots} permits are held at a time, and perhaps none is given at a rate that matters. */
    static Policy ofSlots(Random random, long slots) {
        Limit held = Limit.parse("concurrent " + slots + " lease 1h");
        return random.nextBoolean()
                ? policy(1, List.of(held)).build()
                : policy(1, List.of(Limit.parse("100000/1h"), held)).build();
    }

    /** Small policies of anything, one version of which is as good as another. */
    static Policy small(Random random, int version) {
        List<Limit> limits = random.nextInt(4) == 0
                ? List.of(Limit.parse("concurrent " + (1 + random.nextInt(4)) + " lease 2s"), Limit.parse("9/1s"))
                : KINDS.get(random.nextInt(KINDS.size())).apply(2 + random.nextLong(8));
        Policy.Builder policy = policy(version, limits).carry(CARRIES.get(random.nextInt(CARRIES.size())));
        return random.nextInt(6) == 0
                ? policy.blockOnExcess(Duration.ofSeconds(1)).build()
                : policy.build();
    }

    private static Policy.Builder policy(int version, List<Limit> limits) {
        Policy.Builder policy = Policy.builder("p").version(version);
        limits.forEach(policy::limit);
        return policy;
    }
}
