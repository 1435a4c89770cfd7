package dev.guard.redis.jedis;

import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/** A connection whose writing and reading are told apart, and that another thread can close at any moment. */
final class GuardConnection extends Connection {

    private final OneSocket socket;
    private final JedisClientConfig config;

    GuardConnection(OneSocket socket, JedisClientConfig config) {
        super(Connection.builder().socketFactory(socket).clientConfig(config));
        this.socket = socket;
        this.config = config;
    }

    /** Connects, signs in and chooses the database. */
    void open() {
        initializeFromClientConfig(config);
    }

    /** Writes all of what was sent. Where this fails, the server has not got the end of it, and will not run it. */
    void writeOut() {
        flush();
    }

    /** Reads a reply. */
    Object read() {
        return readProtocolWithCheckingBroken();
    }

    /** Closes the connection, for whoever reads from it too. */
    void abort() {
        setBroken();
        socket.close();
    }

    HostAndPort server() {
        return socket.getHostAndPort();
    }
}
