package dev.guard.memory;

import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.counter.CounterStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The embedded backend. It starts no thread, opens no socket, and never blocks a caller for another's sake but for the
 * moment in which a key is added or dropped.
 *
 * <p>Setting {@value #MAX_KEYS}: the most keys of one policy that are remembered at a time, 1 to 2<sup>30</sup>, {@value
 * #DEFAULT_MAX_KEYS} where it is not set. A key whose limits are as if unused is forgotten; when none is, calls for keys
 * that are not known yet are denied for the reason {@code CAPACITY}, and no counter is ever dropped to make room.
 */
public final class MemoryBackend implements Backend {

    /** The name by which configurations choose the backend. */
    public static final String NAME = "memory";

    /** The setting of the most keys of one policy. */
    public static final String MAX_KEYS = "max_keys_per_policy";

    /** The most keys of one policy where it is not set. */
    public static final long DEFAULT_MAX_KEYS = 1_000_000;

    private final MemoryCounterStore counters;
    private final long maxKeys;

    private MemoryBackend(MemoryCounterStore counters, long maxKeys) {
        this.counters = counters;
        this.maxKeys = maxKeys;
    }

    /**
     * Opens a backend of its own, which shares nothing with another.
     *
     * @throws GuardConfigurationException if a setting is unknown or malformed
     */
    public static MemoryBackend open(BackendSettings settings) {
        settings.requireKnown(List.of(MAX_KEYS));
        long maxKeys = settings.number(MAX_KEYS, DEFAULT_MAX_KEYS, 1, 1L << 30);
        MemoryClock clock = settings.time().map(MemoryClock::of).orElseGet(MemoryClock::system);
        return new MemoryBackend(new MemoryCounterStore(clock, settings.source(), maxKeys), maxKeys);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public CounterStore counters() {
        return counters;
    }

    @Override
    public CompletionStage<Void> ping() {
        try {
            counters.requireOpen();
            return CompletableFuture.completedFuture(null);
        } catch (GuardClosedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What memory forgets, and who does not share it. Nothing is asked, and nothing refuses. */
    @Override
    public CompletionStage<Audit> audit() {
        return CompletableFuture.completedFuture(new Audit(
                List.of(
                        Finding.info(
                                "persistence",
                                "counters are in the memory of this process",
                                "a restart forgets all of them, and everybody begins anew"),
                        Finding.info(
                                "sharing",
                                "no other process shares these counters",
                                "two instances admit up to twice the limit, and each more the limit once more"),
                        Finding.info(
                                "memory",
                                "each policy has room for " + maxKeys + " keys at a time (" + MAX_KEYS + ")",
                                "when it is full of keys in use, calls for others are denied, and none is forgotten")),
                List.of("memory")));
    }

    @Override
    public void close() {
        counters.close();
    }
}
