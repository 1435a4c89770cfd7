package dev.guard.server;

import dev.guard.api.Degradation;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads from YAML what may be judged locally while the store is away: {@code { share: 4, for: 5m }}, or {@code limits: ["5/1m"]} in place of the
 * share.
 */
final class DegradationReader {

    private DegradationReader() {}

    /** What a mapping says; none where it is malformed, which is noted in its file. */
    static Optional<Degradation> read(YamlValue value) {
        Map<String, YamlValue> fields = value.fields("share", "limits", "for");
        YamlValue share = fields.get("share");
        YamlValue limits = fields.get("limits");
        if (value.isMapping() && (share == null) == (limits == null)) {
            value.error("has " + (share == null ? "neither share nor limits" : "both share and limits")
                    + ", expected the number of instances that share the limits, or limits of their own");
            return Optional.empty();
        }
        Optional<Degradation> declared = share != null
                ? share.number(1, Integer.MAX_VALUE).map(Degradation::share)
                : limits == null
                        ? Optional.empty()
                        : PolicyReader.limits(limits).flatMap(own -> limits(limits, own));
        YamlValue longest = fields.get("for");
        if (longest == null) {
            return declared;
        }
        return longest.duration()
                .flatMap(duration -> declared.flatMap(degradation -> atMost(longest, degradation, duration)));
    }

    private static Optional<Degradation> limits(YamlValue value, List<Limit> limits) {
        try {
            return Optional.of(Degradation.limits(limits.toArray(Limit[]::new)));
        } catch (GuardConfigurationException e) {
            value.error(e.detail());
            return Optional.empty();
        }
    }

    private static Optional<Degradation> atMost(YamlValue value, Degradation degradation, Duration longest) {
        try {
            return Optional.of(degradation.atMost(longest));
        } catch (GuardConfigurationException e) {
            value.error(e.detail());
            return Optional.empty();
        }
    }
}
