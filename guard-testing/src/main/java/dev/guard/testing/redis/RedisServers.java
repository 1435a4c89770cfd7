package dev.guard.testing.redis;

import dev.guard.testing.redis.RedisServer.Login;
import dev.guard.testing.redis.RedisServer.Setup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Real Redis servers for tests, on free ports of the loopback interface.
 *
 * <p><b>Where they come from</b>: {@link #shared()} is the server that the environment variable {@value #URL} names, if it does.
 * All others, and {@code shared()} without it, are processes of our own: the {@code redis-server} on the {@code PATH} if it is 6.2
 * or newer, or else the one in a Maven artifact, so that nothing needs to be installed.
 *
 * <p><b>How long they live</b>: those called shared until the JVM ends, the others until they are closed, and none longer than the
 * JVM, even when that is killed. Tests that share a server keep apart by the names of their keys, change no settings, and look at no
 * statistics; those that do take a server of their own.
 *
 * <p><b>Directives</b> are lines as in {@code redis.conf}, such as {@code maxmemory 10mb}; they win over ours. Servers of our own keep
 * nothing on disk unless told to.
 *
 * <p><b>Errors</b>: an {@link IllegalStateException} where no server is found or one does not come up; its message says what was
 * looked at, and ends with the server's log. All methods return when what they start serves, and may be called by any thread.
 */
public final class RedisServers {

    /** The environment variable with the URL of a server to use where a server is shared. */
    public static final String URL = "GUARD_TEST_REDIS_URL";

    private static final Shared<RedisServer> SHARED = new Shared<>(() -> shared(System.getenv()));
    private static final Shared<RedisCluster> SHARED_CLUSTER =
            new Shared<>(() -> RedisCluster.start(Setup.plain(RedisBinary.current()), true, 0, Duration.ofSeconds(5)));

    private RedisServers() {}

    /** The server of this JVM, for all tests that need nothing special. */
    public static RedisServer shared() {
        return SHARED.get();
    }

    static RedisServer shared(Map<String, String> environment) {
        @Nullable String url = environment.get(URL);
        return url == null || url.isEmpty()
                ? RedisServer.startShared(Setup.plain(RedisBinary.current()))
                : RedisServer.at(url, URL);
    }

    /** The cluster of this JVM, for all tests that need nothing special: three primaries without replicas. */
    public static RedisCluster sharedCluster() {
        return SHARED_CLUSTER.get();
    }

    /** A server on which every command is allowed to everyone. */
    public static RedisServer standalone(String... directives) {
        return RedisServer.start(Setup.plain(RedisBinary.current(), directives));
    }

    /**
     * A server of version 6.2, the lowest that guard supports. The one in the artifact is 6.2.11 and needs OpenSSL 3 on Linux with
     * amd64.
     */
    public static RedisServer version62(String... directives) {
        return RedisServer.start(Setup.plain(RedisBinary.floor(), directives));
    }

    /** A primary with a replica, and three sentinels that notice within two seconds when the primary is gone. */
    public static RedisSentinels sentinels(String... directives) {
        return sentinels(Duration.ofSeconds(2), directives);
    }

    /**
     * A primary with a replica, and three sentinels.
     *
     * @param downAfter for how long a server may be silent before the sentinels take it for lost
     * @param directives for primary and replica
     */
    public static RedisSentinels sentinels(Duration downAfter, String... directives) {
        RedisBinary binary = RedisBinary.current();
        return RedisSentinels.start(Setup.plain(binary, directives), Setup.plain(binary), downAfter);
    }

    /**
     * A primary with a replica, and three sentinels, all of which speak TLS only and ask for a password.
     *
     * @param identity the certificate of all
     * @param password that of primary and replica
     * @param sentinelPassword that of the sentinels
     */
    public static RedisSentinels securedSentinels(TlsIdentity identity, String password, String sentinelPassword) {
        return RedisSentinels.start(
                secured(identity, new Login("", password), new Login("", password))
                        .with("requirepass \"" + password + "\"", "masterauth \"" + password + "\""),
                secured(identity, new Login("", sentinelPassword), new Login("", sentinelPassword))
                        .with("requirepass \"" + sentinelPassword + "\""),
                Duration.ofMinutes(1),
                "sentinel sentinel-pass \"" + sentinelPassword + "\"",
                "sentinel auth-pass " + RedisSentinels.MASTER + " \"" + password + "\"");
    }

    private static Setup secured(TlsIdentity identity, Login client, Login admin) {
        return new Setup(
                RedisBinary.speakingTls(),
                List.of(),
                List.of("tls-replication yes"),
                List.of(),
                client,
                admin,
                identity,
                identity.authority().contextFor(identity.certificate()));
    }

    /** A cluster of three primaries without replicas, which share the slots evenly. */
    public static RedisCluster cluster(String... directives) {
        return cluster(Duration.ofSeconds(5), directives);
    }

    /**
     * A cluster of three primaries without replicas, which share the slots evenly.
     *
     * @param nodeTimeout for how long a server may be silent before the others take it for lost, and the cluster for down
     */
    public static RedisCluster cluster(Duration nodeTimeout, String... directives) {
        return RedisCluster.start(Setup.plain(RedisBinary.current(), directives), false, 0, nodeTimeout);
    }

    /**
     * A cluster of three primaries with a replica each.
     *
     * @param nodeTimeout for how long a server may be silent before the others take it for lost, and elect its replica
     */
    public static RedisCluster clusterWithReplicas(Duration nodeTimeout, String... directives) {
        return RedisCluster.start(Setup.plain(RedisBinary.current(), directives), false, 1, nodeTimeout);
    }

    /**
     * A cluster of three primaries that speak TLS only, with one user of few rights, as {@link #acl} has one.
     *
     * @param identity the certificate of all
     */
    public static RedisCluster securedCluster(TlsIdentity identity, String user, String password, String rules) {
        Login admin = Login.secret("test-admin");
        Setup setup = secured(identity, new Login(user, password), admin).with("tls-cluster yes");
        return RedisCluster.start(
                setup.withUsers(users(admin, user, password, rules)), false, 0, Duration.ofSeconds(5));
    }

    /**
     * A server that speaks TLS only. It asks clients for no certificate, unless {@code tls-auth-clients yes} is among the directives.
     *
     * @param identity its certificate, such as {@link CertificateAuthority#issueForLoopback()}
     */
    public static RedisServer tls(TlsIdentity identity, String... directives) {
        return RedisServer.start(new Setup(
                RedisBinary.speakingTls(),
                List.of(),
                List.of(directives),
                List.of(),
                Login.NONE,
                Login.NONE,
                identity,
                identity.authority().contextFor(identity.certificate())));
    }

    /** A server that asks for a password, and knows no other user than the default one. */
    public static RedisServer password(String password, String... directives) {
        Login login = new Login("", password);
        return RedisServer.start(new Setup(
                RedisBinary.current(),
                List.of(),
                List.of(directives),
                List.of("requirepass \"" + password + "\""),
                login,
                login,
                null,
                null));
    }

    /**
     * A server with one user of few rights. The default user is off; {@link RedisServer#command} is another's, who may do everything.
     *
     * @param rules what the user may do, as after {@code ACL SETUSER}, such as {@code ~guard:* +evalsha}
     */
    public static RedisServer acl(String user, String password, String rules, String... directives) {
        return acl(RedisBinary.current(), user, password, rules, directives);
    }

    /** The same of version 6.2, see {@link #version62}. */
    public static RedisServer acl62(String user, String password, String rules, String... directives) {
        return acl(RedisBinary.floor(), user, password, rules, directives);
    }

    private static RedisServer acl(
            RedisBinary binary, String user, String password, String rules, String... directives) {
        Login admin = Login.secret("test-admin");
        return RedisServer.start(new Setup(
                binary,
                List.of(),
                List.of(directives),
                users(admin, user, password, rules),
                new Login(user, password),
                admin,
                null,
                null));
    }

    private static List<String> users(Login admin, String user, String password, String rules) {
        return List.of(
                "user default off",
                "user " + admin.user() + " on >" + admin.password() + " ~* &* +@all",
                "user " + user + " on >" + password + " " + rules);
    }

    /** A server as some providers run it: it does not know CONFIG, KEYS, FLUSHDB and FLUSHALL. */
    public static RedisServer withoutAdminCommands(String... directives) {
        return RedisServer.start(Setup.plain(RedisBinary.current(), directives)
                .with(
                        "rename-command CONFIG \"\"",
                        "rename-command KEYS \"\"",
                        "rename-command FLUSHDB \"\"",
                        "rename-command FLUSHALL \"\""));
    }

    /** Something that is started when it is first asked for. A start that fails is tried again by who asks next. */
    private static final class Shared<T> {

        private final ReentrantLock lock = new ReentrantLock();
        private final Supplier<T> start;
        private @Nullable T started;

        Shared(Supplier<T> start) {
            this.start = start;
        }

        T get() {
            lock.lock();
            try {
                T value = started;
                if (value == null) {
                    value = start.get();
                    started = value;
                }
                return value;
            } finally {
                lock.unlock();
            }
        }
    }
}
