package dev.guard.memory.contract;

import dev.guard.domain.Carry;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random policies, and histories of calls on a few keys of them. */
public final class Histories {

    private static final List<Duration> PERIODS = List.of(
            Duration.ofMillis(1),
            Duration.ofMillis(7),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofDays(1),
            Duration.ofDays(366),
            Duration.ofDays(3660));

    private Histories() {}

    /** How a call is made; the answers must not depend on it. */
    public enum Form {
        COMMAND,
        ASYNCHRONOUS_COMMAND,
        POLICY,
        ASYNCHRONOUS_POLICY,
        KEY
    }

    /** One step of a history. */
    public sealed interface Event permits Acquire, Peek, Reset, Wait {}

    /** Permits asked for under one of the policies. */
    public record Acquire(int policy, int subject, long cost, Form form) implements Event {}

    /** The same without taking them. */
    public record Peek(int policy, int subject, long cost, Form form) implements Event {}

    /** A key forgotten. */
    public record Reset(int subject) implements Event {}

    /** Time that passes. */
    public record Wait(Duration duration) implements Event {}

    /**
     * A history.
     *
     * @param policies versions of one policy, of the same name
     * @param events what happens, in order
     */
    public record History(List<Policy> policies, List<Event> events) {}

    /** A limit of any kind and of any length, with small capacities, so that histories reach them. */
    public static Arbitrary<Limit> limits() {
        Arbitrary<Long> permits = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(8, Arbitraries.longs().between(1, 6)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(0L)),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(1_000L, 1_000_000L)));
        Arbitrary<Long> bursts = Arbitraries.longs().between(1, 8);
        return Combinators.combine(
                        permits,
                        bursts,
                        Arbitraries.of(PERIODS),
                        Arbitraries.integers().between(0, 6))
                .as(Histories::limit);
    }

    private static Limit limit(long permits, long burst, Duration period, int kind) {
        try {
            return switch (permits == 0 && kind < 2 ? kind + 2 : kind) {
                case 0 -> Limit.tokenBucket(permits).burst(burst).per(period);
                case 1 -> Limit.tokenBucket(permits).atInterval().burst(burst).per(period);
                case 2 -> Limit.tokenBucket(permits).per(period);
                case 3 -> Limit.tokenBucket(Math.max(1, permits)).atInterval().per(period);
                case 4 -> Limit.fixedWindow(permits).per(period);
                case 5 -> Limit.fixedWindow(permits).aligned().per(period);
                default -> Limit.slidingWindow(permits).per(period);
            };
        } catch (GuardConfigurationException e) {
            return Limit.fixedWindow(permits).per(period);
        }
    }

    /** One enforced limit, mostly; else several, or some in shadow, or all. */
    public static Arbitrary<Policy> policies(String name, int version) {
        Arbitrary<Limit> maybeShadow = Combinators.combine(
                        limits(), Arbitraries.integers().between(0, 5))
                .as((limit, dice) -> dice == 0 ? limit.inShadow() : limit);
        Arbitrary<List<Limit>> several = maybeShadow.list().ofMinSize(1).ofMaxSize(3);
        Arbitrary<List<Limit>> one = limits().map(List::of);
        return Combinators.combine(
                        Arbitraries.oneOf(one, several),
                        Arbitraries.of(Carry.class),
                        Arbitraries.integers().between(0, 9))
                .as((limits, carry, dice) -> {
                    Policy.Builder builder =
                            Policy.builder(name).version(version).carry(carry);
                    limits.forEach(builder::limit);
                    return (dice == 0 ? builder.inShadow() : builder).build();
                });
    }

    /** A history over a single version, over two or three that alternate, or over two policies of one version. */
    public static Arbitrary<History> histories() {
        Arbitrary<List<Policy>> versions = Arbitraries.oneOf(
                policies("p", 1).map(List::of),
                Combinators.combine(policies("p", 1), policies("p", 2)).as(List::of),
                Combinators.combine(policies("p", 1), policies("p", 2), policies("p", 3))
                        .as(List::of),
                Combinators.combine(policies("p", 1), policies("p", 1)).as(List::of));
        return versions.flatMap(policies ->
                events(policies).list().ofMinSize(1).ofMaxSize(40).map(events -> new History(policies, events)));
    }

    private static Arbitrary<Event> events(List<Policy> policies) {
        Arbitrary<Integer> policy = Arbitraries.integers().between(0, policies.size() - 1);
        Arbitrary<Integer> subject = Arbitraries.integers().between(0, 1);
        Arbitrary<Long> cost = Arbitraries.longs().between(1, 3);
        Arbitrary<Form> form = Arbitraries.of(Form.class);
        Arbitrary<Event> acquire =
                Combinators.combine(policy, subject, cost, form).as(Acquire::new);
        Arbitrary<Event> peek = Combinators.combine(policy, subject, cost, form).as(Peek::new);
        Arbitrary<Event> reset = subject.map(Reset::new);
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(12, acquire),
                net.jqwik.api.Tuple.of(3, peek),
                net.jqwik.api.Tuple.of(1, reset),
                net.jqwik.api.Tuple.of(8, waits(policies)));
    }

    /** Times at which something may happen: parts and multiples of the periods, a microsecond before and after. */
    private static Arbitrary<Event> waits(List<Policy> policies) {
        Set<Duration> moments = policies.stream()
                .flatMap(policy -> policy.limits().stream())
                .flatMap(limit -> moments(limit).stream())
                .filter(moment -> !moment.isNegative())
                .collect(Collectors.toSet());
        return Arbitraries.of(new ArrayList<>(moments)).map(Wait::new);
    }

    private static List<Duration> moments(Limit limit) {
        Duration period = limit.period();
        Duration tiny = Duration.ofNanos(1_000);
        Duration permit =
                limit.capacity() == 0 ? period : Duration.ofNanos(period.toNanos() / limit.capacity() / 1_000 * 1_000);
        return List.of(
                Duration.ZERO,
                tiny,
                permit,
                permit.minus(tiny),
                permit.plus(tiny),
                period.dividedBy(2),
                period,
                period.minus(tiny),
                period.plus(tiny),
                period.multipliedBy(2),
                period.multipliedBy(2).minus(tiny));
    }

    /** The key of a subject of a history. */
    public static Key key(Policy policy, int subject) {
        return policy.key("tenant", "subject-" + subject);
    }
}
