package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisUrl;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
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

    /**
     * How long Jedis's own client waits before it connects anew to a sentinel that it lost. Constant, since the growing delay that Jedis
     * has overflows after some sixty attempts, and ends the thread that waits.
     */
    private static final Delay SENTINEL_DELAY = Delay.constant(Duration.ofSeconds(1));

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
            OwnPools pools = new OwnPools(setting, url, connections, engine.background(), engine.watchdog());
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
        Sentinels sentinels = new Sentinels(pools.seeds(), pools.sentinelSettings(), url.master(), engine.background());
        // A sentinel may take the timeout to connect to, and again to answer.
        Duration patience = url.timeout().multipliedBy(2);
        SentinelServers servers =
                new SentinelServers(pools, sentinels, () -> Deadline.after(System.nanoTime(), patience.toNanos()));
        NativeClient client = NativeClient.ours(() -> RedisSentinelClient.builder()
                .masterName(sentinels.master())
                .sentinels(new LinkedHashSet<>(sentinels.addresses()))
                .sentinelClientConfig(sentinels.settings())
                .sentinelReconnectDelay(SENTINEL_DELAY)
                .clientConfig(pools.clientSettings())
                .poolConfig(pools.poolSettings())
                .build());
        return new JedisDriver(engine, servers, client, pools::close);
    }

    private JedisDriver cluster(OwnPools pools) {
        ClusterServers servers = new ClusterServers(pools, engine.exchanges());
        try {
            servers.lookAgain();
        } catch (RuntimeException e) {
            pools.close();
            throw e;
        }
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
            Server server = server("the server of the client that was handed in", one.getPool());
            return new OneServer(() -> server);
        }
        if (client instanceof RedisSentinelClient sentinel) {
            return new OneServer(() -> primaryOf(sentinel));
        }
        if (client instanceof RedisClusterClient cluster) {
            ClusterServers servers =
                    new ClusterServers(new ClientPools(cluster, engine.background()), engine.exchanges());
            servers.lookAgain();
            return servers;
        }
        throw new GuardConfigurationException("the client that was handed in is a "
                + client.getClass().getName() + ", expected a RedisClient, RedisSentinelClient or RedisClusterClient");
    }

    private Server primaryOf(RedisSentinelClient client) {
        Map.Entry<?, Pool<Connection>> primary =
                client.getPrimaryNodesConnectionMap().entrySet().iterator().next();
        return server(String.valueOf(primary.getKey()), primary.getValue());
    }

    private Server server(String name, Pool<Connection> pool) {
        return new Server(name, "", new ForeignConnections(name, pool, engine.background()));
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
