package dev.guard.redis;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Micros;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is, and how to speak to it. Its text never shows a password.
 *
 * <p>Written as a URL, it is one of
 *
 * <pre>
 * redis://[user[:password]@|:password@]host[:6379][/database][?parameters]
 * redis-sentinel://[user[:password]@|:password@]host[:26379][,host…][/database]?master=NAME[&amp;parameters]
 * redis-cluster://[user[:password]@|:password@]host[:6379][,host…][/0][?parameters]
 * redis-socket://[user[:password]@|:password@]/path/of/the/socket[?parameters]
 * </pre>
 *
 * <p>{@code rediss}, {@code rediss-sentinel} and {@code rediss-cluster} are the same over TLS, sentinels included; the server's
 * certificate and its host name are always verified. An IPv6 address stands in brackets. In user, password, path of a socket and
 * values of parameters, {@code %XX} is a byte of UTF-8, and {@code @ / ? # : , & %} that are part of one are written so. A cluster
 * has database 0 only.
 *
 * <table>
 * <caption>Parameters, each at most once</caption>
 * <tr><th>name</th><th>means</th></tr>
 * <tr><td>{@code timeout}</td><td>how long an answer may take, 1ms to 1h, such as {@code 500ms}; {@code 1s} if it is not given</td></tr>
 * <tr><td>{@code connect_timeout}</td><td>how long a connection may take, in the same form; {@code 1s} if it is not given</td></tr>
 * <tr><td>{@code ca}</td><td>over TLS: a PEM file with the certificates to trust instead of those that Java trusts</td></tr>
 * <tr><td>{@code master}</td><td>with sentinels, required: the name by which they know the primary</td></tr>
 * <tr><td>{@code sentinel_user}, {@code sentinel_password}</td><td>with sentinels: what they ask for; nothing if not given, the user
 * and password before the hosts are for the primary alone</td></tr>
 * <tr><td>{@code db}</td><td>with a socket: the database</td></tr>
 * </table>
 *
 * @param topology one server, servers that sentinels know, or a cluster
 * @param tls whether the connections are encrypted, and the server's certificate and host name are verified
 * @param hosts the servers or sentinels to begin with, in the order given; empty for a socket
 * @param socket the path of a UNIX socket
 * @param user the ACL user; empty for the default one
 * @param password the password
 * @param database the database number; 0 for a cluster
 * @param master the name by which the sentinels know the primary; empty elsewhere
 * @param timeout how long an answer may take
 * @param connectTimeout how long a connection may take
 * @param sentinelUser the ACL user that the sentinels know
 * @param sentinelPassword the password that the sentinels ask for
 * @param ca a PEM file with the certificates to trust; empty for those that Java trusts
 */
public record RedisUrl(
        Topology topology,
        boolean tls,
        List<Host> hosts,
        Optional<String> socket,
        Optional<String> user,
        Optional<String> password,
        int database,
        String master,
        Duration timeout,
        Duration connectTimeout,
        Optional<String> sentinelUser,
        Optional<String> sentinelPassword,
        Optional<String> ca) {

    /** How long an answer may take where the URL does not say. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

    /** How long a connection may take where the URL does not say. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofHours(1);

    /** How servers stand together. */
    public enum Topology {
        /** One server, or one name for a server and its stand-ins. */
        STANDALONE,
        /** A primary and its replicas, which sentinels watch. */
        SENTINEL,
        /** A cluster, whose servers share the keys. */
        CLUSTER
    }

    /**
     * A host and a port.
     *
     * @param name a name, or an address, an IPv6 one without brackets
     * @param port 1 to 65535
     */
    public record Host(String name, int port) {

        /**
         * Checks the numbers; the name is asked for when a connection is made.
         *
         * @throws GuardConfigurationException if the name is empty or the port is none
         */
        public Host {
            require(!name.isEmpty(), "the name of a host is empty");
            require(port >= 1 && port <= 65_535, "the port is " + port + ", expected 1 to 65535");
        }

        /** As a URL has it: {@code host:port}, an IPv6 address in brackets. */
        @Override
        public String toString() {
            return (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + port;
        }
    }

    /**
     * Checks what goes together.
     *
     * @throws GuardConfigurationException if it does not; the detail never holds a password
     */
    public RedisUrl {
        hosts = List.copyOf(hosts);
        require(socket.isPresent() == hosts.isEmpty(), "expected either hosts or a socket");
        require(socket.isEmpty() || (topology == Topology.STANDALONE && !tls), "a socket is one server, without TLS");
        require(
                socket.isEmpty()
                        || (socket.get().startsWith("/") && socket.get().length() > 1),
                "the path of a socket begins with / and names a file");
        require(topology != Topology.STANDALONE || hosts.size() <= 1, "one server has one host");
        require(database >= 0, "the database is " + database + ", expected 0 or more");
        require(
                topology != Topology.CLUSTER || database == 0,
                "the database is " + database + ", expected 0: a cluster has no other");
        require(
                (topology == Topology.SENTINEL) != master.isEmpty(),
                "expected the name of a master with sentinels, and there only");
        require(
                topology == Topology.SENTINEL || (sentinelUser.isEmpty() && sentinelPassword.isEmpty()),
                "expected a sentinel's user and password with sentinels only");
        require(
                sentinelUser.isEmpty() || sentinelPassword.isPresent(),
                "a sentinel's user was given, and expected a password with it");
        require(tls || ca.isEmpty(), "expected certificates to trust with TLS only");
        requireTimeout("timeout", timeout);
        requireTimeout("connect_timeout", connectTimeout);
    }

    /**
     * Reads a URL.
     *
     * @param setting the full name of the setting that the text came from
     * @throws GuardConfigurationException if the text is not one; the detail names the setting and what was expected, and shows of
     *     the text only what cannot be part of a password
     */
    public static RedisUrl parse(String setting, String text) {
        return new RedisUrlReader(setting, text).read();
    }

    /** What the servers or sentinels to begin with are known by, such as {@code 127.0.0.1:6379}, or the path of the socket. */
    public String address() {
        if (socket.isPresent()) {
            return socket.get();
        }
        StringBuilder text = new StringBuilder();
        for (Host host : hosts) {
            text.append(text.isEmpty() ? "" : ",").append(host);
        }
        return text.toString();
    }

    /**
     * The URL with {@code ***} for what is secret: the password, and also the user where there is no password, since some write a
     * password in its place.
     */
    public String masked() {
        StringBuilder text = new StringBuilder(tls ? "rediss" : "redis")
                .append(
                        switch (topology) {
                            case STANDALONE -> socket.isPresent() ? "-socket" : "";
                            case SENTINEL -> "-sentinel";
                            case CLUSTER -> "-cluster";
                        })
                .append("://");
        if (user.isPresent() && password.isPresent()) {
            text.append(RedisUrlReader.encoded(user.get())).append(":***@");
        } else if (user.isPresent() || password.isPresent()) {
            text.append("***@");
        }
        text.append(socket.isPresent() ? RedisUrlReader.encoded(socket.get()) : address());
        if (database != 0 && socket.isEmpty()) {
            text.append('/').append(database);
        }
        List<String> parameters = new ArrayList<>();
        if (topology == Topology.SENTINEL) {
            parameters.add("master=" + RedisUrlReader.encoded(master));
        }
        sentinelUser.ifPresent(name -> parameters.add("sentinel_user=" + RedisUrlReader.encoded(name)));
        sentinelPassword.ifPresent(secret -> parameters.add("sentinel_password=***"));
        if (database != 0 && socket.isPresent()) {
            parameters.add("db=" + database);
        }
        ca.ifPresent(file -> parameters.add("ca=" + RedisUrlReader.encoded(file)));
        if (!timeout.equals(DEFAULT_TIMEOUT)) {
            parameters.add("timeout=" + Micros.text(Micros.of(timeout)));
        }
        if (!connectTimeout.equals(DEFAULT_CONNECT_TIMEOUT)) {
            parameters.add("connect_timeout=" + Micros.text(Micros.of(connectTimeout)));
        }
        return parameters.isEmpty()
                ? text.toString()
                : text.append('?').append(String.join("&", parameters)).toString();
    }

    /** The same as {@link #masked()}. */
    @Override
    public String toString() {
        return masked();
    }

    private static void requireTimeout(String name, Duration timeout) {
        require(
                timeout.compareTo(LEAST) >= 0 && timeout.compareTo(MOST) <= 0,
                name + " is " + timeout + ", expected a duration from 1ms to 1h");
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new GuardConfigurationException(problem);
        }
    }
}
