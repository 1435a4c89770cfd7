package dev.guard.hazelcast;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.client.config.ClientConnectionStrategyConfig.ReconnectMode;
import com.hazelcast.config.CacheDeserializedValues;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.spi.properties.ClusterProperty;
import java.util.Map;
import java.util.TreeMap;

/**
 * Members and clients with settings that guard can rely on. Nothing is read from files, system properties of Hazelcast's names still
 * go before what is set here.
 *
 * <p>A member joins the addresses that it was given and no others, listens on one address, sends nothing to Hazelcast's maker, and
 * misses another member after five seconds. A call whose backup may be missing fails, rather than counting as done. A client sends a
 * call again only where no member has seen it, fails at once while it has no connection, and closes one that is silent for longer than a
 * call may take.
 */
final class Instances {

    private static final String HEARTBEAT_SECONDS = "1";
    private static final String NO_HEARTBEAT_SECONDS = "5";
    private static final long LEAST_SILENCE_MILLIS = 1_000;
    private static final long MOST_SILENCE_MILLIS = 5_000;
    private static final int CONNECT_MILLIS = 2_000;
    private static final long LEAST_CALL_MILLIS = 10_000;
    private static final long LEAST_BACKUP_MILLIS = 500;
    private static final String RETRY_MILLIS = "50";

    /**
     * How often a member that misses the oldest one asks another one to follow it. Hazelcast takes it from a number of seconds; the first
     * five come at once, the others {@link #RETRY_MILLIS} apart. Whoever misses the oldest one up to a heartbeat later refuses until
     * then, and has to be asked again: who stops asking goes on alone.
     */
    private static final String MASTERSHIP_CLAIMS = "120";

    private Instances() {}

    /** A member, which has joined what members it found. It blocks for seconds. */
    static HazelcastInstance member(HazelcastSettings settings) {
        Config config = memberConfig(settings);
        return HazelcastInstanceFactory.newHazelcastInstance(config, config.getInstanceName(), new PatientHandshakes());
    }

    /** A client, which may not be connected yet. */
    static HazelcastInstance client(HazelcastSettings settings) {
        return HazelcastClient.newHazelcastClient(clientConfig(settings));
    }

    static Config memberConfig(HazelcastSettings settings) {
        Config config = new Config();
        config.setClusterName(settings.cluster());
        config.setClassLoader(Instances.class.getClassLoader());
        memberProperties(settings).forEach(config::setProperty);

        NetworkConfig network = config.getNetworkConfig();
        network.setPort(settings.port()).setPortAutoIncrement(false);
        settings.publicAddress().ifPresent(network::setPublicAddress);
        network.getInterfaces().setEnabled(true).addInterface(settings.bind());
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig()
                .setEnabled(true)
                .setMembers(settings.members())
                .setConnectionTimeoutSeconds(CONNECT_MILLIS / 1_000);

        config.getSerializationConfig().setJavaSerializationFilterConfig(new JavaSerializationFilterConfig());
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        config.addMapConfig(mapConfig(settings.backups()));
        return config;
    }

    private static Map<String, String> memberProperties(HazelcastSettings settings) {
        Map<String, String> properties = new TreeMap<>();
        properties.put(ClusterProperty.LOGGING_TYPE.getName(), "slf4j");
        properties.put(ClusterProperty.PHONE_HOME_ENABLED.getName(), "false");
        properties.put(ClusterProperty.SHUTDOWNHOOK_ENABLED.getName(), "false");
        properties.put(ClusterProperty.SOCKET_BIND_ANY.getName(), "false");
        properties.put(
                ClusterProperty.SOCKET_CONNECT_TIMEOUT_SECONDS.getName(), Integer.toString(CONNECT_MILLIS / 1_000));
        properties.put(ClusterProperty.HEARTBEAT_INTERVAL_SECONDS.getName(), HEARTBEAT_SECONDS);
        properties.put(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS.getName(), NO_HEARTBEAT_SECONDS);
        properties.put(ClusterProperty.MASTERSHIP_CLAIM_TIMEOUT_SECONDS.getName(), MASTERSHIP_CLAIMS);
        properties.put(ClusterProperty.CLIENT_HEARTBEAT_TIMEOUT_SECONDS.getName(), "30");
        properties.put(ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS.getName(), "10");
        properties.put(ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS.getName(), "10");
        properties.put(ClusterProperty.WAIT_SECONDS_BEFORE_JOIN.getName(), "1");
        properties.put(ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN.getName(), "5");
        properties.put(ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT.getName(), "10");
        properties.put(ClusterProperty.FAIL_ON_INDETERMINATE_OPERATION_STATE.getName(), "true");
        properties.put(
                ClusterProperty.OPERATION_CALL_TIMEOUT_MILLIS.getName(),
                Long.toString(Math.max(LEAST_CALL_MILLIS, 2 * settings.timeoutMillis())));
        properties.put(
                ClusterProperty.OPERATION_BACKUP_TIMEOUT_MILLIS.getName(),
                Long.toString(Math.max(LEAST_BACKUP_MILLIS, settings.timeoutMillis())));
        properties.put(ClusterProperty.INVOCATION_RETRY_PAUSE.getName(), RETRY_MILLIS);
        return properties;
    }

    /** What guard's map has to be like: plain bytes, one backup that is waited for, nothing evicted, and the larger consumption. */
    static MapConfig mapConfig(int backups) {
        MapConfig map = new MapConfig(HazelcastBackend.MAP)
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setBackupCount(backups)
                .setAsyncBackupCount(0)
                .setCacheDeserializedValues(CacheDeserializedValues.NEVER)
                .setStatisticsEnabled(false)
                .setMergePolicyConfig(new MergePolicyConfig().setPolicy(LargerConsumption.class.getName()));
        map.getEvictionConfig().setEvictionPolicy(EvictionPolicy.NONE);
        return map;
    }

    /**
     * For how long a client's connection may be silent before it is closed, and how long a new one may take to be accepted. A little
     * longer than a call may take: nothing that would be answered in time is lost, and a client whose connections the network has dropped
     * is back within two seconds, where a call may take one.
     */
    private static long silenceMillis(HazelcastSettings settings) {
        long aLittleLonger = settings.timeoutMillis() + settings.timeoutMillis() / 4;
        return Math.max(LEAST_SILENCE_MILLIS, Math.min(aLittleLonger, MOST_SILENCE_MILLIS));
    }

    static ClientConfig clientConfig(HazelcastSettings settings) {
        ClientConfig config = new ClientConfig();
        config.setClusterName(settings.cluster());
        config.setClassLoader(Instances.class.getClassLoader());
        config.setProperty("hazelcast.logging.type", "slf4j");
        long silence = silenceMillis(settings);
        config.setProperty("hazelcast.client.heartbeat.interval", Long.toString(silence / 5));
        config.setProperty("hazelcast.client.heartbeat.timeout", Long.toString(silence));
        config.setProperty(
                "hazelcast.client.invocation.timeout.seconds",
                Long.toString(Math.max(1, (settings.timeoutMillis() + 999) / 1_000)));
        config.setProperty("hazelcast.client.invocation.retry.pause.millis", RETRY_MILLIS);
        // Members wait for their backups themselves. A client would wait for an answer of each member that has a
        // backup, and in vain
        // for one that it is not connected to yet.
        config.setBackupAckToClientEnabled(false);
        config.getNetworkConfig()
                .setAddresses(settings.members())
                .setConnectionTimeout(CONNECT_MILLIS)
                .setRedoOperation(false);
        config.getNetworkConfig().getAutoDetectionConfig().setEnabled(false);
        config.getConnectionStrategyConfig()
                .setAsyncStart(true)
                .setReconnectMode(ReconnectMode.ASYNC)
                .getConnectionRetryConfig()
                .setInitialBackoffMillis(100)
                .setMaxBackoffMillis(250)
                .setMultiplier(1.5)
                .setJitter(0.2)
                .setClusterConnectTimeoutMillis(-1);
        config.getSerializationConfig().setJavaSerializationFilterConfig(new JavaSerializationFilterConfig());
        config.getMetricsConfig().setEnabled(false);
        return config;
    }
}
