package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import dev.guard.domain.backend.StoreRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("B1 Before it begins a guard looks at its store, and")
class StartupAuditTest {

    private static final Finding EVICTS = Finding.refuse("eviction", "it evicts", "counters go", "let it not");
    private static final Finding PLAIN = Finding.warn("connection", "it is plaintext", "it is read", "use TLS");

    private static Supplier<CompletionStage<Audit>> found(Finding... findings) {
        return () -> CompletableFuture.completedFuture(new Audit(List.of(findings), List.of("redis")));
    }

    private static Supplier<CompletionStage<Audit>> failed(Throwable error) {
        return () -> CompletableFuture.failedFuture(error);
    }

    private final TestBackend backend = TestBackend.shared("test");
    private final List<String> openings = new ArrayList<>();

    /** Opens the one backend. */
    private final BackendProvider provider = new BackendProvider() {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public Backend open(BackendSettings settings) {
            openings.add("open");
            return backend;
        }

        @Override
        public Backend openForAudit(BackendSettings settings) {
            openings.add("audit");
            return backend;
        }
    };

    private Guard.Builder builder() {
        return Guard.builder().provider(provider).localProvider(new TestBackend.Provider("memory", false));
    }

    @Test
    @DisplayName(
            "in strict mode refuses one that can lose what was counted, with the reason and the mend, and closes it")
    void strict() {
        backend.found(found(PLAIN, EVICTS));
        assertThatThrownBy(() -> builder().build())
                .isInstanceOfSatisfying(
                        StoreRefusedException.class,
                        e -> assertThat(e.findings()).containsExactly(EVICTS))
                .hasMessage("it evicts: counters go; let it not");
        assertThat(backend.timesClosed()).isEqualTo(1);
    }

    @Test
    @DisplayName("refuses a backend that was handed in as well, and leaves it open")
    void handedIn() {
        backend.found(found(EVICTS));
        assertThatThrownBy(() -> Guard.builder().backend(backend).build()).isInstanceOf(StoreRefusedException.class);
        assertThat(backend.timesClosed()).isZero();
    }

    @Test
    @DisplayName("begins with one that is only to be warned of, or of which nothing is known")
    void begins() {
        backend.found(found(PLAIN, Finding.unknown("memory", "it does not say", "nobody knows", "ask")));
        builder().build().close();
        backend.found(backend::unlooked);
        builder().build().close();
        assertThat(openings).containsExactly("open", "open");
    }

    @Test
    @DisplayName("in degraded mode begins all the same, as it would without the store")
    void degraded() {
        backend.found(found(EVICTS));
        try (Guard guard = builder().whenUnavailable(Degradation.share(2)).build()) {
            assertThat(guard.mode()).isEqualTo(FailureMode.EXPLICIT_DEGRADED);
            assertThat(guard.stats().degraded()).isFalse();
        }
    }

    @Test
    @DisplayName("does not begin without an answer; in degraded mode that is an outage that there is at the start")
    void unavailable() {
        backend.found(failed(new BackendUnavailableException(Reason.TIMEOUT, "no answer")));
        assertThatThrownBy(() -> builder().build()).isInstanceOf(BackendUnavailableException.class);
        assertThat(backend.timesClosed()).isEqualTo(1);
        try (Guard guard = builder().whenUnavailable(Degradation.share(2)).build()) {
            assertThat(guard.stats().circuitOpen()).isTrue();
        }
        assertThat(backend.timesClosed()).isEqualTo(2);
    }

    @Test
    @DisplayName("takes a look that fails by itself for one that says nothing")
    void failing() {
        backend.found(failed(new IllegalStateException("a fault")));
        builder().build().close();
        assertThat(builder().audit().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.UNKNOWN);
            assertThat(finding.found()).contains("IllegalStateException").doesNotContain("a fault");
        });
        backend.found(() -> {
            throw new IllegalStateException("a fault");
        });
        builder().build().close();
    }

    @Test
    @DisplayName("is asked for the look alone: all findings, nothing refused, the store opened for that and closed")
    void lookAlone() {
        backend.found(found(EVICTS, PLAIN));
        Audit audit = builder().audit();
        assertThat(audit.findings()).containsExactly(EVICTS, PLAIN);
        assertThat(openings).containsExactly("audit");
        assertThat(backend.timesClosed()).isEqualTo(1);

        Guard.builder().backend(backend).audit();
        assertThat(backend.timesClosed()).isEqualTo(1);

        BackendProvider old = new BackendProvider() {
            @Override
            public String name() {
                return "old";
            }

            @Override
            public Backend open(BackendSettings settings) {
                throw new StoreRefusedException(List.of(EVICTS));
            }
        };
        assertThat(Guard.builder().provider(old).audit().findings()).containsExactly(EVICTS);
    }

    @Test
    @DisplayName("has sentences of what a store promises, for each kind that a backend names")
    void sentences() {
        assertThat(Consistency.all().keySet()).containsExactly("memory", "redis", "redis-replicas", "hazelcast");
        assertThat(Consistency.all().values())
                .allSatisfy(sentences -> assertThat(sentences)
                        .isNotEmpty()
                        .allSatisfy(
                                sentence -> assertThat(sentence).endsWith(".").doesNotContain("  ")));
        assertThat(Consistency.of(new Audit(List.of(), List.of("redis", "redis-replicas"))))
                .containsAll(Consistency.all().get("redis"))
                .containsAll(Consistency.all().get("redis-replicas"))
                .hasSize(6);
        assertThat(Consistency.of(new Audit(List.of(), List.of("mine")))).isEmpty();
    }
}
