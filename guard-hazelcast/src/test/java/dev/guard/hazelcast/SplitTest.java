package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstance;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.testing.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three members, one of which is cut off from the others, and comes back. */
@Tag("slow")
@DisplayName("A cluster that is split two to one")
class SplitTest {

    private static final String LOCAL_ADDRESS = "hazelcast.local.localAddress";
    private static final String TIMEOUT = "2s";
    private static final int KEYS = 60;
    private static final int LIMIT = 30;
    private static final int BEFORE = 10;
    private static final int MINORITY = 2;
    private static final Policy POLICY = Policy.of("split", Limit.parse(LIMIT + "/1h fixed"));

    /** Until when the smaller side refuses every call, as docs/hazelcast.md states it. */
    private static final Duration BOUND = Duration.ofSeconds(15);

    private static Key key(int number) {
        return Key.of("split", "key-" + number);
    }

    /** How many of so many attempts on each key were admitted; those that were not answered were not. */
    private static int[] take(HazelcastBackend backend, int attempts) {
        int[] admitted = new int[KEYS];
        for (int key = 0; key < KEYS; key++) {
            for (int i = 0; i < attempts; i++) {
                try {
                    admitted[key] += isAdmitted(backend, key) ? 1 : 0;
                } catch (BackendUnavailableException e) {
                    // It may count, and was not admitted.
                }
            }
        }
        return admitted;
    }

    private static boolean isAdmitted(HazelcastBackend backend, int key) {
        return ((Decision) only(backend, new Acquire(key(key), POLICY, 1, Deadline.NONE))).allowed();
    }

    private static Object only(HazelcastBackend backend, CounterOperation operation) {
        return backend.counters().execute(List.of(operation)).get(0);
    }

    private static long remaining(HazelcastBackend backend, int key) {
        return ((Decision) only(backend, new Peek(key(key), POLICY, 1, Deadline.NONE))).remaining();
    }

    private static long[] remaining(HazelcastBackend backend) {
        long[] remaining = new long[KEYS];
        for (int key = 0; key < KEYS; key++) {
            remaining[key] = remaining(backend, key);
        }
        return remaining;
    }

    private static long used(long[] remaining) {
        return (long) KEYS * LIMIT - LongStream.of(remaining).sum();
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    private static boolean isSplit(HazelcastBackend backend, int key) {
        try {
            isAdmitted(backend, key);
            return false;
        } catch (BackendUnavailableException e) {
            return e.reason() == Reason.SPLIT;
        }
    }

    private static HazelcastBackend member(int place, int port) {
        List<String> doors =
                List.of(Links.door(0) + ":" + port, Links.door(1) + ":" + port, Links.door(2) + ":" + port);
        Map<String, String> settings = TestClusters.memberSettings("split", List.of(port), port);
        settings.put("members", String.join(",", doors));
        settings.put("expected_members", "1");
        settings.put("public_address", doors.get(place));
        settings.put("timeout", TIMEOUT);
        return HazelcastBackend.open(TestClusters.settings(settings));
    }

    @Test
    @DisplayName(
            "is unavailable on the smaller side once the split is detected, and holds the larger consumption when it is healed")
    void splitAndHealed() throws Exception {
        int port = Ports.free();
        List<HazelcastInstance> members = new ArrayList<>();
        try (Links links = new Links(3, port)) {
            startAll(members, port);
            HazelcastBackend larger = using(members.get(0), "strict", 3);
            HazelcastBackend smaller = using(members.get(MINORITY), "strict", 3);
            HazelcastBackend largerCareless = using(members.get(0), "careless", 1);
            HazelcastBackend smallerCareless = using(members.get(MINORITY), "careless", 1);
            take(larger, BEFORE);
            take(largerCareless, BEFORE);

            links.isolate(MINORITY);
            long cut = System.nanoTime();
            int[] late = new int[KEYS];
            for (int key = 0; key < KEYS; key++) {
                late[key] += admittedUntilSplit(smaller, key);
            }
            Duration detected = Duration.ofNanos(System.nanoTime() - cut);
            for (int key = 0; key < KEYS; key++) {
                assertThat(isSplit(smaller, key)).isTrue();
            }
            refusals(smaller);

            awaitAnswers(larger);
            awaitAnswers(largerCareless);
            awaitAnswers(smallerCareless);
            int[] largerTook = take(larger, 5);
            int[] largerCarelessTook = take(largerCareless, 5);
            int[] smallerCarelessTook = take(smallerCareless, 12);

            long[] leftOnLarger = remaining(largerCareless);
            long[] leftOnSmaller = remaining(smallerCareless);

            links.heal();
            long healed = System.nanoTime();
            Patience.until(
                    "one cluster again",
                    Duration.ofSeconds(90),
                    () -> members.stream().allMatch(member -> MemberContext.members(member) == 3));
            awaitAnswers(smaller);
            // On the smaller side are the keys whose backup was there; of the others it knows what it admitted itself.
            Patience.until("the larger consumption of every key", () -> {
                for (int key = 0; key < KEYS; key++) {
                    if (remaining(largerCareless, key) > Math.min(leftOnLarger[key], leftOnSmaller[key])) {
                        return false;
                    }
                }
                return true;
            });
            Duration merged = Duration.ofNanos(System.nanoTime() - healed);

            System.out.println("Split 2/1: the smaller side admitted " + sum(late) + " until it refused every key, "
                    + detected.toMillis() + " ms after the cut; one cluster with the larger consumption "
                    + merged.toMillis() + " ms after the wires were mended");
            System.out.println(
                    "Without a quorum: " + sum(largerCarelessTook) + " more admitted on the larger side, where "
                            + used(leftOnLarger) + " counted as used, and " + sum(smallerCarelessTook)
                            + " on the smaller one, where "
                            + used(leftOnSmaller) + " did; " + used(remaining(largerCareless)) + " after the merge");
            assertThat(detected).isLessThan(BOUND.multipliedBy(Patience.factor()));
            assertThat(sum(late)).isZero();
            for (int key = 0; key < KEYS; key++) {
                assertThat(remaining(smaller, key))
                        .as("remaining of key %s", key)
                        .isLessThanOrEqualTo(LIMIT - BEFORE - largerTook[key]);
            }
        } finally {
            for (HazelcastInstance member : members) {
                member.getLifecycleService().terminate();
            }
        }
    }

    /** Starts the members one after another, as the address that one listens on is a setting of the JVM. */
    private static void startAll(List<HazelcastInstance> instances, int port) {
        for (int place = 0; place < 3; place++) {
            System.setProperty(LOCAL_ADDRESS, Links.address(place));
            try {
                instances.add(member(place, port).instance());
            } finally {
                System.clearProperty(LOCAL_ADDRESS);
            }
        }
        // Until then a key may have no backup, and is counted by nobody.
        Patience.until(
                "three members at rest",
                () -> instances.stream().allMatch(instance -> TestClusters.isAtRest(instance, 3)));
    }

    private static HazelcastBackend using(HazelcastInstance instance, String namespace, int expected) {
        return HazelcastBackend.using(
                instance,
                TestClusters.settings(Map.of(
                        "namespace", namespace, "expected_members", Integer.toString(expected), "timeout", TIMEOUT)));
    }

    private static int admittedUntilSplit(HazelcastBackend backend, int key) {
        int admitted = 0;
        while (true) {
            try {
                admitted += isAdmitted(backend, key) ? 1 : 0;
            } catch (BackendUnavailableException e) {
                if (e.reason() == Reason.SPLIT) {
                    return admitted;
                }
            }
        }
    }

    private static void awaitAnswers(HazelcastBackend backend) {
        for (int key = 0; key < KEYS; key++) {
            int asked = key;
            Patience.until("an answer about key " + key, () -> remaining(backend, asked) >= 0);
        }
    }

    private static void refusals(HazelcastBackend smaller) {
        for (CounterOperation operation :
                List.of(new Peek(key(0), POLICY, 1, Deadline.NONE), new Reset(key(0), Deadline.NONE))) {
            assertThatThrownBy(() -> only(smaller, operation))
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.SPLIT))
                    .hasMessageContaining("1 of the cluster's members are left, expected 2 or more, the majority");
        }
        assertThatThrownBy(() -> smaller.counters().list("default", "split", KeyPage.START))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.SPLIT));
        assertThatThrownBy(() -> smaller.ping().toCompletableFuture().join())
                .hasCauseInstanceOf(BackendUnavailableException.class);
    }
}
