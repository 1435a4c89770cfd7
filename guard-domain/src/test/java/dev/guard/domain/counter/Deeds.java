package dev.guard.domain.counter;

import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random histories of every verb under up to three versions of a policy of every algorithm. */
final class Deeds {

    private static final List<String> TEXTS = List.of(
            "5/1s",
            "7/1m burst 3",
            "100/1h",
            "1000000/1d",
            "3/1m interval",
            "4/10s interval burst 9",
            "5/1m fixed",
            "5/1us fixed",
            "6/1m fixed aligned",
            "6/1m sliding",
            "5/1h sliding",
            "6/1m log",
            "4096/1h log",
            "5/day",
            "6/week@Europe/Berlin from sunday",
            "7/month@America/New_York",
            "8/year@Asia/Kolkata",
            "9/day@UTC",
            "3/1d fixed",
            "0/1m",
            "0/1m fixed",
            "concurrent 3 lease 30s",
            "concurrent 4096 lease 10m");

    private Deeds() {}

    /** One thing to do: the numbers choose the verb, the version, the cost, the id, the key and how long after the one before. */
    record Deed(int verb, int version, long cost, int id, int subject, long elapse) {}

    static Arbitrary<List<Deed>> deeds() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 18),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.oneOf(
                                Arbitraries.longs().between(1, 8),
                                Arbitraries.of(1L, 1L, 2L, 200L, 5_000_000_000L, Long.MAX_VALUE)),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.oneOf(
                                Arbitraries.of(0L, 0L, 0L, 1L, 1_000_000L, 30_000_000L, 3_600_000_000L, -5_000_000L),
                                Arbitraries.longs().between(0, 20_000_000),
                                Arbitraries.longs().between(0, 100_000_000_000L),
                                Arbitraries.of(3_000_000_000_000L, Micros.TEN_YEARS, Micros.TEN_YEARS + 1)))
                .as(Deed::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    /** Versions 1 to 3 of the policy {@code api}. */
    static Arbitrary<List<Policy>> versions() {
        Arbitrary<Limit> limit = Combinators.combine(
                        Arbitraries.oneOf(Arbitraries.of(TEXTS).map(Limit::parse), Histories.limits()),
                        Arbitraries.integers().between(0, 9))
                .as(Deeds::varied);
        return Combinators.combine(
                        limit.list().ofMinSize(1).ofMaxSize(3).list().ofSize(3),
                        Arbitraries.of(Carry.class),
                        Arbitraries.integers().between(0, 9))
                .as((limits, carry, die) -> {
                    List<Policy> versions = new ArrayList<>();
                    for (int version = 1; version <= 3; version++) {
                        Policy.Builder builder =
                                Policy.builder("api").version(version).carry(carry);
                        limits.get(version - 1).forEach(builder::limit);
                        if (die == 0) {
                            builder.inShadow();
                        } else if (die < 4) {
                            builder.blockOnExcess(
                                    die == 3 ? Micros.toDuration(Micros.TEN_YEARS) : Duration.ofSeconds(die));
                        }
                        versions.add(builder.build());
                    }
                    return versions;
                });
    }

    private static Limit varied(Limit limit, int die) {
        boolean knowsDebt = limit.maxDebt() > 0;
        return switch (die) {
            case 0, 1 -> limit.inShadow();
            case 2 -> knowsDebt ? limit.maxDebt(0) : limit;
            case 3 -> knowsDebt ? limit.maxDebt(limit.capacity() / 2 + 1) : limit;
            default -> limit;
        };
    }

    /** Turns deeds into operations, and remembers what was allowed, so that it can be given back. */
    static final class Doer {
        private final List<Policy> versions;
        private final Map<String, Permit> permits = new TreeMap<>();

        Doer(List<Policy> versions) {
            this.versions = versions;
        }

        /** The operation of a deed, and for a cost that is out of range one with a cost of 1. */
        CounterOperation operation(Deed deed, Deadline deadline) {
            Policy policy = versions.get(Math.max(0, deed.version - 3));
            Key key = policy.key(Key.DEFAULT_TENANT, "subject-" + deed.subject);
            String id = "id-" + deed.id;
            long least = policy.limits().stream()
                    .filter(limit -> !limit.isShadow() && limit.capacity() > 0)
                    .mapToLong(Limit::capacity)
                    .min()
                    .orElse(Long.MAX_VALUE);
            long cost = deed.cost <= least ? deed.cost : 1;
            long duration = 1 + deed.cost % 1_000 * 1_000_000;
            return switch (deed.verb) {
                case 0, 1, 2 ->
                    policy.hasConcurrency()
                            ? new Acquire(key, policy, cost, id, deadline)
                            : new Acquire(key, policy, cost, deadline);
                case 3, 4, 5 -> new Acquire(key, policy, cost, id, deadline);
                case 6 -> new AcquireAtMost(key, policy, deed.cost, id, deadline);
                case 7 -> new Peek(key, policy, cost, deadline);
                case 8, 9 -> new Reserve(key, policy, cost, id, duration, deadline);
                case 10 -> new Commit(key, policy, id, deed.cost - 1, deadline);
                case 11 -> new Penalize(key, policy, deed.cost, deadline);
                case 12 -> new Cancel(key, id, deadline);
                case 13, 14 -> {
                    Permit permit = permits.get(key.subject() + id);
                    yield permit == null ? new Release(key, id, deadline) : new Refund(key, permit, deadline);
                }
                case 15 -> new Extend(key, id, deadline);
                case 16 -> new Block(key, duration, deadline);
                case 17 -> new Unblock(key, deadline);
                default -> deed.id == 0 ? new Reset(key, deadline) : new Release(key, id, deadline);
            };
        }

        void remember(CounterOperation operation, Outcome outcome) {
            if (operation instanceof Acquire acquire
                    && acquire.permitId() != null
                    && outcome instanceof Decision decision
                    && decision.allowed()) {
                permits.put(
                        acquire.key().subject() + acquire.permitId(),
                        new Permit(acquire.permitId(), acquire.cost(), decision.version(), decision.timeMicros()));
            }
        }
    }
}
