package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Carry;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Conversions between limits whose numbers lie orders of magnitude apart, of states that include the deepest debt. */
@Label("A limit that is carried into other numbers")
class CarriedProperties {

    private static final BigInteger LARGEST = BigInteger.valueOf(LimitNumbers.LARGEST);

    /** Two limits of one algorithm. */
    record Pair(Limit from, Limit to) {}

    /** Where between its bounds a number lies. */
    record Share(int end, double part) {
        long of(long least, long most) {
            return switch (end) {
                case 0 -> least;
                case 1 -> most;
                case 2 -> Math.min(most, least + 1);
                case 3 -> Math.max(least, most - 1);
                default -> least + (long) ((most - least) * part);
            };
        }
    }

    @Property
    @Label(
            "S9 S11 has exactly what was carried, and no number of its state nor any product of a later step is beyond 2^52")
    void isExact(
            @ForAll("pairs") Pair pair,
            @ForAll("starts") long now,
            @ForAll("shares") Share older,
            @ForAll("shares") Share usedBefore,
            @ForAll("shares") Share carried,
            @ForAll("shares") Share later) {
        LimitNumbers from = pair.from.numbers();
        LimitNumbers to = pair.to.numbers();
        assumeThat(from.capacity()).isPositive();
        ScalarAlgorithm algorithm = (ScalarAlgorithm) CounterAlgorithm.of(to.algorithm());
        LimitState state = state(from, now, older, usedBefore);
        assertThat(algorithm.available(from, state, now)).isBetween(-from.maxDebt(), from.capacity());
        // What is initial is never carried: it stays initial.
        assumeThat(state).isNotEqualTo(algorithm.initial(from));
        long available = carried.of(-to.maxDebt(), to.capacity());

        LimitState after = algorithm.carried(to, from, state, now, available);

        boolean forgets = to.algorithm() == Algorithm.SLIDING && to.period() != from.period();
        assertThat(algorithm.available(to, after, now)).isEqualTo(forgets ? to.capacity() : available);
        if (to.algorithm() == Algorithm.INTERVAL && available < to.capacity()) {
            assertThat(Math.floorMod(after.y() - state.y(), to.period())).isZero();
        }
        for (long time : new long[] {now, now + later.of(0, to.period()), now + 2 * to.period()}) {
            isInBounds(to, algorithm.advance(to, after, now, time), time);
        }
    }

    @Property(maxDiscardRatio = 100)
    @Label("S11 has what its policy's carry says, also where the product of two capacities takes a hundred bits")
    void isWhatWasDeclared(
            @ForAll("pairs") Pair pair,
            @ForAll Carry carry,
            @ForAll("starts") long now,
            @ForAll("shares") Share older,
            @ForAll("shares") Share usedBefore) {
        LimitNumbers from = pair.from.numbers();
        LimitNumbers to = pair.to.numbers();
        assumeThat(from.capacity()).isPositive();
        assumeThat(from.period()).isEqualTo(to.period());
        assumeThat(to.capacity()).isPositive();
        assumeThat(from).isNotEqualTo(to);
        LimitState state = state(from, now, older, usedBefore);
        CounterState stored = new CounterState(1, now, List.of(new LimitSlot(from, false, state))).orAbsent();
        Policy newer =
                Policy.builder("api").version(2).carry(carry).limit(pair.to).build();
        long available = CounterAlgorithm.of(from.algorithm()).available(from, state, now);

        Step step = CounterModel.acquire(
                stored, CompiledPolicy.of(newer, ModelKey.SOURCE), to.capacity(), now, Long.MAX_VALUE);

        BigInteger[] product = BigInteger.valueOf(available)
                .multiply(BigInteger.valueOf(to.capacity()))
                .divideAndRemainder(BigInteger.valueOf(from.capacity()));
        long floor = product[0].longValueExact() - (product[1].signum() < 0 ? 1 : 0);
        long declared = stored.isAbsent()
                ? to.capacity()
                : switch (carry) {
                    case AS_IS -> Math.min(available, to.capacity());
                    case ADDITIVE -> available - from.capacity() + to.capacity();
                    case PROPORTIONAL -> floor;
                    case RESET -> to.capacity();
                };
        long expected = Math.max(declared, -to.maxDebt());
        // All of the capacity was asked for: either it was there, and none is left, or the state has it as it came.
        assertThat(step.state().isAbsent()).isFalse();
        assertThat(step.state().slots().get(0).available(now)).isEqualTo(expected == to.capacity() ? 0 : expected);
        isInBounds(to, step.state().slots().get(0).state(), now);
    }

    private static void isInBounds(LimitNumbers numbers, LimitState state, long now) {
        CounterAlgorithm algorithm = CounterAlgorithm.of(numbers.algorithm());
        long x = state.x();
        long y = state.y();
        long most = numbers.capacity() + numbers.maxDebt();
        long available = algorithm.available(numbers, state, now);
        assertThat(available).isBetween(-numbers.maxDebt(), numbers.capacity());
        assertThat(algorithm.resetAfter(numbers, state, now)).isBetween(0L, Micros.TEN_YEARS);
        if (available < numbers.capacity()) {
            assertThat(algorithm.waitFor(numbers, state, now, available + 1)).isBetween(1L, Micros.TEN_YEARS);
            if (numbers.capacity() > 0) {
                assertThat(algorithm.waitFor(numbers, state, now, numbers.capacity()))
                        .isBetween(1L, Micros.TEN_YEARS);
            }
        }
        switch (numbers.algorithm()) {
            case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + numbers);
            case GREEDY -> assertThat(Math.abs(x)).isLessThanOrEqualTo(LimitNumbers.LARGEST);
            case INTERVAL -> {
                assertThat(x).isBetween(-numbers.maxDebt(), numbers.capacity());
                assertThat(x == numbers.capacity() ? 0 : now - y).isBetween(0L, numbers.period() - 1);
            }
            case FIXED -> {
                assertThat(x).isBetween(0L, most);
                assertThat(x == 0 || y <= now).isTrue();
            }
            case ALIGNED -> assertThat(x).isBetween(0L, most);
            case SLIDING -> {
                assertThat(x).isBetween(0L, most);
                assertThat(y).isBetween(0L, LimitNumbers.LARGEST);
                BigInteger left = BigInteger.valueOf(numbers.unitsPerPermit() - elapsed(numbers, now));
                assertThat(BigInteger.valueOf(y).multiply(left)).isLessThanOrEqualTo(LARGEST);
                assertThat(BigInteger.valueOf(x).multiply(BigInteger.valueOf(numbers.unitsPerPermit())))
                        .isLessThanOrEqualTo(LARGEST);
            }
        }
    }

    /** A state of a limit that {@code used} permits are used of in all, in a window or bucket as old as {@code older} says. */
    private static LimitState state(LimitNumbers numbers, long now, Share older, Share usedBefore) {
        long most = numbers.capacity() + numbers.maxDebt();
        long age = older.of(0, numbers.period() - 1);
        return switch (numbers.algorithm()) {
            case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + numbers);
            case GREEDY ->
                new LimitState(
                        usedBefore.of(-numbers.maxDebt() * numbers.unitsPerPermit(), GreedyBucket.full(numbers)), 0);
            case INTERVAL -> {
                long level = usedBefore.of(-numbers.maxDebt(), numbers.capacity());
                yield new LimitState(level, level == numbers.capacity() ? 0 : now - age);
            }
            case FIXED -> {
                long used = usedBefore.of(0, most);
                yield new LimitState(used, used == 0 ? 0 : now - age);
            }
            case ALIGNED -> {
                long used = usedBefore.of(0, most);
                yield new LimitState(used, used == 0 ? 0 : AlignedWindow.start(numbers, now));
            }
            case SLIDING -> {
                long ticks = numbers.unitsPerPermit();
                long left = ticks - elapsed(numbers, now);
                // What weighs all of it may be far more than that, late in the window.
                long prev = usedBefore.of(0, Math.min(LimitNumbers.LARGEST, most * ticks / left));
                long weighted = Micros.ceilDiv(prev * left, ticks);
                yield new LimitState(older.of(0, most - weighted), prev);
            }
        };
    }

    private static long elapsed(LimitNumbers numbers, long now) {
        return Math.floorMod(now, numbers.period()) / numbers.tick();
    }

    /** Half of the pairs have one period, as what a sliding window remembers is carried between those alone. */
    @Provide
    Arbitrary<Pair> pairs() {
        Arbitrary<Pair> any = Combinators.combine(Histories.limits(), Histories.limits())
                .filter((from, to) -> from.algorithm() == to.algorithm())
                .as(Pair::new);
        Arbitrary<Pair> alike = Combinators.combine(
                        Arbitraries.of("", " interval", " fixed", " fixed aligned", " sliding", " sliding"),
                        Arbitraries.of("1us", "7us", "1ms", "1s", "60s", "1h", "24h", "3660d"),
                        capacities(),
                        capacities())
                .as((kind, period, from, to) -> List.of(from + "/" + period + kind, to + "/" + period + kind))
                .filter(texts -> texts.stream().allMatch(CarriedProperties::fits))
                .map(texts -> new Pair(Limit.parse(texts.get(0)), Limit.parse(texts.get(1))));
        return Arbitraries.oneOf(any, alike);
    }

    private static boolean fits(String text) {
        try {
            return Limit.parse(text).capacity() >= 0;
        } catch (GuardConfigurationException doesNotFit) {
            return false;
        }
    }

    private static Arbitrary<Long> capacities() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(0, 5),
                Arbitraries.longs().between(1, 1_000_000),
                Arbitraries.longs().between(1, 1L << 51),
                Arbitraries.of((1L << 51) - 1, 600_000_000_000L, 625_499L, 1L));
    }

    @Provide
    Arbitrary<Share> shares() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.doubles().between(0, 1))
                .as(Share::new);
    }

    @Provide
    Arbitrary<Long> starts() {
        return Arbitraries.oneOf(
                Histories.starts(),
                // The last microseconds of a window.
                Arbitraries.longs()
                        .between(400_000, 500_000)
                        .flatMap(hours ->
                                Arbitraries.longs().between(1, 1_000).map(left -> hours * 3_600_000_000L - left)));
    }
}
