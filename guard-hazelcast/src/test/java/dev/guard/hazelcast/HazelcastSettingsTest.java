package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.BackendSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The settings of Hazelcast")
class HazelcastSettingsTest {

    private static BackendSettings of(String... pairs) {
        Map<String, String> values = new HashMap<>(Map.of("members", "10.0.0.1:5701, 10.0.0.2:5701,host-3"));
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return BackendSettings.of("hazelcast", values);
    }

    @Test
    @DisplayName(
            "that are left out are a member on the loopback interface, which wants the majority of those it was given")
    void defaults() {
        HazelcastSettings settings = HazelcastSettings.toOpen(of());
        assertThat(settings.client()).isFalse();
        assertThat(settings.members()).containsExactly("10.0.0.1:5701", "10.0.0.2:5701", "host-3");
        assertThat(settings.bind()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(5701);
        assertThat(settings.publicAddress()).isEmpty();
        assertThat(settings.cluster()).isEqualTo("guard");
        assertThat(settings.namespace()).isEqualTo("guard");
        assertThat(settings.quorum()).isEqualTo(2);
        assertThat(settings.backups()).isEqualTo(1);
        assertThat(settings.timeoutMillis()).isEqualTo(1_000);
        assertThat(settings.startTimeoutNanos()).isEqualTo(30_000_000_000L);
    }

    @ParameterizedTest(name = "want {1} of {0} expected members")
    @CsvSource({"1, 1", "2, 2", "3, 2", "4, 3", "5, 3", "7, 4"})
    void majority(String expected, int quorum) {
        assertThat(HazelcastSettings.toOpen(of("expected_members", expected)).quorum())
                .isEqualTo(quorum);
        assertThat(HazelcastSettings.toUse(BackendSettings.of("hazelcast", Map.of("expected_members", expected)))
                        .quorum())
                .isEqualTo(quorum);
    }

    @Test
    @DisplayName("that nobody knows are refused, and those that are known listed")
    void unknown() {
        assertThatThrownBy(() -> HazelcastSettings.toOpen(of("memebrs", "x")))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessage("unknown setting backends.hazelcast.memebrs, expected one of backups, bind, cluster,"
                        + " expected_members, members, mode, namespace, port, public_address, start_timeout, timeout");
        assertThatThrownBy(() -> HazelcastSettings.toUse(BackendSettings.of("hazelcast", Map.of("members", "x"))))
                .hasMessage("unknown setting backends.hazelcast.members, expected one of expected_members, namespace,"
                        + " timeout");
    }

    @ParameterizedTest(name = "are refused where {0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "mode | server | expected member or client",
                "members | '' | is '', expected the addresses of all members",
                "members | a:1,,b:1 | is 'a:1,,b:1', expected the addresses",
                "members | a:1,a:1 | each once",
                "members | 10.0.0.* | is '10.0.0.*', expected a host name or an address",
                "bind | '0.0.0.0 ' | expected a host name or an address",
                "port | 0 | expected a whole number from 1 to 65535",
                "public_address | a/b | is 'a/b', expected a host name or an address",
                "cluster | my cluster | is 'my cluster', expected 1 to 64 of A-Z",
                "namespace | a:b | is 'a:b', expected 1 to 64 of A-Z",
                "expected_members | none | expected a whole number from 1 to 1000",
                "backups | 7 | expected a whole number from 0 to 6",
                "timeout | 1 | expected a duration such as 1s",
                "timeout | 999us | expected a duration such as 1s, 1ms to 10m",
                "start_timeout | 11m | expected a duration such as 30s, 1ms to 10m",
            })
    void malformed(String name, String value, String expected) {
        assertThatThrownBy(() -> HazelcastSettings.toOpen(of(name, value)))
                .isInstanceOf(GuardConfigurationException.class)
                .hasMessageContaining("backends.hazelcast." + name + " is '" + value + "'")
                .hasMessageContaining(expected);
    }

    @Test
    @DisplayName("name the members, and with an instance that is handed in how many are expected")
    void required() {
        assertThatThrownBy(() -> HazelcastSettings.toOpen(BackendSettings.of("hazelcast", Map.of())))
                .hasMessageContaining("backends.hazelcast.members is not set, expected the addresses of all members");
        assertThatThrownBy(() -> HazelcastSettings.toUse(BackendSettings.of("hazelcast", Map.of())))
                .hasMessageContaining("backends.hazelcast.expected_members is not set, expected how many members");
    }

    @Test
    @DisplayName("of a client have nothing that only a member has")
    void ofClients() {
        assertThat(HazelcastSettings.toOpen(of("mode", "client")).client()).isTrue();
        for (String name : List.of("bind", "port", "public_address", "backups")) {
            assertThatThrownBy(() -> HazelcastSettings.toOpen(of("mode", "client", name, "1")))
                    .hasMessage("backends.hazelcast." + name
                            + " is set, which only a member has; expected it without backends.hazelcast.mode client");
        }
    }
}
