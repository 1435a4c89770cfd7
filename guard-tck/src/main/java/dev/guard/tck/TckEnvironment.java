package dev.guard.tck;

import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.BackendSettings;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the kit asks a backend to be opened with. Two backends that are opened with the same {@link #namespace} are two clients
 * of the same store, if they share one at all; with different ones they have nothing in common.
 */
public final class TckEnvironment {

    private static final AtomicLong NAMESPACES = new AtomicLong(new SecureRandom().nextLong() >>> 24);

    private final String namespace;
    private final Optional<InstantSource> storeTime;
    private final InstantSource clientClock;

    TckEnvironment(String namespace, Optional<InstantSource> storeTime, InstantSource clientClock) {
        this.namespace = namespace;
        this.storeTime = storeTime;
        this.clientClock = clientClock;
    }

    /** An environment of a namespace that was never used, whose store goes by its own clock. */
    static TckEnvironment fresh() {
        String namespace = "tck" + Long.toString(NAMESPACES.incrementAndGet(), Character.MAX_RADIX);
        return new TckEnvironment(namespace, Optional.empty(), InstantSource.system());
    }

    /** The same environment, whose store believes in {@code time}. */
    TckEnvironment withStoreTime(InstantSource time) {
        return new TckEnvironment(namespace, Optional.of(time), clientClock);
    }

    /** The environment of another client of the same store, whose own clock is this one. */
    TckEnvironment withClientClock(InstantSource clock) {
        return new TckEnvironment(namespace, storeTime, clock);
    }

    /** The name under which the backend keeps its state, letters and digits: empty when it is used for the first time. */
    public String namespace() {
        return namespace;
    }

    /** The time that the store must believe in; empty where it goes by its own clock. */
    public Optional<InstantSource> storeTime() {
        return storeTime;
    }

    /**
     * What this client's own clock says. Some rules set it wrong. A backend that goes by its store's clock, as it must, needs it
     * for nothing.
     */
    public InstantSource clientClock() {
        return clientClock;
    }

    /** The settings of a backend of that name with these values, in a mode that suits it, believing in {@link #storeTime}. */
    public BackendSettings settings(String backend, FailureMode mode, Map<String, String> values) {
        BackendSettings settings = BackendSettings.of(backend, values).withMode(mode);
        return storeTime.map(settings::withTime).orElse(settings);
    }
}
