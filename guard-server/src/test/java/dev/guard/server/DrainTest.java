package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.api.Guard;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a server stops. */
@Timeout(120)
class DrainTest {

    private static final String CHECK = "GET /v1/check?policy=demo HTTP/1.1\r\nHost: test\r\n\r\n";

    private final SwitchableBackend store = new SwitchableBackend("redis-lettuce");
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.over(
                Guard.builder()
                        .backend(store)
                        .deadline(Duration.ofMinutes(1))
                        .directCompletion()
                        .build(),
                List.of(Policy.of("demo", Limit.parse("2/1h fixed"))));
    }

    @AfterEach
    void stop() {
        store.comeBack();
        server.close();
        store.close();
    }

    /** Sends a question that the store keeps back, and waits until it is there. */
    private CompletableFuture<Void> keepBack(RawConnection connection, String more) throws Exception {
        int before = store.asked();
        CompletableFuture<Void> held = store.keepBack();
        connection.send(CHECK + more);
        Patience.until("the question is with the store", () -> store.asked() > before);
        return held;
    }

    @Test
    @DisplayName("A server that stops answers what is in flight, and is not ready any more for what comes behind that")
    void in_flight() throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            CompletableFuture<Void> held = keepBack(connection, "GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n");
            CompletableFuture<Void> drained =
                    CompletableFuture.runAsync(() -> server.server().drain(Patience.SOON));
            Patience.until("it accepts nothing", () -> ProcessTest.refuses(server.port()));
            assertThat(drained).isNotDone();

            held.complete(null);
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ").contains("r=1");
            assertThat(connection.rest(Patience.SOON)).doesNotContain(" 200 ");
            drained.join();
        }
    }

    @Test
    @DisplayName("A request that does not end is cut off when the time to drain is over, and is answered nothing")
    void cut_off() throws Exception {
        try (RawConnection connection = new RawConnection(server.port())) {
            CompletableFuture<Void> held = keepBack(connection, "");
            server.server().drain(Duration.ofMillis(200));

            assertThat(connection.rest(Patience.SOON)).isEmpty();
            held.complete(null);
        }
    }

    @Test
    @DisplayName(
            "A connection is not taken for idle while its question is with the store, however long it had been idle")
    void patient_with_the_store() throws Exception {
        Guard guard = Guard.builder()
                .backend(store)
                .deadline(Duration.ofMinutes(1))
                .directCompletion()
                .build();
        try (TestServer impatient = TestServer.over(
                        guard,
                        List.of(Policy.of("demo", Limit.parse("2/1h fixed"))),
                        it -> new Listening(
                                it.host(), it.port(), it.maxBody(), Duration.ofSeconds(3), it.trustedCallers()));
                RawConnection connection = new RawConnection(impatient.port());
                RawConnection silent = new RawConnection(impatient.port())) {
            java.util.concurrent.locks.LockSupport.parkNanos(1_500_000_000);
            CompletableFuture<Void> held = keepBack(connection, "");
            assertThat(silent.rest(Patience.SOON)).isEmpty();

            held.complete(null);
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ");
        }
    }
}
