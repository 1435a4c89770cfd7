package dev.guard.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A connection that sends bytes as they are, for requests that no client would send. */
final class RawConnection implements AutoCloseable {

    private final Socket socket = new Socket();

    RawConnection(int port) throws IOException {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
        socket.setSoTimeout(20_000);
    }

    RawConnection send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads one answer: its head and, by its Content-Length, its body. */
    String answer() throws IOException {
        return answer(true);
    }

    /** Reads one answer to HEAD: its head. */
    String headAnswer() throws IOException {
        return answer(false);
    }

    private String answer(boolean hasBody) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the server closed after '" + head + "'");
            }
            bytes.write(b);
            head = bytes.toString(StandardCharsets.ISO_8859_1);
        }
        if (!hasBody) {
            return head;
        }
        return head + new String(in.readNBytes(contentLength(head)), StandardCharsets.UTF_8);
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return 0;
    }

    /** Waits until the server closes the connection, and returns what came before that. */
    String rest(Duration atMost) throws IOException {
        socket.setSoTimeout((int) atMost.toMillis());
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
