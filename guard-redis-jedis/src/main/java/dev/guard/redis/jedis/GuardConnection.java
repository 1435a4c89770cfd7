package dev.guard.redis.jedis;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.PushConsumerChain;
import redis.clients.jedis.util.RedisInputStream;

/** A connection whose writing and reading are told apart, and that another thread can close at any moment. */
final class GuardConnection extends Connection {

    private final OneSocket socket;
    private final JedisClientConfig config;
    private @Nullable RedisInputStream input;

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

    @Override
    protected Object protocolRead(RedisInputStream stream, PushConsumerChain consumer) {
        input = stream;
        return super.protocolRead(stream, consumer);
    }

    /**
     * Whether the next command would get its own reply: what has come already is a reply to none, and would be taken for that of the
     * next command.
     */
    boolean isFresh() {
        try {
            return !isBroken() && isConnected() && (input == null || input.available() == 0);
        } catch (IOException e) {
            return false;
        }
    }

    /** Closes the connection, for whoever reads from it too. */
    void abort() {
        setBroken();
        socket.close();
    }
}
