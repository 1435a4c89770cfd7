package dev.guard.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.InvalidConfigurationException;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.SSLConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.spi.properties.ClusterProperty;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counters in the memory of a Hazelcast cluster: this process is a member of it, or a client, or brings the instance that the
 * application has. Each decision is one entry processor on the member that owns the key.
 *
 * <p>Calls are answered while the majority of the expected members is there, and are {@code SPLIT} otherwise.
 *
 * <p>Settings, each {@code backends.hazelcast.…}:
 *
 * <ul>
 *   <li>{@code mode}: {@code member}, where it is not set, or {@code client}
 *   <li>{@code members}: the addresses of all members, with commas between; required
 *   <li>{@code expected_members}: how many members there are when all are up; as many as {@code members} names where it is not set
 *   <li>{@code bind}, {@code port}: where a member listens, 127.0.0.1 and 5701 where they are not set
 *   <li>{@code public_address}: where others reach a member, if that is another address
 *   <li>{@code backups}: on how many other members a member's keys are kept, 0 to 6; 1 where it is not set
 *   <li>{@code cluster}: the name of the cluster, which all members and clients have in common; {@code guard} where it is not set
 *   <li>{@code namespace}: what the names of all keys begin with; {@code guard} where it is not set
 *   <li>{@code timeout}: how long a call may take, {@code 1s} where it is not set
 *   <li>{@code start_timeout}: how long {@link #open} waits for the majority, {@code 30s} where it is not set
 * </ul>
 */
public final class HazelcastBackend implements Backend {

    /** The name by which configurations choose the backend. */
    public static final String NAME = "hazelcast";

    /** The map that all counters are in. */
    public static final String MAP = "guard-counters";

    private static final Logger LOGGER = LoggerFactory.getLogger(HazelcastBackend.class);
    private static final long PAUSE_NANOS = 50_000_000;

    private final HazelcastInstance instance;
    private final boolean owned;
    private final HazelcastSettings settings;
    private final HazelcastCounterStore counters;
    private final AtomicBoolean closed = new AtomicBoolean();

    private HazelcastBackend(
            HazelcastInstance instance, boolean owned, HazelcastSettings settings, BackendSettings given) {
        this.instance = instance;
        this.owned = owned;
        this.settings = settings;
        this.counters = new HazelcastCounterStore(
                instance,
                new KeyNames(settings.namespace()),
                given.source(),
                new ClusterTime(given.time(), System::nanoTime),
                settings.quorum(),
                settings.timeoutNanos());
    }

    /**
     * Starts a member, or a client, and waits until the majority of the members is there. A member takes seconds to start.
     *
     * @throws GuardConfigurationException if a setting is unknown, missing or malformed, or the members do not know guard's classes
     * @throws BackendUnavailableException if the cluster cannot be joined or reached, or its majority does not come in time
     */
    public static HazelcastBackend open(BackendSettings settings) {
        HazelcastSettings checked = HazelcastSettings.toOpen(settings);
        HazelcastInstance instance;
        try {
            instance = checked.client() ? Instances.client(checked) : Instances.member(checked);
        } catch (InvalidConfigurationException e) {
            throw new GuardConfigurationException("Hazelcast refuses its configuration: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Hazelcast has no types for a port in use, or an address that this machine has not.
            throw new BackendUnavailableException(
                    Reason.CONNECT,
                    checked.client()
                            ? "no Hazelcast client could be started: " + e.getMessage()
                            : "no Hazelcast member could be started at " + settings.fullName(HazelcastSettings.BIND)
                                    + " "
                                    + checked.bind() + " and " + settings.fullName(HazelcastSettings.PORT) + " "
                                    + checked.port() + ", expected an address of this machine and a free port: "
                                    + e.getMessage(),
                    e);
        }
        return started(instance, checked, settings);
    }

    /**
     * Makes a backend of an instance that the application has, a member or a client, and never shuts it down. How the cluster is
     * joined and when members are missed is up to the instance's settings; the members' property {@code
     * hazelcast.operation.fail.on.indeterminate.state} should be true, {@code backup-ack-to-client-enabled} of a client false, and its
     * {@code hazelcast.client.heartbeat.timeout} a little more than {@code timeout}: the longer it is, the later is a client back whose
     * connections the network dropped.
     *
     * @param settings {@code namespace}, {@code timeout}, and {@code expected_members}, which is required here
     * @throws GuardConfigurationException if a setting is unknown, missing or malformed, the instance has another configuration of
     *     the map {@value #MAP} that may forget counters, or the members do not know guard's classes
     * @throws BackendUnavailableException if the cluster does not answer, or is smaller than the majority of what is expected
     */
    public static HazelcastBackend using(HazelcastInstance instance, BackendSettings settings) {
        HazelcastSettings checked = HazelcastSettings.toUse(settings);
        try {
            requireUsable(instance);
            return answering(new HazelcastBackend(instance, false, checked, settings));
        } catch (RuntimeException e) {
            throw refused(e);
        }
    }

    /**
     * Connects to the cluster as a client, also where the settings are a member's: looking at a cluster must not make it move its keys.
     *
     * @throws GuardConfigurationException as {@link #open} does
     * @throws BackendUnavailableException if the cluster cannot be reached, or its majority does not come in time
     */
    static HazelcastBackend openForAudit(BackendSettings settings) {
        HazelcastSettings checked = HazelcastSettings.toOpen(settings);
        return started(Instances.client(checked), checked, settings);
    }

    // ─── Opening ────────────────────────────────────────────────────────────────────────────────

    /** Waits for the majority, as members that are started one after another come one after another. */
    private static HazelcastBackend started(
            HazelcastInstance instance, HazelcastSettings checked, BackendSettings settings) {
        long end = System.nanoTime() + checked.startTimeoutNanos();
        while (true) {
            try {
                if (checked.client()) {
                    requireUsable(instance);
                }
                return answering(new HazelcastBackend(instance, true, checked, settings));
            } catch (RuntimeException e) {
                RuntimeException error = refused(e);
                boolean mayCome =
                        error instanceof BackendUnavailableException unavailable && mayCome(unavailable.reason());
                if (!mayCome
                        || System.nanoTime() - end > 0
                        || Thread.currentThread().isInterrupted()) {
                    instance.shutdown();
                    throw error;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean mayCome(Reason reason) {
        return switch (reason) {
            case CONNECT, CONNECTION_LOST, TIMEOUT, SPLIT, TOPOLOGY -> true;
            default -> false;
        };
    }

    private static HazelcastBackend answering(HazelcastBackend backend) {
        try {
            backend.requireAnswers();
            return backend;
        } catch (RuntimeException | Error e) {
            backend.counters.close();
            throw e;
        }
    }

    private void requireAnswers() {
        try {
            ping().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw refused(e);
        }
    }

    /** What kept a backend from being opened. What no wait mends is a matter of the configuration. */
    private static RuntimeException refused(Throwable error) {
        if (HazelcastErrors.isClassMissing(error)) {
            return new GuardConfigurationException(
                    "a member of the Hazelcast cluster does not know guard's classes, and a client cannot bring them; put"
                            + " guard-hazelcast and guard-domain on the class path of every member, or let this process be a"
                            + " member",
                    error);
        }
        return HazelcastErrors.thrown(error);
    }

    /** Gives guard's map its settings, unless it has some; refuses those under which counters are forgotten. */
    private static void requireUsable(HazelcastInstance instance) {
        MapConfig wanted = Instances.mapConfig(1);
        try {
            instance.getConfig().addMapConfig(wanted);
            return;
        } catch (InvalidConfigurationException e) {
            LOGGER.debug("The map {} has settings of its own", MAP, e);
        }
        MapConfig found;
        try {
            found = instance.getConfig().findMapConfig(MAP);
        } catch (UnsupportedOperationException e) {
            LOGGER.info("The members have settings of their own for the map {}, which a client cannot see", MAP);
            return;
        }
        boolean forgets = found.getEvictionConfig().getEvictionPolicy() != EvictionPolicy.NONE
                || found.getMaxIdleSeconds() != 0
                || found.getInMemoryFormat() != InMemoryFormat.BINARY;
        if (forgets) {
            throw new GuardConfigurationException("the map " + MAP + " has the eviction policy "
                    + found.getEvictionConfig().getEvictionPolicy() + ", max-idle-seconds " + found.getMaxIdleSeconds()
                    + " and the in-memory format " + found.getInMemoryFormat()
                    + ", expected NONE, 0 and BINARY: it would forget what was counted");
        }
        if (!found.getMergePolicyConfig().getPolicy().equals(LargerConsumption.class.getName())) {
            LOGGER.warn(
                    "The map {} has the merge policy {}; with {} the larger consumption would hold after a split",
                    MAP,
                    found.getMergePolicyConfig().getPolicy(),
                    LargerConsumption.class.getName());
        }
    }

    // ─── The backend ────────────────────────────────────────────────────────────────────────────

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public CounterStore counters() {
        return counters;
    }

    /** Asks every member that owns keys. */
    @Override
    public CompletionStage<Void> ping() {
        return counters.ping();
    }

    /** What is known here of the cluster. Nobody is asked. */
    @Override
    public CompletionStage<Audit> audit() {
        try {
            counters.requireOpen();
            return CompletableFuture.completedFuture(new Audit(cluster().findings(), List.of("hazelcast")));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(HazelcastErrors.translated(e));
        }
    }

    private ClusterFindings cluster() {
        List<String> hosts = new ArrayList<>();
        settings.members().forEach(address -> hosts.add(ClusterFindings.host(address)));
        SortedSet<String> versions = new TreeSet<>();
        for (Member member : instance.getCluster().getMembers()) {
            hosts.add(member.getAddress().getHost());
            versions.add(member.getVersion().toString());
        }
        boolean startedByUs = owned;
        boolean seesMembers = startedByUs && !settings.client();
        if (seesMembers) {
            hosts.add(settings.bind());
        }
        Optional<Config> config = startedByUs ? Optional.empty() : memberConfig();
        return new ClusterFindings(
                settings.expected(),
                MemberContext.members(instance),
                seesMembers
                        ? OptionalInt.of(settings.backups())
                        : config.map(HazelcastBackend::backups).orElseGet(OptionalInt::empty),
                hosts,
                startedByUs ? Optional.of(false) : config.map(HazelcastBackend::speaksTls),
                seesMembers ? Optional.of(true) : config.map(HazelcastBackend::failsWhenUncertain),
                versions);
    }

    /** The settings of an instance that was handed in; empty for a client, which does not see its members'. */
    private Optional<Config> memberConfig() {
        try {
            Config config = instance.getConfig();
            config.findMapConfig(MAP);
            return Optional.of(config);
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static OptionalInt backups(Config config) {
        MapConfig map = config.findMapConfig(MAP);
        return OptionalInt.of(map.getBackupCount());
    }

    private static boolean speaksTls(Config config) {
        SSLConfig tls = config.getNetworkConfig().getSSLConfig();
        return tls != null && tls.isEnabled();
    }

    private static boolean failsWhenUncertain(Config config) {
        String name = ClusterProperty.FAIL_ON_INDETERMINATE_OPERATION_STATE.getName();
        String set = config.getProperty(name);
        return Boolean.parseBoolean(set == null ? System.getProperty(name) : set);
    }

    /** Hazelcast's own instance, for what guard does not cover: the one that was handed in, or the one that was started. */
    public HazelcastInstance instance() {
        return instance;
    }

    /**
     * Leaves the cluster, where the instance was started by guard; a member hands its keys on first, for which it has ten seconds. An
     * instance that was handed in stays as it is.
     */
    @Override
    public void close() {
        counters.close();
        if (closed.compareAndSet(false, true) && owned) {
            instance.shutdown();
        }
    }
}
