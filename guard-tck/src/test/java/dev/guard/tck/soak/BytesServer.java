package dev.guard.tck.soak;

import dev.guard.domain.Micros;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A store of bytes in this process, which others reach over TCP: it answers what a key has, and replaces it if that is what it had. */
final class BytesServer implements AutoCloseable {

    private final ServerSocket socket;
    private final Map<String, Value> values = new HashMap<>();
    private long revisions;

    private record Value(byte[] bytes, long revision) {}

    private BytesServer(ServerSocket socket) {
        this.socket = socket;
    }

    static BytesServer start() throws IOException {
        BytesServer server = new BytesServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        server.daemon(server::accept);
        return server;
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Forgets everything, as a restart without data does. */
    synchronized void forget() {
        values.clear();
    }

    private void daemon(Runnable work) {
        Thread thread = new Thread(work, "bytes-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                // It is closed, or the client is gone.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            while (true) {
                String key = in.readUTF();
                long expected = in.readLong();
                byte[] bytes = bytes(in);
                out.write(answer(key, expected, bytes));
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    /** As many bytes as are announced, all of them. */
    static byte[] bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    /** Writes the bytes if there are any and the revision is as expected, 0 for none; says what the key had before. */
    private synchronized byte[] answer(String key, long expected, byte[] bytes) throws IOException {
        Value before = values.get(key);
        long revision = before == null ? 0 : before.revision;
        if (bytes.length > 0 && revision == expected) {
            values.put(key, new Value(bytes, ++revisions));
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(answer);
        out.writeLong(Micros.of(Instant.now()));
        out.writeLong(revision);
        byte[] had = before == null ? new byte[0] : before.bytes;
        out.writeInt(had.length);
        out.write(had);
        return answer.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
