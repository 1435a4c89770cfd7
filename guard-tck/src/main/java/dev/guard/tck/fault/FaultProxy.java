package dev.guard.tck.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback interface between a backend and its store, which does to their connections what networks do.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.before(new InetSocketAddress("127.0.0.1", 5432));
 *         Backend backend = open("jdbc:postgresql://127.0.0.1:" + proxy.port() + "/guard")) {
 *     proxy.set(Fault.blackholeTowardsClient());
 *     // every call fails by its deadline
 *     proxy.heal();
 *     // and guard answers again within two seconds
 * }
 * }</pre>
 *
 * <p><b>Faults</b> may be switched at any time. A fault is in force when {@link #set} returns, for connections that there are and for new
 * ones, until another one or {@link #heal} takes its place; what a fault held back goes on then, in its order. Without a fault bytes,
 * ends and resets go through as they come. A store that takes no connection is a reset to the client: to have connections
 * refused, set {@link Fault#refuse}.
 *
 * <p><b>Limits.</b> It knows nothing of what it carries: a protocol in which clients learn other addresses from the store leads them past
 * it. The kernel accepts connections in its name, so that a blackhole begins after the handshake of TCP.
 *
 * <p>One daemon thread does all the work. Any thread may use the methods.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int MOST_HELD = 1 << 18;
    private static final int BACKLOG = 128;
    private static final long FOREVER = Long.MAX_VALUE;

    private final InetSocketAddress store;
    private final InetSocketAddress address;
    private final Selector selector;
    private final SocketChannel keeper;
    private final Thread thread;
    private final Queue<Order> orders = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile int connected;
    private volatile boolean closing;
    private volatile boolean over;
    private volatile Fault fault = Fault.NONE;

    // Of the proxy's own thread alone.
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
    private Random random = new Random(0);
    private @Nullable ServerSocketChannel door;

    private record Order(Runnable work, CompletableFuture<Void> done) {}

    /** Something that was sent: when it came, and what was drawn for it, from 0 to below 1. */
    private record Piece(ByteBuffer bytes, long arrived, double fraction) {}

    private FaultProxy(InetSocketAddress store) throws IOException {
        this.store = store;
        this.selector = Selector.open();
        this.keeper = SocketChannel.open();
        try {
            // Bound and never connected, it keeps the port ours while the door is closed.
            keeper.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            keeper.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            this.address = (InetSocketAddress) keeper.getLocalAddress();
            try {
                openDoor();
            } catch (BindException e) {
                // Not every system lets two sockets of ours have one port.
                keeper.close();
                openDoor();
            }
        } catch (IOException | RuntimeException e) {
            keeper.close();
            selector.close();
            throw e;
        }
        this.thread = new Thread(this::run, "guard-fault-proxy-" + address.getPort());
        thread.setDaemon(true);
    }

    /**
     * Starts one on a free port.
     *
     * @param store where it connects to for each connection that it accepts
     * @throws IllegalArgumentException if the store's name was not resolved
     * @throws UncheckedIOException if there is no port
     */
    public static FaultProxy before(InetSocketAddress store) {
        if (store.isUnresolved()) {
            throw new IllegalArgumentException(
                    "store is " + store + ", whose name is not resolved; expected an address and a port");
        }
        try {
            FaultProxy proxy = new FaultProxy(store);
            proxy.thread.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("a proxy before " + store + " could not be started", e);
        }
    }

    /** {@link #before(InetSocketAddress)} for a store on the loopback interface, {@code 127.0.0.1}. */
    public static FaultProxy before(int port) {
        try {
            return before(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ─── What a test says ───────────────────────────────────────────────────────────────────────

    /** The host to connect to, {@code 127.0.0.1}. */
    public String host() {
        return "127.0.0.1";
    }

    /** The port to connect to; it stays the same. */
    public int port() {
        return address.getPort();
    }

    /**
     * Sets the fault, in place of the one before.
     *
     * @throws IllegalStateException if the proxy was closed
     * @throws UncheckedIOException if the port, which was closed before, is another process's now
     */
    public void set(Fault fault) {
        order(() -> apply(fault));
    }

    /** Ends the fault: what it held back goes on, and connections are accepted. */
    public void heal() {
        set(Fault.NONE);
    }

    /** The fault in force. */
    public Fault fault() {
        return fault;
    }

    /** How many connections there are. */
    public int connections() {
        return connected;
    }

    /** How many connections were made so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Ends all connections and gives the port back. When this returns nothing of it is left. Closing twice is harmless. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "FaultProxy[" + host() + ":" + port() + " before " + store + ", " + fault + "]";
    }

    private void order(Runnable work) {
        Order order = new Order(work, new CompletableFuture<>());
        orders.add(order);
        selector.wakeup();
        if (over) {
            refuseOrders();
        }
        try {
            order.done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException plain) {
                throw plain;
            }
            throw e;
        }
    }

    private void refuseOrders() {
        for (Order order = orders.poll(); order != null; order = orders.poll()) {
            order.done.completeExceptionally(new IllegalStateException(this + " is closed"));
        }
    }

    // ─── What its thread does ───────────────────────────────────────────────────────────────────

    private void run() {
        try {
            while (!closing) {
                turn();
            }
        } catch (IOException e) {
            // Without a selector nothing goes on; clients see their connections end.
        } finally {
            List.copyOf(connections).forEach(Connection::close);
            closeDoor();
            closeQuietly(keeper);
            try {
                selector.close();
            } catch (IOException e) {
                // It is closed all the same.
            }
            over = true;
            refuseOrders();
        }
    }

    private void turn() throws IOException {
        List<Order> carriedOut = carryOut();
        try {
            accept();
            long now = System.nanoTime();
            long wait = FOREVER;
            for (Connection connection : List.copyOf(connections)) {
                wait = Math.min(wait, connection.advance(now));
            }
            if (!carriedOut.isEmpty()) {
                // Sockets are closed in earnest by the next look.
                selector.selectNow();
            } else if (wait == FOREVER) {
                selector.select();
            } else {
                selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait + 999_999)));
            }
            selector.selectedKeys().clear();
        } finally {
            carriedOut.forEach(order -> order.done.complete(null));
        }
    }

    /** The orders that there are; those that could not be carried out have failed. */
    private List<Order> carryOut() {
        List<Order> carriedOut = new ArrayList<>();
        for (Order order = orders.poll(); order != null; order = orders.poll()) {
            try {
                order.work.run();
                carriedOut.add(order);
            } catch (RuntimeException e) {
                order.done.completeExceptionally(e);
            }
        }
        return carriedOut;
    }

    private void apply(Fault next) {
        // What was under way before goes by the fault before.
        accept();
        long now = System.nanoTime();
        List.copyOf(connections).forEach(connection -> connection.advance(now));
        if (next.is(Fault.Kind.REFUSE)) {
            closeDoor();
            List.copyOf(connections).forEach(Connection::close);
        } else if (door == null) {
            try {
                openDoor();
            } catch (IOException e) {
                throw new UncheckedIOException("port " + port() + " could not be opened again", e);
            }
        }
        if (next.is(Fault.Kind.RESET)) {
            List.copyOf(connections).forEach(Connection::reset);
        }
        random = new Random(next.seed());
        fault = next;
        connections.forEach(Connection::beginAnew);
    }

    private void openDoor() throws IOException {
        ServerSocketChannel opened = ServerSocketChannel.open();
        try {
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            opened.bind(address, BACKLOG);
            opened.configureBlocking(false);
            opened.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        door = opened;
    }

    private void closeDoor() {
        ServerSocketChannel open = door;
        if (open != null) {
            door = null;
            closeQuietly(open);
        }
    }

    private void accept() {
        ServerSocketChannel open = door;
        while (open != null) {
            SocketChannel client;
            try {
                client = open.accept();
            } catch (IOException e) {
                return;
            }
            if (client == null) {
                return;
            }
            accepted.incrementAndGet();
            try {
                connections.add(new Connection(client));
            } catch (IOException e) {
                reset(client);
            }
            connected = connections.size();
        }
    }

    private static void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // It is closed already.
        }
        closeQuietly(channel);
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // It is closed all the same.
        }
    }

    /** A client's connection and the one to the store that belongs to it. */
    private final class Connection {

        private final SocketChannel client;
        private final SocketChannel server;
        private final Flow toStore;
        private final Flow toClient;
        private boolean isConnected;
        private boolean isDropped;
        private boolean hasStoreEnded;

        Connection(SocketChannel client) throws IOException {
            this.client = client;
            this.server = SocketChannel.open();
            try {
                for (SocketChannel each : List.of(client, server)) {
                    each.configureBlocking(false);
                    each.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                this.isConnected = server.connect(store);
                client.register(selector, 0);
                server.register(selector, 0);
            } catch (IOException | RuntimeException e) {
                closeQuietly(server);
                throw e;
            }
            this.toStore = new Flow(this, client, server, true);
            this.toClient = new Flow(this, server, client, false);
            this.isDropped = fault.is(Fault.Kind.DROP);
        }

        /** Does what can be done now; returns after how many nanoseconds there is more to do, whatever comes. */
        long advance(long now) {
            try {
                if (isDropped) {
                    lose();
                    return FOREVER;
                }
                if (!isConnected) {
                    isConnected = server.finishConnect();
                }
                long wait = Math.min(toStore.advance(now), toClient.advance(now));
                if (toStore.isOver && toClient.isOver) {
                    close();
                }
                if (!client.isOpen()) {
                    return FOREVER;
                }
                interest(
                        client,
                        (toStore.wantsToRead() ? SelectionKey.OP_READ : 0)
                                | (toClient.isStuck ? SelectionKey.OP_WRITE : 0));
                interest(
                        server,
                        isConnected
                                ? (toClient.wantsToRead() ? SelectionKey.OP_READ : 0)
                                        | (toStore.isStuck ? SelectionKey.OP_WRITE : 0)
                                : SelectionKey.OP_CONNECT);
                return wait;
            } catch (IOException e) {
                reset();
                return FOREVER;
            }
        }

        private void interest(SocketChannel channel, int operations) {
            SelectionKey key = channel.keyFor(selector);
            if (key != null && key.isValid()) {
                key.interestOps(operations);
            }
        }

        void beginAnew() {
            toClient.passed = 0;
            isDropped |= fault.is(Fault.Kind.DROP);
        }

        /** Takes what either side sends to nowhere, until the client has ended. */
        private void lose() throws IOException {
            if (hasEnded(client)) {
                close();
                return;
            }
            interest(client, SelectionKey.OP_READ);
            if (!hasStoreEnded) {
                try {
                    isConnected = isConnected || server.finishConnect();
                    hasStoreEnded = isConnected && hasEnded(server);
                } catch (IOException e) {
                    hasStoreEnded = true;
                }
                interest(server, hasStoreEnded ? 0 : isConnected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
            }
        }

        private boolean hasEnded(SocketChannel channel) throws IOException {
            int count;
            do {
                buffer.clear();
                count = channel.read(buffer);
            } while (count > 0);
            return count < 0;
        }

        /** Ends both sides in good order. */
        void close() {
            closeQuietly(client);
            closeQuietly(server);
            connections.remove(this);
            connected = connections.size();
        }

        /** Ends both sides with a reset. */
        void reset() {
            FaultProxy.reset(client);
            FaultProxy.reset(server);
            close();
        }
    }

    /** One direction of a connection. */
    private final class Flow {

        private final Connection connection;
        private final SocketChannel from;
        private final SocketChannel to;
        private final boolean towardsStore;
        private final Deque<Piece> held = new ArrayDeque<>();
        private int heldBytes;
        private boolean hasEnded;
        private boolean isOver;
        private boolean isStuck;
        private long passed;
        private long nextByte;

        Flow(Connection connection, SocketChannel from, SocketChannel to, boolean towardsStore) {
            this.connection = connection;
            this.from = from;
            this.to = to;
            this.towardsStore = towardsStore;
        }

        boolean wantsToRead() {
            return !hasEnded && heldBytes < MOST_HELD && !fault.holds(towardsStore);
        }

        private boolean isReady(SocketChannel channel) {
            return channel.isOpen() && (channel == connection.client || connection.isConnected);
        }

        long advance(long now) throws IOException {
            isStuck = false;
            if (fault.holds(towardsStore) || !isReady(from)) {
                return FOREVER;
            }
            read(now);
            return isReady(to) ? write(now) : FOREVER;
        }

        private void read(long now) throws IOException {
            while (wantsToRead()) {
                buffer.clear();
                int count = from.read(buffer);
                if (count < 0) {
                    hasEnded = true;
                    return;
                }
                if (count == 0) {
                    return;
                }
                if (towardsStore && fault.is(Fault.Kind.RESET)) {
                    connection.reset();
                    return;
                }
                byte[] bytes = new byte[count];
                buffer.flip().get(bytes);
                held.add(new Piece(ByteBuffer.wrap(bytes), now, random.nextDouble()));
                heldBytes += count;
            }
        }

        private long write(long now) throws IOException {
            for (Piece piece = held.peek(); piece != null; piece = held.peek()) {
                long early = piece.arrived + fault.delayNanos(piece.fraction) - now;
                if (early > 0) {
                    return early;
                }
                ByteBuffer bytes = piece.bytes;
                long may = bytes.remaining();
                if (!towardsStore) {
                    may = Math.min(may, fault.bytesOfReplies() - passed);
                    if (may <= 0) {
                        connection.close();
                        return FOREVER;
                    }
                    if (fault.pauseNanos() > 0) {
                        if (nextByte - now > 0 && nextByte - now <= fault.pauseNanos()) {
                            return nextByte - now;
                        }
                        may = 1;
                        nextByte = now + fault.pauseNanos();
                    }
                }
                int end = bytes.limit();
                bytes.limit(bytes.position() + (int) may);
                int count = to.write(bytes);
                bytes.limit(end);
                heldBytes -= count;
                passed += count;
                if (!bytes.hasRemaining()) {
                    held.remove();
                }
                if (count < may) {
                    isStuck = true;
                    return FOREVER;
                }
                if (!towardsStore && passed >= fault.bytesOfReplies()) {
                    connection.close();
                    return FOREVER;
                }
            }
            if (hasEnded && !isOver) {
                isOver = true;
                to.shutdownOutput();
            }
            return FOREVER;
        }
    }
}
