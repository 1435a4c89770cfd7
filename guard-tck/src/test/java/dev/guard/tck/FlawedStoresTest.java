package dev.guard.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Stores with a flaw that only several threads or clients show: the rules find it, and say what it is. */
class FlawedStoresTest {

    /** As many tries as a rule makes. */
    private static final int TRIES = 100;

    private static final Map<String, BiConsumer<ConcurrentCounterRules, Long>> RULES_OF_UPDATES = Map.of(
            "exactly the limit", ConcurrentCounterRules::threadsAreAdmittedExactlyTheLimit,
            "different costs", ConcurrentCounterRules::differentCostsTakeEveryPermitOnce,
            "as much as there is", ConcurrentCounterRules::whatIsTakenIsExactlyTheLimit,
            "slots", ConcurrentCounterRules::slotsAreHeldOnceAndGivenBackOnce,
            "settlements", ConcurrentCounterRules::settlementsNeitherLoseNorGain,
            "histories", ConcurrentCounterRules::historiesAreLinearizable);

    @TestFactory
    @DisplayName("a store that reads and writes in two steps falls over")
    Stream<DynamicTest> lostUpdates() {
        return RULES_OF_UPDATES.entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest("the rule of " + rule.getKey(), () -> {
                    ConcurrentCounterRules flawed = environment -> new ModelStore(environment) {
                        @Override
                        Outcome run(CounterOperation operation) {
                            return runInTwoSteps(operation);
                        }
                    };
                    assertThat(firstFailure(flawed, rule.getValue()))
                            .contains("What it means", "What happened", "seed", "thread");
                }));
    }

    @Test
    @DisplayName("a store that answers peeks from an old copy falls over the rule of histories, which names the answer")
    void oldCopies() {
        ConcurrentCounterRules flawed = environment -> new ModelStore(environment) {
            private final ConcurrentMap<Key, CounterState> copies = new ConcurrentHashMap<>();

            @Override
            Outcome run(CounterOperation operation) {
                CounterState copy = copies.get(operation.key());
                if (operation instanceof Peek && copy != null) {
                    return step(copy, operation).outcome();
                }
                copies.put(operation.key(), states.getOrDefault(operation.key(), CounterState.ABSENT));
                return super.run(operation);
            }
        };
        assertThat(firstFailure(flawed, ConcurrentCounterRules::historiesAreLinearizable))
                .contains("no order of the calls", "an old copy of the state", "<-- fits no order", "#1");
    }

    @TestFactory
    @DisplayName("a store that goes by its clients' clocks falls over the rules of clocks")
    Stream<DynamicTest> clientsClocks() {
        ConcurrentCounterRules flawed = environment -> new ModelStore(environment) {
            private final InstantSource clock = environment.clientClock();

            @Override
            long now() {
                return Micros.of(clock.instant());
            }
        };
        return Stream.of(
                DynamicTest.dynamicTest(
                        "that differ",
                        () -> assertThat(firstFailure(flawed, ConcurrentCounterRules::clientsClocksDoNotMatter))
                                .contains("clients with wrong clocks were given")),
                DynamicTest.dynamicTest(
                        "that step",
                        () -> assertThat(firstFailure(flawed, ConcurrentCounterRules::stepsOfAClientsClockDoNotMatter))
                                .contains("clients with wrong clocks were given")));
    }

    @Test
    @DisplayName("a listing whose cursor counts positions falls over the rule of listings")
    void positions() {
        ConcurrentCounterRules flawed = environment -> new ModelStore(environment) {
            @Override
            public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
                List<Key> keys = new ArrayList<>(states.keySet());
                keys.removeIf(
                        key -> !key.tenant().equals(tenant) || !key.policy().equals(policy));
                keys.sort(Comparator.comparing(Key::subject));
                int from = cursor.isEmpty() ? 0 : Math.min(Integer.parseInt(cursor), keys.size());
                int to = Math.min(from + 3, keys.size());
                Thread.yield();
                return CompletableFuture.completedFuture(new KeyPage(
                        keys.subList(from, to), to == keys.size() ? Optional.empty() : Optional.of("" + to)));
            }
        };
        assertThat(firstFailure(flawed, ConcurrentCounterRules::listingsNameWhatIsLiveThroughout))
                .contains("a listing left out", "A cursor that counts positions skips keys");
    }

    @Test
    @DisplayName(
            "a store that is unavailable now and then, before or after the call took effect, keeps the rule of histories")
    void lostReplies() {
        ConcurrentCounterRules unlucky = environment -> new ModelStore(environment) {
            private final AtomicInteger calls = new AtomicInteger();

            @Override
            Outcome run(CounterOperation operation) {
                int call = calls.incrementAndGet();
                if (call % 150 == 0) {
                    throw unavailable();
                }
                Outcome outcome = super.run(operation);
                if (call % 150 == 75) {
                    throw unavailable();
                }
                return outcome;
            }
        };
        assertKept(unlucky, ConcurrentCounterRules::historiesAreLinearizable);
    }

    @Test
    @DisplayName(
            "a store that is unavailable again and again falls over the rule of histories, which could say nothing")
    void oftenUnavailable() {
        ConcurrentCounterRules flawed = environment -> new ModelStore(environment) {
            @Override
            Outcome run(CounterOperation operation) {
                if (operation.deadline().isNone() && !(operation instanceof Peek)) {
                    throw unavailable();
                }
                return super.run(operation);
            }
        };
        assertThat(firstFailure(flawed, ConcurrentCounterRules::historiesAreLinearizable))
                .contains("the store was unavailable for");
    }

    private static BackendUnavailableException unavailable() {
        return new BackendUnavailableException(
                BackendUnavailableException.Reason.CONNECTION_LOST, "the connection broke");
    }

    /** What a rule says of the first try that fails. */
    private static String firstFailure(ConcurrentCounterRules rules, BiConsumer<ConcurrentCounterRules, Long> rule) {
        Random seeds = new Random();
        for (int i = 0; i < TRIES; i++) {
            try {
                rule.accept(rules, seeds.nextLong());
            } catch (AssertionError e) {
                return String.valueOf(e.getMessage());
            }
        }
        return fail("the flaw was not found in " + TRIES + " tries");
    }

    private static void assertKept(ConcurrentCounterRules rules, BiConsumer<ConcurrentCounterRules, Long> rule) {
        Random seeds = new Random();
        for (int i = 0; i < TRIES / 4; i++) {
            rule.accept(rules, seeds.nextLong());
        }
    }
}
