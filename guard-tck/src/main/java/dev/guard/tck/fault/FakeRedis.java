package dev.guard.tck.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server on the loopback interface that speaks RESP and answers what a test tells it to, also what no real server would say
 * when asked to: errors, replies of the wrong shape, bytes that are no reply, a reply in pieces, nothing.
 *
 * <p>What is not told otherwise is answered such that clients can connect: HELLO, AUTH, SELECT, CLIENT, PING, ECHO, INFO, COMMAND and
 * QUIT. Anything else is an unknown command.
 *
 * <p>The answers to one command are those given to {@link #next} first, each once, over all connections in the order of arrival; then
 * what {@link #always} says. Commands are told apart by their first word, in any case.
 *
 * <p>Each connection has a thread; any thread may use the methods.
 */
public final class FakeRedis implements AutoCloseable {

    private static final String VERSION = "7.0.15";
    private static final int CONNECT_MILLIS = 10_000;
    private static final Answer OK = Answer.status("OK");

    private final ServerSocket server;
    private final Thread acceptor;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<List<String>> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Deque<Answer>> once = new ConcurrentHashMap<>();
    private final Map<String, Answer> always = new ConcurrentHashMap<>();
    private volatile @Nullable Answer greeting;
    private volatile @Nullable Answer everything;
    private final @Nullable InetSocketAddress behind;

    private FakeRedis(ServerSocket server, @Nullable InetSocketAddress behind) {
        this.server = server;
        this.behind = behind;
        this.acceptor = daemon(this::accept, "fake-redis-accept-" + server.getLocalPort());
    }

    /** Starts one on a free port. */
    public static FakeRedis start() {
        return start(null);
    }

    /**
     * Starts one on a free port that hands on what it is not told an answer to, and does not answer by itself: a real server that says strange
     * things at times. Replies are those of RESP2. Each connection has one of its own to the server, which takes no password and no TLS;
     * where the server ends it, the client's ends.
     *
     * @throws IllegalArgumentException if the server's name was not resolved
     */
    public static FakeRedis before(InetSocketAddress server) {
        if (server.isUnresolved()) {
            throw new IllegalArgumentException(
                    "server is " + server + ", whose name is not resolved; expected an address and a port");
        }
        return start(server);
    }

    private static FakeRedis start(@Nullable InetSocketAddress behind) {
        try {
            FakeRedis fake =
                    new FakeRedis(new ServerSocket(0, 0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})), behind);
            fake.acceptor.start();
            return fake;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    // ─── What a test says ───────────────────────────────────────────────────────────────────────

    /** Answers to the next calls of a command, each once, in this order, before anything else. */
    public FakeRedis next(String command, Answer... answers) {
        lock.lock();
        try {
            once.computeIfAbsent(upper(command), name -> new ArrayDeque<>()).addAll(List.of(answers));
            return this;
        } finally {
            lock.unlock();
        }
    }

    /** The answer to all calls of a command. */
    public FakeRedis always(String command, Answer answer) {
        always.put(upper(command), answer);
        return this;
    }

    /** The answer to all calls of commands that no other method names, also to those that are answered by default. */
    public FakeRedis everything(Answer answer) {
        everything = answer;
        return this;
    }

    /** What each connection gets from now on before it asked anything, such as an error about too many clients. */
    public FakeRedis greet(Answer answer) {
        greeting = answer;
        return this;
    }

    /** Forgets all answers, and what was received. Connections stay. */
    public void reset() {
        lock.lock();
        try {
            once.clear();
        } finally {
            lock.unlock();
        }
        always.clear();
        everything = null;
        greeting = null;
        received.clear();
    }

    /** Closes the connections that there are; new ones are accepted. */
    public void dropConnections() {
        connections.forEach(FakeRedis::shut);
    }

    /** The host, {@code 127.0.0.1}. */
    public String host() {
        return "127.0.0.1";
    }

    /** The port. */
    public int port() {
        return server.getLocalPort();
    }

    /** The URL. */
    public String url() {
        return "redis://" + host() + ":" + port();
    }

    /** The commands that came so far, over all connections, each with its parts as text. */
    public List<List<String>> received() {
        return List.copyOf(received);
    }

    /** How often a command came. */
    public long received(String command) {
        return received.stream()
                .filter(parts -> upper(parts.get(0)).equals(upper(command)))
                .count();
    }

    /** How many connections were made so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Closes the port and all connections; what hangs ends. */
    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
        connections.forEach(FakeRedis::shut);
        try {
            // The port is free only when nobody waits at it.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ─── What it does ───────────────────────────────────────────────────────────────────────────

    private void accept() {
        while (true) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (IOException e) {
                return;
            }
            connections.add(socket);
            if (closed.getCount() == 0) {
                shut(socket);
            }
            int number = accepted.incrementAndGet();
            daemon(() -> serve(socket), "fake-redis-" + port() + "-" + number).start();
        }
    }

    private void serve(Socket socket) {
        try (socket;
                Line line = new Line()) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            Answer first = greeting;
            boolean answering = first == null || first.give(socket, out, closed);
            for (List<byte[]> parts = Resp.command(in); !parts.isEmpty(); parts = Resp.command(in)) {
                List<String> command =
                        parts.stream().map(part -> new String(part, UTF_8)).toList();
                received.add(command);
                answering = answering && answerTo(command, parts, line).give(socket, out, closed);
            }
        } catch (IOException e) {
            // The client left, the server behind did, or the answer was to close.
        } finally {
            connections.remove(socket);
        }
    }

    private Answer answerTo(List<String> command, List<byte[]> parts, Line line) throws IOException {
        String name = upper(command.get(0));
        lock.lock();
        try {
            Deque<Answer> queue = once.get(name);
            Answer next = queue == null ? null : queue.poll();
            if (next != null) {
                return next;
            }
        } finally {
            lock.unlock();
        }
        Answer standing = always.get(name);
        if (standing == null) {
            standing = everything;
        }
        return standing == null ? defaultAnswer(name, command, parts, line) : standing;
    }

    private Answer defaultAnswer(String name, List<String> command, List<byte[]> parts, Line line) throws IOException {
        return switch (name) {
            case "PING" -> Answer.status("PONG");
            case "ECHO" -> Answer.bulk(command.get(command.size() - 1));
            case "AUTH", "SELECT", "CLIENT", "QUIT", "READONLY", "RESET" -> OK;
            case "COMMAND" -> Answer.array();
            case "INFO" ->
                Answer.bulk("# Server\r\nredis_version:" + VERSION + "\r\nredis_mode:standalone\r\n"
                        + "# Replication\r\nrole:master\r\n");
            case "HELLO" -> hello(command.size() > 1 && command.get(1).equals("3"));
            default ->
                behind == null
                        ? Answer.error("ERR unknown command '" + command.get(0) + "'")
                        : Answer.raw(line.ask(behind, parts));
        };
    }

    /** A connection to the server behind, made when it is needed. */
    private final class Line implements AutoCloseable {

        private @Nullable Socket socket;

        byte[] ask(InetSocketAddress server, List<byte[]> command) throws IOException {
            Socket open = socket;
            if (open == null) {
                open = new Socket();
                socket = open;
                // So that the fake's end is this one's.
                connections.add(open);
                open.setTcpNoDelay(true);
                open.connect(server, CONNECT_MILLIS);
                if (closed.getCount() == 0) {
                    shut(open);
                }
            }
            open.getOutputStream().write(Resp.request(command));
            return Resp.reply(open.getInputStream());
        }

        @Override
        public void close() {
            Socket open = socket;
            if (open != null) {
                connections.remove(open);
                shut(open);
            }
        }
    }

    private static Answer hello(boolean resp3) {
        Answer[] fields = {
            Answer.bulk("server"), Answer.bulk("redis"),
            Answer.bulk("version"), Answer.bulk(VERSION),
            Answer.bulk("proto"), Answer.integer(resp3 ? 3 : 2),
            Answer.bulk("id"), Answer.integer(1),
            Answer.bulk("mode"), Answer.bulk("standalone"),
            Answer.bulk("role"), Answer.bulk("master"),
            Answer.bulk("modules"), Answer.array()
        };
        return resp3 ? Answer.map(fields) : Answer.array(fields);
    }

    private static String upper(String command) {
        return command.toUpperCase(Locale.ROOT);
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    // ─── Answers ────────────────────────────────────────────────────────────────────────────────

    /** What is answered: bytes, how they come, and whether the connection stays. Immutable. */
    public static final class Answer {

        private final byte[] bytes;
        private final @Nullable Duration betweenBytes;
        private final @Nullable CountDownLatch gate;
        private final End end;

        /** What follows the bytes. */
        private enum End {
            /** The next command. */
            STAY,
            /** Nothing, while the connection stays. */
            HANG,
            /** An orderly end of the connection. */
            CLOSE,
            /** A reset of the connection. */
            RESET
        }

        private Answer(byte[] bytes, @Nullable Duration betweenBytes, @Nullable CountDownLatch gate, End end) {
            this.bytes = bytes;
            this.betweenBytes = betweenBytes;
            this.gate = gate;
            this.end = end;
        }

        /** These bytes, whatever they are. */
        public static Answer raw(byte... bytes) {
            return new Answer(bytes.clone(), null, null, End.STAY);
        }

        /** An error, such as {@code OOM command not allowed when used memory > 'maxmemory'.}. */
        public static Answer error(String line) {
            return raw(Resp.line('-', line));
        }

        /** A simple string. */
        public static Answer status(String line) {
            return raw(Resp.line('+', line));
        }

        /** A number. */
        public static Answer integer(long value) {
            return raw(Resp.line(':', String.valueOf(value)));
        }

        /** A bulk string. */
        public static Answer bulk(byte[] value) {
            return raw(Resp.bulk(value));
        }

        /** A bulk string. */
        public static Answer bulk(String value) {
            return bulk(value.getBytes(UTF_8));
        }

        /** No string. */
        public static Answer nil() {
            return raw(Resp.line('$', "-1"));
        }

        /** A list of answers; only their bytes count. */
        public static Answer array(Answer... elements) {
            return aggregate('*', elements.length, elements);
        }

        /** A map of RESP3: keys and values in turn; only their bytes count. */
        public static Answer map(Answer... keysAndValues) {
            return aggregate('%', keysAndValues.length / 2, keysAndValues);
        }

        private static Answer aggregate(char type, int size, Answer... elements) {
            List<byte[]> parts = new ArrayList<>(List.of(Resp.line(type, String.valueOf(size))));
            for (Answer element : elements) {
                parts.add(element.bytes);
            }
            return raw(Resp.concat(parts));
        }

        /** Nothing, ever: the connection stays open, and later commands over it get nothing either. */
        public static Answer never() {
            return new Answer(new byte[0], null, null, End.HANG);
        }

        /** The end of the connection, in good order. */
        public static Answer close() {
            return new Answer(new byte[0], null, null, End.CLOSE);
        }

        /** A reset of the connection. */
        public static Answer reset() {
            return new Answer(new byte[0], null, null, End.RESET);
        }

        /** The same, one byte at a time with this pause before each. */
        public Answer slowly(Duration pause) {
            return new Answer(bytes, pause, gate, end);
        }

        /** The same, as soon as the latch is open. */
        public Answer when(CountDownLatch open) {
            return new Answer(bytes, betweenBytes, open, end);
        }

        /** The first {@code count} bytes of it. */
        public Answer cutTo(int count) {
            return new Answer(Arrays.copyOf(bytes, count), betweenBytes, gate, end);
        }

        /** The same, and then the end of the connection. */
        public Answer thenClose() {
            return new Answer(bytes, betweenBytes, gate, End.CLOSE);
        }

        /** The same, and then a reset of the connection. */
        public Answer thenReset() {
            return new Answer(bytes, betweenBytes, gate, End.RESET);
        }

        /** The same, and then nothing more over this connection. */
        public Answer thenHang() {
            return new Answer(bytes, betweenBytes, gate, End.HANG);
        }

        /** Returns whether commands after this one are to be answered. */
        private boolean give(Socket socket, OutputStream out, CountDownLatch closed) throws IOException {
            try {
                if (gate != null) {
                    awaitGate(gate, closed);
                }
                if (betweenBytes == null) {
                    out.write(bytes);
                } else {
                    for (byte next : bytes) {
                        if (closed.await(betweenBytes.toNanos(), TimeUnit.NANOSECONDS)) {
                            return false;
                        }
                        out.write(next);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                socket.close();
            }
            if (end == End.RESET) {
                socket.setSoLinger(true, 0);
            }
            if (end == End.RESET || end == End.CLOSE) {
                socket.close();
            }
            return end == End.STAY;
        }

        private static void awaitGate(CountDownLatch gate, CountDownLatch closed) throws InterruptedException {
            while (!gate.await(10, TimeUnit.MILLISECONDS)) {
                if (closed.getCount() == 0) {
                    return;
                }
            }
        }
    }
}
