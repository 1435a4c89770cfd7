package dev.guard.bench.hazelcast;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Where members may listen. */
public final class Addresses {

    /** Below the ports that Linux gives to outgoing connections. */
    private static final int LOWEST = 23_000;

    private static final int HIGHEST = 31_000;
    private static final int TRIES = 1_000;

    private Addresses() {}

    /** Addresses of the loopback interface that were free a moment ago. */
    public static List<String> free(int count) {
        SplittableRandom random = new SplittableRandom(System.nanoTime());
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < TRIES && addresses.size() < count; i++) {
            int port = random.nextInt(LOWEST, HIGHEST);
            String address = "127.0.0.1:" + port;
            if (!addresses.contains(address) && isFree(port)) {
                addresses.add(address);
            }
        }
        if (addresses.size() < count) {
            throw new IllegalStateException("of " + TRIES + " ports from " + LOWEST + " to " + HIGHEST + " "
                    + addresses.size() + " are free, expected " + count);
        }
        return addresses;
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
