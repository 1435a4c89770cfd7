package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException.Reason;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The least that a driver can be: sockets, and one call at a time on each. */
final class SocketDriver implements RedisDriver {

    private final int port;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();

    SocketDriver(int port) {
        this.port = port;
    }

    @Override
    public CompletionStage<@Nullable Object> submit(byte[] key, byte[]... command) {
        return CompletableFuture.supplyAsync(() -> execute(key, command));
    }

    @Override
    public @Nullable Object execute(byte[] key, byte[]... command) {
        return call(command);
    }

    private @Nullable Object call(byte[]... command) {
        try {
            Connection connection = idle.poll();
            if (connection == null) {
                connection = new Connection(port);
            }
            Object reply = connection.call(command);
            idle.add(connection);
            if (reply instanceof RedisErrorReply error) {
                throw error;
            }
            return reply;
        } catch (IOException e) {
            throw new RedisConnectionException(Reason.CONNECTION_LOST, true, "the connection broke", e);
        }
    }

    @Override
    public List<Node> nodes() {
        return List.of(new Node() {
            @Override
            public String name() {
                return "127.0.0.1:" + port;
            }

            @Override
            public CompletionStage<@Nullable Object> submit(byte[]... command) {
                return CompletableFuture.supplyAsync(() -> call(command));
            }
        });
    }

    @Override
    public void close() {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    private static final class Connection {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Connection(int port) throws IOException {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        }

        @Nullable
        Object call(byte[]... command) throws IOException {
            out.write(("*" + command.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            for (byte[] part : command) {
                out.write(("$" + part.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(part);
                out.write('\r');
                out.write('\n');
            }
            out.flush();
            return read();
        }

        private @Nullable Object read() throws IOException {
            String line = line();
            String rest = line.substring(1);
            switch (line.charAt(0)) {
                case '+':
                    return rest.getBytes(StandardCharsets.UTF_8);
                case '-':
                    return new RedisErrorReply(rest);
                case ':':
                    return Long.valueOf(rest);
                case '$':
                    int length = Integer.parseInt(rest);
                    if (length < 0) {
                        return null;
                    }
                    byte[] bytes = in.readNBytes(length);
                    in.skipNBytes(2);
                    return bytes;
                case '*':
                    int count = Integer.parseInt(rest);
                    List<@Nullable Object> items = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        items.add(read());
                    }
                    return items;
                default:
                    throw new IOException("unexpected " + line);
            }
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\r'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("closed");
                }
                line.append((char) c);
            }
            in.skipNBytes(1);
            return line.toString();
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // nothing is left of it
            }
        }
    }
}
