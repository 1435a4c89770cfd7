package dev.guard.server;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.FailureMode;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Outcome;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterStore;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A shared store as a test wants it: counters in memory that fail, or keep their answers back, while they are told to. */
final class SwitchableBackend implements Backend {

    private static final Supplier<CompletableFuture<Void>> UP = () -> CompletableFuture.completedFuture(null);

    private final String name;
    private final Backend memory;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Supplier<CompletableFuture<Void>> gate = UP;

    SwitchableBackend(String name) {
        this.name = name;
        this.memory = ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals("memory"))
                .findFirst()
                .orElseThrow()
                .open(BackendSettings.of("memory", Map.of()).withMode(FailureMode.LOCAL_ONLY));
    }

    /** From now on nothing is answered but this failure. */
    void failWith(RuntimeException failure) {
        gate = () -> CompletableFuture.failedFuture(failure);
    }

    /** From now on nothing is answered but an outage, with a detail that nobody outside may see. */
    void goAway() {
        failWith(new BackendUnavailableException(
                BackendUnavailableException.Reason.CONNECTION_LOST, "redis://:hunter2@10.0.0.5:6379 is gone"));
    }

    /** From now on even the calls themselves throw. */
    void throwAtOnce(RuntimeException failure) {
        gate = () -> {
            throw failure;
        };
    }

    /** From now on the calls end in an error of the JVM. */
    void breakDown(Error error) {
        gate = () -> {
            throw error;
        };
    }

    /** From now on answers are kept back until the future is complete. */
    CompletableFuture<Void> keepBack() {
        CompletableFuture<Void> held = new CompletableFuture<>();
        gate = () -> held;
        return held;
    }

    /** How often the counters were asked. */
    int asked() {
        return asked.get();
    }

    void comeBack() {
        gate = UP;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public CounterStore counters() {
        return new CounterStore() {
            @Override
            public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
                asked.incrementAndGet();
                return gate.get().thenCompose(open -> memory.counters().submit(operations));
            }

            @Override
            public CompletionStage<KeyPage> submitList(String tenant, String policy, String cursor) {
                return gate.get().thenCompose(open -> memory.counters().submitList(tenant, policy, cursor));
            }
        };
    }

    @Override
    public CompletionStage<Void> ping() {
        return gate.get();
    }

    @Override
    public void close() {
        memory.close();
    }
}
