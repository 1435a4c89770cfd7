package dev.guard.memory.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Denied;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.domain.counter.Step;
import dev.guard.memory.contract.Histories.Acquire;
import dev.guard.memory.contract.Histories.Event;
import dev.guard.memory.contract.Histories.Form;
import dev.guard.memory.contract.Histories.History;
import dev.guard.memory.contract.Histories.Peek;
import dev.guard.memory.contract.Histories.Reset;
import dev.guard.memory.contract.Histories.Wait;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * What every backend's counters do, as properties that a backend inherits.
 *
 * <p>A history is run against the backend and against {@link CounterModel}, and every answer compared.
 */
public interface CounterContract {

    /** A new backend, empty, whose store believes in {@code time}. */
    Backend open(InstantSource time);

    /** What the backend's decisions say of where they come from. */
    DecisionSource source();

    /** A time that the contract moves. */
    final class Time implements InstantSource {
        private volatile Instant now = Instant.parse("2026-02-27T23:59:58.123457Z");

        @Override
        public Instant instant() {
            return now;
        }

        void advance(Duration duration) {
            now = now.plus(duration);
        }

        long micros() {
            return Micros.of(now);
        }
    }

    @Property
    @Label("S1 every answer of a random history is the model's, whichever form the call has")
    default void everyAnswerIsTheModels(@ForAll("histories") History history) {
        Time time = new Time();
        try (Backend backend = open(time)) {
            Map<Key, CounterState> model = new HashMap<>();
            Map<String, KeyCounter> bound = new HashMap<>();
            for (Event event : history.events()) {
                if (event instanceof Wait wait) {
                    time.advance(wait.duration());
                } else if (event instanceof Reset reset) {
                    Key key = Histories.key(history.policies().get(0), reset.subject());
                    backend.counters().reset(key);
                    model.remove(key);
                } else if (event instanceof Acquire acquire) {
                    Policy policy = history.policies().get(acquire.policy());
                    long cost = Math.min(acquire.cost(), smallestCapacity(policy));
                    Key key = Histories.key(policy, acquire.subject());
                    Step step = CounterModel.acquire(
                            model.getOrDefault(key, CounterState.ABSENT),
                            CompiledPolicy.of(policy, source()),
                            cost,
                            time.micros(),
                            Long.MAX_VALUE);
                    model.put(key, step.state());
                    compare(backend, bound, policy, key, cost, acquire.form(), (Decision) step.outcome());
                } else if (event instanceof Peek peek) {
                    Policy policy = history.policies().get(peek.policy());
                    long cost = Math.min(peek.cost(), smallestCapacity(policy));
                    Key key = Histories.key(policy, peek.subject());
                    Step step = CounterModel.peek(
                            model.getOrDefault(key, CounterState.ABSENT),
                            CompiledPolicy.of(policy, source()),
                            cost,
                            time.micros(),
                            Long.MAX_VALUE);
                    assertThat(peek(backend.counters(), policy, key, cost, peek.form()))
                            .isEqualTo(step.outcome());
                }
            }
        }
    }

    private static void compare(
            Backend backend,
            Map<String, KeyCounter> bound,
            Policy policy,
            Key key,
            long cost,
            Form form,
            Decision expected) {
        if (form == Form.KEY && cost % 2 == 1) {
            KeyCounter counter = bound.computeIfAbsent(
                    policy + key.subject(),
                    name -> backend.counters().counters(policy).key(key.tenant(), key.subject()));
            assertThat(counter.tryAcquire(cost, Deadline.NONE)).isEqualTo(expected.allowed());
        } else {
            assertThat(acquire(backend.counters(), policy, key, cost, form)).isEqualTo(expected);
        }
    }

    private static Decision acquire(CounterStore store, Policy policy, Key key, long cost, Form form) {
        List<CounterOperation> command = List.of(new CounterOperation.Acquire(key, policy, cost, Deadline.NONE));
        PolicyCounters counters = store.counters(policy);
        return switch (form) {
            case COMMAND -> (Decision) store.execute(command).get(0);
            case ASYNCHRONOUS_COMMAND ->
                (Decision) store.submit(command).toCompletableFuture().join().get(0);
            case POLICY -> counters.tryAcquire(key.tenant(), key.subject(), cost, Deadline.NONE);
            case ASYNCHRONOUS_POLICY ->
                counters.tryAcquireAsync(key.tenant(), key.subject(), cost, Deadline.NONE)
                        .toCompletableFuture()
                        .join();
            case KEY -> counters.key(key.tenant(), key.subject()).decide(cost, Deadline.NONE);
        };
    }

    private static Decision peek(CounterStore store, Policy policy, Key key, long cost, Form form) {
        List<CounterOperation> command = List.of(new CounterOperation.Peek(key, policy, cost, Deadline.NONE));
        PolicyCounters counters = store.counters(policy);
        return switch (form) {
            case COMMAND -> (Decision) store.execute(command).get(0);
            case ASYNCHRONOUS_COMMAND ->
                (Decision) store.submit(command).toCompletableFuture().join().get(0);
            case POLICY, KEY -> counters.peek(key.tenant(), key.subject(), cost, Deadline.NONE);
            case ASYNCHRONOUS_POLICY ->
                counters.peekAsync(key.tenant(), key.subject(), cost, Deadline.NONE)
                        .toCompletableFuture()
                        .join();
        };
    }

    @Property(tries = 20)
    @Label("S2 eight threads admit exactly the limit, no more and no fewer")
    default void threadsAdmitExactlyTheLimit(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<Policy> policies = List.of(
                Policy.of("greedy", Limit.tokenBucket(1 + random.nextInt(2_000)).per(Duration.ofHours(1))),
                Policy.of("interval", Limit.parse((1 + random.nextInt(2_000)) + "/1h interval")),
                Policy.of("fixed", Limit.parse((1 + random.nextInt(2_000)) + "/1h fixed")),
                Policy.of("aligned", Limit.parse((1 + random.nextInt(2_000)) + "/1h fixed aligned")),
                Policy.of("sliding", Limit.parse((1 + random.nextInt(2_000)) + "/1h sliding")),
                Policy.of("several", Limit.parse("2000/1h"), Limit.parse((1 + random.nextInt(2_000)) + "/1h fixed")));
        Time time = new Time();
        try (Backend backend = open(time)) {
            for (Policy policy : policies) {
                long limit = smallestCapacity(policy);
                KeyCounter bound = backend.counters().counters(policy).key("t", "one");
                long admitted = inThreads(8, thread -> {
                    PolicyCounters counters = backend.counters().counters(policy);
                    long allowed = 0;
                    for (long i = 0; i < limit / 4 + 8; i++) {
                        boolean passes = thread % 2 == 0
                                ? bound.tryAcquire(1, Deadline.NONE)
                                : counters.tryAcquire("t", "one", 1, Deadline.NONE)
                                        .allowed();
                        allowed += passes ? 1 : 0;
                    }
                    return allowed;
                });
                assertThat(admitted).as(policy.toString()).isEqualTo(limit);
            }
        }
    }

    @Property
    @Label("S5 a denied call and a peek write nothing, and a denial by one limit takes from none")
    default void deniedCallsWriteNothing(
            @ForAll("policies") Policy policy, @ForAll @IntRange(min = 1, max = 30) int calls) {
        Time time = new Time();
        try (Backend backend = open(time)) {
            PolicyCounters counters = backend.counters().counters(policy);
            long cost = Math.min(2, smallestCapacity(policy));
            for (int i = 0; i < calls; i++) {
                Decision before = counters.peek("t", "s", 1, Deadline.NONE);
                Decision tried = counters.tryAcquire("t", "s", cost, Deadline.NONE);
                if (tried instanceof Denied) {
                    assertThat(counters.peek("t", "s", 1, Deadline.NONE)).isEqualTo(before);
                    assertThat(counters.tryAcquire("t", "s", cost, Deadline.NONE))
                            .isEqualTo(tried);
                }
                time.advance(policy.limits().get(0).period().dividedBy(7));
            }
        }
    }

    @Property
    @Label("S6 who waits exactly retryAfter is admitted, and a microsecond before is not")
    default void waitingExactlyRetryAfterIsAdmitted(
            @ForAll("policies") Policy policy, @ForAll List<@IntRange(min = 0, max = 2_000_000) Integer> pauses) {
        Time time = new Time();
        try (Backend backend = open(time)) {
            PolicyCounters counters = backend.counters().counters(policy);
            for (int pause : pauses) {
                Decision decision = counters.tryAcquire("t", "s", 1, Deadline.NONE);
                if (decision instanceof Denied denied
                        && denied.canRetry()
                        && denied.retryAfterMicros() < Micros.TEN_YEARS) {
                    assertThat(denied.retryAfterMicros()).isPositive();
                    time.advance(denied.retryAfter().minusNanos(1_000));
                    assertThat(counters.peek("t", "s", 1, Deadline.NONE).allowed())
                            .isFalse();
                    time.advance(Duration.ofNanos(1_000));
                    assertThat(counters.tryAcquire("t", "s", 1, Deadline.NONE).allowed())
                            .isTrue();
                }
                time.advance(Duration.ofNanos(pause * 1_000L));
            }
        }
    }

    @Property
    @Label("S7 evenly spaced traffic at the refill rate is never denied")
    default void evenTrafficIsNeverDenied(
            @ForAll @IntRange(min = 1, max = 500) int permits, @ForAll @IntRange(min = 1, max = 3) int kind) {
        Duration period = Duration.ofSeconds(10);
        Limit limit = switch (kind) {
            case 1 -> Limit.tokenBucket(permits).burst(1).per(period);
            case 2 -> Limit.fixedWindow(permits).aligned().per(period);
            default -> Limit.slidingWindow(permits + 1).per(period);
        };
        Time time = new Time();
        try (Backend backend = open(time)) {
            KeyCounter counter =
                    backend.counters().counters(Policy.of("even", limit)).key("t", "s");
            long spacing = Micros.ceilDiv(10_000_000, permits);
            for (int i = 0; i < 3 * permits; i++) {
                assertThat(counter.tryAcquire(1, Deadline.NONE))
                        .as("call %s", i)
                        .isTrue();
                time.advance(Duration.ofNanos(spacing * 1_000));
            }
        }
    }

    @Property(tries = 50)
    @Label("S7 hits never push the end of a fixed window out")
    default void hitsNeverPushAWindowOut(@ForAll @IntRange(min = 1, max = 20) int permits) {
        Time time = new Time();
        try (Backend backend = open(time)) {
            PolicyCounters counters = backend.counters()
                    .counters(Policy.of("window", Limit.fixedWindow(permits).per(Duration.ofSeconds(1))));
            for (int window = 0; window < 3; window++) {
                for (int hit = 0; hit < 100; hit++) {
                    Decision decision = counters.tryAcquire("t", "s", 1, Deadline.NONE);
                    assertThat(decision.allowed()).isEqualTo(hit < permits);
                    assertThat(decision.resetAfterMicros()).isEqualTo(1_000_000 - hit * 10_000L);
                    time.advance(Duration.ofMillis(10));
                }
            }
        }
    }

    @Property(tries = 50)
    @Label("S4 a time that steps back refills nothing and locks nobody out")
    default void timeThatStepsBackChangesNothing(@ForAll("policies") Policy policy) {
        Time time = new Time();
        try (Backend backend = open(time)) {
            PolicyCounters counters = backend.counters().counters(policy);
            counters.tryAcquire("t", "s", 1, Deadline.NONE);
            Decision before = counters.peek("t", "s", 1, Deadline.NONE);
            time.advance(Duration.ofHours(-1));
            assertThat(counters.peek("t", "s", 1, Deadline.NONE)).isEqualTo(before);
            time.advance(Duration.ofHours(1));
            assertThat(counters.peek("t", "s", 1, Deadline.NONE)).isEqualTo(before);
        }
    }

    @Property
    @Label("S9 windows from a millisecond to ten years behave alike")
    default void windowsOfAnyLengthBehaveAlike(
            @ForAll @IntRange(min = 1, max = 5) int permits,
            @ForAll("kinds") String kind,
            @ForAll("units") String unit) {
        Limit limit = Limit.parse(permits + "/" + unit + kind);
        Time time = new Time();
        try (Backend backend = open(time)) {
            KeyCounter counter =
                    backend.counters().counters(Policy.of("w", limit)).key("t", "s");
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < permits; i++) {
                    assertThat(counter.tryAcquire(1, Deadline.NONE)).isTrue();
                }
                Decision denied = counter.decide(1, Deadline.NONE);
                assertThat(denied.allowed()).isFalse();
                assertThat(denied.remaining()).isZero();
                time.advance(denied.resetAfter());
                assertThat(counter.decide(permits, Deadline.NONE).allowed()).isTrue();
                time.advance(denied.resetAfter().plus(limit.period().multipliedBy(2)));
            }
        }
    }

    @Property
    @Label("S11 two clients that alternate between versions with RESET admit at most one reset's worth")
    default void alternatingVersionsResetOnce(
            @ForAll("enforced") List<Limit> older, @ForAll("enforced") List<Limit> newer, @ForAll List<Boolean> turns) {
        Policy first = policy(1, Carry.RESET, older);
        Policy second = policy(2, Carry.RESET, newer);
        Time time = new Time();
        try (Backend backend = open(time)) {
            long admitted = 0;
            for (boolean turn : turns) {
                admitted += backend.counters()
                                .counters(turn ? first : second)
                                .tryAcquire("t", "s", 1, Deadline.NONE)
                                .allowed()
                        ? 1
                        : 0;
            }
            assertThat(admitted).isLessThanOrEqualTo(least(older) + least(newer));
        }
    }

    @Property
    @Label("S12 keys that differ in any part never share state, whatever is written in them")
    default void differentKeysShareNothing(@ForAll("names") List<String> names) {
        Time time = new Time();
        Set<String> distinct = new HashSet<>(names);
        try (Backend backend = open(time)) {
            for (String tenant : distinct) {
                for (String policy : distinct) {
                    for (String subject : distinct) {
                        if (!tenant.isEmpty() && !policy.isEmpty()) {
                            PolicyCounters counters =
                                    backend.counters().counters(Policy.of(policy, Limit.parse("1/1h fixed")));
                            assertThat(counters.tryAcquire(tenant, subject, 1, Deadline.NONE)
                                            .allowed())
                                    .isTrue();
                            assertThat(counters.tryAcquire(tenant, subject, 1, Deadline.NONE)
                                            .allowed())
                                    .isFalse();
                        }
                    }
                }
            }
        }
    }

    @Property(tries = 50)
    @Label("S13 reset forgets exactly the key it names, and says whether there was anything")
    default void resetForgetsExactlyOneKey(
            @ForAll("names") List<String> names, @ForAll @IntRange(max = 100) int choice) {
        List<String> subjects = List.copyOf(new HashSet<>(names));
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        Time time = new Time();
        try (Backend backend = open(time)) {
            CounterStore store = backend.counters();
            subjects.forEach(subject -> store.counters(policy).tryAcquire("t", subject, 1, Deadline.NONE));
            String chosen = subjects.get(choice % subjects.size());
            assertThat(store.reset(policy.key("other", chosen))).isFalse();
            assertThat(store.reset(new Key("t", "other", chosen))).isFalse();
            assertThat(store.reset(policy.key("t", chosen))).isTrue();
            assertThat(store.submitReset(policy.key("t", chosen))
                            .toCompletableFuture()
                            .join())
                    .isFalse();
            for (String subject : subjects) {
                assertThat(store.counters(policy)
                                .peek("t", subject, 1, Deadline.NONE)
                                .allowed())
                        .isEqualTo(subject.equals(chosen));
            }
        }
    }

    @Property(tries = 20)
    @Label("A command is answered as if its operations came one after another, each for itself")
    default void operationsOfACommandComeInOrder(@ForAll @IntRange(min = 1, max = 5) int permits) {
        Policy policy = Policy.of("p", Limit.fixedWindow(permits).per(Duration.ofMinutes(1)));
        Time time = new Time();
        try (Backend backend = open(time)) {
            List<CounterOperation> operations = new ArrayList<>();
            for (int i = 0; i < permits + 2; i++) {
                operations.add(new CounterOperation.Acquire(policy.key("t", "s"), policy, 1, Deadline.NONE));
                operations.add(new CounterOperation.Acquire(policy.key("t", "other" + i), policy, 1, Deadline.NONE));
            }
            List<Outcome> outcomes = backend.counters().execute(operations);
            assertThat(IntStream.range(0, outcomes.size()).mapToObj(i -> ((Decision) outcomes.get(i)).allowed()))
                    .containsExactlyElementsOf(IntStream.range(0, outcomes.size())
                            .mapToObj(i -> i % 2 == 1 || i / 2 < permits)
                            .toList());
        }
    }

    @Property(tries = 20)
    @Label("A cost out of range is refused, in every form, and no operation of its command is run")
    default void costsOutOfRangeAreRefused(@ForAll("wrongCosts") long cost) {
        Policy policy = Policy.of(
                "p",
                Limit.parse("5/1m"),
                Limit.parse("9/1h fixed"),
                Limit.parse("0/1h").inShadow());
        Time time = new Time();
        try (Backend backend = open(time)) {
            CounterStore store = backend.counters();
            Key key = policy.key("t", "s");
            List<CounterOperation> command = List.of(
                    new CounterOperation.Acquire(key, policy, 1, Deadline.NONE),
                    new CounterOperation.Acquire(key, policy, cost, Deadline.NONE));
            String message = "cost is " + cost + ", expected 1 to 5, the smallest capacity of policy 'p'";
            List<Callable<Object>> forms = List.of(
                    () -> store.execute(command),
                    () -> store.counters(policy).tryAcquire("t", "s", cost, Deadline.NONE),
                    () -> store.counters(policy).peek("t", "s", cost, Deadline.NONE),
                    () -> store.counters(policy).key("t", "s").tryAcquire(cost, Deadline.NONE),
                    () -> store.counters(policy).key("t", "s").decide(cost, Deadline.NONE));
            for (Callable<Object> form : forms) {
                assertThatThrownBy(form::call)
                        .isInstanceOf(InvalidArgumentException.class)
                        .hasMessage(message);
            }
            assertThat(store.submit(command))
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .havingRootCause()
                    .withMessage(message);
            assertThat(store.counters(policy).peek("t", "s", 1, Deadline.NONE).remaining())
                    .isEqualTo(5);
        }
    }

    @Property(tries = 20)
    @Label("An operation whose deadline has passed is late, and charges nothing")
    default void lateOperationsChargeNothing(@ForAll("policies") Policy policy) {
        Time time = new Time();
        try (Backend backend = open(time)) {
            Deadline passed = Deadline.after(System.nanoTime(), -1_000_000_000);
            Key key = policy.key("t", "s");
            Decision before = backend.counters().counters(policy).peek("t", "s", 1, Deadline.NONE);
            assertThat(backend.counters()
                            .execute(List.of(
                                    new CounterOperation.Acquire(key, policy, 1, passed),
                                    new CounterOperation.Peek(key, policy, 1, passed))))
                    .hasOnlyElementsOfType(Late.class);
            assertThat(backend.counters().counters(policy).peek("t", "s", 1, Deadline.NONE))
                    .isEqualTo(before);
        }
    }

    /** Runs the same in several threads that start together; the sum of what they answer. */
    static long inThreads(int threads, Work work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<Long>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                futures.add(executor.submit(() -> {
                    start.await();
                    return work.run(thread);
                }));
            }
            long sum = 0;
            for (Future<Long> future : futures) {
                sum += future.get();
            }
            return sum;
        } finally {
            executor.shutdownNow();
        }
    }

    /** What a thread does. */
    interface Work {
        long run(int thread) throws Exception;
    }

    private static long smallestCapacity(Policy policy) {
        return policy.limits().stream()
                .filter(limit -> limit.capacity() > 0 && !limit.isShadow())
                .mapToLong(Limit::capacity)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private static long least(List<Limit> limits) {
        return limits.stream().mapToLong(Limit::capacity).min().orElseThrow();
    }

    private static Policy policy(int version, Carry carry, List<Limit> limits) {
        Policy.Builder builder = Policy.builder("p").version(version).carry(carry);
        limits.forEach(builder::limit);
        return builder.build();
    }

    @Provide
    default Arbitrary<History> histories() {
        return Histories.histories();
    }

    @Provide
    default Arbitrary<Policy> policies() {
        return Histories.policies("p", 1);
    }

    @Provide
    default Arbitrary<List<Limit>> enforced() {
        return Combinators.combine(
                        Arbitraries.of("", " interval", " fixed", " fixed aligned", " sliding"),
                        Arbitraries.integers().between(0, 6))
                .as((kind, permits) -> Limit.parse(permits + "/1h" + kind))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    @Provide
    default Arbitrary<String> kinds() {
        return Arbitraries.of("", " interval", " fixed", " fixed aligned", " sliding");
    }

    @Provide
    default Arbitrary<String> units() {
        return Arbitraries.of("1ms", "2ms", "1s", "1m", "1h", "1d", "1w", "365d", "3660d");
    }

    @Provide
    default Arbitrary<Long> wrongCosts() {
        return Arbitraries.of(0L, -1L, 6L, 10L, Long.MAX_VALUE, Long.MIN_VALUE);
    }

    @Provide
    default Arbitrary<List<String>> names() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().ofMaxLength(3).withChars(":_{}*?[]\\%~ab\0"),
                        Arbitraries.strings().ofMaxLength(4),
                        Arbitraries.of("", "default", "p", "a:b", "a", "b", "Aa", "BB", "x".repeat(300)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }
}
