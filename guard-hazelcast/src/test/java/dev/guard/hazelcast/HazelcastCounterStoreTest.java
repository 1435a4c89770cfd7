package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Key;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Counters in Hazelcast, when the members' time is not what it was thought to be")
class HazelcastCounterStoreTest {

    private static final Policy POLICY = Policy.of("api", Limit.parse("10/1h fixed"));
    private static final long HOUR = 3_600_000_000L;

    private final HazelcastInstance instance = TestClusters.shared(1).get(0).instance();
    private final ClusterTime time = new ClusterTime(Optional.empty(), System::nanoTime);
    private final HazelcastCounterStore store = new HazelcastCounterStore(
            instance,
            new KeyNames("late"),
            DecisionSource.of(HazelcastBackend.NAME, FailureMode.STRICT_DISTRIBUTED),
            time,
            1,
            Duration.ofSeconds(30).toNanos());

    @AfterEach
    void close() {
        store.close();
    }

    private static Acquire acquire(String subject, Deadline deadline) {
        return new Acquire(Key.of("api", subject), POLICY, 1, deadline);
    }

    private Deadline inAMinute() {
        return Deadline.after(System.nanoTime(), Duration.ofMinutes(1).toNanos());
    }

    /** As if the member that was asked before had been an hour behind the one that is asked now. */
    private void thinkOfMembersAnHourAgo() {
        time.retold(MemberContext.of(instance).micros() - HOUR);
    }

    @Test
    @DisplayName("a call that a member takes for late, and that is not, is sent again and counts once")
    void blocking() {
        thinkOfMembersAnHourAgo();
        Outcome first = store.execute(List.of(acquire("blocking", inAMinute()))).get(0);
        assertThat(((Decision) first).remaining()).isEqualTo(9);
        Outcome second =
                store.execute(List.of(acquire("blocking", inAMinute()))).get(0);
        assertThat(((Decision) second).remaining()).isEqualTo(8);
    }

    @Test
    @DisplayName("the same of an asynchronous call about two keys, of which each is sent again by itself")
    void asynchronous() {
        thinkOfMembersAnHourAgo();
        List<Outcome> outcomes = store.submit(List.of(acquire("one", inAMinute()), acquire("two", inAMinute())))
                .toCompletableFuture()
                .join();
        assertThat(outcomes)
                .extracting(outcome -> ((Decision) outcome).remaining())
                .containsExactly(9L, 9L);
    }

    @Test
    @DisplayName("a call whose deadline has passed is late, and is not sent again")
    void late() {
        thinkOfMembersAnHourAgo();
        Deadline passed = Deadline.after(System.nanoTime(), -1_000_000);
        assertThat(store.execute(List.of(acquire("late", passed))).get(0)).isInstanceOf(Late.class);
        assertThat(((Decision) store.execute(List.of(acquire("late", inAMinute())))
                                .get(0))
                        .remaining())
                .isEqualTo(9);
    }
}
