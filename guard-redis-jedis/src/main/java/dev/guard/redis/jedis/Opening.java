package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisUrl;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.Delay;
import redis.clients.jedis.util.Pool;

/** Makes drivers. What was started for one that cannot be made is stopped again. */
final class Opening {

    /** How long Jedis waits before it connects anew to a sentinel that it lost. */
    private static final Delay SENTINEL_DELAY =
            Delay.exponentialWithJitter(Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofMillis(100));

    private final Engine engine;

    Opening(Engine engine) {
        this.engine = engine;
    }

    JedisDriver ofUrl(String setting, RedisUrl url, int connections) {
        return orStop(() -> {
            if (url.socket().isPresent()) {
                throw new GuardConfigurationException(setting + " is '" + url.masked()
                        + "', expected a host and a port: Jedis has no UNIX sockets, the backend redis-lettuce does");
            }
            OwnPools pools = new OwnPools(url, connections, engine.background());
            return switch (url.topology()) {
                case STANDALONE -> standalone(pools);
                case SENTINEL -> sentinel(pools, url);
                case CLUSTER -> cluster(pools);
            };
        });
    }

    private JedisDriver standalone(OwnPools pools) {
        HostAndPort address = pools.seeds().get(0);
        NativeClient client = NativeClient.ours(() -> RedisClient.builder()
                .hostAndPort(address)
                .clientConfig(pools.clientSettings())
                .poolConfig(pools.poolSettings())
                .build());
        return new JedisDriver(engine, new OneServer(() -> pools.at(address)), client, pools::close);
    }

    private JedisDriver sentinel(OwnPools pools, RedisUrl url) {
        Sentinels sentinels = new Sentinels(pools.seeds(), pools.sentinelSettings(), url.master());
        // Asked before Jedis asks: it tells a sentinel that wants a password from one that is away in its log only.
        RedisSentinelClient made = inTime(url, () -> {
            HostAndPort primary = sentinels.primary();
            return sentinelClient(pools, sentinels, primary);
        });
        return new JedisDriver(
                engine, new SentinelServers(pools, made, sentinels), NativeClient.ours(made), pools::close);
    }

    private static RedisSentinelClient sentinelClient(OwnPools pools, Sentinels sentinels, HostAndPort primary) {
        try {
            return RedisSentinelClient.builder()
                    .masterName(sentinels.master())
                    .sentinels(new LinkedHashSet<>(sentinels.addresses()))
                    .sentinelClientConfig(sentinels.settings())
                    .sentinelReconnectDelay(SENTINEL_DELAY)
                    .clientConfig(pools.clientSettings())
                    .poolConfig(pools.poolSettings())
                    .build();
        } catch (RuntimeException e) {
            throw Failures.connecting("the sentinels of " + primary, e);
        }
    }

    private JedisDriver cluster(OwnPools pools) {
        ClusterServers servers = new ClusterServers(pools, engine.exchanges());
        servers.lookAgain();
        NativeClient client = NativeClient.ours(() -> RedisClusterClient.builder()
                .nodes(new LinkedHashSet<>(pools.seeds()))
                .clientConfig(pools.clientSettings())
                .poolConfig(pools.poolSettings())
                .build());
        return new JedisDriver(engine, servers, client, pools::close);
    }

    JedisDriver ofClient(UnifiedJedis client) {
        return orStop(() -> new JedisDriver(engine, serversOf(client), NativeClient.handedIn(client), () -> {}));
    }

    private Servers serversOf(UnifiedJedis client) {
        if (client instanceof RedisClient one) {
            Server server = new Server("the server of the client that was handed in", "", one.getPool());
            return new OneServer(() -> server);
        }
        if (client instanceof RedisSentinelClient sentinel) {
            return new OneServer(() -> primaryOf(sentinel));
        }
        if (client instanceof RedisClusterClient cluster) {
            ClusterServers servers = new ClusterServers(new ClientPools(cluster), engine.exchanges());
            servers.lookAgain();
            return servers;
        }
        throw new GuardConfigurationException("the client that was handed in is a "
                + client.getClass().getName() + ", expected a RedisClient, RedisSentinelClient or RedisClusterClient");
    }

    private static Server primaryOf(RedisSentinelClient client) {
        Map.Entry<?, Pool<Connection>> primary =
                client.getPrimaryNodesConnectionMap().entrySet().iterator().next();
        return new Server(String.valueOf(primary.getKey()), "", primary.getValue());
    }

    /** What is made in the time in which every server could have been tried twice. What comes later is closed. */
    private <T extends AutoCloseable> T inTime(RedisUrl url, Supplier<T> maker) {
        Duration limit = url.timeout().multipliedBy(4L * url.hosts().size());
        CompletableFuture<T> made = CompletableFuture.supplyAsync(maker, engine.background());
        try {
            return made.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw Failures.connecting(url.address(), e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            var unused = made.thenAccept(Opening::closeQuietly);
            throw new RedisConnectionException(
                    Reason.TIMEOUT, false, "no answer from " + url.address() + " in time", e);
        } catch (InterruptedException e) {
            var unused = made.thenAccept(Opening::closeQuietly);
            Thread.currentThread().interrupt();
            throw Failures.interrupted(e);
        }
    }

    private static void closeQuietly(AutoCloseable late) {
        try {
            late.close();
        } catch (Exception e) {
            // nobody has it, and nobody is left to be told
        }
    }

    private JedisDriver orStop(Supplier<JedisDriver> maker) {
        boolean made = false;
        try {
            JedisDriver driver = maker.get();
            made = true;
            return driver;
        } finally {
            if (!made) {
                engine.close();
            }
        }
    }
}
