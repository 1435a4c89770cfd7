package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Carry;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.Histories.Move;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@Label("A key that several versions of a policy share")
class VersionsProperties {

    /** One call of a history: which of the policies asks, when, and for how much. */
    record Call(int policy, Move move) {}

    @Property
    @Label("S6 tells every version the true wait, and never 'never' to a call that may pass one day")
    void waitsAreTrue(
            @ForAll("rollout") List<Policy> policies, @ForAll("starts") long start, @ForAll("calls") List<Call> calls) {
        ModelKey key = new ModelKey();
        long time = start;
        Decision last = null;
        for (Call call : calls) {
            Policy policy = policies.get(call.policy % policies.size());
            time = Histories.time(call.move, policy, time, last);
            long cost = Histories.cost(call.move, policy);
            if (new ExactKey(policy).refuses(cost)) {
                continue;
            }
            last = key.acquire(policy, cost, time);
            long now = Math.max(time, key.state().time());
            long wait = last.retryAfterMicros();
            if (last.allowed()) {
                assertThat(wait).isZero();
            } else if (policy.version() < key.state().version() && hasALimitOfZero(policy)) {
                // Judged by the newer limits as long as these are remembered, and never admitted after that.
                assertThat(wait).isPositive();
            } else if (wait == Micros.NEVER) {
                assertThat(key.peek(policy, cost, now + Micros.TEN_YEARS).allowed())
                        .isFalse();
            } else {
                assertThat(wait).isBetween(1L, Micros.TEN_YEARS);
                assertThat(key.peek(policy, cost, now + wait).allowed())
                        .as("%s admitted at %d + %d", policy, now, wait)
                        .isTrue();
                if (now + wait <= key.state().time() + Micros.TEN_YEARS) {
                    assertThat(key.peek(policy, cost, now + wait - 1).allowed())
                            .as("%s admitted one microsecond before %d + %d", policy, now, wait)
                            .isFalse();
                }
            }
        }
    }

    @Property
    @Label("S5 S10 S11 writes what it allows and a newer version's first denial, never goes back, and stays in bounds")
    void stateIsSound(
            @ForAll("rollout") List<Policy> policies, @ForAll("starts") long start, @ForAll("calls") List<Call> calls) {
        ModelKey key = new ModelKey();
        long time = start;
        Decision last = null;
        for (Call call : calls) {
            Policy policy = policies.get(call.policy % policies.size());
            time = Histories.time(call.move, policy, time, last);
            long cost = Histories.cost(call.move, policy);
            if (new ExactKey(policy).refuses(cost)) {
                continue;
            }
            CounterState before = key.state();
            Decision peeked = key.peek(policy, cost, time);
            last = key.acquire(policy, cost, time);
            assertThat(peeked.allowed()).isEqualTo(last.allowed());
            assertThat(peeked.retryAfterMicros()).isEqualTo(last.retryAfterMicros());
            if (!last.allowed() && (before.isAbsent() || policy.version() <= before.version())) {
                assertThat(key.state()).isSameAs(before);
            } else if (key.state() != before && !key.state().isAbsent()) {
                boolean wasAbsent =
                        before.advancedTo(Math.max(time, before.time())).isAbsent();
                assertThat(key.state().version())
                        .isEqualTo(wasAbsent ? policy.version() : Math.max(before.version(), policy.version()));
                assertThat(key.state().time()).isEqualTo(Math.max(time, before.time()));
            }
            for (LimitStatus status : last.limits()) {
                assertThat(status.remaining()).isBetween(0L, status.capacity());
                assertThat(status.resetAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
                assertThat(status.nextAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
            }
            for (LimitSlot slot : key.state().slots()) {
                assertThat(slot.available(key.state().time()))
                        .isBetween(-slot.numbers().maxDebt(), slot.numbers().capacity());
            }
        }
    }

    @Property
    @Label("S11 admits at most one reset's worth to two clients that alternate between versions with RESET")
    void alternatingClientsShareOneReset(
            @ForAll("smallLists") List<Limit> first,
            @ForAll("smallLists") List<Limit> second,
            @ForAll("starts") long start,
            @ForAll List<Boolean> turns) {
        Policy older = policy(1, Carry.RESET, first);
        Policy newer = policy(2, Carry.RESET, second);
        ModelKey key = new ModelKey();
        long admitted = key.drain(older, start);
        for (boolean newerAsks : turns) {
            admitted += key.admits(newerAsks ? newer : older, 1, start) ? 1 : 0;
        }
        assertThat(admitted).isLessThanOrEqualTo(leastCapacity(older) + leastCapacity(newer));
    }

    @Property
    @Label(
            "S11 carries usage as declared: AS_IS keeps what is left, ADDITIVE what is used, PROPORTIONAL the share, RESET nothing")
    void usageIsCarriedAsDeclared(
            @ForAll("kinds") String kind,
            @ForAll("capacities") long from,
            @ForAll("capacities") long to,
            @ForAll Carry carry,
            @ForAll("starts") long start,
            @ForAll("moves") List<Move> moves) {
        Policy older = policy(1, Carry.AS_IS, List.of(Limit.parse(from + "/1h" + kind)));
        Policy newer = policy(2, carry, List.of(Limit.parse(to + "/1h" + kind)));
        ModelKey key = new ModelKey();
        long time = start;
        Decision last = null;
        for (Move move : moves) {
            time = Histories.time(move, older, time, last);
            long cost = Histories.cost(move, older);
            if (cost >= 1 && cost <= from) {
                last = key.acquire(older, cost, time);
            }
        }
        Decision before = key.peek(older, 1, time);
        Decision after = key.peek(newer, 1, time);

        long left = before.remaining();
        boolean initial = before.resetAfterMicros() == 0;
        long expected = switch (carry) {
            case AS_IS -> Math.min(left, to);
            case ADDITIVE -> Math.min(to, Math.max(0, left + to - from));
            case PROPORTIONAL -> (long) Math.floor((double) left * to / from);
            case RESET -> to;
        };
        if (initial || carry == Carry.RESET) {
            assertThat(after.remaining()).isEqualTo(to);
            assertThat(after.resetAfterMicros()).isZero();
        } else {
            assertThat(after.remaining()).isEqualTo(expected);
        }
    }

    @Property
    @Label("S11 keeps the state to the last unit where the numbers did not change")
    void unchangedNumbersKeepTheState(
            @ForAll("smallLists") List<Limit> limits,
            @ForAll("carries") Carry carry,
            @ForAll("starts") long start,
            @ForAll("moves") List<Move> moves) {
        Policy older = policy(1, Carry.AS_IS, limits);
        Policy newer = policy(2, carry, limits);
        ModelKey plain = new ModelKey();
        ModelKey rolled = new ModelKey();
        long time = start;
        long latest = start;
        Decision last = null;
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            Policy asks = i * 2 < moves.size() ? older : newer;
            time = Histories.time(move, older, time, last);
            long cost = Histories.cost(move, older);
            if (new ExactKey(older).refuses(cost)) {
                continue;
            }
            // A denial that converts is a change, from which on the key's time does not run back.
            time = Math.max(time, latest);
            latest = time;
            last = plain.acquire(older, cost, time);
            assertThat(rolled.acquire(asks, cost, time).limits()).isEqualTo(last.limits());
        }
    }

    private static boolean hasALimitOfZero(Policy policy) {
        return policy.limits().stream().anyMatch(limit -> limit.capacity() == 0 && !limit.isShadow());
    }

    private static long leastCapacity(Policy policy) {
        return policy.limits().stream()
                .filter(limit -> !limit.isShadow())
                .mapToLong(Limit::capacity)
                .min()
                .orElseThrow();
    }

    private static Policy policy(int version, Carry carry, List<Limit> limits) {
        Policy.Builder builder = Policy.builder("api").version(version).carry(carry);
        limits.forEach(builder::limit);
        return builder.build();
    }

    @Provide
    Arbitrary<List<Policy>> rollout() {
        Arbitrary<Limit> limit = Combinators.combine(
                        Arbitraries.oneOf(Histories.smallLimits(), Histories.limits()),
                        Arbitraries.integers().between(0, 3))
                .as((any, die) -> die == 0 ? any.inShadow() : any);
        Arbitrary<Policy> policy = Combinators.combine(
                        limit.list().ofMinSize(1).ofMaxSize(3), Arbitraries.of(Carry.class))
                .as((limits, carry) -> policy(1, carry, limits));
        return policy.list().ofMinSize(2).ofMaxSize(4).map(VersionsProperties::versioned);
    }

    private static List<Policy> versioned(List<Policy> policies) {
        List<Policy> versions = new ArrayList<>();
        for (Policy policy : policies) {
            versions.add(policy(versions.size() + 1, policy.carry(), policy.limits()));
        }
        return versions;
    }

    @Provide
    Arbitrary<List<Call>> calls() {
        return Combinators.combine(Arbitraries.integers().between(0, 11).list().ofSize(40), Histories.moves())
                .as((policies, moves) -> {
                    List<Call> calls = new ArrayList<>();
                    for (int i = 0; i < moves.size(); i++) {
                        calls.add(new Call(policies.get(i), moves.get(i)));
                    }
                    return calls;
                });
    }

    /** Up to three small limits, of which the first is enforced. */
    @Provide
    Arbitrary<List<Limit>> smallLists() {
        Arbitrary<Limit> more = Combinators.combine(
                        Histories.smallLimits(), Arbitraries.integers().between(0, 2))
                .as((any, die) -> die == 0 ? any.inShadow() : any);
        return Combinators.combine(Histories.smallLimits(), more.list().ofMaxSize(2))
                .as((first, others) -> {
                    List<Limit> all = new ArrayList<>(List.of(first));
                    all.addAll(others);
                    return all;
                });
    }

    @Provide
    Arbitrary<String> kinds() {
        return Arbitraries.of("", " interval", " fixed", " fixed aligned", " sliding");
    }

    @Provide
    Arbitrary<Long> capacities() {
        return Arbitraries.longs().between(1, 60);
    }

    @Provide
    Arbitrary<Carry> carries() {
        return Arbitraries.of(Carry.AS_IS, Carry.ADDITIVE, Carry.PROPORTIONAL);
    }

    @Provide
    Arbitrary<Long> starts() {
        return Histories.starts();
    }

    @Provide
    Arbitrary<List<Move>> moves() {
        return Histories.moves();
    }
}
