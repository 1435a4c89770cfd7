package dev.guard.testing.redis;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a Redis server, in RESP2, blocking: the smallest client there is. It sends what it is given once, knows
 * nothing of commands, and never connects again.
 *
 * <p><b>Replies</b> are {@code byte[]} for simple and bulk strings, {@link Long}, {@link java.util.List} of replies, and null. An
 * error reply is thrown; one inside of a list is an element of it, a {@link RespErrorException}.
 *
 * <p><b>Errors</b>: after an {@link IOException} it is not known what the server did, and the connection is closed.
 *
 * <p>Only one thread may use it at a time; any thread may close it.
 */
public final class RespConnection implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RespConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /**
     * Connects.
     *
     * @param timeout how long to wait for the connection, and then for each read
     */
    public static RespConnection open(String host, int port, Duration timeout) throws IOException {
        return open(host, port, timeout, null);
    }

    /**
     * Connects, over TLS where a context is given. The certificate must be one that the context trusts; its name is not compared
     * with the host.
     *
     * @param timeout how long to wait for the connection, and then for each read
     */
    public static RespConnection open(String host, int port, Duration timeout, @Nullable SSLContext tls)
            throws IOException {
        int millis = Math.max(1, Math.toIntExact(timeout.toMillis()));
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), millis);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis);
            if (tls != null) {
                SSLSocket encrypted = (SSLSocket) tls.getSocketFactory().createSocket(socket, host, port, true);
                socket = encrypted;
                encrypted.startHandshake();
            }
            return new RespConnection(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a command and waits for its reply.
     *
     * @param parts the name and the arguments
     * @throws RespErrorException if the reply is an error
     */
    public @Nullable Object command(byte[]... parts) throws IOException {
        send(parts);
        return receive();
    }

    /** {@link #command(byte[]...)} with text, as UTF-8. */
    public @Nullable Object command(String... parts) throws IOException {
        return command(Resp.utf8(parts));
    }

    /** Sends a command and does not wait. Each needs a {@link #receive()} of its own. */
    public void send(byte[]... parts) throws IOException {
        try {
            out.write(Resp.request(parts));
            out.flush();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Waits for the reply to the oldest command without one.
     *
     * @throws RespErrorException if the reply is an error
     */
    public @Nullable Object receive() throws IOException {
        Object reply;
        try {
            reply = Resp.read(in);
        } catch (IOException e) {
            close();
            throw e;
        }
        if (reply instanceof RespErrorException error) {
            throw error;
        }
        return reply;
    }

    /** Whether it was closed, by us or after an error. A server that left is noticed by the next command only. */
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
