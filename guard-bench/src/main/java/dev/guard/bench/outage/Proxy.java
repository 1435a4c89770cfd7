package dev.guard.bench.outage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.guard.testing.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A way to a server over the loopback interface that can be broken: each connection is passed on to a connection of its own, byte
 * for byte. Any thread may use it; what it starts ends when it is closed.
 */
final class Proxy implements AutoCloseable {

    private static final int CHUNK = 16 * 1024;
    private static final int BACKLOG = 512;

    private enum State {
        OPEN,
        REFUSING,
        HOLDING,
        FORGETTING,
        CLOSED
    }

    private final InetSocketAddress server;
    private final int port;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Link> links = new HashSet<>();
    private final AtomicReference<@Nullable Cut> armed = new AtomicReference<>();
    private final AtomicInteger cuts = new AtomicInteger();
    private State state = State.OPEN;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    /**
     * The reply that is lost next.
     *
     * @param marker what the command has in it
     * @param reset whether the connection is reset, and not closed
     */
    private record Cut(String marker, boolean reset) {}

    /** A way to the server at that port. */
    Proxy(int serverPort) {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
        this.port = Ports.free();
        listen();
    }

    /** Host and port that callers connect to. */
    String address() {
        return "127.0.0.1:" + port;
    }

    /** Resets all connections and refuses new ones, until {@link #mend}. */
    void refuse() {
        List<Link> ended;
        Thread accepting;
        lock.lock();
        try {
            state = State.REFUSING;
            if (listener != null) {
                closeQuietly(listener);
            }
            accepting = acceptor;
            ended = new ArrayList<>(links);
        } finally {
            lock.unlock();
        }
        if (accepting != null) {
            // While it waits at the port, connections are made after the port was closed.
            Uninterruptibles.joinUninterruptibly(accepting);
        }
        ended.forEach(link -> link.end(true));
    }

    /** Keeps back what the server sends, until {@link #mend}. */
    void hold() {
        become(State.HOLDING);
    }

    /** Loses what either side sends on the connections that there are and those that are made until {@link #mend}, for good. */
    void forget() {
        lock.lock();
        try {
            state = State.FORGETTING;
            links.forEach(link -> link.forgotten = true);
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything through again. */
    void mend() {
        lock.lock();
        try {
            if (state == State.REFUSING) {
                listen();
            }
            become(State.OPEN);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets the next command that writes and has the marker in it reach the server, and cuts its connection when the server answers; the
     * answer is lost. That happens once.
     */
    void cutReplyTo(String marker, boolean reset) {
        armed.set(new Cut(marker, reset));
    }

    /** How many replies were lost by now. */
    int cuts() {
        return cuts.get();
    }

    @Override
    public void close() {
        refuse();
        become(State.CLOSED);
    }

    private void become(State next) {
        lock.lock();
        try {
            state = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            listener = socket;
            acceptor = start("accepts", () -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                admit(socket.accept());
            }
        } catch (IOException e) {
            // The listener was closed.
        }
    }

    private void admit(Socket caller) {
        Link link = new Link(caller, new Socket());
        lock.lock();
        try {
            if (state == State.REFUSING || state == State.CLOSED) {
                link.end(true);
                return;
            }
            link.forgotten = state == State.FORGETTING;
            links.add(link);
        } finally {
            lock.unlock();
        }
        start("passes requests on", link::requests);
    }

    private Thread start(String does, Runnable task) {
        Thread thread = new Thread(task, "proxy at " + port + " " + does);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is of no use any more.
        }
    }

    /** A connection of a caller's, and the one to the server that belongs to it. */
    private final class Link {

        private final Socket caller;
        private final Socket callee;
        private volatile boolean forgotten;
        private volatile @Nullable Cut cut;

        Link(Socket caller, Socket callee) {
            this.caller = caller;
            this.callee = callee;
        }

        void requests() {
            try {
                callee.connect(server);
                callee.setTcpNoDelay(true);
                caller.setTcpNoDelay(true);
                start("passes replies on", this::replies);
                InputStream in = caller.getInputStream();
                OutputStream out = callee.getOutputStream();
                byte[] chunk = new byte[CHUNK];
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    Cut next = armed.get();
                    if (next != null && writes(chunk, length, next.marker) && armed.compareAndSet(next, null)) {
                        cut = next;
                    }
                    if (!forgotten) {
                        out.write(chunk, 0, length);
                    }
                }
            } catch (IOException e) {
                // One of the two has left, so the other has to.
            }
            end(false);
        }

        /** Clients send a command at a time, in one piece, as long as they are called by one thread. */
        private static boolean writes(byte[] chunk, int length, String marker) {
            String text = new String(chunk, 0, length, ISO_8859_1);
            return text.contains(marker) && (text.contains("EVAL") || text.contains("\r\nSET\r\n"));
        }

        private void replies() {
            try {
                InputStream in = callee.getInputStream();
                OutputStream out = caller.getOutputStream();
                byte[] chunk = new byte[CHUNK];
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    Cut now = cut;
                    if (now != null) {
                        cuts.incrementAndGet();
                        end(now.reset);
                        return;
                    }
                    awaitPassage();
                    if (!forgotten) {
                        out.write(chunk, 0, length);
                    }
                }
            } catch (IOException e) {
                // One of the two has left, so the other has to.
            }
            end(false);
        }

        private void awaitPassage() {
            lock.lock();
            try {
                while (state == State.HOLDING) {
                    changed.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
        }

        void end(boolean reset) {
            lock.lock();
            try {
                links.remove(this);
            } finally {
                lock.unlock();
            }
            if (reset) {
                try {
                    caller.setSoLinger(true, 0);
                } catch (IOException e) {
                    // It is closed.
                }
            }
            closeQuietly(caller);
            closeQuietly(callee);
        }
    }
}
