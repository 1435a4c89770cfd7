package dev.guard.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Allowed;
import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Records histories, and sees to it that the recorded ones are what the model says today.
 *
 * <p>A change of the contract changes answers on purpose. Then, with the change argued in an ADR, record anew:
 * {@code mvn -pl guard-tck -am -Dtest=RecordedHistoriesTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dguard.test.jvmArgs=-Dguard.tck.record=true verify}, and look at the difference.
 */
@DisplayName("The recorded histories")
class RecordedHistoriesTest {

    private static final Path FILE = Path.of("src/main/resources/dev/guard/tck/recorded-histories.txt");
    private static final int HISTORIES = 160;
    private static final String HEADER = """
            # Histories of guard's counters with the answers that every backend gives, in every release.
            # The form is described in dev.guard.tck.RecordedHistory. All times are in microseconds.

            """;

    @BeforeAll
    static void record() throws IOException {
        if (Boolean.getBoolean("guard.tck.record")) {
            List<RecordedHistory> histories = new ArrayList<>();
            for (int i = 1; i <= HISTORIES; i++) {
                histories.add(new Recorder(i).record());
            }
            for (int i = 0; i < Corners.count(); i++) {
                histories.add(corner(i));
            }
            Files.writeString(FILE, text(histories));
        }
    }

    private static RecordedHistory corner(int index) {
        Model model = new Model();
        return Corners.recorded(
                index, HISTORIES + 1 + index, (operation, time) -> RecordedHistory.text(model.run(operation, time)));
    }

    private static String text(List<RecordedHistory> histories) {
        StringBuilder text = new StringBuilder(HEADER);
        for (RecordedHistory history : histories) {
            int corner = history.number() - HISTORIES - 1;
            text.append(corner < 0 ? "" : "# " + Corners.title(corner) + "\n");
            text.append(history.text()).append('\n');
        }
        return text.toString();
    }

    private static List<RecordedHistory> recorded() throws IOException {
        return RecordedHistory.parse(Files.readAllLines(FILE));
    }

    @Test
    @DisplayName("are what the model answers")
    void areTheModels() throws IOException {
        List<RecordedHistory> recorded = recorded();
        assertThat(recorded).hasSize(HISTORIES + Corners.count());
        for (RecordedHistory history : recorded) {
            Model model = new Model();
            for (RecordedHistory.Step step : history.steps()) {
                assertThat(RecordedHistory.text(model.run(step.operation(), step.time())))
                        .as("history %s: %s", history.number(), history.text(step))
                        .isEqualTo(step.answer());
            }
        }
    }

    @Test
    @DisplayName("read back as they are written")
    void readBack() throws IOException {
        assertThat(text(recorded())).isEqualTo(Files.readString(FILE));
    }

    @Test
    @DisplayName("end with the corners, each as it was written down")
    void endWithTheCorners() throws IOException {
        List<RecordedHistory> recorded = recorded();
        for (int i = 0; i < Corners.count(); i++) {
            assertThat(recorded.get(HISTORIES + i).text()).isEqualTo(corner(i).text());
        }
    }

    @Test
    @DisplayName("hold every verb, every algorithm, every reason and every effect")
    void holdEverything() throws IOException {
        String text = Files.readString(FILE);
        assertThat(text)
                .contains(" acquire ", " acquireatmost ", " peek ", " reserve ", " commit ", " penalize ", " cancel ")
                .contains(" refund ", " release ", " extend ", " block ", " unblock ", " reset ")
                .contains(" interval", " fixed ", " fixed aligned", " sliding", " log", "/month@", "/day@", "/week@")
                .contains("/year@", "concurrent ", ", debt ", ", shadow", " | shadow |", " | block ")
                .contains("carry AS_IS", "carry ADDITIVE", "carry PROPORTIONAL", "carry RESET")
                .contains("DENIED LIMIT", "DENIED CONCURRENCY", "DENIED BLOCKED", " -> APPLIED", " -> NOTHING")
                .contains(" -> LAPSED", "shadow-denied", " never ");
    }

    /** Keys that live in the model alone. */
    private static final class Model {
        private static final DecisionSource SOURCE = DecisionSource.of("model", FailureMode.LOCAL_ONLY);
        private final Map<Key, CounterState> states = new HashMap<>();

        Outcome run(CounterOperation operation, long time) {
            Step step = CounterModel.step(
                    states.getOrDefault(operation.key(), CounterState.ABSENT),
                    operation,
                    policy -> CompiledPolicy.of(policy, SOURCE),
                    time,
                    Long.MAX_VALUE);
            states.put(operation.key(), step.state());
            return step.outcome();
        }
    }

    /** Makes up a history. Its number is all that it depends on. */
    private static final class Recorder {
        private static final List<String> WINDOWS =
                List.of("", " interval", " fixed", " fixed aligned", " sliding", " log");
        private static final List<String> CALENDARS = List.of(
                "day@Europe/Berlin",
                "week@America/New_York from sunday",
                "month@UTC",
                "year@Pacific/Apia",
                "day@America/Sao_Paulo",
                "week@Asia/Kathmandu");
        private static final List<Long> PERIODS =
                List.of(7L, 12L, 1_000L, 10_000_000L, 3_600_000_000L, 90_061_000_001L);

        private final int number;
        private final Random random;
        private final Model model = new Model();
        private final List<RecordedHistory.Step> steps = new ArrayList<>();
        private final List<String> ids = new ArrayList<>();
        private final List<Permit> permits = new ArrayList<>();
        private final List<Policy> policies = new ArrayList<>();
        private long time;
        private long wait;

        /** The last operation, if it took permits under an id. */
        private @Nullable CounterOperation granted;

        Recorder(int number) {
            this.number = number;
            this.random = new Random(number * 7_919L);
            this.time = Micros.of(Instant.parse("2024-02-28T22:59:57Z").plus(random.nextInt(700), ChronoUnit.DAYS))
                    + random.nextInt(1_000_000);
        }

        RecordedHistory record() {
            int count = 1 + random.nextInt(3);
            List<Integer> kinds = IntStream.generate(() -> random.nextInt(9))
                    .limit(1 + random.nextInt(3))
                    .boxed()
                    .toList();
            long period = PERIODS.get(random.nextInt(PERIODS.size()));
            for (int i = 0; i < count; i++) {
                policies.add(policy(i, kinds, period));
            }
            for (int i = 0; i < 14; i++) {
                Policy policy = policies.get(random.nextInt(count));
                CounterOperation last = granted;
                if (last != null && random.nextInt(3) > 0) {
                    time += random.nextInt(3) == 0 ? random.nextInt((int) Math.min(period, 1 << 30)) : 0;
                    add(sequel(last, policy));
                } else {
                    advance(period);
                    add(operation(policy, period));
                }
            }
            return new RecordedHistory(number, policies, steps);
        }

        private Policy policy(int index, List<Integer> kinds, long period) {
            Policy.Builder policy = RecordedHistory.policyBuilder()
                    .version(1 + (random.nextInt(4) == 0 ? 0 : index))
                    .carry(Carry.values()[random.nextInt(4)]);
            if (random.nextInt(12) == 0) {
                policy.inShadow();
            }
            if (random.nextInt(6) == 0) {
                policy.blockOnExcess(Duration.of(
                        1 + random.nextInt((int) Math.min(2 * period, 1 << 30)), ChronoUnit.MICROS));
            }
            for (int kind : kinds) {
                Limit limit = limit(random.nextInt(8) == 0 ? random.nextInt(9) : kind, period);
                if (random.nextInt(6) == 0
                        && limit.capacity() > 0
                        && !limit.text().startsWith("concurrent")) {
                    limit = limit.maxDebt(random.nextInt(4));
                }
                policy.limit(random.nextInt(6) == 0 ? limit.inShadow() : limit);
            }
            return policy.build();
        }

        private Limit limit(int kind, long period) {
            int permits = random.nextInt(20) == 0 ? 0 : 2 + random.nextInt(5);
            String length = period * (1 + random.nextInt(2)) + "us";
            if (kind < WINDOWS.size()) {
                String burst =
                        kind < 2 && permits > 0 && random.nextInt(3) == 0 ? " burst " + (1 + random.nextInt(7)) : "";
                return Limit.parse(permits + "/" + length + WINDOWS.get(kind) + burst);
            }
            return kind == 8
                    ? Limit.parse("concurrent " + permits + " lease " + length)
                    : Limit.parse(permits + "/" + CALENDARS.get(random.nextInt(CALENDARS.size())));
        }

        private void advance(long period) {
            time += switch (random.nextInt(10)) {
                case 0, 1, 2 -> 0;
                case 3 -> 1;
                case 4 -> Math.max(0, wait - 1);
                case 5, 6 -> wait;
                case 7 -> period;
                case 8 -> period / 3;
                default -> 2;
            };
        }

        private CounterOperation operation(Policy policy, long period) {
            Key key = RecordedHistory.key("s" + (random.nextInt(8) == 0 ? 1 : 0));
            long smallest = policy.limits().stream()
                    .filter(limit -> !limit.isShadow() && limit.capacity() > 0)
                    .mapToLong(Limit::capacity)
                    .min()
                    .orElse(3);
            long cost = 1 + random.nextInt((int) smallest);
            boolean named = policy.hasConcurrency() || random.nextBoolean();
            String known =
                    ids.isEmpty() ? "unknown" : ids.get(ids.size() - 1 - random.nextInt(Math.min(3, ids.size())));
            return switch (random.nextInt(26)) {
                case 0, 1, 2, 3, 4, 5, 6, 7 ->
                    new CounterOperation.Acquire(key, policy, cost, named ? id() : null, Deadline.NONE);
                case 8, 9 ->
                    new CounterOperation.AcquireAtMost(
                            key, policy, 1 + random.nextInt(9), named ? id() : null, Deadline.NONE);
                case 10 -> new CounterOperation.Peek(key, policy, cost, Deadline.NONE);
                case 11, 12, 13 ->
                    new CounterOperation.Reserve(
                            key, policy, cost, id(), 1 + (long) (random.nextDouble() * period), Deadline.NONE);
                case 14, 15 -> new CounterOperation.Commit(key, policy, known, random.nextInt(6), Deadline.NONE);
                case 16 -> new CounterOperation.Cancel(key, known, Deadline.NONE);
                case 17, 18, 19 ->
                    permits.isEmpty()
                            ? new CounterOperation.Reset(key, Deadline.NONE)
                            : new CounterOperation.Refund(
                                    key, permits.get(random.nextInt(permits.size())), Deadline.NONE);
                case 20 -> new CounterOperation.Penalize(key, policy, 1 + random.nextInt(9), Deadline.NONE);
                case 21 -> new CounterOperation.Release(key, known, Deadline.NONE);
                case 22 -> new CounterOperation.Extend(key, known, Deadline.NONE);
                case 23 -> new CounterOperation.Block(key, 1 + (long) (random.nextDouble() * period), Deadline.NONE);
                case 24 -> new CounterOperation.Unblock(key, Deadline.NONE);
                default -> new CounterOperation.Reset(key, Deadline.NONE);
            };
        }

        /** What becomes of permits that were just taken. */
        private CounterOperation sequel(CounterOperation last, Policy policy) {
            String id = ids.get(ids.size() - 1);
            if (last instanceof CounterOperation.Reserve reserve) {
                return random.nextInt(4) == 0
                        ? new CounterOperation.Cancel(last.key(), id, Deadline.NONE)
                        : new CounterOperation.Commit(
                                last.key(), policy, id, random.nextInt((int) reserve.cost() + 3), Deadline.NONE);
            }
            return switch (random.nextInt(3)) {
                case 0 -> new CounterOperation.Release(last.key(), id, Deadline.NONE);
                case 1 -> new CounterOperation.Extend(last.key(), id, Deadline.NONE);
                default -> new CounterOperation.Refund(last.key(), permits.get(permits.size() - 1), Deadline.NONE);
            };
        }

        private String id() {
            ids.add("id" + ids.size());
            return ids.get(ids.size() - 1);
        }

        private void add(CounterOperation operation) {
            Outcome outcome = model.run(operation, time);
            granted = null;
            steps.add(new RecordedHistory.Step(time, operation, RecordedHistory.text(outcome)));
            if (outcome instanceof Decision decision) {
                wait = Math.min(
                        decision.allowed() ? decision.resetAfterMicros() : decision.retryAfterMicros(),
                        400L * 24 * 3_600_000_000L);
                boolean named = operation instanceof CounterOperation.Acquire acquire && acquire.permitId() != null
                        || operation instanceof CounterOperation.AcquireAtMost most && most.permitId() != null;
                if (decision instanceof Allowed allowed && named) {
                    permits.add(allowed.permit(ids.get(ids.size() - 1)));
                    granted = operation;
                } else if (decision.allowed() && operation instanceof CounterOperation.Reserve) {
                    granted = operation;
                }
            }
        }
    }
}
