package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
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
    private final Watchdog.Watch watch;
    private final Command command = new Command();
    private @Nullable RedisInputStream input;
    private volatile long idleSince;

    GuardConnection(OneSocket socket, JedisClientConfig config, Watchdog watchdog) {
        super(Connection.builder().socketFactory(socket).clientConfig(config));
        this.socket = socket;
        this.config = config;
        this.watch = watchdog.watch(this::abort);
    }

    /** Connects, signs in and chooses the database. */
    void open() {
        initializeFromClientConfig(config);
    }

    /** Begins an exchange, which is broken off at its deadline. */
    void begin(Deadline deadline) {
        watch.begin(deadline);
    }

    /** Ends an exchange. Answers whether it was broken off; then the connection is broken, even where the reply came just in time. */
    boolean end() {
        if (watch.over()) {
            setBroken();
            return true;
        }
        return false;
    }

    /** Puts a command into what is to be written. */
    void send(byte[]... parts) {
        try {
            sendCommand(command.of(parts));
        } finally {
            command.clear();
        }
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

    /** Notes that nobody uses the connection from now on. */
    void rest() {
        idleSince = System.nanoTime();
    }

    /** Whether nobody has used it for longer than that. */
    boolean hasRestedFor(long nanos) {
        return System.nanoTime() - idleSince > nanos;
    }

    /** Closes the connection, for whoever reads from it too. */
    void abort() {
        setBroken();
        socket.close();
        watch.leave();
    }
}
