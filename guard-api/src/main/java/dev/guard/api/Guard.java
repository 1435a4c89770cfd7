package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendProvider;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.backend.StoreRefusedException;
import dev.guard.domain.counter.CounterStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request may pass, from state that a backend keeps.
 *
 * <pre>{@code
 * Guard guard = Guard.builder().backend("memory").mode(FailureMode.LOCAL_ONLY).build();
 * RateLimiter api = guard.limiter(Policy.of("api", Limit.parse("20/1s"), Limit.parse("500/1h")));
 * Decision decision = api.tryAcquire("203.0.113.9");
 * }</pre>
 *
 * <p>A guard may be used by any number of threads, and there may be any number of guards: nothing is static. When the
 * store cannot be asked, every method that decides raises {@link BackendUnavailableException}; nothing is ever decided in
 * its place, unless it was said what may be ({@link Builder#whenUnavailable}). While a shared store is away, calls do so at once, and the guard finds out by itself when it is back. After {@link #close} every method raises {@link GuardClosedException}.
 */
public final class Guard implements AutoCloseable {

    private final Backend backend;
    private final boolean ownsBackend;
    private final FailureMode mode;
    private final Events events;
    private final @Nullable CircuitBreaker breaker;
    private final @Nullable Outage outage;
    private final @Nullable Backend ownLocal;
    private final Map<String, Policy> policies;
    private final Executor executor;
    private final CounterStore counters;
    private final WaitingLines lines;
    private final PermitIds permitIds = new PermitIds();
    private final AsyncGuard async;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Guard(Builder builder, Backend backend, boolean ownsBackend) {
        this.backend = backend;
        this.ownsBackend = ownsBackend;
        this.mode = builder.mode();
        this.policies = Map.copyOf(builder.policies);
        this.executor = builder.executor;
        Ticker ticker = builder.time == null ? Ticker.system() : Ticker.of(builder.time);
        this.events = new Events(builder.securityLog, builder.listeners);
        this.outage = builder.mayDegrade()
                ? new Outage(
                        backend.name(),
                        () -> builder.openLocal(BackendSettings::standingIn),
                        events,
                        ticker,
                        builder.time == null ? InstantSource.system() : builder.time,
                        builder.deadlineNanos)
                : null;
        this.breaker = backend.isShared()
                ? new CircuitBreaker(backend::probe, ticker, outage == null ? () -> {} : outage::recovered)
                : null;
        this.ownLocal = builder.localPolicies.isEmpty()
                ? null
                : builder.openLocal(settings -> settings.withMode(FailureMode.LOCAL_ONLY));
        this.counters = counters(builder, ticker);
        this.lines = new WaitingLines(counters, ticker);
        this.async = new AsyncGuard(this);
    }

    /** The counters of the store, behind one thing after another that stands between them and a caller. */
    private CounterStore counters(Builder builder, Ticker ticker) {
        CounterStore asked = backend.counters();
        if (breaker != null) {
            asked = new ShieldedCounters(asked, breaker, builder.deadlineNanos);
        }
        if (builder.denyMemo > 0) {
            asked = new DenialMemo(asked, builder.denyMemo, ticker);
        }
        if (outage != null) {
            asked = new DegradableCounters(asked, builder.degradations(), outage);
        }
        return ownLocal == null ? asked : new RoutedCounters(asked, ownLocal.counters(), builder.localPolicies);
    }

    /** The first step to a guard. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A guard that keeps its state in this process: for tests, tools and single instances. Needs {@code guard-memory}.
     *
     * @throws GuardConfigurationException if guard-memory is not on the class path
     */
    public static Guard inMemory() {
        return builder().backend("memory").mode(FailureMode.LOCAL_ONLY).build();
    }

    /** A guard as {@link #inMemory()} that believes in the given time; for tests, see {@link ManualTime}. */
    public static Guard inMemory(InstantSource time) {
        return builder()
                .backend("memory")
                .mode(FailureMode.LOCAL_ONLY)
                .time(time)
                .build();
    }

    /** The limiter of a policy. Limiters of the same policy share its counters. */
    public RateLimiter limiter(Policy policy) {
        requireOpen();
        return new RateLimiter(new PolicyCalls(this, policy), Key.DEFAULT_TENANT);
    }

    /**
     * The limiter of a policy that the guard was built with.
     *
     * @throws GuardConfigurationException if there is none of that name
     */
    public RateLimiter limiter(String policy) {
        return limiter(policy(policy)
                .orElseThrow(() -> new GuardConfigurationException(
                        "policy '" + policy + "' is not known, expected one of " + policies.keySet())));
    }

    /** The policy of that name that the guard was built with, if there is one. */
    public Optional<Policy> policy(String name) {
        return Optional.ofNullable(policies.get(name));
    }

    /** The same guard for asynchronous callers. */
    public AsyncGuard async() {
        return async;
    }

    /** What the guard does when its store cannot be asked. */
    public FailureMode mode() {
        return mode;
    }

    /** How the guard is doing. */
    public GuardStats stats() {
        return new GuardStats(
                mode, outage != null && outage.isNow(), breaker != null && breaker.isOpen(), events.dropped());
    }

    /** The name of the backend that keeps the state. */
    public String backend() {
        return backend.name();
    }

    /**
     * Asks the store for a sign of life. It has as long as the backend's own {@code timeout} says, a second where that is not set, and not
     * the guard's deadline: a sign that is late for a decision is still one of life.
     *
     * @return a stage that completes when the store answered, or fails with {@link BackendUnavailableException}
     */
    public CompletionStage<Void> ping() {
        requireOpen();
        return backend.ping();
    }

    /**
     * Closes the guard, and its backend unless it was handed in. Whoever waits for permits gets a {@link
     * GuardClosedException}. Closing twice is harmless.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            lines.close();
            events.close();
            if (outage != null) {
                outage.close();
            }
            if (ownLocal != null) {
                ownLocal.close();
            }
            if (ownsBackend) {
                backend.close();
            }
        }
    }

    void requireOpen() {
        if (closed.get()) {
            throw new GuardClosedException("this guard");
        }
    }

    /** Says that the store is away already. */
    private void beginWithOutage(BackendUnavailableException cause) {
        if (outage != null && breaker != null) {
            outage.atStartup(cause);
            breaker.open(cause.reason());
        }
    }

    Executor executor() {
        return executor;
    }

    CounterStore counters() {
        return counters;
    }

    WaitingLines lines() {
        return lines;
    }

    PermitIds permitIds() {
        return permitIds;
    }

    /** Collects what a guard is built from. Not for use by several threads at once. */
    public static final class Builder {

        /** How long a call to a shared store may take where nobody says. */
        public static final Duration DEFAULT_DEADLINE = Duration.ofMillis(100);

        private static final Duration LEAST_DEADLINE = Duration.ofMillis(1);
        private static final Duration MOST_DEADLINE = Duration.ofHours(1);
        private static final String BACKENDS = "backends.";

        private final Map<String, Policy> policies = new LinkedHashMap<>();
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, Degradation> degraded = new LinkedHashMap<>();
        private final Set<String> failClosed = new LinkedHashSet<>();
        private final Set<String> localPolicies = new LinkedHashSet<>();
        private final List<Consumer<? super SecurityEvent>> listeners = new ArrayList<>();
        private Consumer<? super SecurityEvent> securityLog = Events::write;
        private @Nullable Degradation degradation;
        private @Nullable BackendProvider provider;
        private @Nullable BackendProvider localProvider;
        private @Nullable FailureMode mode;
        private Executor executor = ForkJoinPool.commonPool();
        private @Nullable String backendName;
        private @Nullable Backend backend;
        private @Nullable InstantSource time;
        private long denyMemo;
        private long deadlineNanos = DEFAULT_DEADLINE.toNanos();

        private Builder() {}

        /** Names the backend, where several are on the class path or it is {@code memory}. */
        public Builder backend(String name) {
            this.backendName = Objects.requireNonNull(name, "backend");
            return this;
        }

        /** Hands in a backend that is open already. It is used as it is, and stays open when the guard is closed. */
        public Builder backend(Backend backend) {
            this.backend = Objects.requireNonNull(backend, "backend");
            return this;
        }

        /**
         * Sets what happens when the store cannot be asked; {@link FailureMode#STRICT_DISTRIBUTED} where it is not set. {@link
         * FailureMode#EXPLICIT_DEGRADED} needs {@link #whenUnavailable(Degradation)} as well.
         */
        public Builder mode(FailureMode mode) {
            this.mode = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /**
         * Lets calls be judged locally while the shared store is away, as is said here, for every policy of which nothing else is said:
         * {@link FailureMode#EXPLICIT_DEGRADED}. Needs {@code guard-memory}.
         *
         * <p>That is for calls that take permits which nobody gives back, and for looks. Handles, reservations, refunds, blocks and all
         * administration stay unavailable. Every local decision says so ({@code degraded}, backend {@code local_degraded}), and before the
         * first one of an outage each tenant's {@link SecurityEvent} is in the security log; where it cannot be written, calls are
         * unavailable.
         */
        public Builder whenUnavailable(Degradation degradation) {
            this.degradation = Objects.requireNonNull(degradation, "degradation");
            return this;
        }

        /** The same for the policy of that name alone. */
        public Builder whenUnavailable(String policy, Degradation degradation) {
            degraded.put(Objects.requireNonNull(policy, "policy"), Objects.requireNonNull(degradation, "degradation"));
            return this;
        }

        /** Lets no call of the policy of that name be answered without the store, whatever is said of the others. */
        public Builder failClosed(String policy) {
            failClosed.add(Objects.requireNonNull(policy, "policy"));
            return this;
        }

        /**
         * Keeps the counters of the policy of that name in this process alone, always: {@link FailureMode#LOCAL_ONLY}. Needs {@code
         * guard-memory}.
         */
        public Builder localOnly(String policy) {
            localPolicies.add(Objects.requireNonNull(policy, "policy"));
            return this;
        }

        /**
         * Sets who writes security events down, in place of the SLF4J logger {@code dev.guard.security}, which gets them as JSON. It is called
         * on a thread of its own, before the first local answer of an outage; the caller waits for it as long as for the store. What it
         * throws makes the call unavailable.
         */
        public Builder securityLog(Consumer<? super SecurityEvent> log) {
            this.securityLog = Objects.requireNonNull(log, "log");
            return this;
        }

        /** Adds somebody who is told of security events, on a thread that no decision waits for. */
        public Builder listener(Consumer<? super SecurityEvent> listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** For tests: who opens the backend. */
        Builder provider(BackendProvider provider) {
            this.provider = provider;
            return this;
        }

        /** For tests: who keeps local state. */
        Builder localProvider(BackendProvider provider) {
            this.localProvider = provider;
            return this;
        }

        /**
         * Adds a policy that {@link Guard#limiter(String)} finds by its name.
         *
         * @throws GuardConfigurationException if another policy has that name
         */
        public Builder policy(Policy policy) {
            if (policies.putIfAbsent(policy.name(), policy) != null) {
                throw new GuardConfigurationException(
                        "policy '" + policy.name() + "' is declared twice, expected one policy of a name");
            }
            return this;
        }

        /** Adds policies, each as {@link #policy} does. */
        public Builder policies(Collection<Policy> policies) {
            policies.forEach(this::policy);
            return this;
        }

        /**
         * Sets a setting of a backend by its full name, {@code backends.<name>.<setting>}; the backend says which it knows.
         *
         * @throws GuardConfigurationException if the name is not of that form
         */
        public Builder setting(String name, String value) {
            if (!name.startsWith(BACKENDS) || name.indexOf('.', BACKENDS.length()) < 0) {
                throw new GuardConfigurationException(
                        "unknown setting " + name + ", expected backends.<backend>.<setting>");
            }
            settings.put(name, Objects.requireNonNull(value, name));
            return this;
        }

        /** Sets where futures of the asynchronous view complete; the common pool where it is not set. */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Lets the guard remember denials, each for this long at most, and deny from memory until the wait of the denial is over: who
         * is over a limit and comes back at once costs the store nothing. Off where it is not set. What this guard gives back,
         * unblocks or resets is noticed at once, and what another process gives back when this time is over.
         *
         * <p>Denials by a concurrency limit are not remembered, and a peek always asks the store.
         *
         * @param life above zero; a fraction of a second is plenty
         * @throws GuardConfigurationException if it is not above zero
         */
        public Builder denyMemo(Duration life) {
            if (life.isNegative() || life.isZero()) {
                throw new GuardConfigurationException("deny_memo is " + life + ", expected at least one microsecond");
            }
            this.denyMemo = Micros.of(life);
            return this;
        }

        /**
         * Sets how long a call to a shared store may take, 100 ms where it is not set. Every call has its answer by then: a decision, or
         * an error for the reason {@code TIMEOUT}. What the store has not begun by then it does not do any more. Who waits for permits
         * has the time anew for each question. Where the backend has a timeout of its own, the shorter one holds.
         *
         * @param deadline 1 ms to one hour
         * @throws GuardConfigurationException if it is not in that range
         */
        public Builder deadline(Duration deadline) {
            if (deadline.compareTo(LEAST_DEADLINE) < 0 || deadline.compareTo(MOST_DEADLINE) > 0) {
                throw new GuardConfigurationException("deadline is " + deadline + ", expected 1 ms to 1 h");
            }
            this.deadlineNanos = deadline.toNanos();
            return this;
        }

        /** Lets futures complete on the thread that got the answer. What hangs on them must then never block. */
        public Builder directCompletion() {
            return executor(Runnable::run);
        }

        Builder time(InstantSource time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * The guard. The store is looked at first ({@link Backend#audit}): in strict mode one that can lose or refuse what guard relies on is refused. What
         * an operator should know is written to the SLF4J logger {@code dev.guard.audit}.
         *
         * @throws GuardConfigurationException if there is no backend, or more than one and none is named, or the backend and
         *     the mode do not go together, or a setting is unknown or malformed
         * @throws StoreRefusedException if the store is refused; the detail says why, and what mends it
         * @throws BackendUnavailableException if the store cannot be reached
         */
        public Guard build() {
            requireModes();
            if (backend != null) {
                return new Guard(this, accepted(suited(backend)), false);
            }
            BackendProvider provider = provider();
            BackendSettings settings = settingsOf(provider.name());
            try {
                return new Guard(this, opened(provider, settings), true);
            } catch (BackendUnavailableException e) {
                if (degradation == null || !Outage.is(e.reason())) {
                    throw e;
                }
                return withoutStore(new BackendToCome(provider.name(), () -> opened(provider, settings), e), e);
            }
        }

        /**
         * Looks at the store that {@link #build} would begin with, and builds nothing: what is found, also where that refuses. A store that is opened for it is
         * closed again.
         *
         * @throws GuardConfigurationException as {@link #build} does
         * @throws BackendUnavailableException if the store cannot be reached
         */
        public Audit audit() {
            requireModes();
            if (backend != null) {
                return StartupAudit.of(suited(backend));
            }
            BackendProvider provider = provider();
            try (Backend opened = provider.openForAudit(settingsOf(provider.name()))) {
                return StartupAudit.of(suited(opened));
            } catch (StoreRefusedException e) {
                return new Audit(e.findings(), List.of());
            }
        }

        private BackendProvider provider() {
            return provider == null ? Backends.choose(backendName) : provider;
        }

        private Backend opened(BackendProvider provider, BackendSettings settings) {
            Backend opened = provider.open(settings);
            try {
                return accepted(suited(opened));
            } catch (RuntimeException e) {
                opened.close();
                throw e;
            }
        }

        /** A backend whose store this guard begins with. */
        private Backend accepted(Backend candidate) {
            StartupAudit.enforce(StartupAudit.of(candidate), mode());
            return candidate;
        }

        /** A guard that begins with an outage. */
        private Guard withoutStore(BackendToCome backend, BackendUnavailableException cause) {
            Guard guard = new Guard(this, backend, true);
            try {
                guard.beginWithOutage(cause);
                return guard;
            } catch (BackendUnavailableException e) {
                guard.close();
                throw e;
            }
        }

        private FailureMode mode() {
            if (mode != null) {
                return mode;
            }
            return degradation == null ? FailureMode.STRICT_DISTRIBUTED : FailureMode.EXPLICIT_DEGRADED;
        }

        private boolean mayDegrade() {
            return degradation != null || !degraded.isEmpty();
        }

        /** What is declared for the policy of a name; null where it fails closed. */
        private Function<String, @Nullable Degradation> degradations() {
            Map<String, Degradation> own = Map.copyOf(degraded);
            Set<String> closed = Set.copyOf(failClosed);
            Degradation others = degradation;
            return policy -> closed.contains(policy) ? null : own.getOrDefault(policy, others);
        }

        private void requireModes() {
            if (mode == FailureMode.EXPLICIT_DEGRADED && degradation == null) {
                throw new GuardConfigurationException(
                        "mode is explicit_degraded, and nothing says what one instance may give out by itself;"
                                + " expected whenUnavailable(Degradation.share(instances)) as well");
            }
            if (degradation != null && mode != null && mode != FailureMode.EXPLICIT_DEGRADED) {
                throw new GuardConfigurationException("mode is " + mode.settingName() + ", and whenUnavailable says "
                        + degradation + "; expected mode explicit_degraded, or none");
            }
            if (mode() == FailureMode.LOCAL_ONLY && !(degraded.isEmpty() && localPolicies.isEmpty())) {
                throw new GuardConfigurationException(
                        "mode is local_only, in which no policy has a store that could be away;"
                                + " expected no whenUnavailable and no localOnly");
            }
            for (String policy : localPolicies) {
                requireOnce(policy, "localOnly", degraded.containsKey(policy) || failClosed.contains(policy));
            }
            for (String policy : failClosed) {
                requireOnce(policy, "failClosed", degraded.containsKey(policy));
            }
            if (mayDegrade() || !localPolicies.isEmpty()) {
                localProvider();
            }
        }

        private static void requireOnce(String policy, String said, boolean otherwise) {
            if (otherwise) {
                throw new GuardConfigurationException("policy '" + policy + "' is " + said
                        + ", and something else besides; expected one of localOnly, failClosed and whenUnavailable");
            }
        }

        private BackendProvider localProvider() {
            return localProvider == null ? Backends.choose(Backends.MEMORY) : localProvider;
        }

        private Backend openLocal(UnaryOperator<BackendSettings> as) {
            BackendSettings settings = BackendSettings.of(Backends.MEMORY, Map.of());
            return localProvider().open(as.apply(time == null ? settings : settings.withTime(time)));
        }

        private Backend suited(Backend candidate) {
            FailureMode mode = mode();
            if (candidate.isShared() && mode == FailureMode.LOCAL_ONLY) {
                throw new GuardConfigurationException("mode is local_only and backend is '" + candidate.name()
                        + "', which is shared; expected mode strict_distributed, or backend memory");
            }
            if (!candidate.isShared() && mode != FailureMode.LOCAL_ONLY) {
                throw new GuardConfigurationException("backend is '" + candidate.name()
                        + "', which no other process shares, and mode is " + mode.settingName()
                        + "; expected mode local_only, or a shared backend");
            }
            return candidate;
        }

        private BackendSettings settingsOf(String name) {
            String prefix = BACKENDS + name + ".";
            Map<String, String> own = new LinkedHashMap<>();
            List<String> strange = new ArrayList<>();
            settings.forEach((setting, value) -> {
                if (setting.startsWith(prefix)) {
                    own.put(setting.substring(prefix.length()), value);
                } else {
                    strange.add(setting);
                }
            });
            if (!strange.isEmpty()) {
                throw new GuardConfigurationException("setting " + strange.get(0) + " is for another backend than '"
                        + name + "', which is the one in use");
            }
            BackendSettings result = BackendSettings.of(name, own).withMode(mode());
            return time == null ? result : result.withTime(time);
        }
    }
}
