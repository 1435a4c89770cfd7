package dev.guard.redis;

import dev.guard.domain.backend.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What there is to say of the way to the servers, by how it was configured. No name is looked up. */
final class RedisReach {

    private RedisReach() {}

    /**
     * What there is to say.
     *
     * @param url empty where a client was handed in
     * @param servers what the servers are known by, {@code host:port} where that is known
     */
    static List<Finding> findings(Optional<RedisUrl> url, List<String> servers) {
        if (url.isEmpty()) {
            return List.of(Finding.unknown(
                    "connection",
                    "the connection is of a client that was handed in",
                    "whether it is encrypted and asks for a password is not known to guard",
                    "see to it where the client is made"));
        }
        RedisUrl known = url.get();
        if (isLocal(known, servers)) {
            return List.of(Finding.info(
                    "connection",
                    known.address() + " is on this machine",
                    "what is sent stays here" + (known.tls() ? ", and is encrypted" : "")));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(
                known.tls()
                        ? Finding.info(
                                "connection",
                                "the connection to " + known.address() + " is encrypted",
                                "certificate and host name of the server are verified")
                        : Finding.warn(
                                "connection",
                                "the connection to " + known.address() + " is not encrypted",
                                "whoever is on the way can read the password and the counters, and change answers",
                                "let the server speak TLS, and write rediss in place of redis in the URL"));
        if (known.password().isEmpty()) {
            findings.add(Finding.warn(
                    "password",
                    "no password is given to " + known.address(),
                    "whoever reaches the server can read and delete what was counted",
                    "make a user with the rights of docs/redis.md, and put it and its password into the URL"));
        } else if (known.user().isEmpty()) {
            findings.add(Finding.info(
                    "password",
                    "guard signs in to " + known.address() + " as the default user",
                    "a user of its own could have fewer rights, those of docs/redis.md"));
        } else {
            findings.add(Finding.info(
                    "password", "guard signs in to " + known.address() + " as a user of its own", "that will do"));
        }
        return findings;
    }

    private static boolean isLocal(RedisUrl url, List<String> servers) {
        return url.socket().isPresent()
                || (url.hosts().stream().allMatch(host -> isLoopback(host.name()))
                        && servers.stream().allMatch(server -> isLoopback(host(server))));
    }

    /** The host of {@code host:port}; of what is not written so, a name that is on this machine, as nothing is known. */
    private static String host(String server) {
        int colon = server.lastIndexOf(':');
        if (colon <= 0) {
            return LOCALHOST;
        }
        String host = server.substring(0, colon);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static final String LOCALHOST = "localhost";

    /** Whether a name or an address is this machine's own by the look of it. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase(LOCALHOST)
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1")
                || (host.startsWith("127.") && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
    }
}
