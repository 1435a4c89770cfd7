package dev.guard.redis.jedis;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Makes the socket of one connection, once, and can close it from another thread.
 *
 * <p>Once, because a Jedis connection whose socket was closed on this side makes a new one for the next command, without signing in
 * and without choosing the database.
 */
final class OneSocket extends DefaultJedisSocketFactory {

    private final @Nullable Tls tls;
    private @Nullable Socket socket;
    private boolean used;
    private boolean closed;

    /**
     * Makes nothing yet.
     *
     * @param plain the settings, without TLS
     * @param tls how the connection is encrypted, if it is
     */
    OneSocket(HostAndPort server, JedisClientConfig plain, @Nullable Tls tls) {
        super(server, plain);
        this.tls = tls;
    }

    @Override
    public Socket createSocket() {
        synchronized (this) {
            if (used || closed) {
                throw wasClosed();
            }
            used = true;
        }
        Socket connected = super.createSocket();
        synchronized (this) {
            socket = connected;
            if (closed) {
                close();
                throw wasClosed();
            }
        }
        return tls == null ? connected : encrypted(tls, connected);
    }

    private JedisConnectionException wasClosed() {
        return new JedisConnectionException("The connection to " + getHostAndPort() + " was closed.");
    }

    private Socket encrypted(Tls tls, Socket connected) {
        try {
            SSLSocket encrypted = tls.over(connected, getHostAndPort());
            encrypted.startHandshake();
            return encrypted;
        } catch (IOException e) {
            close();
            throw new JedisConnectionException("Failed to encrypt the connection to " + getHostAndPort() + ".", e);
        }
    }

    /** Closes the socket, at once and under whoever reads from it; one that is being made is closed when it is made. */
    synchronized void close() {
        closed = true;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // a socket that does not close cleanly is closed all the same
            }
        }
    }
}
