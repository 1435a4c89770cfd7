package dev.guard.tck;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Carry;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.tck.Scenario.Act;
import dev.guard.tck.Scenario.Elapse;
import dev.guard.tck.Scenario.Form;
import dev.guard.tck.Scenario.Move;
import dev.guard.tck.Scenario.Verb;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random limits, policies and scenarios: mostly small numbers, which short histories exhaust, and some at the far ends. */
final class Scenarios {

    /** Just before clocks change in a zone, a leap day, a year; and the middle of nothing. */
    private static final List<Instant> STARTS = List.of(
            Trial.START,
            Instant.parse("2026-03-29T00:59:59.999990Z"),
            Instant.parse("2026-10-24T21:59:59.999999Z"),
            Instant.parse("2026-04-04T14:59:59.5Z"),
            Instant.parse("2028-02-28T23:59:59.000001Z"),
            Instant.parse("2026-06-17T10:11:12.131415Z"));

    /** Zones whose days are not 24 hours from midnight to midnight, each in its own way. */
    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"),
            ZoneId.of("Europe/Berlin"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("America/Santiago"),
            ZoneId.of("America/St_Johns"),
            ZoneId.of("Asia/Kathmandu"),
            ZoneId.of("Africa/Casablanca"),
            ZoneId.of("Pacific/Apia"));

    private static final List<Long> PERIODS = List.of(
            1_000_000L,
            1L,
            7L,
            12L,
            1_000L,
            7_000L,
            10_000_000L,
            60_000_000L,
            3_600_000_000L,
            90_061_000_001L,
            86_400_000_000L,
            86_400_000_000L * 366,
            Micros.TEN_YEARS - 1_000,
            Micros.TEN_YEARS);

    private Scenarios() {}

    /** Moments to begin at. */
    static Arbitrary<Instant> starts() {
        return Arbitraries.of(STARTS);
    }

    static Arbitrary<Scenario> scenarios() {
        Arbitrary<Policy> first = policies("p", 1);
        Arbitrary<List<Policy>> versions = Arbitraries.frequencyOf(
                Tuple.of(4, first.map(List::of)),
                Tuple.of(3, Combinators.combine(first, policies("p", 2)).as(List::of)),
                Tuple.of(
                        1,
                        Combinators.combine(first, policies("p", 2), policies("p", 3))
                                .as(List::of)),
                Tuple.of(2, Combinators.combine(first, first).as(List::of)));
        Arbitrary<List<Policy>> policies = Combinators.combine(versions, policies("q", 1))
                .as((of, other) -> {
                    List<Policy> all = new ArrayList<>(of);
                    all.add(other);
                    return all;
                });
        return Combinators.combine(Arbitraries.of(STARTS), policies, moves()).as(Scenario::new);
    }

    private static Arbitrary<List<Move>> moves() {
        Arbitrary<Elapse> elapse = Arbitraries.frequency(
                Tuple.of(5, Elapse.NOTHING),
                Tuple.of(1, Elapse.ONE),
                Tuple.of(3, Elapse.PART_OF_PERIOD),
                Tuple.of(2, Elapse.PERIOD),
                Tuple.of(3, Elapse.RETRY),
                Tuple.of(2, Elapse.RESET),
                Tuple.of(2, Elapse.NEXT),
                Tuple.of(3, Elapse.END),
                Tuple.of(1, Elapse.YEARS),
                Tuple.of(1, Elapse.BACK));
        Arbitrary<Form> form = Arbitraries.of(Form.class);
        Arbitrary<List<Act>> acts = Arbitraries.frequencyOf(
                Tuple.of(9, act().map(List::of)),
                Tuple.of(1, act().list().ofMinSize(2).ofMaxSize(6)));
        return Combinators.combine(elapse, Arbitraries.integers().between(0, 9_999), form, acts)
                .as(Move::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    private static Arbitrary<Act> act() {
        Arbitrary<Verb> verb = Arbitraries.frequency(
                Tuple.of(12, Verb.ACQUIRE),
                Tuple.of(8, Verb.ACQUIRE_AS),
                Tuple.of(4, Verb.ACQUIRE_AT_MOST),
                Tuple.of(4, Verb.PEEK),
                Tuple.of(5, Verb.RESERVE),
                Tuple.of(4, Verb.COMMIT),
                Tuple.of(3, Verb.CANCEL),
                Tuple.of(6, Verb.REFUND),
                Tuple.of(3, Verb.PENALIZE),
                Tuple.of(3, Verb.RELEASE),
                Tuple.of(3, Verb.EXTEND),
                Tuple.of(1, Verb.BLOCK),
                Tuple.of(2, Verb.UNBLOCK),
                Tuple.of(1, Verb.RESET),
                Tuple.of(1, Verb.LATE));
        return Combinators.combine(
                        verb,
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.integers().between(0, 2)), Tuple.of(1, Arbitraries.just(3))),
                        Arbitraries.frequency(Tuple.of(5, 0), Tuple.of(1, 1), Tuple.of(1, 2)),
                        Arbitraries.frequencyOf(
                                Tuple.of(4, Arbitraries.integers().between(1, 3)),
                                Tuple.of(1, Arbitraries.integers().between(-2, 0)),
                                Tuple.of(1, Arbitraries.integers().between(1, 1_000))),
                        Arbitraries.integers().between(0, 999))
                .as(Act::new);
    }

    /** Mostly one enforced limit; else up to four, some of them in shadow; and some policies as a whole. */
    static Arbitrary<Policy> policies(String name, int version) {
        Arbitrary<Limit> perhapsInShadow = Combinators.combine(
                        limits(), Arbitraries.integers().between(0, 4))
                .as((limit, die) -> die == 4 ? limit.inShadow() : limit);
        return Combinators.combine(
                        Arbitraries.oneOf(
                                limits().map(List::of),
                                perhapsInShadow.list().ofMinSize(1).ofMaxSize(4)),
                        Arbitraries.of(Carry.class),
                        Arbitraries.integers().between(0, 39))
                .as((limits, carry, die) -> {
                    Policy.Builder builder =
                            Policy.builder(name).version(version).carry(carry);
                    limits.forEach(builder::limit);
                    if (die >= 36) {
                        builder.inShadow();
                    }
                    if (die % 8 == 7) {
                        builder.blockOnExcess(Duration.of(PERIODS.get(die % 5), ChronoUnit.MICROS));
                    }
                    return builder.build();
                });
    }

    /** A limit of any algorithm. */
    static Arbitrary<Limit> limits() {
        Arbitrary<Long> permits = Arbitraries.frequencyOf(
                Tuple.of(12, Arbitraries.longs().between(1, 6)),
                Tuple.of(1, Arbitraries.just(0L)),
                Tuple.of(2, Arbitraries.of(64L, 1_000L, 1_000_000L)));
        return Combinators.combine(
                        Arbitraries.of(Algorithm.class),
                        permits,
                        Arbitraries.longs().between(1, 8),
                        Arbitraries.of(PERIODS),
                        Arbitraries.integers().between(0, 999))
                .as(Scenarios::limit);
    }

    private static Limit limit(Algorithm algorithm, long permits, long burst, long period, int pick) {
        Duration length = Duration.of(period, ChronoUnit.MICROS);
        try {
            Limit limit = counting(algorithm, permits, pick % 3 == 2 && permits > 0 ? burst : permits, length, pick);
            return pick % 5 == 4 && algorithm != Algorithm.CONCURRENT ? limit.maxDebt(pick % 4) : limit;
        } catch (GuardConfigurationException doesNotFit) {
            return Limit.fixedWindow(permits).per(length);
        }
    }

    private static Limit counting(Algorithm algorithm, long permits, long capacity, Duration length, int pick) {
        return switch (algorithm) {
            case GREEDY -> Limit.tokenBucket(permits).burst(capacity).per(length);
            case INTERVAL ->
                Limit.tokenBucket(permits).burst(capacity).atInterval().per(length);
            case FIXED -> Limit.fixedWindow(permits).per(length);
            case ALIGNED -> Limit.fixedWindow(permits).aligned().per(length);
            case SLIDING -> Limit.slidingWindow(permits).per(length);
            case LOG -> Limit.slidingLog(permits).per(length);
            case CALENDAR -> calendar(permits, pick);
            case CONCURRENT -> Limit.concurrent(permits).lease(length);
        };
    }

    private static Limit calendar(long permits, int pick) {
        ZoneId zone = ZONES.get(pick % ZONES.size());
        Limit.CalendarStep quota = Limit.calendar(permits);
        return switch (pick / 8 % 5) {
            case 0, 1 -> quota.perDay(zone);
            case 2 -> quota.perWeek(zone, DayOfWeek.of(1 + pick % 7));
            case 3 -> quota.perMonth(zone);
            default -> quota.perYear(zone);
        };
    }

    /** The least capacity that bounds a cost; where none does, {@code otherwise}. */
    static long smallestCapacity(Policy policy, long otherwise) {
        return policy.limits().stream()
                .filter(limit -> limit.capacity() > 0 && !limit.isShadow())
                .mapToLong(Limit::capacity)
                .min()
                .orElse(otherwise);
    }
}
