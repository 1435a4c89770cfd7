package dev.guard.hazelcast;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * The wires between members. Each member has a loopback address of its own, and is reached by the others at another one, where this
 * forwards what comes; the address that a connection comes from tells whose it is. A wire that is cut is silent, as in a split
 * network: nothing is reset, nothing is refused, and nothing arrives.
 */
final class Links implements AutoCloseable {

    private static final int FIRST = 2;
    private static final int FIRST_DOOR = 102;
    private static final long PAUSE_NANOS = 2_000_000;

    private final List<ServerSocket> doors = new ArrayList<>();
    private final Set<String> cut = ConcurrentHashMap.newKeySet();
    private final List<Wire> wires = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    private record Wire(String name, Socket near, Socket far) {}

    /** Where a member listens. */
    static String address(int member) {
        return "127.0.0." + (FIRST + member);
    }

    /** Where the others reach it. */
    static String door(int member) {
        return "127.0.0." + (FIRST_DOOR + member);
    }

    /** Opens the doors of so many members, all of which have that port. */
    Links(int members, int port) throws IOException {
        for (int member = 0; member < members; member++) {
            ServerSocket door = new ServerSocket();
            door.bind(new InetSocketAddress(InetAddress.getByName(door(member)), port));
            doors.add(door);
            int to = member;
            start(() -> accept(door, to, port));
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "links");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket door, int to, int port) {
        while (!closed) {
            try {
                Socket near = door.accept();
                Socket far = new Socket();
                String name = name(member(near.getInetAddress()), to);
                start(() -> {
                    try {
                        await(name);
                        far.connect(new InetSocketAddress(InetAddress.getByName(address(to)), port));
                        wires.add(new Wire(name, near, far));
                        start(() -> forward(name, near, far));
                        forward(name, far, near);
                    } catch (IOException e) {
                        end(near, far);
                    }
                });
            } catch (IOException e) {
                // The door is closed, or whoever knocked has gone.
            }
        }
    }

    private static String name(int one, int other) {
        return Math.min(one, other) + "-" + Math.max(one, other);
    }

    /** Whose address that is: where it listens, or where it is reached. */
    private static int member(InetAddress address) {
        int last = address.getAddress()[3] & 0xff;
        return last >= FIRST_DOOR ? last - FIRST_DOOR : last - FIRST;
    }

    private void forward(String name, Socket from, Socket to) {
        byte[] bytes = new byte[65_536];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                await(name);
                out.write(bytes, 0, length);
            }
        } catch (IOException e) {
            // It ends below.
        }
        end(from, to);
    }

    private void await(String name) {
        while (cut.contains(name) && !closed) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void end(Socket... sockets) {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is gone.
            }
        }
    }

    /** Cuts all wires of a member, but for its own. */
    void isolate(int member) {
        for (int other = 0; other < doors.size(); other++) {
            if (other != member) {
                cut.add(name(member, other));
            }
        }
    }

    /** Mends all wires. What was under way in them is lost. */
    void heal() {
        for (Wire wire : wires) {
            if (cut.contains(wire.name)) {
                end(wire.near, wire.far);
            }
        }
        cut.clear();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (ServerSocket door : doors) {
            door.close();
        }
        for (Wire wire : wires) {
            end(wire.near, wire.far);
        }
    }
}
