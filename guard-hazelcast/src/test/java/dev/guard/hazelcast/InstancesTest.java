package dev.guard.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import dev.guard.domain.backend.BackendSettings;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What guard starts")
class InstancesTest {

    private static HazelcastSettings settings(String... pairs) {
        Map<String, String> values = new HashMap<>(Map.of("members", "10.0.0.1:5701,10.0.0.2:5701"));
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return HazelcastSettings.toOpen(BackendSettings.of("hazelcast", values));
    }

    @Test
    @DisplayName("as a member joins the addresses that it was given and looks for no others")
    void join() {
        Config config =
                Instances.memberConfig(settings("port", "5799", "bind", "10.0.0.1", "public_address", "host:1"));
        JoinConfig join = config.getNetworkConfig().getJoin();
        assertThat(join.getTcpIpConfig().isEnabled()).isTrue();
        assertThat(join.getTcpIpConfig().getMembers()).containsExactly("10.0.0.1:5701", "10.0.0.2:5701");
        assertThat(join.isAutoDetectionEnabled()).isFalse();
        assertThat(join.getMulticastConfig().isEnabled()).isFalse();
        assertThat(join.getAwsConfig().isEnabled()).isFalse();
        assertThat(join.getKubernetesConfig().isEnabled()).isFalse();
        assertThat(join.getAzureConfig().isEnabled()).isFalse();
        assertThat(join.getGcpConfig().isEnabled()).isFalse();
        assertThat(join.getEurekaConfig().isEnabled()).isFalse();
        assertThat(join.getDiscoveryConfig().isEnabled()).isFalse();
        assertThat(config.getNetworkConfig().getPort()).isEqualTo(5799);
        assertThat(config.getNetworkConfig().isPortAutoIncrement()).isFalse();
        assertThat(config.getNetworkConfig().getPublicAddress()).isEqualTo("host:1");
        assertThat(config.getNetworkConfig().getInterfaces().isEnabled()).isTrue();
        assertThat(config.getNetworkConfig().getInterfaces().getInterfaces()).containsExactly("10.0.0.1");
        assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    }

    @Test
    @DisplayName(
            "as a member listens on the loopback interface unless told otherwise, with no door but the one for members and clients")
    void loopback() {
        Config config = Instances.memberConfig(settings());
        assertThat(config.getNetworkConfig().getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
        assertThat(config.getNetworkConfig().getMemcacheProtocolConfig().isEnabled())
                .isFalse();
        assertThat(config.getAdvancedNetworkConfig().isEnabled()).isFalse();
        assertThat(config.getJetConfig().isEnabled()).isFalse();
        assertThat(config.getUserCodeDeploymentConfig().isEnabled()).isFalse();
        assertThat(config.getMetricsConfig().isEnabled()).isFalse();
    }

    @Test
    @DisplayName(
            "as a member tells nobody of itself, reads no Java objects, and counts nothing as done that may be lost")
    void properties() {
        Config config = Instances.memberConfig(settings("timeout", "3s"));
        assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.logging.type")).isEqualTo("slf4j");
        assertThat(config.getProperty("hazelcast.operation.fail.on.indeterminate.state"))
                .isEqualTo("true");
        assertThat(config.getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
        assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("5");
        assertThat(config.getProperty("hazelcast.operation.call.timeout.millis"))
                .isEqualTo("10000");
        assertThat(config.getProperty("hazelcast.operation.backup.timeout.millis"))
                .isEqualTo("3000");
        assertThat(config.getSerializationConfig().getJavaSerializationFilterConfig())
                .isNotNull();
        assertThat(config.getSerializationConfig()
                        .getJavaSerializationFilterConfig()
                        .isDefaultsDisabled())
                .isFalse();
    }

    @Test
    @DisplayName(
            "keeps counters as bytes, with a backup that is waited for, forgets none, and merges to the larger consumption")
    void map() {
        MapConfig map = Instances.memberConfig(settings("backups", "2")).getMapConfig(HazelcastBackend.MAP);
        assertThat(map.getInMemoryFormat()).isEqualTo(InMemoryFormat.BINARY);
        assertThat(map.getBackupCount()).isEqualTo(2);
        assertThat(map.getAsyncBackupCount()).isZero();
        assertThat(map.isReadBackupData()).isFalse();
        assertThat(map.getEvictionConfig().getEvictionPolicy()).isEqualTo(EvictionPolicy.NONE);
        assertThat(map.getMaxIdleSeconds()).isZero();
        assertThat(map.getMergePolicyConfig().getPolicy()).isEqualTo(LargerConsumption.class.getName());
    }

    @Test
    @DisplayName("as a client sends nothing twice, and fails at once while it has no connection")
    void client() {
        ClientConfig config =
                Instances.clientConfig(settings("mode", "client", "cluster", "other", "timeout", "1500ms"));
        assertThat(config.getClusterName()).isEqualTo("other");
        assertThat(config.getNetworkConfig().getAddresses()).containsExactly("10.0.0.1:5701", "10.0.0.2:5701");
        assertThat(config.getNetworkConfig().isRedoOperation()).isFalse();
        assertThat(config.getNetworkConfig().getAutoDetectionConfig().isEnabled())
                .isFalse();
        assertThat(config.isBackupAckToClientEnabled()).isFalse();
        assertThat(config.getConnectionStrategyConfig().getReconnectMode().name())
                .isEqualTo("ASYNC");
        assertThat(config.getConnectionStrategyConfig()
                        .getConnectionRetryConfig()
                        .getClusterConnectTimeoutMillis())
                .isEqualTo(-1);
        assertThat(config.getProperty("hazelcast.client.invocation.timeout.seconds"))
                .isEqualTo("2");
        assertThat(config.getSerializationConfig().getJavaSerializationFilterConfig())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"100ms, 1000, 200", "1s, 1250, 250", "2s, 2500, 500", "30s, 5000, 1000"})
    @DisplayName("as a client closes a connection that is silent for a little longer than a call may take")
    void silence(String timeout, String silent, String heartbeat) {
        ClientConfig config = Instances.clientConfig(settings("mode", "client", "timeout", timeout));
        assertThat(config.getProperty("hazelcast.client.heartbeat.timeout")).isEqualTo(silent);
        assertThat(config.getProperty("hazelcast.client.heartbeat.interval")).isEqualTo(heartbeat);
    }
}
