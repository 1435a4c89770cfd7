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
import net.jqwik.api.constraints.IntRange;

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
    @Label("S5 S10 S11 writes when it allows or converts, goes back to an older version only when all that was used is "
            + "gone, and keeps its numbers in their bounds")
    void stateIsSound(
            @ForAll("carelessRollout") List<Policy> policies,
            @ForAll("starts") long start,
            @ForAll("calls") List<Call> calls) {
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
            boolean wasAbsent = key.isAbsentAt(time);
            Decision peeked = key.peek(policy, cost, time);
            assertThat(key.state()).isSameAs(before);
            last = key.acquire(policy, cost, time);
            CounterState after = key.state();
            assertThat(peeked.allowed()).isEqualTo(last.allowed());
            assertThat(peeked.retryAfterMicros()).isEqualTo(last.retryAfterMicros());
            if (!last.allowed() && (wasAbsent || policy.version() <= before.version())) {
                assertThat(after).isSameAs(before);
            } else if (after.isAbsent()) {
                // Allowed by limits in shadow that charged nothing, in other numbers under one version or on no state.
                assertThat(wasAbsent || policy.version() == before.version()).isTrue();
            } else if (!wasAbsent) {
                assertThat(after.version()).isEqualTo(Math.max(before.version(), policy.version()));
                if (after.version() > before.version()) {
                    assertThat(after.expiresAt()).isGreaterThanOrEqualTo(before.expiresAt());
                }
                if (!last.allowed()) {
                    assertThat(key.peek(policy, cost, time).limits()).isEqualTo(peeked.limits());
                }
            } else {
                assertThat(after.version()).isEqualTo(policy.version());
            }
            if (after != before && !after.isAbsent()) {
                assertThat(after.time()).isEqualTo(Math.max(time, before.time()));
            }
            for (LimitStatus status : last.limits()) {
                assertThat(status.remaining()).isBetween(0L, status.capacity());
                assertThat(status.resetAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
                assertThat(status.nextAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
            }
            for (LimitSlot slot : after.slots()) {
                assertThat(slot.available(after.time()))
                        .isBetween(-slot.numbers().maxDebt(), slot.numbers().capacity());
            }
        }
    }

    @Property
    @Label(
            "S11 answers every version as a key that only the newest one was used on, from its first call with RESET until "
                    + "what was used before would be gone")
    void theNewestVersionHolds(
            @ForAll("smallLists") List<Limit> first,
            @ForAll("smallLists") List<Limit> second,
            @ForAll("starts") long start,
            @ForAll("calls") List<Call> calls) {
        Policy older = policy(1, Carry.AS_IS, first);
        Policy newer = policy(2, Carry.RESET, second);
        long most = Math.min(leastCapacity(older), leastCapacity(newer));
        ModelKey key = new ModelKey();
        ModelKey fresh = new ModelKey();
        long time = start;
        long held = Long.MIN_VALUE;
        Decision last = null;
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            boolean olderAsks = i < calls.size() / 3 || call.policy % 2 == 0;
            Policy policy = olderAsks ? older : newer;
            time = Math.max(time, Histories.time(call.move, policy, time, last));
            long cost = 1 + call.move.amount() % most;
            if (held == Long.MIN_VALUE && olderAsks) {
                last = key.acquire(older, cost, time);
                continue;
            }
            if (held == Long.MIN_VALUE) {
                held = key.isAbsentAt(time) ? time : key.state().expiresAt();
            }
            if (time >= held) {
                return;
            }
            last = key.acquire(policy, cost, time);
            Decision expected = fresh.acquire(newer, cost, time);
            assertThat(last.allowed()).isEqualTo(expected.allowed());
            assertThat(last.remaining()).isEqualTo(expected.remaining());
            assertThat(last.retryAfterMicros()).isEqualTo(expected.retryAfterMicros());
            assertThat(last.resetAfterMicros()).isEqualTo(expected.resetAfterMicros());
            assertThat(last.capacity()).isEqualTo(expected.capacity());
        }
    }

    @Property
    @Label(
            "S11 admits at once, whatever is carried and whoever is denied, no more than the versions' capacities together")
    void noTurnsGainMoreThanTheVersionsHave(
            @ForAll("rollout") List<Policy> policies,
            @ForAll("starts") long start,
            @ForAll List<@IntRange(max = 11) Integer> turns) {
        List<Policy> versions = new ArrayList<>();
        for (Policy policy : policies) {
            List<Limit> limits = new ArrayList<>(policy.limits());
            limits.add(Limit.parse(3 + versions.size() + "/1h fixed"));
            versions.add(policy(versions.size() + 1, policy.carry(), limits));
        }
        ModelKey key = new ModelKey();
        long admitted = 0;
        for (int turn : turns) {
            Policy policy = versions.get(turn % versions.size());
            key.peek(policy, 1, start);
            admitted += key.admits(policy, 1, start) ? 1 : 0;
        }
        assertThat(admitted)
                .isLessThanOrEqualTo(versions.stream()
                        .mapToLong(VersionsProperties::leastCapacity)
                        .sum());
    }

    @Property
    @Label("S11 admits at most one reset's worth to two clients that alternate between versions with RESET")
    void alternatingClientsShareOneReset(
            @ForAll("smallLists") List<Limit> first,
            @ForAll("listsWithZero") List<Limit> second,
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
        Decision last = null;
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            Policy asks = i * 2 < moves.size() ? older : newer;
            // A denial that converts notes its time, so that a clock which is set back shows in one of the two only.
            time = Math.max(time, Histories.time(move, older, time, last));
            long cost = Histories.cost(move, older);
            if (new ExactKey(older).refuses(cost)) {
                continue;
            }
            last = plain.acquire(older, cost, time);
            assertThat(rolled.acquire(asks, cost, time).limits()).isEqualTo(last.limits());
            // The newer version's first call may be denied and written for all that, which brings the state to its
            // time.
            long now = Math.max(
                    Math.max(time, plain.state().time()), rolled.state().time());
            assertThat(rolled.state().advancedTo(now).slots())
                    .isEqualTo(plain.state().advancedTo(now).slots());
        }
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

    /** Policies of different versions, in any order. */
    @Provide
    Arbitrary<List<Policy>> rollout() {
        return versions().list().uniqueElements(Policy::version).ofMinSize(2).ofMaxSize(4);
    }

    /** The same, but several may be of one version, though their limits differ. */
    @Provide
    Arbitrary<List<Policy>> carelessRollout() {
        return versions().list().ofMinSize(2).ofMaxSize(4);
    }

    private static Arbitrary<Policy> versions() {
        Arbitrary<Limit> limit = Combinators.combine(
                        Arbitraries.oneOf(Histories.smallLimits(), Histories.limits()),
                        Arbitraries.integers().between(0, 3))
                .as((any, die) -> die == 0 ? any.inShadow() : any);
        return Combinators.combine(
                        limit.list().ofMinSize(1).ofMaxSize(3),
                        Arbitraries.of(Carry.class),
                        Arbitraries.integers().between(1, 4))
                .as((limits, carry, version) -> policy(version, carry, limits));
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
    Arbitrary<List<Limit>> listsWithZero() {
        return Combinators.combine(
                        smallLists(),
                        Arbitraries.of("0/1h", "0/1m interval", "0/1h fixed", "0/1d fixed aligned", "0/1h sliding"),
                        Arbitraries.integers().between(0, 7))
                .as((limits, zero, place) -> {
                    List<Limit> all = new ArrayList<>(limits);
                    if (place <= all.size()) {
                        all.add(place, Limit.parse(zero));
                    }
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
