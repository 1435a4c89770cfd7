package dev.guard.testing.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** A server of one connection that gives a reply, as bytes, to each piece that it gets, and ends the connection after the last. */
final class ReplyingServer implements AutoCloseable {

    private final ServerSocket server;
    private final List<byte[]> replies;

    private ReplyingServer(ServerSocket server, List<byte[]> replies) {
        this.server = server;
        this.replies = replies;
        Thread thread = new Thread(this::serve, "replying-server");
        thread.setDaemon(true);
        thread.start();
    }

    static ReplyingServer of(byte[]... replies) {
        try {
            return new ReplyingServer(
                    new ServerSocket(0, 0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})), List.of(replies));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve() {
        byte[] request = new byte[1024];
        try (Socket socket = server.accept()) {
            for (byte[] reply : replies) {
                if (socket.getInputStream().read(request) < 0) {
                    return;
                }
                socket.getOutputStream().write(reply);
            }
        } catch (IOException e) {
            // The client left, or this is closed.
        }
    }

    RespConnection connect(Duration timeout) throws IOException {
        return RespConnection.open("127.0.0.1", server.getLocalPort(), timeout);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
