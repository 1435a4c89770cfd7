package dev.guard.server;

import java.util.Map;
import java.util.TreeMap;

/** What the environment says of the Hazelcast cluster: each variable is a setting of the backend, and goes before the file's. */
final class HazelcastAddress {

    /** The variable without which, and without the setting in the file, nothing is known of the cluster. */
    static final String MEMBERS = "HAZELCAST_MEMBERS";

    private static final Map<String, String> SETTINGS = Map.of(
            MEMBERS,
            "members",
            "HAZELCAST_MODE",
            "mode",
            "HAZELCAST_BIND",
            "bind",
            "HAZELCAST_PORT",
            "port",
            "HAZELCAST_PUBLIC_ADDRESS",
            "public_address",
            "HAZELCAST_CLUSTER",
            "cluster",
            "HAZELCAST_EXPECTED_MEMBERS",
            "expected_members");

    private static final String LOGGING = "hazelcast.logging.type";

    private HazelcastAddress() {}

    /** Lets what Hazelcast says before it reads its settings go where the rest goes. */
    static void logAsWeDo() {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "slf4j");
        }
    }

    /** The settings that the environment has. */
    static Map<String, String> of(Environment environment) {
        Map<String, String> settings = new TreeMap<>();
        SETTINGS.forEach(
                (variable, setting) -> environment.get(variable).ifPresent(value -> settings.put(setting, value)));
        return settings;
    }
}
