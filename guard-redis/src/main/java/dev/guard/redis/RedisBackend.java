package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.GuardException;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.backend.StoreRefusedException;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterStore;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The part of a Redis backend that does not depend on the client. Subclasses are the backends that applications open; they add the
 * client.
 *
 * <p>Setting {@value #NAMESPACE}: what the names of all keys begin with, {@value #DEFAULT_NAMESPACE} where it is not set: 1 to 64
 * of {@code A-Z a-z 0-9 . _ ~ -}. Deployments that share a server and must not share their state differ in it.
 */
public abstract class RedisBackend implements Backend {

    /** The setting of the namespace. */
    public static final String NAMESPACE = "namespace";

    /** The namespace where it is not set. */
    public static final String DEFAULT_NAMESPACE = "guard";

    /** The setting of the server's URL, see {@link RedisUrl}. */
    public static final String URL = "url";

    private static final int LONGEST_NAMESPACE = 64;
    private static final byte[] PING = "PING".getBytes(StandardCharsets.US_ASCII);

    /** The policy of a key that is looked at when a backend is opened, and never written. */
    private static final Policy START = Policy.of("guard-start", Limit.parse("1/1s"));

    private final String name;
    private final RedisDriver driver;
    private final RedisCounterStore counters;
    private final RedisAudit look;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Makes a backend of a driver, which it closes when it is closed.
     *
     * @param name the backend's name
     * @param settings the settings, from which the namespace, the time and the mode are taken
     * @param url where the servers are; empty where a client was handed in
     */
    protected RedisBackend(String name, BackendSettings settings, Optional<RedisUrl> url, RedisDriver driver) {
        this.name = name;
        this.driver = driver;
        KeyLayout layout = new KeyLayout(namespace(settings));
        this.look = new RedisAudit(
                driver, url, layout.write(START.key(Key.DEFAULT_TENANT, "")).key(), InstantSource.system());
        this.counters = new RedisCounterStore(
                driver, layout, settings.source(), new StoreClock(settings.time(), System::nanoTime));
    }

    /**
     * The namespace of the settings.
     *
     * @throws GuardConfigurationException if it is malformed
     */
    static String namespace(BackendSettings settings) {
        String namespace = settings.text(NAMESPACE).orElse(DEFAULT_NAMESPACE);
        boolean wellFormed = !namespace.isEmpty()
                && namespace.length() <= LONGEST_NAMESPACE
                && namespace.chars().allMatch(KeyLayout::isPlain);
        if (!wellFormed) {
            throw new GuardConfigurationException(settings.fullName(NAMESPACE) + " is '" + namespace
                    + "', expected 1 to " + LONGEST_NAMESPACE + " of A-Z, a-z, 0-9 and . _ ~ -");
        }
        return namespace;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final boolean isShared() {
        return true;
    }

    @Override
    public final CounterStore counters() {
        return counters;
    }

    /** Asks every server that keys are on. */
    @Override
    public final CompletionStage<Void> ping() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        try {
            var unused = CompletableFuture.allOf(pings().toArray(CompletableFuture<?>[]::new))
                    .whenComplete((all, error) -> {
                        if (error != null) {
                            result.completeExceptionally(RedisErrors.translated(error));
                        } else {
                            result.complete(null);
                        }
                    });
        } catch (RuntimeException e) {
            result.completeExceptionally(RedisErrors.translated(e));
        }
        return result;
    }

    /** Asks every server that keys are on, and is content with one. */
    @Override
    public final CompletionStage<Void> probe() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        try {
            List<CompletableFuture<?>> pings = pings();
            AtomicInteger left = new AtomicInteger(pings.size());
            for (CompletableFuture<?> ping : pings) {
                var unused = ping.whenComplete((pong, error) -> {
                    if (error == null) {
                        result.complete(null);
                    } else if (left.decrementAndGet() == 0) {
                        result.completeExceptionally(RedisErrors.translated(error));
                    }
                });
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(RedisErrors.translated(e));
        }
        return result;
    }

    /** Asks every server that keys are on what it says of itself, and tries there what guard does. */
    @Override
    public final CompletionStage<Audit> audit() {
        CompletableFuture<Audit> result = new CompletableFuture<>();
        try {
            counters.requireOpen();
            var unused = look.look().whenComplete((audit, error) -> {
                if (error != null) {
                    result.completeExceptionally(RedisErrors.translated(error));
                } else {
                    result.complete(audit);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(RedisErrors.translated(e));
        }
        return result;
    }

    /** One for each server; there is at least one. */
    private List<CompletableFuture<?>> pings() {
        counters.requireOpen();
        List<CompletableFuture<?>> pings = new ArrayList<>();
        for (RedisDriver.Node node : driver.nodes()) {
            pings.add(node.submit(PING).toCompletableFuture());
        }
        return pings;
    }

    /**
     * Runs what opens a driver, so that its errors are guard's own.
     *
     * @throws BackendUnavailableException if the server does not answer, or refuses
     */
    protected static <D extends RedisDriver> D connected(Supplier<D> connect) {
        try {
            return connect.get();
        } catch (RuntimeException e) {
            if (RedisErrors.translated(e) instanceof RuntimeException translated) {
                throw translated;
            }
            throw e;
        }
    }

    /**
     * Asks once whether the server is one that guard can work with: new enough, and running guard's scripts for us. The first decision, for
     * which all classes have to be loaded, is made here, where it has no deadline.
     *
     * @throws BackendUnavailableException if it does not answer, or refuses scripts
     * @throws StoreRefusedException if it is too old
     */
    protected final void requireSupportedServer() {
        try {
            ServerVersion.require(driver, counters::told);
            counters.execute(List.of(new Peek(START.key(Key.DEFAULT_TENANT, ""), START, 1, Deadline.NONE)));
        } catch (GuardException e) {
            close();
            throw e;
        } catch (RuntimeException e) {
            close();
            Throwable translated = RedisErrors.translated(e);
            if (translated instanceof RuntimeException plain) {
                throw plain;
            }
            throw e;
        }
    }

    @Override
    public final void close() {
        counters.close();
        if (closed.compareAndSet(false, true)) {
            driver.close();
        }
    }
}
