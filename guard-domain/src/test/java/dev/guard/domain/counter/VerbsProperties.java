package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Allowed;
import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.Play.Act;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** All verbs over all algorithms, against the second opinion of {@link ExactKey}. */
@Label("The counter model, on random histories of all verbs,")
class VerbsProperties {

    @Property
    @Label("S1 answers as the exact oracle does: one policy")
    void onePolicyEqualsTheOracle(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("acts") List<Act> acts) {
        compare(List.of(policy), start, acts);
    }

    @Property
    @Label("S1 S11 answers as the exact oracle does: several versions, and several configurations of one version")
    void severalVersionsEqualTheOracle(
            @ForAll("carelessRollout") List<Policy> policies,
            @ForAll("starts") long start,
            @ForAll("acts") List<Act> acts) {
        compare(policies, start, acts);
    }

    private static void compare(List<Policy> policies, long start, List<Act> acts) {
        ModelKey model = new ModelKey();
        ExactKey oracle = new ExactKey();
        Play play = new Play(policies, start);
        List<String> history = new ArrayList<>();
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            history.add(play.time() + " " + operation);
            Outcome outcome = model.run(operation, play.time());
            Object expected = oracle.run(operation, play.time());
            Object answer = outcome instanceof Decision decision ? ModelKey.answer(decision) : outcome;
            if (!answer.equals(expected)) {
                assertThat(answer).as("%s", String.join("\n", history)).isEqualTo(expected);
            }
            assertThat(model.isAbsentAt(play.time())).as("%s", history).isEqualTo(oracle.isForgottenAt(play.time()));
            play.answered(operation, outcome);
        }
    }

    @Property
    @Label(
            "S5 what is denied, asked, late or without effect returns the very state, but for the block that an excess starts")
    void nothingIsWrittenWithoutEffect(
            @ForAll("policies") Policy policy, @ForAll("starts") long start, @ForAll("acts") List<Act> acts) {
        ModelKey key = new ModelKey();
        Play play = new Play(List.of(policy), start);
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            CounterState before = key.state();
            boolean wasAbsent = key.isAbsentAt(play.time());
            assertThat(key.runBefore(operation, play.time(), play.time() - 1)).isEqualTo(new Late(play.time()));
            assertThat(key.state()).isSameAs(before);

            Outcome outcome = key.run(operation, play.time());

            if (outcome instanceof Denied denied && isExcess(policy, operation, denied)) {
                long now = Math.max(play.time(), before.time());
                CounterState blocked = wasAbsent ? CounterState.bornAt(now) : before;
                assertThat(key.state()).isEqualTo(blocked.blockedUntil(now + policy.blockOnExcessMicros()));
            } else if (outcome instanceof Denied
                    || operation instanceof Peek
                    || outcome == Effect.NOTHING
                    || outcome == Effect.REFUSED) {
                assertThat(key.state()).isSameAs(before);
            }
            play.answered(operation, outcome);
        }
    }

    private static boolean isExcess(Policy policy, CounterOperation operation, Denied denied) {
        boolean byALimit = denied.reason() == Denied.Reason.LIMIT || denied.reason() == Denied.Reason.CONCURRENCY;
        return policy.blockOnExcessMicros() > 0 && byALimit && !(operation instanceof Peek);
    }

    @Property
    @Label(
            "S6 waiting exactly retryAfter is admitted, through debts, leases, blocks and versions; one microsecond less is "
                    + "not, unless something is reserved")
    void waitsAreTrue(
            @ForAll("rollout") List<Policy> policies, @ForAll("starts") long start, @ForAll("acts") List<Act> acts) {
        ModelKey key = new ModelKey();
        Play play = new Play(policies, start);
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            Outcome outcome = key.run(operation, play.time());
            play.answered(operation, outcome);
            // What a newer version's peek tells is true from its first call on, which converts.
            if (!(outcome instanceof Denied denied) || operation instanceof Peek) {
                continue;
            }
            Policy policy = play.policy(act);
            long now = denied.timeMicros();
            long wait = denied.retryAfterMicros();
            if (wait == Micros.NEVER) {
                assertThat(key.peek(policy, denied.cost(), now + Micros.TEN_YEARS)
                                .allowed())
                        .isFalse();
                continue;
            }
            assertThat(wait).isBetween(1L, Micros.TEN_YEARS);
            assertThat(key.peek(policy, denied.cost(), now + wait).allowed()).isTrue();
            if (key.state().reservations().isEmpty()
                    && now + wait <= key.state().time() + Micros.TEN_YEARS) {
                assertThat(key.peek(policy, denied.cost(), now + wait - 1).allowed())
                        .isFalse();
            }
        }
    }

    @Property
    @Label("S8 a state is absent from expiresAt on; and, unless something is reserved, not before")
    void aStateIsAbsentFromExpiresAtOn(
            @ForAll("rollout") List<Policy> policies, @ForAll("starts") long start, @ForAll("acts") List<Act> acts) {
        ModelKey key = new ModelKey();
        Play play = new Play(policies, start);
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            play.answered(operation, key.run(operation, play.time()));
            CounterState state = key.state();
            if (state.isAbsent()) {
                continue;
            }
            long expiresAt = state.expiresAt();
            assertThat(state.isAbsentAt(expiresAt)).as("%s", state).isTrue();
            if (state.reservations().isEmpty()) {
                assertThat(expiresAt).isGreaterThan(state.time());
                assertThat(state.isAbsentAt(expiresAt - 1)).as("%s", state).isFalse();
            }
        }
    }

    @Property
    @Label(
            "S9 S10 never has more available than the capacity, nor less than the largest debt allows, whatever is forged")
    void numbersStayInTheirBounds(
            @ForAll("policies") Policy policy,
            @ForAll("starts") long start,
            @ForAll("acts") List<Act> acts,
            @ForAll List<@LongRange(min = 1, max = Long.MAX_VALUE) Long> costs,
            @ForAll List<Long> times) {
        ModelKey key = new ModelKey();
        Play play = new Play(List.of(policy), start);
        for (int i = 0; i < acts.size(); i++) {
            CounterOperation operation = play.next(acts.get(i));
            if (i < costs.size()) {
                long time = i < times.size() ? times.get(i) : play.time();
                key.run(
                        new Refund(Play.KEY, new Permit("forged" + i, costs.get(i), 1, time), Deadline.NONE),
                        play.time());
                key.run(new Penalize(Play.KEY, policy, costs.get(i), Deadline.NONE), play.time());
            }
            Outcome outcome = key.run(operation, play.time());
            play.answered(operation, outcome);
            for (LimitSlot slot : key.state().slots()) {
                assertThat(slot.available(key.state().time()))
                        .isBetween(-slot.numbers().maxDebt(), slot.numbers().capacity());
            }
            if (outcome instanceof Decision decision) {
                assertThat(decision.remaining()).isBetween(0L, Math.max(0, decision.capacity()));
                for (LimitStatus status : decision.limits()) {
                    assertThat(status.remaining()).isBetween(0L, status.capacity());
                    assertThat(status.resetAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
                    assertThat(status.nextAfterMicros()).isBetween(0L, Micros.TEN_YEARS);
                    assertThat(status.retryAfterMicros() == 0).isEqualTo(status.admits());
                }
            }
        }
    }

    @Property
    @Label("S10 what is acquired and refunded at once was never there, and a second refund does nothing")
    void acquireAndRefundIsIdentity(
            @ForAll("policies") Policy policy,
            @ForAll("starts") long start,
            @ForAll("fewActs") List<Act> acts,
            @ForAll @LongRange(min = 1, max = 3) long cost) {
        ModelKey key = played(policy, start, acts);
        long now = Math.max(start, key.state().time());
        Assume.that(!ExactKey.refuses(policy, cost));
        ModelKey given = key.copy();
        if (!takes(given.run(new Acquire(Play.KEY, policy, cost, "mine", Deadline.NONE), now))) {
            return;
        }
        Refund refund = new Refund(Play.KEY, new Permit("mine", cost, 1, now), Deadline.NONE);

        Outcome outcome = given.run(refund, now);

        assertThat(outcome).isEqualTo(Effect.APPLIED);
        assertSameLimits(given.state(), key.state(), now);
        CounterState once = given.state();
        assertThat(given.run(refund, now)).isEqualTo(Effect.NOTHING);
        assertThat(given.state()).isSameAs(once);
    }

    @Property
    @Label("what is reserved and cancelled, at once or later or by lapsing, was never there")
    void reserveAndCancelIsIdentity(
            @ForAll("policies") Policy policy,
            @ForAll("starts") long start,
            @ForAll("fewActs") List<Act> acts,
            @ForAll @LongRange(min = 1, max = 3) long cost,
            @ForAll @LongRange(min = 0, max = 30) long later,
            @ForAll @LongRange(min = 1, max = 30) long ttl) {
        ModelKey key = played(policy, start, acts);
        long now = Math.max(start, key.state().time());
        Assume.that(!ExactKey.refuses(policy, cost));
        ModelKey given = key.copy();
        if (!takes(given.run(new Reserve(Play.KEY, policy, cost, "mine", ttl, Deadline.NONE), now))) {
            return;
        }

        Outcome outcome = given.run(new Cancel(Play.KEY, "mine", Deadline.NONE), now + later);

        assertThat(outcome).isEqualTo(later < ttl ? Effect.APPLIED : Effect.NOTHING);
        assertSameLimits(given.state(), key.state(), now + later);
    }

    @Property
    @Label(
            "what is reserved and committed is what was acquired of it in the first place, for all that does not hold slots")
    void reserveAndCommitIsAcquire(
            @ForAll("policies") Policy policy,
            @ForAll("starts") long start,
            @ForAll("fewActs") List<Act> acts,
            @ForAll @LongRange(min = 1, max = 3) long cost,
            @ForAll @LongRange(min = 1, max = 3) long part,
            @ForAll @LongRange(min = 0, max = 30) long later) {
        Assume.that(!policy.hasConcurrency() && !ExactKey.refuses(policy, cost));
        long actual = Math.min(part, cost);
        ModelKey key = played(policy, start, acts);
        long now = Math.max(start, key.state().time());
        ModelKey given = key.copy();
        if (!takes(given.run(new Reserve(Play.KEY, policy, cost, "mine", later + 1, Deadline.NONE), now))) {
            return;
        }

        Outcome outcome = given.run(new Commit(Play.KEY, policy, "mine", actual, Deadline.NONE), now + later);

        assertThat(outcome).isEqualTo(Effect.APPLIED);
        key.run(new Acquire(Play.KEY, policy, actual, "mine", Deadline.NONE), now);
        assertSameLimits(given.state(), key.state(), now + later);
    }

    /** Whether a call was charged to every limit, those in shadow as well. */
    private static boolean takes(Outcome outcome) {
        return outcome instanceof Allowed allowed && !allowed.shadowDenied();
    }

    private static ModelKey played(Policy policy, long start, List<Act> acts) {
        ModelKey key = new ModelKey();
        Play play = new Play(List.of(policy), start);
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            play.answered(operation, key.run(operation, play.time()));
        }
        return key;
    }

    private static void assertSameLimits(CounterState one, CounterState other, long now) {
        assertThat(limitsAt(one, now)).isEqualTo(limitsAt(other, now));
    }

    /** What the limits remember at {@code now}; nothing where all of them are initial. */
    private static List<LimitState> limitsAt(CounterState state, long now) {
        List<LimitSlot> slots = state.advancedTo(Math.max(state.time(), now)).slots();
        return slots.stream().allMatch(LimitSlot::isInitial)
                ? List.of()
                : slots.stream().map(LimitSlot::state).toList();
    }

    @Property
    @Label(
            "S2 S10 admits in no stretch of time more than the capacity, what returned, and what was given back together")
    void permitsAreConserved(
            @ForAll("counting") Limit limit, @ForAll("starts") long start, @ForAll("acts") List<Act> acts) {
        Policy policy = Policy.of("api", limit);
        ModelKey key = new ModelKey();
        Play play = new Play(List.of(policy), start);
        List<Long> times = new ArrayList<>();
        List<Long> net = new ArrayList<>();
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            if (operation instanceof Reset) {
                continue;
            }
            long now = Math.max(play.time(), key.state().time());
            List<Reservation> open = key.state().reservations();
            Outcome outcome = key.run(operation, play.time());
            play.answered(operation, outcome);
            long given = givenBack(operation, outcome, open, now);
            boolean takes = outcome instanceof Allowed && !(operation instanceof Peek);
            if (!times.isEmpty() && now < times.get(times.size() - 1)) {
                // Nothing is remembered, and the store's clock was set back: a new life.
                times.clear();
                net.clear();
            }
            times.add(now);
            net.add((takes ? ((Decision) outcome).cost() : 0) - given);
            // What a reservation gives back, it may give back before the call at which it shows.
            long sum = 0;
            for (int i = net.size() - 1; i >= 0; i--) {
                sum += net.get(i);
                assertThat(sum)
                        .as("admitted from %d to %d under %s", times.get(i), now, limit)
                        .isLessThanOrEqualTo(most(limit.numbers(), times.get(i), now));
            }
        }
    }

    /** What came back with an operation: at most what a permit says, and all that was reserved and is no longer. */
    private static long givenBack(CounterOperation operation, Outcome outcome, List<Reservation> open, long now) {
        long given = 0;
        if (outcome == Effect.APPLIED && operation instanceof Refund refund) {
            given += Math.min(1_000_000, refund.permit().cost());
        }
        String settled = operation instanceof Cancel cancel
                ? cancel.id()
                : operation instanceof Commit commit ? commit.id() : null;
        for (Reservation reservation : open) {
            if (reservation.end() <= now || reservation.id().equals(settled)) {
                given += reservation.cost();
            }
        }
        return given;
    }

    /** The most permits that a limit may admit from one time to another, if nothing is given back. */
    private static long most(LimitNumbers numbers, long from, long to) {
        long periods = (to - from) / numbers.period();
        return switch (numbers.algorithm()) {
            case GREEDY -> {
                long ticks = Math.floorDiv(to, numbers.tick()) - Math.floorDiv(from, numbers.tick());
                yield numbers.capacity() + (long) ((double) ticks * numbers.unitsPerTick() / numbers.unitsPerPermit());
            }
            case INTERVAL -> numbers.capacity() + numbers.permits() * (periods + 1);
            case LOG -> numbers.capacity() * (periods + 1);
            case FIXED -> numbers.capacity() * (periods + 2);
            case ALIGNED, SLIDING ->
                numbers.capacity() * (Math.floorDiv(to, numbers.period()) - Math.floorDiv(from, numbers.period()) + 1);
            case CALENDAR -> {
                CalendarPeriod calendar = Objects.requireNonNull(numbers.calendar());
                long windows = 1;
                for (long end = calendar.end(from); end <= to && windows < 100; end = calendar.end(end)) {
                    windows++;
                }
                yield windows == 100 ? Long.MAX_VALUE : windows * numbers.capacity();
            }
            case CONCURRENT -> throw new AssertionError("slots are held, not counted");
        };
    }

    @Property
    @Label("S18 holds no slot longer than its lease, and gives it back to nobody who does not know its id")
    void slotsComeBack(
            @ForAll @LongRange(min = 1, max = 6) long permits,
            @ForAll @LongRange(min = 1, max = 12) long lease,
            @ForAll("starts") long start,
            @ForAll("acts") List<Act> acts) {
        Policy policy = Policy.of("api", Limit.concurrent(permits).lease(Histories.micros(lease)));
        ModelKey key = new ModelKey();
        Play play = new Play(List.of(policy), start);
        for (Act act : acts) {
            CounterOperation operation = play.next(act);
            play.answered(operation, key.run(operation, play.time()));
            CounterState state = key.state();
            ModelKey stranger = key.copy();
            assertThat(stranger.run(new Release(Play.KEY, "stranger", Deadline.NONE), state.time()))
                    .isEqualTo(Effect.NOTHING);
            if (state.reservations().isEmpty() && !state.isAbsent()) {
                assertThat(state.advancedTo(state.time() + lease).slots())
                        .allMatch(slot -> slot.available(state.time() + lease) == permits);
            }
        }
    }

    @Property
    @Label("S11 other numbers under one version never have more permits left than the limit had, of whatever algorithm")
    void noConfigurationGains(
            @ForAll("counting") Limit first,
            @ForAll("counting") Limit second,
            @ForAll("starts") long start,
            @ForAll("acts") List<Act> acts) {
        Policy one = Policy.of("api", first);
        Policy other = Policy.of("api", second);
        ModelKey key = played(one, start, acts);
        long now = Math.max(start, key.state().time());
        Assume.that(!key.isAbsentAt(now));
        Assume.that(!key.state().slots().isEmpty());
        Assume.that(!key.state().advancedTo(now).slots().get(0).isInitial());
        long left = key.peek(one, 1, now).limits().get(0).remaining();

        assertThat(key.peek(other, 1, now).limits().get(0).remaining()).isLessThanOrEqualTo(left);
    }

    @Provide
    Arbitrary<Limit> counting() {
        return Histories.smallLimitsOfAllKinds()
                .filter(limit -> limit.algorithm() != Algorithm.CONCURRENT && limit.capacity() > 0);
    }

    /** Policies of different versions, in any order. */
    @Provide
    Arbitrary<List<Policy>> rollout() {
        return policy(Arbitraries.integers().between(1, 4))
                .list()
                .uniqueElements(Policy::version)
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    @Provide
    Arbitrary<Policy> policies() {
        return policy(Arbitraries.just(1));
    }

    @Provide
    Arbitrary<List<Policy>> carelessRollout() {
        return policy(Arbitraries.integers().between(1, 3)).list().ofMinSize(2).ofMaxSize(4);
    }

    private static Arbitrary<Policy> policy(Arbitrary<Integer> versions) {
        Arbitrary<Limit> limit = Combinators.combine(
                        Histories.smallLimitsOfAllKinds(),
                        Arbitraries.integers().between(0, 5))
                .as((any, die) -> die == 0 ? any.inShadow() : any);
        return Combinators.combine(
                        limit.list().ofMinSize(1).ofMaxSize(3),
                        Arbitraries.of(Carry.class),
                        versions,
                        Arbitraries.integers().between(0, 19),
                        Arbitraries.integers().between(1, 10))
                .as((limits, carry, version, die, block) -> {
                    Policy.Builder builder =
                            Policy.builder("api").version(version).carry(carry);
                    limits.forEach(builder::limit);
                    if (die == 0) {
                        builder.inShadow();
                    }
                    if (die % 4 == 1) {
                        builder.blockOnExcess(Histories.micros(die == 9 ? 3_600_000_000L : block));
                    }
                    return builder.build();
                });
    }

    @Provide
    Arbitrary<List<Act>> fewActs() {
        return Play.acts().map(acts -> acts.subList(0, Math.min(5, acts.size())));
    }

    @Provide
    Arbitrary<List<Act>> acts() {
        return Play.acts();
    }

    @Provide
    Arbitrary<Long> starts() {
        return Histories.starts();
    }
}
