package dev.guard.server;

import dev.guard.api.Degradation;
import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Micros;
import dev.guard.domain.backend.StoreRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Which backend keeps the state, in which mode and with which settings, how long a call to it may take, what is done while it is away,
 * and what the user should be warned of.
 *
 * <p>{@code DEMO_MODE=true} means memory whatever else is set. Else {@code local_only} means memory. Else it is the
 * backend that is named, or {@value #REDIS} where none is, and production does not start without the store's address.
 */
record BackendChoice(
        String backend,
        FailureMode mode,
        Map<String, String> settings,
        Optional<Duration> deadline,
        Optional<Degradation> degradation,
        List<String> warnings) {

    static final String MODE_EXPECTED = "strict_distributed, explicit_degraded or local_only";
    static final String BACKEND_EXPECTED = "redis-lettuce, redis-jedis, hazelcast or memory";

    private static final String MEMORY = "memory";
    private static final String REDIS = "redis-lettuce";
    private static final String HAZELCAST = "hazelcast";
    private static final String URL = "url";
    private static final String MEMBERS = "members";
    private static final String DEADLINE = "GUARD_DEADLINE";
    private static final String SHARE = "GUARD_DEGRADED_SHARE";
    private static final String AT_MOST = "GUARD_DEGRADED_FOR";

    /** A setting and where it was found. */
    private record Setting(String value, String source) {}

    /** Memory, for {@code guard demo} and for {@code DEMO_MODE=true}. */
    static BackendChoice demo(Environment environment, ServerFile file) {
        List<String> warnings = new ArrayList<>();
        warnings.add("Using in-memory counters (DEMO_MODE)");
        for (String variable : RedisAddress.VARIABLES) {
            if (environment.has(variable)) {
                warnings.add(variable + " is ignored (DEMO_MODE)");
            }
        }
        mode(environment, file)
                .filter(mode -> !mode.value().equals(FailureMode.LOCAL_ONLY.settingName()))
                .ifPresent(mode -> warnings.add(mode.source() + " is ignored (DEMO_MODE)"));
        backend(environment, file)
                .filter(backend -> !backend.value().equals(MEMORY))
                .ifPresent(backend -> warnings.add(backend.source() + " is ignored (DEMO_MODE)"));
        return memory(FailureMode.LOCAL_ONLY, file, warnings);
    }

    /**
     * The choice for {@code guard serve}.
     *
     * @throws StartException if the settings contradict each other, or production has no store
     */
    static BackendChoice serve(Environment environment, ServerFile file) {
        if (environment.isDemo()) {
            return demo(environment, file);
        }
        Optional<Setting> modeSetting = mode(environment, file);
        Optional<Setting> backendSetting = backend(environment, file);
        FailureMode mode = modeSetting.map(BackendChoice::parsed).orElse(FailureMode.STRICT_DISTRIBUTED);
        if (mode == FailureMode.LOCAL_ONLY) {
            List<String> warnings = new ArrayList<>();
            warnings.add("Using in-memory counters ("
                    + modeSetting.orElseThrow().source() + " is local_only):" + " no other process shares them");
            backendSetting
                    .filter(backend -> !backend.value().equals(MEMORY))
                    .ifPresent(backend -> warnings.add(backend.source() + " is ignored (local_only)"));
            degradation(environment, file)
                    .ifPresent(ignored -> warnings.add(degradationSource(environment) + " is ignored (local_only)"));
            return memory(mode, file, warnings);
        }
        Optional<Degradation> degradation = degradation(environment, file);
        if (mode == FailureMode.EXPLICIT_DEGRADED && degradation.isEmpty()) {
            throw StartException.configuration(modeSetting.orElseThrow().source()
                    + " is explicit_degraded, and nothing says what one instance may give out by itself, expected "
                    + SHARE + " or degraded.share, the number of instances that share the limits");
        }
        if (mode == FailureMode.STRICT_DISTRIBUTED && degradation.isPresent()) {
            throw StartException.configuration(degradationSource(environment) + " is set, and "
                    + modeSetting.map(Setting::source).orElse("GUARD_MODE") + " is " + mode.settingName()
                    + ", in which nothing is judged locally; expected mode explicit_degraded with it, or neither");
        }
        String backend = backendSetting.map(Setting::value).orElse(REDIS);
        if (backend.equals(MEMORY)) {
            throw StartException.configuration(backendSetting.orElseThrow().source()
                    + " is memory, which no other process shares, and "
                    + modeSetting.map(Setting::source).orElse("GUARD_MODE") + " is " + mode.settingName()
                    + "; expected GUARD_MODE=local_only with it, or a shared backend such as " + REDIS);
        }
        return new BackendChoice(
                backend,
                mode,
                settings(backend, environment, file),
                deadline(environment, file),
                degradation,
                List.of());
    }

    private static BackendChoice memory(FailureMode mode, ServerFile file, List<String> warnings) {
        return new BackendChoice(
                MEMORY, mode, file.settings(MEMORY), Optional.empty(), Optional.empty(), List.copyOf(warnings));
    }

    private static Optional<Duration> deadline(Environment environment, ServerFile file) {
        return duration(environment, DEADLINE, "100ms").or(file::deadline);
    }

    private static Optional<Duration> duration(Environment environment, String variable, String example) {
        return environment.get(variable).map(text -> {
            try {
                return Micros.toDuration(Micros.parse(text));
            } catch (GuardConfigurationException e) {
                throw StartException.configuration(
                        variable + " is " + Shown.of(text) + ", expected a duration such as " + example);
            }
        });
    }

    /** What may be judged locally while the store is away: what the environment says of it, or else the file. */
    private static Optional<Degradation> degradation(Environment environment, ServerFile file) {
        Optional<Degradation> declared =
                environment.get(SHARE).map(BackendChoice::shared).or(file::degradation);
        Optional<Duration> longest = duration(environment, AT_MOST, "5m");
        if (longest.isPresent() && declared.isEmpty()) {
            throw StartException.configuration(AT_MOST + " is set and " + SHARE + " is not, expected both, or none");
        }
        try {
            return longest.isEmpty() ? declared : declared.map(degradation -> degradation.atMost(longest.get()));
        } catch (GuardConfigurationException e) {
            throw StartException.configuration(AT_MOST + ": " + e.detail());
        }
    }

    private static String degradationSource(Environment environment) {
        return environment.has(SHARE) ? SHARE : "degraded";
    }

    private static Degradation shared(String text) {
        try {
            int instances = Integer.parseInt(text);
            if (instances >= 1) {
                return Degradation.share(instances);
            }
        } catch (NumberFormatException e) {
            // told below, like a number out of range
        }
        throw StartException.configuration(
                SHARE + " is " + Shown.of(text) + ", expected the number of instances that share the limits");
    }

    /** What operators call the store: {@code Redis} whichever client asks it. */
    String title() {
        return backend.startsWith("redis-") ? "Redis" : backend.equals(HAZELCAST) ? "Hazelcast" : backend;
    }

    /**
     * The beginning of a guard of that choice.
     *
     * @throws GuardConfigurationException if the deadline is out of range, or a setting is none
     */
    Guard.Builder guard() {
        HazelcastAddress.logAsWeDo();
        Guard.Builder builder = Guard.builder().backend(backend).mode(mode);
        degradation.ifPresent(builder::whenUnavailable);
        settings.forEach((name, value) -> builder.setting("backends." + backend + "." + name, value));
        deadline.ifPresent(builder::deadline);
        return builder;
    }

    /**
     * What comes of asking the store for the first time.
     *
     * @throws StartException if the configuration is wrong, or the store is away or refused
     */
    <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (StoreRefusedException e) {
            throw StartException.store(title() + " validation failed: " + e.detail());
        } catch (GuardConfigurationException e) {
            throw StartException.configuration(e.detail());
        } catch (BackendUnavailableException e) {
            throw StartException.store(title() + " validation failed: " + e.detail());
        }
    }

    /** What the file says of the backend; where the store is, the environment says first. */
    private static Map<String, String> settings(String backend, Environment environment, ServerFile file) {
        Map<String, String> settings = new TreeMap<>(file.settings(backend));
        if (backend.startsWith("redis-")) {
            RedisAddress.of(environment).ifPresent(url -> settings.put(URL, url));
            if (!settings.containsKey(URL)) {
                throw StartException.store("Redis validation failed: REDIS_URL environment variable is required");
            }
        }
        if (backend.equals(HAZELCAST)) {
            settings.putAll(HazelcastAddress.of(environment));
            if (!settings.containsKey(MEMBERS)) {
                throw StartException.store("Hazelcast validation failed: " + HazelcastAddress.MEMBERS
                        + " environment variable is required, the addresses of all members with commas between");
            }
        }
        return settings;
    }

    private static Optional<Setting> mode(Environment environment, ServerFile file) {
        return setting(environment, "GUARD_MODE", file.mode(), "mode");
    }

    private static Optional<Setting> backend(Environment environment, ServerFile file) {
        return setting(environment, "GUARD_BACKEND", file.backend(), "backend");
    }

    /** What a variable says or, where it is silent, the file. */
    private static Optional<Setting> setting(
            Environment environment, String variable, Optional<String> inFile, String field) {
        return environment
                .get(variable)
                .map(value -> new Setting(value, variable))
                .or(() -> inFile.map(value -> new Setting(value, field)));
    }

    private static FailureMode parsed(Setting setting) {
        for (FailureMode mode : FailureMode.values()) {
            if (mode.settingName().equals(setting.value())) {
                return mode;
            }
        }
        throw StartException.configuration(
                setting.source() + " is '" + setting.value() + "', expected " + MODE_EXPECTED);
    }
}
