package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * its place. While a shared store is away, calls do so at once, and the guard finds out by itself when it is back. After {@link #close} every method raises {@link GuardClosedException}.
 */
public final class Guard implements AutoCloseable {

    private final Backend backend;
    private final boolean ownsBackend;
    private final FailureMode mode;
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
        this.mode = builder.mode;
        this.policies = Map.copyOf(builder.policies);
        this.executor = builder.executor;
        Ticker ticker = builder.time == null ? Ticker.system() : Ticker.of(builder.time);
        CounterStore asked = backend.isShared()
                ? new ShieldedCounters(
                        backend.counters(), new CircuitBreaker(backend::probe, ticker), builder.deadlineNanos)
                : backend.counters();
        this.counters = builder.denyMemo == 0 ? asked : new DenialMemo(asked, builder.denyMemo, ticker);
        this.lines = new WaitingLines(counters, ticker);
        this.async = new AsyncGuard(this);
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

    /** The name of the backend that keeps the state. */
    public String backend() {
        return backend.name();
    }

    /**
     * Asks the store for a sign of life.
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
        private FailureMode mode = FailureMode.STRICT_DISTRIBUTED;
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

        /** Sets what happens when the store cannot be asked; {@link FailureMode#STRICT_DISTRIBUTED} where it is not set. */
        public Builder mode(FailureMode mode) {
            this.mode = Objects.requireNonNull(mode, "mode");
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
         * The guard.
         *
         * @throws GuardConfigurationException if there is no backend, or more than one and none is named, or the backend and
         *     the mode do not go together, or a setting is unknown or malformed
         * @throws BackendUnavailableException if the store cannot be reached
         */
        public Guard build() {
            if (mode == FailureMode.EXPLICIT_DEGRADED) {
                throw new GuardConfigurationException(
                        "mode is explicit_degraded, which this version of guard does not support;"
                                + " expected strict_distributed or local_only");
            }
            if (backend != null) {
                return new Guard(this, suited(backend), false);
            }
            return new Guard(this, opened(), true);
        }

        private Backend opened() {
            Backend opened = Backends.find(backendName, this::settingsOf);
            try {
                return suited(opened);
            } catch (GuardConfigurationException e) {
                opened.close();
                throw e;
            }
        }

        private Backend suited(Backend candidate) {
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
            BackendSettings result = BackendSettings.of(name, own).withMode(mode);
            return time == null ? result : result.withTime(time);
        }
    }
}
