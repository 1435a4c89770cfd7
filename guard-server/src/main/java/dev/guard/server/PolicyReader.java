package dev.guard.server;

import dev.guard.api.Degradation;
import dev.guard.domain.Algorithm;
import dev.guard.domain.Carry;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads policies from YAML:
 *
 * <pre>
 * policies:
 *   demo:   { limits: ["10/1m fixed"] }
 *   search:
 *     version: 2
 *     carry: proportional
 *     block: 10m
 *     degraded: { share: 4, for: 5m }
 *     limits:
 *       - "20/1s"
 *       - { limit: "500/1h", name: hourly, shadow: true, max_debt: 100 }
 * </pre>
 */
final class PolicyReader {

    /** Longer than any limit that can be written; its parser would quote all of it. */
    private static final int LONGEST_LIMIT = 200;

    private PolicyReader() {}

    /** The policies of a file. */
    static DeclaredPolicies read(Path file) {
        return read(YamlFile.read(file));
    }

    /** The policies that {@code guard demo} has when none are named. */
    static DeclaredPolicies sample() {
        try (InputStream sample = PolicyReader.class.getResourceAsStream("demo-policies.yaml")) {
            if (sample == null) {
                throw new IllegalStateException("demo-policies.yaml is missing from the program");
            }
            return read(YamlFile.of("demo-policies.yaml", new String(sample.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("demo-policies.yaml cannot be read", e);
        }
    }

    /** The policies of a document that holds nothing else. */
    static DeclaredPolicies read(YamlFile file) {
        YamlValue root = file.root();
        YamlValue policies = root.fields("policies").get("policies");
        if (policies == null && root.isMapping()) {
            root.error("has no policies, expected a field 'policies' with a mapping of names to policies");
        }
        DeclaredPolicies read = policies == null ? DeclaredPolicies.NONE : read(policies);
        file.requireSound();
        return read;
    }

    /** The policies of a mapping of names to policies; errors are noted in its file. */
    static DeclaredPolicies read(YamlValue policies) {
        Read read = new Read();
        policies.entries().forEach((name, value) -> policy(name, value, read).ifPresent(read.all::add));
        return new DeclaredPolicies(read.all, read.degraded, read.failClosed, read.localOnly);
    }

    /** What was read so far. */
    private static final class Read {
        private final List<Policy> all = new ArrayList<>();
        private final Map<String, Degradation> degraded = new LinkedHashMap<>();
        private final Set<String> failClosed = new LinkedHashSet<>();
        private final Set<String> localOnly = new LinkedHashSet<>();
    }

    private static Optional<Policy> policy(String name, YamlValue value, Read read) {
        Map<String, YamlValue> fields =
                value.fields("limits", "version", "shadow", "carry", "block", "mode", "degraded");
        if (!value.isMapping()) {
            return Optional.empty();
        }
        Policy.Builder policy = Policy.builder(name);
        YamlValue limits = fields.get("limits");
        if (limits == null) {
            value.error("has no limits, expected a field 'limits' with a list such as [\"20/1s\", \"500/1h\"]");
            return Optional.empty();
        }
        Optional<List<Limit>> all = limits(limits);
        all.ifPresent(sound -> sound.forEach(policy::limit));
        modes(name, fields, read);
        if (fields.containsKey("version")) {
            fields.get("version").number(1, Integer.MAX_VALUE).ifPresent(policy::version);
        }
        if (flag(fields, "shadow")) {
            policy.inShadow();
        }
        if (fields.containsKey("carry")) {
            carry(fields.get("carry")).ifPresent(policy::carry);
        }
        if (fields.containsKey("block")) {
            fields.get("block").duration().ifPresent(policy::blockOnExcess);
        }
        return all.isPresent() ? built(policy, limits) : Optional.empty();
    }

    private static void modes(String name, Map<String, YamlValue> fields, Read read) {
        YamlValue mode = fields.get("mode");
        YamlValue degraded = fields.get("degraded");
        if (degraded != null) {
            DegradationReader.read(degraded).ifPresent(declared -> read.degraded.put(name, declared));
        }
        if (mode == null) {
            return;
        }
        String expected = FailureMode.STRICT_DISTRIBUTED.settingName() + " or " + FailureMode.LOCAL_ONLY.settingName()
                + ", or a field 'degraded' and no mode";
        mode.text(expected).ifPresent(text -> {
            if (degraded == null && text.equals(FailureMode.STRICT_DISTRIBUTED.settingName())) {
                read.failClosed.add(name);
            } else if (degraded == null && text.equals(FailureMode.LOCAL_ONLY.settingName())) {
                read.localOnly.add(name);
            } else {
                mode.error("is " + Shown.of(text) + (degraded == null ? "" : " beside degraded") + ", expected "
                        + expected);
            }
        });
    }

    /** The limits of a list; none where one is malformed. */
    static Optional<List<Limit>> limits(YamlValue list) {
        boolean sound = list.isList();
        List<Limit> limits = new ArrayList<>();
        for (YamlValue item : list.items()) {
            Optional<Limit> limit = limit(item);
            limit.ifPresent(limits::add);
            sound &= limit.isPresent();
        }
        return sound ? Optional.of(limits) : Optional.empty();
    }

    private static Optional<Policy> built(Policy.Builder policy, YamlValue limits) {
        try {
            return Optional.of(policy.build());
        } catch (GuardConfigurationException e) {
            limits.error(e.detail());
            return Optional.empty();
        }
    }

    private static Optional<Limit> limit(YamlValue value) {
        if (!value.isMapping()) {
            return parsed(value);
        }
        Map<String, YamlValue> fields = value.fields("limit", "name", "shadow", "max_debt");
        YamlValue text = fields.get("limit");
        if (text == null) {
            value.error("has no limit, expected a field 'limit' with a text such as 100/1m");
            return Optional.empty();
        }
        boolean shadow = flag(fields, "shadow");
        YamlValue name = fields.get("name");
        YamlValue maxDebt = fields.get("max_debt");
        return parsed(text)
                .flatMap(limit -> maxDebt == null ? Optional.of(limit) : indebted(limit, maxDebt))
                .flatMap(limit -> name == null ? Optional.of(limit) : named(limit, name))
                .map(limit -> shadow ? limit.inShadow() : limit);
    }

    private static Optional<Limit> named(Limit limit, YamlValue name) {
        return name.text("a name").flatMap(text -> {
            try {
                return Optional.of(limit.named(text));
            } catch (GuardConfigurationException e) {
                name.error(e.detail());
                return Optional.empty();
            }
        });
    }

    private static Optional<Limit> indebted(Limit limit, YamlValue maxDebt) {
        return maxDebt.number(0, LimitNumbers.LARGEST).flatMap(permits -> {
            try {
                return Optional.of(limit.maxDebt(permits));
            } catch (GuardConfigurationException e) {
                maxDebt.error(e.detail());
                return Optional.empty();
            }
        });
    }

    private static Optional<Limit> parsed(YamlValue value) {
        String expected = "a limit such as 100/1m";
        return value.text(expected).flatMap(text -> {
            if (text.length() > LONGEST_LIMIT) {
                value.error("is " + Shown.of(text) + ", expected " + expected);
                return Optional.empty();
            }
            try {
                return releasable(value, Limit.parse(text));
            } catch (GuardConfigurationException e) {
                value.error(e.detail());
                return Optional.empty();
            }
        });
    }

    /** A limit whose permits need not be given back: no request can do that yet, and slots that only lapse limit nothing well. */
    private static Optional<Limit> releasable(YamlValue value, Limit limit) {
        if (limit.algorithm() == Algorithm.CONCURRENT) {
            value.error("is " + Shown.of(limit.text())
                    + ", a concurrency limit, whose permits are released; the server cannot do that yet, the library can;"
                    + " expected a limit such as 100/1m");
            return Optional.empty();
        }
        return Optional.of(limit);
    }

    private static boolean flag(Map<String, YamlValue> fields, String name) {
        YamlValue value = fields.get(name);
        return value != null && value.flag().orElse(false);
    }

    private static Optional<Carry> carry(YamlValue value) {
        String expected = "as_is, additive, proportional or reset";
        return value.text(expected).flatMap(text -> {
            for (Carry carry : Carry.values()) {
                if (carry.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return Optional.of(carry);
                }
            }
            value.error("is " + Shown.of(text) + ", expected " + expected);
            return Optional.empty();
        });
    }
}
