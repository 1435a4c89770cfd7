package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.map.IMap;
import com.hazelcast.spi.impl.SerializationServiceSupport;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.MergingExpirationTime;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterMerge;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterStateCodec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What becomes of a key that both sides of a split counted")
class LargerConsumptionTest {

    private static final Policy POLICY = Policy.of("api", Limit.parse("10/1h fixed"));
    private static final long HOUR_MILLIS = 3_600_000;

    private final HazelcastInstance instance = TestClusters.shared(1).get(0).instance();
    private final IMap<String, byte[]> map = instance.getMap(HazelcastBackend.MAP);
    private final LargerConsumption<Entry> policy = new LargerConsumption<>();

    /** What Hazelcast tells of an entry of one side. */
    private record Entry(String key, Data data, Object value, long expirationTime)
            implements MergingEntry<Object, Object>, MergingExpirationTime {
        @Override
        public Object getKey() {
            return key;
        }

        @Override
        public Object getRawKey() {
            return key;
        }

        @Override
        public Object getRawValue() {
            return data;
        }

        @Override
        public Object getDeserializedValue() {
            return value;
        }

        @Override
        public long getExpirationTime() {
            return expirationTime;
        }
    }

    private Entry entry(String key, Object value, long expirationTime) {
        Data data = ((SerializationServiceSupport) instance)
                .getSerializationService()
                .toData(value);
        return new Entry(key, data, value, expirationTime);
    }

    /** The bytes of a key of which so many permits are taken, and that Hazelcast knows by the name. */
    private byte[] taken(String subject, int permits) {
        try (HazelcastBackend backend = HazelcastBackend.using(
                instance,
                TestClusters.settings(
                        Map.of("namespace", "merge", "expected_members", "1", "timeout", TestClusters.TIMEOUT)))) {
            for (int i = 0; i < permits; i++) {
                Object decision = backend.counters()
                        .execute(List.of(new Acquire(Key.of("api", subject), POLICY, 1, Deadline.NONE)))
                        .get(0);
                assertThat(((Decision) decision).allowed()).isTrue();
            }
        }
        return map.get(name(subject));
    }

    private static String name(String subject) {
        return new KeyNames("merge").of(Key.of("api", subject));
    }

    @Test
    @DisplayName("is kept for as long as it counts, even where Hazelcast would forget it with the smaller side's")
    void expiry() {
        policy.setHazelcastInstance(instance);
        byte[] ours = taken("expiry", 3);
        byte[] theirs = taken("other", 2);
        String name = name("expiry");
        long now = System.currentTimeMillis();

        byte[] merged = CounterStateCodec.encode(
                CounterMerge.merged(CounterStateCodec.decode(ours), CounterStateCodec.decode(theirs)));
        // What Hazelcast does with it, before anything else can happen to the key.
        map.set(name, merged, 20, TimeUnit.SECONDS);
        assertThat(policy.merge(entry(name, theirs, now + 1_000), entry(name, ours, now + HOUR_MILLIS)))
                .isEqualTo(merged);

        Patience.until(
                "it is kept until its window ends",
                () -> map.getEntryView(name).getExpirationTime() > now + HOUR_MILLIS / 60 * 55);
        assertThat(map.get(name)).isEqualTo(merged);
        assertThat(CounterStateCodec.decode(merged).expiresAt() / 1_000)
                .isLessThanOrEqualTo(map.getEntryView(name).getExpirationTime());
    }

    @Test
    @DisplayName("is the larger side's where a value is none of guard's, and is not deserialized")
    void foreign() {
        byte[] ours = taken("foreign", 3);
        String name = name("foreign");
        Entry existing = entry(name, ours, Long.MAX_VALUE);
        assertThat(policy.merge(entry(name, "a text", Long.MAX_VALUE), existing))
                .isSameAs(existing.data());
        assertThat(policy.merge(entry(name, new byte[] {9, 9, 9}, Long.MAX_VALUE), existing))
                .isSameAs(existing.data());
        Entry stranger = entry(name, "a text", Long.MAX_VALUE);
        assertThat(policy.merge(existing, stranger)).isSameAs(stranger.data());
    }

    @Test
    @DisplayName("is what the smaller side had, where the larger one had nothing")
    void onlyTheirs() {
        String name = name("only theirs");
        Entry theirs = entry(name, taken("only theirs", 1), Long.MAX_VALUE);
        assertThat(policy.merge(theirs, null)).isSameAs(theirs.data());
    }
}
