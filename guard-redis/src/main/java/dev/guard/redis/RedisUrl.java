package dev.guard.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is, and how to speak to it. Its text never shows a password.
 *
 * @param topology one server, servers that sentinels know, or a cluster
 * @param tls whether the connections are encrypted, and the server's certificate and host name are verified
 * @param hosts the servers or sentinels to begin with, in the order given; empty for a socket
 * @param socket the path of a UNIX socket
 * @param user the ACL user; empty for the default one
 * @param password the password
 * @param database the database number; 0 for a cluster
 * @param master the name by which the sentinels know the primary; empty elsewhere
 * @param timeout how long an answer may take
 * @param connectTimeout how long a connection may take
 */
public record RedisUrl(
        Topology topology,
        boolean tls,
        List<Host> hosts,
        Optional<String> socket,
        Optional<String> user,
        Optional<String> password,
        int database,
        String master,
        Duration timeout,
        Duration connectTimeout) {

    /** How servers stand together. */
    public enum Topology {
        /** One server, or one name for a server and its stand-ins. */
        STANDALONE,
        /** A primary and its replicas, which sentinels watch. */
        SENTINEL,
        /** A cluster, whose servers share the keys. */
        CLUSTER
    }

    /** A host and a port. */
    public record Host(String name, int port) {}
}
