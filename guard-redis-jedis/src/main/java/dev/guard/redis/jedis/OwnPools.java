package dev.guard.redis.jedis;

import dev.guard.redis.RedisUrl;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/** The connections that guard makes itself: a pool for each server, all with the settings of one URL. */
final class OwnPools implements Pools, AutoCloseable {

    private final RedisUrl url;
    private final int size;
    private final @Nullable Tls tls;
    private final Executor connectors;
    private final Watchdog watchdog;
    private final Map<HostAndPort, Own> servers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** A server, and the same connections to it as what they are. */
    private record Own(Server server, OwnConnections connections) {}

    /**
     * Makes no connection yet.
     *
     * @param setting the full name of the setting that the URL came from
     * @param size the most connections to one server
     * @param connectors the threads that make connections
     * @param watchdog ends what is done over them
     */
    OwnPools(String setting, RedisUrl url, int size, Executor connectors, Watchdog watchdog) {
        this.url = url;
        this.size = size;
        this.tls = url.tls() ? Tls.trusting(setting, url.ca()) : null;
        this.connectors = connectors;
        this.watchdog = watchdog;
    }

    /** The server at an address, to which a connection is made when one is needed. */
    @Override
    public Server at(HostAndPort address) {
        Own own = servers.get(address);
        if (own == null) {
            own = servers.computeIfAbsent(address, this::open);
        }
        if (closed) {
            own.connections().close();
        }
        return own.server();
    }

    private Own open(HostAndPort address) {
        JedisClientConfig plain = settings(url, null).build();
        OwnConnections connections = new OwnConnections(new Connector(address, plain, tls, connectors, watchdog), size);
        return new Own(Server.at(address, connections), connections);
    }

    /** Closes the connections to all other servers. What is in flight ends first. */
    @Override
    public void keepOnly(Collection<HostAndPort> addresses) {
        servers.forEach((address, own) -> {
            if (!addresses.contains(address) && servers.remove(address, own)) {
                own.connections().close();
            }
        });
    }

    /** Leaves all servers but one, which has taken their place. What is in flight to them ends first, and nothing more is sent. */
    void leaveFor(HostAndPort primary) {
        servers.forEach((address, own) -> {
            if (!address.equals(primary) && servers.remove(address, own)) {
                own.connections().leave();
            }
        });
    }

    /** The servers or sentinels that the URL names. */
    @Override
    public List<HostAndPort> seeds() {
        return url.hosts().stream()
                .map(host -> new HostAndPort(host.name(), host.port()))
                .toList();
    }

    /** The settings of a client of Jedis's own for the same servers. */
    DefaultJedisClientConfig clientSettings() {
        return settings(url, tls).build();
    }

    /** The settings of a client of Jedis's own for the sentinels, which have users of their own and no databases. */
    DefaultJedisClientConfig sentinelSettings() {
        DefaultJedisClientConfig.Builder settings = common(url, tls).serverDefaultProtocol();
        url.sentinelUser().ifPresent(settings::user);
        url.sentinelPassword().ifPresent(settings::password);
        return settings.build();
    }

    private static DefaultJedisClientConfig.Builder settings(RedisUrl url, @Nullable Tls tls) {
        DefaultJedisClientConfig.Builder settings = common(url, tls).resp2().database(url.database());
        url.user().ifPresent(settings::user);
        url.password().ifPresent(settings::password);
        return settings;
    }

    private static DefaultJedisClientConfig.Builder common(RedisUrl url, @Nullable Tls tls) {
        Duration connect = url.connectTimeout().compareTo(url.timeout()) < 0 ? url.connectTimeout() : url.timeout();
        DefaultJedisClientConfig.Builder settings = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis(connect))
                .socketTimeoutMillis(millis(url.timeout()))
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
        if (tls != null) {
            settings.sslOptions(tls.options());
        }
        return settings;
    }

    /** Rounded up: to Jedis, 0 is for ever. */
    private static int millis(Duration time) {
        return Math.toIntExact(time.plusNanos(999_999).toMillis());
    }

    /** The settings of the pool of such a client: bounded, not waiting for ever, and known to no MBean server. */
    GenericObjectPoolConfig<Connection> poolSettings() {
        GenericObjectPoolConfig<Connection> settings = new GenericObjectPoolConfig<>();
        settings.setMaxTotal(size);
        settings.setMaxIdle(size);
        settings.setMaxWait(url.timeout().dividedBy(2));
        settings.setJmxEnabled(false);
        return settings;
    }

    @Override
    public void close() {
        closed = true;
        servers.values().forEach(own -> own.connections().close());
    }
}
