package dev.guard.domain.counter;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** Random limits, policies and histories: mostly small numbers, where the corners are dense, and some at the far ends. */
final class Histories {

    private Histories() {}

    /** What a history does next. A step of time is relative to the limits and to what the last answer said. */
    record Move(Elapse elapse, long amount, long cost, boolean peek) {}

    /** How much time passes before a move; {@code BACK} is a store whose clock was set back. */
    enum Elapse {
        NONE,
        ONE,
        FEW,
        LESS_THAN_PERIOD,
        PERIOD_LESS_ONE,
        PERIOD,
        PERIOD_AND_ONE,
        RETRY_LESS_ONE,
        RETRY,
        RESET_LESS_ONE,
        RESET,
        NEXT,
        YEARS,
        BACK
    }

    static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    /** Any limit of any algorithm, without a name, not in shadow. */
    static Arbitrary<Limit> limits() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        permits(0),
                        permits(1),
                        periods(),
                        Arbitraries.of(0, 0, 1))
                .as(Histories::limit)
                .filter(Optional::isPresent)
                .map(Optional::get);
    }

    /** Limits of one algorithm that small numbers of calls exhaust. */
    static Arbitrary<Limit> smallLimits() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.longs().between(1, 6),
                        Arbitraries.longs().between(1, 8),
                        Arbitraries.longs().between(1, 12),
                        Arbitraries.of(0, 1))
                .as(Histories::limit)
                .map(Optional::get);
    }

    /** Limits of one algorithm of all that there are, which small numbers of calls exhaust, with any largest debt. */
    static Arbitrary<Limit> smallLimitsOfAllKinds() {
        Arbitrary<Limit> log = Combinators.combine(
                        Arbitraries.longs().between(0, 6), Arbitraries.longs().between(1, 12))
                .as((permits, period) -> Limit.slidingLog(permits).per(micros(period)));
        Arbitrary<Limit> concurrent = Combinators.combine(
                        Arbitraries.longs().between(0, 6), Arbitraries.longs().between(1, 12))
                .as((permits, period) -> Limit.concurrent(permits).lease(micros(period)));
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(6, smallLimits()),
                                Tuple.of(2, log),
                                Tuple.of(1, calendars()),
                                Tuple.of(2, concurrent)),
                        Arbitraries.longs().between(0, 9))
                .as((limit, debt) -> debt > 6 || limit.capacity() == 0 || limit.algorithm() == Algorithm.CONCURRENT
                        ? limit
                        : limit.maxDebt(debt));
    }

    /** Small calendar quotas, in zones whose clocks do what clocks seldom do. */
    static Arbitrary<Limit> calendars() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 6),
                        Arbitraries.of("day", "week", "week from sunday", "month", "year"),
                        Arbitraries.of("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Gaza"))
                .as((permits, unit, zone) -> {
                    String[] words = unit.split(" ", 2);
                    return Limit.parse(
                            permits + "/" + words[0] + "@" + zone + (words.length == 1 ? "" : " " + words[1]));
                });
    }

    private static Optional<Limit> limit(int kind, long permits, long burst, long period, int withBurst) {
        Duration length = micros(period);
        long capacity = withBurst == 1 && permits > 0 ? burst : permits;
        try {
            return Optional.of(
                    switch (kind) {
                        case 0, 1 -> Limit.tokenBucket(permits).burst(capacity).per(length);
                        case 2 ->
                            Limit.tokenBucket(permits)
                                    .burst(capacity)
                                    .atInterval()
                                    .per(length);
                        case 3 -> Limit.fixedWindow(permits).per(length);
                        case 4 -> Limit.fixedWindow(permits).aligned().per(length);
                        default -> Limit.slidingWindow(permits).per(length);
                    });
        } catch (GuardConfigurationException doesNotFit) {
            return Optional.empty();
        }
    }

    private static Arbitrary<Long> permits(long least) {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(least, 3),
                Arbitraries.longs().between(least, 12),
                Arbitraries.longs().between(least, 1_000_000),
                Arbitraries.longs().between(least, 1L << 51),
                Arbitraries.of(7L, 100L, (1L << 51) - 1, (1L << 31) - 1));
    }

    private static Arbitrary<Long> periods() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(1, 12),
                Arbitraries.of(
                        1_000L,
                        7_000L,
                        1_000_000L,
                        60_000_000L,
                        3_600_000_000L,
                        90_061_000_001L,
                        86_400_000_000L * 366,
                        Micros.TEN_YEARS - 1,
                        Micros.TEN_YEARS - 1_000,
                        Micros.TEN_YEARS / 4,
                        Micros.TEN_YEARS),
                Arbitraries.longs().between(1, Micros.TEN_YEARS / 1_000).map(ms -> ms * 1_000),
                Arbitraries.longs().between(1, Micros.TEN_YEARS));
    }

    static Arbitrary<Policy> policiesOfOne() {
        return limits().map(limit -> Policy.of("api", limit));
    }

    /** Policies of up to four limits, some of them in shadow, and some policies as a whole. */
    static Arbitrary<Policy> policies() {
        Arbitrary<Limit> perhapsInShadow = Combinators.combine(
                        Arbitraries.oneOf(smallLimits(), limits()),
                        Arbitraries.integers().between(0, 3))
                .as((limit, die) -> die == 0 ? limit.inShadow() : limit);
        return Combinators.combine(
                        perhapsInShadow.list().ofMinSize(1).ofMaxSize(4),
                        Arbitraries.integers().between(0, 9))
                .as((limits, die) -> {
                    Policy.Builder builder = Policy.builder("api");
                    limits.forEach(builder::limit);
                    return (die == 0 ? builder.inShadow() : builder).build();
                });
    }

    /** Where a history starts: now, the epoch, before it, and close to the last microsecond that a double can tell. */
    static Arbitrary<Long> starts() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(1_700_000_000_000_000L, 1_900_000_000_000_000L),
                Arbitraries.longs().between(-20, 20),
                Arbitraries.longs().between(-Micros.TEN_YEARS, 0),
                Arbitraries.longs().between((1L << 53) - 21 * Micros.TEN_YEARS, (1L << 53) - 20 * Micros.TEN_YEARS));
    }

    static Arbitrary<List<Move>> moves() {
        Arbitrary<Move> move = Combinators.combine(
                        Arbitraries.of(Elapse.class),
                        Arbitraries.longs().between(0, 1_000_000),
                        Arbitraries.oneOf(
                                Arbitraries.of(1L, 1L, 1L, 2L, -1L, -2L),
                                Arbitraries.longs().between(-10, 10),
                                Arbitraries.longs().between(1, 1_000_000)),
                        Arbitraries.integers().between(0, 5))
                .as((elapse, amount, cost, die) -> new Move(elapse, amount, cost, die == 0));
        return move.list().ofMinSize(1).ofMaxSize(40).withoutEdgeCases();
    }

    /** A cost above 0, mostly brought into range; otherwise counted down from the capacity, so that big limits are emptied. */
    static long cost(Move move, Policy policy) {
        long smallest = policy.limits().stream()
                .filter(limit -> !limit.isShadow() && limit.capacity() > 0)
                .mapToLong(Limit::capacity)
                .min()
                .orElse(5);
        if (move.cost <= 0) {
            return smallest + 1 + move.cost;
        }
        return move.amount % 16 == 0 ? move.cost : 1 + (move.cost - 1) % smallest;
    }

    /** The store's time at a move, {@code last} being that of the move before. */
    static long time(Move move, Policy policy, long last, @Nullable Decision answer) {
        Limit limit = policy.limits().get((int) (move.amount % policy.limits().size()));
        long period = Micros.of(limit.period());
        long step = switch (move.elapse) {
            case NONE -> 0;
            case ONE -> 1;
            case FEW -> move.amount % 20;
            case LESS_THAN_PERIOD -> (long) (period * (move.amount / 1_000_000.0));
            case PERIOD_LESS_ONE -> period - 1;
            case PERIOD -> period;
            case PERIOD_AND_ONE -> period + 1;
            case RETRY_LESS_ONE -> answer == null ? 0 : finite(answer.retryAfterMicros()) - 1;
            case RETRY -> answer == null ? 0 : finite(answer.retryAfterMicros());
            case RESET_LESS_ONE -> answer == null ? 0 : answer.resetAfterMicros() - 1;
            case RESET -> answer == null ? 0 : answer.resetAfterMicros();
            case NEXT -> answer == null ? 0 : answer.nextAfterMicros();
            case YEARS -> (move.amount % 100_000) * 1_000_000 * 3600;
            case BACK -> -(move.amount % 4) * period / 3 - move.amount % 7;
        };
        boolean isFarAway = last > (1L << 53) - 3 * Micros.TEN_YEARS;
        return last + (isFarAway ? Math.min(step, 1_000) : step);
    }

    private static long finite(long wait) {
        return wait == Micros.NEVER ? 0 : wait;
    }
}
