package dev.guard.server;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the server listens, and whom it believes.
 *
 * @param host an address in numbers; 127.0.0.1 unless told otherwise
 * @param port the port, 0 for one that is free
 * @param maxBody the largest body that is read, in bytes
 * @param patience how long a connection may take to bring a whole request
 * @param trustedCallers who may name a subject and a tenant
 */
record Listening(String host, int port, int maxBody, Duration patience, TrustedCallers trustedCallers) {

    static final int LARGEST_PORT = 65_535;

    static final Listening DEFAULT =
            new Listening("127.0.0.1", 8080, 64 * 1024, Duration.ofSeconds(30), TrustedCallers.LOOPBACK);

    /** What {@code host} must be. */
    static final String HOST_EXPECTED = "an address in numbers such as 127.0.0.1 or ::1, or localhost";

    /** The address that a text names without any look-up. */
    static Optional<String> address(String host) {
        if (host.equals("localhost")) {
            return Optional.of("127.0.0.1");
        }
        return host.indexOf('%') < 0 && InetAddresses.isInetAddress(host) ? Optional.of(host) : Optional.empty();
    }

    Listening withHost(String host) {
        return new Listening(host, port, maxBody, patience, trustedCallers);
    }

    Listening withPort(int port) {
        return new Listening(host, port, maxBody, patience, trustedCallers);
    }

    /** The URL of the server under which it can be tried from this machine. */
    String url(int actualPort) {
        InetAddress address = InetAddresses.forString(host);
        String tried = address.isAnyLocalAddress() ? "127.0.0.1" : InetAddresses.toUriString(address);
        return "http://" + tried + ":" + actualPort;
    }
}
