package dev.guard.testing.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.guard.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis server: one of our own, which can be stopped, killed and started again, or the one that {@value
 * RedisServers#URL} names, which cannot.
 *
 * <p>Its commands are for what a test wants to see and to prepare; they go over a connection of their own with all rights, also
 * where users have few. Any thread may use it.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(30);
    private static final Duration REPLY = Duration.ofSeconds(10);
    private static final int STARTS = 5;
    private static final int DEFAULT_PORT = 6379;

    private final ReentrantLock lock = new ReentrantLock();
    private final String host;
    private final int port;
    private final String url;
    private final @Nullable Setup setup;
    private final @Nullable Path folder;
    private final Login login;
    private final @Nullable SSLContext tls;
    private final boolean shared;

    private volatile @Nullable RedisProcess process;
    private volatile boolean closed;
    private @Nullable RespConnection connection;

    private RedisServer(
            String host,
            int port,
            String url,
            @Nullable Setup setup,
            @Nullable Path folder,
            Login login,
            @Nullable SSLContext tls,
            boolean shared) {
        this.host = host;
        this.port = port;
        this.url = url;
        this.setup = setup;
        this.folder = folder;
        this.login = login;
        this.tls = tls;
        this.shared = shared;
    }

    /**
     * How a server is started.
     *
     * @param binary what is run
     * @param arguments what follows the configuration on the command line
     * @param directives lines of the configuration beyond what all servers have
     * @param users lines of the configuration that make the users
     * @param client whom {@link #url()} names
     * @param admin who may do everything
     * @param identity the certificate, for a server that speaks TLS and nothing else
     * @param clientTls how to connect to it
     */
    record Setup(
            RedisBinary binary,
            List<String> arguments,
            List<String> directives,
            List<String> users,
            Login client,
            Login admin,
            @Nullable TlsIdentity identity,
            @Nullable SSLContext clientTls) {

        /** One server that anyone on this machine may use. */
        static Setup plain(RedisBinary binary, String... directives) {
            return new Setup(binary, List.of(), List.of(directives), List.of(), Login.NONE, Login.NONE, null, null);
        }

        Setup with(String... more) {
            List<String> all = new ArrayList<>(directives);
            all.addAll(List.of(more));
            return new Setup(binary, arguments, all, users, client, admin, identity, clientTls);
        }

        Setup withUsers(List<String> known) {
            return new Setup(binary, arguments, directives, known, client, admin, identity, clientTls);
        }

        Setup asSentinel() {
            return new Setup(binary, List.of("--sentinel"), directives, users, client, admin, identity, clientTls);
        }
    }

    /**
     * Who connects. Its text never shows the password.
     *
     * @param user the ACL user; empty for the default one
     * @param password empty where there is none
     */
    record Login(String user, String password) {

        static final Login NONE = new Login("", "");

        private static final SecureRandom RANDOM = new SecureRandom();

        /** A login that nobody else knows. */
        static Login secret(String user) {
            byte[] bytes = new byte[16];
            RANDOM.nextBytes(bytes);
            return new Login(user, HexFormat.of().formatHex(bytes));
        }

        @Override
        public String toString() {
            return user;
        }
    }

    // ─── Start ──────────────────────────────────────────────────────────────────────────────────

    /** Starts a server on a free port, and returns when it serves. */
    static RedisServer start(Setup setup) {
        return start(setup, false);
    }

    /** {@link #start(Setup)} of a server that only the end of the JVM stops. */
    static RedisServer startShared(Setup setup) {
        return start(setup, true);
    }

    private static RedisServer start(Setup setup, boolean shared) {
        for (int i = 1; ; i++) {
            int port = Ports.free();
            Path folder = RedisHome.get().newFolder();
            String url = url(setup, port);
            RedisServer server =
                    new RedisServer("127.0.0.1", port, url, setup, folder, setup.admin, setup.clientTls, shared);
            try {
                Files.writeString(folder.resolve("redis.conf"), server.configuration(setup, folder));
                server.start();
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (RuntimeException e) {
                String log = RedisProcess.log(folder);
                server.end();
                // Another JVM's server was faster.
                if (i == STARTS || !log.contains("Address already in use")) {
                    throw e;
                }
            }
        }
    }

    private static String url(Setup setup, int port) {
        Login client = setup.client;
        String login = client.password.isEmpty() ? "" : client.user + ":" + client.password + "@";
        return (setup.identity == null ? "redis" : "rediss") + "://" + login + "127.0.0.1:" + port;
    }

    private String configuration(Setup setup, Path folder) throws IOException {
        List<String> lines = new ArrayList<>(setup.users);
        lines.addAll(List.of("bind 127.0.0.1", "daemonize no", "dir " + folder, "logfile \"\""));
        TlsIdentity identity = setup.identity;
        if (identity == null) {
            lines.add("port " + port);
        } else {
            Files.writeString(folder.resolve("server.key"), identity.keyPem());
            Files.writeString(folder.resolve("server.crt"), identity.certificatePem());
            Files.writeString(folder.resolve("ca.crt"), identity.authority().certificatePem());
            lines.addAll(List.of(
                    "port 0",
                    "tls-port " + port,
                    "tls-key-file server.key",
                    "tls-cert-file server.crt",
                    "tls-ca-cert-file ca.crt",
                    "tls-auth-clients no"));
        }
        if (setup.arguments.isEmpty()) {
            lines.addAll(List.of(
                    "unixsocket " + folder.resolve("socket"),
                    "save \"\"",
                    "appendonly no",
                    // A replica is there at once.
                    "repl-diskless-sync yes",
                    "repl-diskless-sync-delay 0"));
            if (setup.binary.isAtLeast(7, 0)) {
                lines.add("enable-debug-command local");
            }
        }
        // Last, so that they win.
        lines.addAll(setup.directives);
        return String.join("\n", lines) + "\n";
    }

    /**
     * Starts a server again after {@link #kill()}, on the same port and with the same configuration. What it kept in memory is
     * gone: keys, scripts, statistics. When this returns it serves.
     *
     * @throws IllegalStateException if it runs, is not ours to start, or does not come up; the message ends with its log
     */
    public void start() {
        lock.lock();
        try {
            Setup ours = ours("start()");
            if (closed) {
                throw new IllegalStateException(this + " is closed");
            }
            RedisProcess before = process;
            if (before != null && before.isAlive()) {
                throw new IllegalStateException(this + " runs already");
            }
            Path home = folder();
            String[] arguments = new String[ours.arguments.size() + 1];
            arguments[0] = "redis.conf";
            for (int i = 1; i < arguments.length; i++) {
                arguments[i] = ours.arguments.get(i - 1);
            }
            RedisProcess started = RedisProcess.start(ours.binary, home, arguments);
            process = started;
            Patience.until(this + " of " + ours.binary.origin() + " serves", READY, started::log, () -> {
                if (!started.isAlive()) {
                    throw new Patience.FailedForGood(
                            this + " of " + ours.binary.origin() + " ended while it started:\n" + started.log());
                }
                // Another process may have the port, and answer.
                return String.valueOf(started.pid()).equals(info("server").get("process_id"));
            });
        } finally {
            lock.unlock();
        }
    }

    /**
     * The server at a URL, which runs already.
     *
     * @param setting where the URL comes from, for errors
     */
    static RedisServer at(String url, String setting) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // The exception shows its input, in which there may be a password.
            throw new IllegalArgumentException(setting + " is not a URL: " + e.getReason() + " at " + e.getIndex());
        }
        String scheme = String.valueOf(uri.getScheme());
        String host = uri.getHost();
        if (!Set.of("redis", "rediss").contains(scheme) || host == null) {
            throw new IllegalArgumentException(setting + " has the scheme " + scheme + " and the host " + host
                    + ", expected redis://[[user]:password@]host[:port] or the same with rediss");
        }
        if (uri.getPath() != null
                && !uri.getPath().isEmpty()
                && !Set.of("/", "/0").contains(uri.getPath())) {
            throw new IllegalArgumentException(
                    setting + " names database " + uri.getPath() + ", expected none or /0: tests use namespaces");
        }
        String info = uri.getUserInfo();
        Login login = Login.NONE;
        if (info != null) {
            int colon = info.indexOf(':');
            login = colon < 0 ? new Login("", info) : new Login(info.substring(0, colon), info.substring(colon + 1));
        }
        try {
            SSLContext tls = scheme.equals("rediss") ? SSLContext.getDefault() : null;
            int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
            RedisServer server = new RedisServer(host, port, url, null, null, login, tls, true);
            server.command("PING");
            return server;
        } catch (UncheckedIOException | RespErrorException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    setting + " names a server at " + host + " that does not answer PING: " + e.getMessage(), e);
        }
    }

    // ─── Where it is ────────────────────────────────────────────────────────────────────────────

    /** The host, {@code 127.0.0.1} for a server of our own. */
    public String host() {
        return host;
    }

    /** The port. */
    public int port() {
        return port;
    }

    /** Host and port, such as {@code 127.0.0.1:6379}. */
    public String address() {
        return host + ":" + port;
    }

    /** The URL for clients, with user and password where there are any. */
    public String url() {
        return url;
    }

    /** The UNIX socket of a server of our own. */
    public Path socket() {
        return folder().resolve("socket");
    }

    /** Where it was found and its version, for a server of our own. */
    public String origin() {
        Setup ours = setup;
        return ours == null ? RedisServers.URL : ours.binary.origin();
    }

    /** A new connection with all rights. */
    public RespConnection connect() throws IOException {
        return connect(login);
    }

    /** A new connection of the user that {@link #url()} names. */
    public RespConnection connectAsClient() throws IOException {
        Setup ours = setup;
        return connect(ours == null ? login : ours.client);
    }

    private RespConnection connect(Login as) throws IOException {
        RespConnection opened = RespConnection.open(host, port, Patience.times(REPLY), tls);
        if (as.password.isEmpty()) {
            return opened;
        }
        try {
            if (as.user.isEmpty()) {
                opened.command("AUTH", as.password);
            } else {
                opened.command("AUTH", as.user, as.password);
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    // ─── What it is asked ───────────────────────────────────────────────────────────────────────

    /**
     * Sends a command once, and waits. It is for what may be asked with text and read as text.
     *
     * @return a {@link String}, {@link Long}, {@link List} of these, or null
     * @throws RespErrorException if the reply is an error
     * @throws UncheckedIOException if no reply came
     */
    public @Nullable Object command(String... parts) {
        return text(command(Resp.utf8(parts)));
    }

    /**
     * Sends a command once, and waits. Calls of several threads are answered one after the other.
     *
     * @return as {@link RespConnection#command(byte[]...)}
     * @throws RespErrorException if the reply is an error
     * @throws UncheckedIOException if no reply came
     */
    public @Nullable Object command(byte[]... parts) {
        lock.lock();
        try {
            RespConnection open = connection;
            if (open == null || open.isClosed()) {
                open = connect();
                connection = open;
            }
            return open.command(parts);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    this + " gave no reply to " + new String(parts[0], UTF_8) + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** A section of {@code INFO}, such as {@code commandstats}: its fields in order. */
    public Map<String, String> info(String section) {
        Map<String, String> fields = new LinkedHashMap<>();
        String text = String.valueOf(command("INFO", section));
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
        return fields;
    }

    /**
     * How often a command was called since the server started or {@code CONFIG RESETSTAT}.
     *
     * @param command its name in lower case, such as {@code evalsha} or {@code script|load}
     */
    public long calls(String command) {
        String statistics = info("commandstats").get("cmdstat_" + command);
        if (statistics == null) {
            return 0;
        }
        String calls = statistics.substring("calls=".length(), statistics.indexOf(','));
        return Long.parseLong(calls);
    }

    private static @Nullable Object text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, UTF_8);
        }
        if (reply instanceof List<?> list) {
            List<@Nullable Object> texts = new ArrayList<>();
            list.forEach(element -> texts.add(text(element)));
            return texts;
        }
        return reply;
    }

    // ─── What is done to it ─────────────────────────────────────────────────────────────────────

    /** Stops its process: connections stay open, also new ones, and nothing is answered. When this returns it is stopped. */
    public void pause() {
        running("pause()").pause();
    }

    /** Lets a stopped process go on. */
    public void resume() {
        running("resume()").resume();
    }

    /** Ends its process as a power cut would. When this returns it has ended. */
    public void kill() {
        running("kill()").kill();
    }

    /** What a server of our own printed. */
    public String log() {
        return RedisProcess.log(folder());
    }

    /** Ends a server of our own and removes its folder. One that is shared stays. Closing twice is harmless. */
    @Override
    public void close() {
        if (!shared) {
            end();
        }
    }

    private void end() {
        closed = true;
        RedisProcess running = process;
        if (running != null) {
            // Without the lock: who waits for a reply, and has it, learns that none comes.
            running.kill();
        }
        lock.lock();
        try {
            if (connection != null) {
                connection.close();
            }
        } finally {
            lock.unlock();
        }
        if (folder != null) {
            RedisHome.remove(folder);
        }
    }

    private RedisProcess running(String method) {
        Setup ours = ours(method);
        RedisProcess running = process;
        if (running == null) {
            throw new IllegalStateException(method + ": " + this + " of " + ours.binary.origin() + " was not started");
        }
        return running;
    }

    private Setup ours(String method) {
        Setup ours = setup;
        if (ours == null || (shared && process != null)) {
            throw new UnsupportedOperationException(method + ": " + this
                    + " is shared with other tests; take one of your own, such as RedisServers.standalone()");
        }
        return ours;
    }

    private Path folder() {
        Path ours = folder;
        if (ours == null) {
            throw new UnsupportedOperationException(this + " is not of this machine's making and shows no files");
        }
        return ours;
    }

    @Override
    public String toString() {
        return "the Redis server at " + address();
    }
}
