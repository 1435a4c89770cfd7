package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.redis.RedisBackend;
import dev.guard.redis.RedisUrl;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import redis.clients.jedis.UnifiedJedis;

/**
 * Redis through Jedis: one server, a primary that sentinels watch, or a cluster. Blocking calls run in the caller's thread; asynchronous
 * ones block a thread of the backend's own, and fail with {@code OVERLOADED} when too many wait for one.
 *
 * <p>A command is sent once, and its call ends by the timeout of the URL, whatever the server does.
 *
 * <p>Settings: {@value RedisBackend#URL}, required, see {@link RedisUrl}, but for UNIX sockets, which Jedis does not have; {@value
 * RedisBackend#NAMESPACE}, see {@link RedisBackend}; {@value #POOL}, the most connections to one server and the most asynchronous calls
 * at a time, 1 to 4096, {@value #DEFAULT_POOL} where it is not set.
 */
public final class JedisBackend extends RedisBackend {

    /** The name by which configurations choose the backend. */
    public static final String NAME = "redis-jedis";

    /** The setting of the most connections to one server. */
    public static final String POOL = "pool";

    /** The most connections to one server where it is not set. */
    public static final int DEFAULT_POOL = 16;

    private static final int MOST_POOL = 4096;

    private final JedisDriver driver;

    private JedisBackend(BackendSettings settings, Optional<RedisUrl> url, JedisDriver driver) {
        super(NAME, settings, url, driver);
        this.driver = driver;
    }

    /**
     * Connects to the servers that the settings name.
     *
     * @throws GuardConfigurationException if a setting is unknown, missing or malformed, or a server is too old
     * @throws BackendUnavailableException if a server does not answer, or not as one
     */
    public static JedisBackend open(BackendSettings settings) {
        settings.requireKnown(List.of(URL, NAMESPACE, POOL));
        String name = settings.fullName(URL);
        String text = settings.text(URL)
                .orElseThrow(() -> new GuardConfigurationException(
                        name + " is not set, expected a URL such as redis://localhost:6379"));
        RedisUrl url = RedisUrl.parse(name, text);
        int pool = pool(settings);
        return opened(settings, Optional.of(url), () -> JedisDriver.open(name, url, pool));
    }

    /**
     * Makes a backend of a client that the application has, a {@code RedisClient}, {@code RedisSentinelClient} or {@code
     * RedisClusterClient}. It shares the client's connections and never closes it. How connections are made and how many there are is up
     * to the client's settings; that a command is sent once and its reply awaited no longer than the timeout is not.
     *
     * @param timeout how long a call may take, 1 ms or more
     * @param settings {@value RedisBackend#NAMESPACE}, and {@value #POOL} for the most asynchronous calls at a time
     * @throws GuardConfigurationException if a setting is unknown or malformed, the client is none of these, or a server is too old
     * @throws BackendUnavailableException if a server does not answer, or not as one
     */
    public static JedisBackend using(UnifiedJedis client, Duration timeout, BackendSettings settings) {
        settings.requireKnown(List.of(NAMESPACE, POOL));
        if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw new GuardConfigurationException("the timeout is " + timeout + ", expected 1 ms or more");
        }
        int pool = pool(settings);
        return opened(settings, Optional.empty(), () -> JedisDriver.using(client, timeout, pool));
    }

    private static int pool(BackendSettings settings) {
        return Math.toIntExact(settings.number(POOL, DEFAULT_POOL, 1, MOST_POOL));
    }

    private static JedisBackend opened(
            BackendSettings settings, Optional<RedisUrl> url, Supplier<JedisDriver> opening) {
        JedisDriver driver = connected(opening);
        JedisBackend backend;
        try {
            backend = new JedisBackend(settings, url, driver);
        } catch (RuntimeException e) {
            driver.close();
            throw e;
        }
        backend.requireSupportedServer();
        return backend;
    }

    /**
     * Jedis's own client, for what guard does not cover: the one that was handed in, or one of the same settings, which is made by the
     * first call, has connections of its own, and is closed with the backend. What an application sends through it is sent again as
     * Jedis is set to, in a cluster up to five times.
     */
    public UnifiedJedis client() {
        return driver.client();
    }
}
