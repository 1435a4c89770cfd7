package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many clients at one key. */
class LoadTest {

    private static final int CLIENTS = 8;
    private static final int REQUESTS = 100_000;

    @Test
    @DisplayName("S2 100,000 requests of eight clients at one key under 1000/1h: exactly 1,000 are 200, all others 429")
    void exact_under_load() throws Exception {
        try (TestServer server = TestServer.with("policies: { hourly: { limits: ['1000/1h fixed'] } }")) {
            CyclicBarrier together = new CyclicBarrier(CLIENTS);
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            List<Future<Map<Integer, Integer>>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                byte[] request = i % 2 == 0 ? acquire() : check();
                clients.add(threads.submit(() -> {
                    together.await();
                    return ask(server.port(), request, REQUESTS / CLIENTS);
                }));
            }
            Map<Integer, Integer> statuses = new TreeMap<>();
            for (Future<Map<Integer, Integer>> client : clients) {
                client.get(Patience.SOON.toMillis() * 10, TimeUnit.MILLISECONDS)
                        .forEach((status, times) -> statuses.merge(status, times, Integer::sum));
            }
            threads.shutdown();

            assertThat(statuses).isEqualTo(Map.of(200, 1_000, 429, REQUESTS - 1_000));
            assertThat(server.get("/metrics").body())
                    .contains("outcome=\"allowed\",policy=\"hourly\"} 1000.0")
                    .contains("outcome=\"denied\",policy=\"hourly\"} 99000.0");
        }
    }

    private static byte[] acquire() {
        String body = "{\"policy\":\"hourly\",\"subject\":\"203.0.113.9\"}";
        return ("POST /v1/acquire HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] check() {
        return "GET /v1/check?policy=hourly&subject=203.0.113.9 HTTP/1.1\r\nHost: test\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends a request many times over one connection, each after the answer to the last one; counts the statuses. */
    private static Map<Integer, Integer> ask(int port, byte[] request, int times) throws IOException {
        Map<Integer, Integer> statuses = new TreeMap<>();
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Patience.SOON.toMillis());
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < times; i++) {
                out.write(request);
                statuses.merge(status(in), 1, Integer::sum);
            }
        }
        return statuses;
    }

    /** Reads one answer to its end. */
    private static int status(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        int length = 0;
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            if (field.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(field.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection after '" + line + "'");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
