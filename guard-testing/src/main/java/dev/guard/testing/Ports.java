package dev.guard.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Free ports of the loopback interface. They, and the ports 10,000 above them for the bus of a Redis cluster, lie below those that
 * Linux gives to outgoing connections, so that between the look and the server's start only another server can come. Any thread may use
 * it.
 */
public final class Ports {

    private static final int BUS_OFFSET = 10_000;

    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 22_000;
    private static final int TRIES = 10_000;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A port that was free a moment ago, as was the one for its bus. This JVM is never given the same one again. */
    public static int free() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (GIVEN.add(port) && isFree(port) && isFree(port + BUS_OFFSET)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "None of " + TRIES + " ports from " + LOWEST + " to " + HIGHEST + " is free on the loopback interface");
    }

    /** So many of them. */
    public static List<Integer> free(int count) {
        return Stream.generate(Ports::free).limit(count).toList();
    }

    /** So many of them, each as {@code 127.0.0.1:port}. */
    public static List<String> addresses(int count) {
        return free(count).stream().map(port -> "127.0.0.1:" + port).toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
