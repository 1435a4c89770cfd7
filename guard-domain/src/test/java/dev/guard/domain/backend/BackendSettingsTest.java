package dev.guard.domain.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.GuardConfigurationException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The settings of a backend")
class BackendSettingsTest {

    @Test
    @DisplayName("are strict and without a time of their own, unless told otherwise")
    void defaults() {
        BackendSettings settings = BackendSettings.of("redis", Map.of());
        assertThat(settings.source()).isEqualTo(new DecisionSource("redis", FailureMode.STRICT_DISTRIBUTED, false));
        assertThat(settings.time()).isEmpty();
        InstantSource time = InstantSource.fixed(Instant.EPOCH);
        BackendSettings local = settings.withTime(time).withMode(FailureMode.LOCAL_ONLY);
        assertThat(local.time()).hasValue(time);
        assertThat(local.source()).isEqualTo(new DecisionSource("redis", FailureMode.LOCAL_ONLY, false));
        assertThat(local.standingIn().source())
                .isEqualTo(new DecisionSource("local_degraded", FailureMode.EXPLICIT_DEGRADED, true));
        assertThat(local.standingIn().time()).hasValue(time);
        assertThat(settings.withMode(FailureMode.LOCAL_ONLY).withTime(time).source())
                .isEqualTo(local.source());
    }

    @Test
    @DisplayName("do not change with the map that they were made of")
    void areCopied() {
        Map<String, String> values = new HashMap<>(Map.of("url", "x"));
        BackendSettings settings = BackendSettings.of("redis", values);
        values.put("url", "y");
        assertThat(settings.text("url")).hasValue("x");
        assertThat(settings.text("other")).isEmpty();
    }

    @Test
    @DisplayName("refuse one that the backend does not know, by its full name and with the known ones in order")
    void refuseTheUnknown() {
        BackendSettings settings = BackendSettings.of("memory", Map.of("max-keys", "5", "max_keys", "6", "a", "b"));
        assertThatThrownBy(() -> settings.requireKnown(List.of("max_keys", "a", "max_bytes")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("unknown setting backends.memory.max-keys, expected one of a, max_bytes, max_keys");
        assertThatThrownBy(() -> settings.requireKnown(List.of()))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("unknown setting backends.memory.a, expected none");
        settings.requireKnown(List.of("max-keys", "max_keys", "a"));
    }

    @ParameterizedTest(name = "refuse ''{0}'' as a whole number from 1 to 10")
    @ValueSource(strings = {"0", "11", "-1", "ten", "", " 5", "5.0", "99999999999999999999", "0x5"})
    void refuseWhatIsNoNumber(String text) {
        BackendSettings settings = BackendSettings.of("memory", Map.of("n", text));
        assertThatThrownBy(() -> settings.number("n", 3, 1, 10))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("backends.memory.n is '" + text + "', expected a whole number from 1 to 10");
    }

    @Test
    @DisplayName("read a number in its range, and the fallback where there is none")
    void readNumbers() {
        assertThat(BackendSettings.of("memory", Map.of("n", "1")).number("n", 3, 1, 10))
                .isEqualTo(1);
        assertThat(BackendSettings.of("memory", Map.of("n", "10")).number("n", 3, 1, 10))
                .isEqualTo(10);
        assertThat(BackendSettings.of("memory", Map.of()).number("n", 3, 1, 10)).isEqualTo(3);
    }
}
