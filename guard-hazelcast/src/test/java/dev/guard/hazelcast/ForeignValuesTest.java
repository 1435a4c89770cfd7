package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Reset;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("S76 Where somebody else wrote into guard's map")
class ForeignValuesTest {

    private static final Policy POLICY = Policy.of("foreign", Limit.parse("5/1h"));

    /** Counts how often it was made from bytes. */
    static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger LOADED = new AtomicInteger();

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            LOADED.incrementAndGet();
            in.defaultReadObject();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Gadget;
        }

        @Override
        public int hashCode() {
            return 7;
        }
    }

    private static List<CounterOperation> operations(Key key) {
        return List.of(
                new Acquire(key, POLICY, 1, Deadline.NONE),
                new Peek(key, POLICY, 1, Deadline.NONE),
                new Block(key, 1_000, Deadline.NONE),
                new Reset(key, Deadline.NONE));
    }

    private static void valuesAreRefused(HazelcastInstance asked, int size) {
        Map<String, Object> values = new HashMap<>(Map.of(
                "gadget",
                new Gadget(),
                "text",
                "g1",
                "number",
                7,
                "list",
                new ArrayList<>(List.of(1)),
                "noise",
                new byte[] {1, 2, 3},
                "empty",
                new byte[0]));
        IMap<Object, Object> map = asked.getMap(HazelcastBackend.MAP);
        Map<String, String> settings = Map.of(
                "namespace", "foreign", "expected_members", Integer.toString(size), "timeout", TestClusters.TIMEOUT);
        try (HazelcastBackend backend = HazelcastBackend.using(asked, TestClusters.settings(settings))) {
            values.forEach((subject, value) -> {
                Key key = Key.of("foreign", subject);
                map.set(new KeyNames("foreign").of(key), value);
                for (CounterOperation operation : operations(key)) {
                    assertThatThrownBy(() -> backend.counters().execute(List.of(operation)))
                            .as("%s on %s", operation, subject)
                            .isInstanceOf(CorruptStateException.class);
                    assertThat(backend.counters()
                                    .submit(List.of(operation))
                                    .toCompletableFuture()
                                    .handle((answer, error) -> error)
                                    .join())
                            .isInstanceOf(CorruptStateException.class);
                }
                assertThat(map.containsKey(new KeyNames("foreign").of(key))).isTrue();
            });
            assertThat(Gadget.LOADED).hasValue(0);
        } finally {
            map.clear();
        }
    }

    @Test
    @DisplayName("every operation is a typed error, the value stays as it is, and nothing is made of it")
    void values() {
        valuesAreRefused(TestClusters.shared(1).get(0).instance(), 1);
    }

    @Test
    @Tag("slow")
    @DisplayName("it is the same where the owner is another member, and through a client")
    void elsewhere() {
        valuesAreRefused(TestClusters.shared(2).get(0).instance(), 2);
        valuesAreRefused(TestClusters.client(2), 2);
    }

    @Test
    @DisplayName("a listing passes over keys that are no text, and makes nothing of them")
    void keys() {
        HazelcastInstance member = TestClusters.shared(1).get(0).instance();
        IMap<Object, Object> map = member.getMap(HazelcastBackend.MAP);
        Map<String, String> settings =
                Map.of("namespace", "foreign", "expected_members", "1", "timeout", TestClusters.TIMEOUT);
        try (HazelcastBackend backend = HazelcastBackend.using(member, TestClusters.settings(settings))) {
            map.set(new Gadget(), new Gadget());
            map.set(7, "seven");
            map.set("foreign:g1:c:default:foreigner:bob", new byte[0]);
            Key key = Key.of("foreign", "alice");
            backend.counters().execute(List.of(new Acquire(key, POLICY, 1, Deadline.NONE)));
            List<Key> keys = new ArrayList<>();
            Optional<String> cursor = Optional.of(KeyPage.START);
            while (cursor.isPresent()) {
                KeyPage page = backend.counters().list(key.tenant(), key.policy(), cursor.get());
                keys.addAll(page.keys());
                cursor = page.next();
            }
            assertThat(keys).containsExactly(key);
            assertThat(Gadget.LOADED).hasValue(0);
        } finally {
            map.clear();
        }
    }

    @Test
    @DisplayName("a member that guard started refuses to make Java objects of bytes at all")
    void filter() {
        IMap<String, Object> map = TestClusters.shared(1).get(0).instance().getMap("somebody-elses");
        map.set("gadget", new Gadget());
        assertThatThrownBy(() -> map.get("gadget")).isInstanceOf(HazelcastSerializationException.class);
        assertThat(Gadget.LOADED).hasValue(0);
        map.destroy();
    }
}
