package dev.guard.domain.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.counter.CounterStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A backend")
class BackendTest {

    /** One that knows no more than it must. */
    private static final class Plain implements Backend {
        private final CompletableFuture<Void> ping = new CompletableFuture<>();

        @Override
        public String name() {
            return "plain";
        }

        @Override
        public boolean isShared() {
            return true;
        }

        @Override
        public CounterStore counters() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> ping() {
            return ping;
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    @Test
    @DisplayName("is probed by a ping, unless it knows better")
    void probe() {
        Plain backend = new Plain();
        assertThat(backend.probe()).isSameAs(backend.ping());
    }
}
