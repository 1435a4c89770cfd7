package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.BackendProvider;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The choice of a backend")
class BackendsTest {

    private static final BackendProvider MEMORY = new TestBackend.Provider("memory", false);
    private static final BackendProvider LETTUCE = new TestBackend.Provider("redis-lettuce", true);
    private static final BackendProvider JEDIS = new TestBackend.Provider("redis-jedis", true);

    @Test
    @DisplayName("is the only shared one on the class path, and never memory by itself")
    void theOnlySharedOne() {
        assertThat(Backends.choose(null, List.of(LETTUCE))).isSameAs(LETTUCE);
        assertThat(Backends.choose(null, List.of(MEMORY, LETTUCE))).isSameAs(LETTUCE);
    }

    @Test
    @DisplayName("is the one that is named")
    void theNamedOne() {
        List<BackendProvider> all = List.of(MEMORY, LETTUCE, JEDIS);
        assertThat(Backends.choose("memory", all)).isSameAs(MEMORY);
        assertThat(Backends.choose("redis-jedis", all)).isSameAs(JEDIS);
    }

    @Test
    @DisplayName("fails where there is none, and says what to add")
    void none() {
        String message = "no shared backend is on the class path; add dev.guard:guard-redis-lettuce,"
                + " dev.guard:guard-redis-jedis or dev.guard:guard-hazelcast, or ask for backend memory with mode local_only";
        assertThatThrownBy(() -> Backends.choose(null, List.of()))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Backends.choose(null, List.of(MEMORY)))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(message);
    }

    @Test
    @DisplayName("fails where there are two, and names them and the setting")
    void two() {
        assertThatThrownBy(() -> Backends.choose(null, List.of(LETTUCE, MEMORY, JEDIS)))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(
                        "backend is not set, and the class path has redis-jedis, redis-lettuce; set it to one of them");
    }

    @Test
    @DisplayName("fails for a name that nobody has, and names the artifact")
    void unknown() {
        assertThatThrownBy(() -> Backends.choose("hazelcast", List.of(MEMORY, LETTUCE)))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("backend is 'hazelcast', and the class path has only memory, redis-lettuce;"
                        + " add dev.guard:guard-hazelcast, or name another");
        assertThatThrownBy(() -> Backends.choose("memory", List.of()))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage(
                        "backend is 'memory', and the class path has none; add dev.guard:guard-memory, or name another");
    }

    @Test
    @DisplayName("fails where two providers have one name, also if neither is asked for")
    void twins() {
        BackendProvider twin = new TestBackend.Provider("memory", false);
        String type = TestBackend.Provider.class.getName();
        for (String name : new String[] {"memory", null}) {
            assertThatThrownBy(() -> Backends.choose(name, List.of(MEMORY, LETTUCE, twin)))
                    .isInstanceOf(GuardConfigurationException.class)
                    .hasMessage("two providers call their backend 'memory', " + type + " and " + type
                            + "; remove one of them from the class path");
        }
    }

    @Test
    @DisplayName("looks at the class path of this module, which has none")
    void discovery() {
        assertThatThrownBy(() -> Guard.builder().build())
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageStartingWith("no shared backend is on the class path; add");
        assertThatThrownBy(Guard::inMemory)
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContaining("add dev.guard:guard-memory");
        assertThatThrownBy(() -> Guard.inMemory(new ManualTime()))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContaining("add dev.guard:guard-memory");
        assertThatThrownBy(() -> Guard.builder()
                        .backend("redis-jedis")
                        .mode(FailureMode.LOCAL_ONLY)
                        .build())
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContaining("add dev.guard:guard-redis-jedis");
    }
}
