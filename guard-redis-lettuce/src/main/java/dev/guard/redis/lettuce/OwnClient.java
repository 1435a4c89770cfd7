package dev.guard.redis.lettuce;

import dev.guard.domain.GuardConfigurationException;
import dev.guard.redis.RedisCertificates;
import dev.guard.redis.RedisUrl;
import dev.guard.redis.RedisUrl.Host;
import dev.guard.redis.RedisUrl.Topology;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.event.Event;
import io.lettuce.core.event.connection.ConnectionActivatedEvent;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.Transports;
import io.netty.channel.Channel;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of Lettuce that guard made, and its threads. Lettuce's defaults would repeat commands after a connection broke, keep what
 * is asked for while there is none, wait up to 30 seconds before the next attempt to connect, and follow a cluster's changes only
 * when asked; none of it here.
 */
final class OwnClient implements AutoCloseable {

    /** The most that waits between two attempts to connect, so that guard answers two seconds after the store is back. */
    private static final Duration MOST_DELAY = Duration.ofMillis(500);

    private static final Duration LEAST_STALL = Duration.ofMillis(500);
    private static final Duration TOPOLOGY_PERIOD = Duration.ofSeconds(15);
    private static final Duration TOPOLOGY_PAUSE = Duration.ofMillis(500);
    private static final Duration SHUTDOWN = Duration.ofSeconds(2);
    private static final int MOST_REDIRECTIONS = 5;

    private final Timer timer;
    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final boolean cluster;
    private final RedisUrl url;
    private volatile @Nullable Throwable lastFailure;
    private volatile @Nullable PrimaryWatch watch;

    OwnClient(RedisUrl url) {
        if (url.socket().isPresent() && !Transports.NativeTransports.isDomainSocketSupported()) {
            throw new GuardConfigurationException("the Redis URL is '" + url.masked()
                    + "', expected a host: UNIX sockets need a native transport of Netty"
                    + " (io.netty:netty-transport-native-epoll or -kqueue for this platform) on the class path");
        }
        this.url = url;
        cluster = url.topology() == Topology.CLUSTER;
        // First what may be refused, as nothing needs to be closed yet.
        ClusterClientOptions clusterOptions = clusterOptions(url);
        ClientOptions options = set(ClientOptions.builder(), url).build();
        timer = new HashedWheelTimer(new DefaultThreadFactory("guard-redis-timer", true), 5, TimeUnit.MILLISECONDS);
        resources = resources(url, timer);
        client = cluster ? clusterClient(url, resources, clusterOptions) : client(url, resources, options);
        var unused = resources.eventBus().get().subscribe(this::noted);
    }

    AbstractRedisClient client() {
        return client;
    }

    Timer timer() {
        return timer;
    }

    /** Why the last attempt to connect failed, if no connection was made since. */
    Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Leaves the primary that a connection leads to when the sentinels name another one; does nothing where there are none. */
    void watch(ServerLink link) {
        if (url.topology() == Topology.SENTINEL && client instanceof RedisClient one) {
            watch = PrimaryWatch.start(one, uri(url), timer, link);
        }
    }

    /** Tells that there is a connection. */
    void connected() {
        lastFailure = null;
    }

    private void noted(Event event) {
        if (event instanceof ReconnectFailedEvent failed) {
            lastFailure = failed.getCause();
        } else if (cluster && event instanceof ConnectionActivatedEvent) {
            // Elsewhere it may be the connection to a sentinel, which says nothing about the primary.
            connected();
        }
    }

    @Override
    public void close() {
        // An interrupt must not keep threads alive.
        boolean interrupted = Thread.interrupted();
        PrimaryWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        try {
            client.shutdown(Duration.ZERO, SHUTDOWN);
            resources.shutdown(0, SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly(SHUTDOWN.toMillis());
        } finally {
            timer.stop();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ClientResources resources(RedisUrl url, Timer timer) {
        Duration timeout = url.timeout();
        Duration stall = timeout.compareTo(LEAST_STALL) < 0 ? LEAST_STALL : timeout;
        return ClientResources.builder()
                .timer(timer)
                .reconnectDelay(Delay.fullJitter(Duration.ofMillis(1), MOST_DELAY, 10, TimeUnit.MILLISECONDS))
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline().addLast(new StallWatch(stall));
                    }
                })
                .build();
    }

    /** Sets what stand-alone, sentinels and cluster have in common. Lettuce's own way from one to the other forgets some of it. */
    private static <B extends ClientOptions.Builder> B set(B options, RedisUrl url) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider().handshakeTimeout(url.connectTimeout());
        RedisCertificates.trusted(url).ifPresent(ssl::trustManager);
        options.autoReconnect(true)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                // True means that the command is left out.
                .replayFilter(command -> true)
                .requestQueueSize(2 * LettuceDriver.MOST_UNDER_WAY)
                // The driver has its own, and with them a word about what was sent.
                .timeoutOptions(TimeoutOptions.create())
                .protocolVersion(ProtocolVersion.RESP2)
                .pingBeforeActivateConnection(true)
                .suspendReconnectOnProtocolFailure(false)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(url.connectTimeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .sslOptions(ssl.build());
        return options;
    }

    private static RedisClient client(RedisUrl url, ClientResources resources, ClientOptions options) {
        RedisClient client = RedisClient.create(resources, uri(url));
        client.setOptions(options);
        return client;
    }

    private static RedisClusterClient clusterClient(
            RedisUrl url, ClientResources resources, ClusterClientOptions options) {
        List<RedisURI> seeds = new ArrayList<>();
        for (Host host : url.hosts()) {
            seeds.add(serverUri(url, host));
        }
        RedisClusterClient client = RedisClusterClient.create(resources, seeds);
        client.setOptions(options);
        return client;
    }

    private static ClusterClientOptions clusterOptions(RedisUrl url) {
        return set(ClusterClientOptions.builder(), url)
                .maxRedirects(MOST_REDIRECTIONS)
                .validateClusterNodeMembership(false)
                // Besides the period, every sign of a change asks for the topology; that is the default.
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_PERIOD)
                        .adaptiveRefreshTriggersTimeout(TOPOLOGY_PAUSE)
                        .refreshTriggersReconnectAttempts(1)
                        .build())
                .build();
    }

    private static RedisURI uri(RedisUrl url) {
        if (url.topology() == Topology.SENTINEL) {
            RedisURI.Builder builder = RedisURI.builder().withSentinelMasterId(url.master());
            for (Host host : url.hosts()) {
                RedisURI sentinel =
                        plainUri(url, RedisURI.builder().withHost(host.name()).withPort(host.port()));
                authenticate(sentinel, url.sentinelUser(), url.sentinelPassword());
                builder.withSentinel(sentinel);
            }
            RedisURI primary = plainUri(url, builder);
            primary.setDatabase(url.database());
            authenticate(primary, url.user(), url.password());
            return primary;
        }
        if (url.socket().isPresent()) {
            RedisURI socket = plainUri(url, RedisURI.Builder.socket(url.socket().get()));
            socket.setDatabase(url.database());
            authenticate(socket, url.user(), url.password());
            return socket;
        }
        return serverUri(url, url.hosts().get(0));
    }

    private static RedisURI serverUri(RedisUrl url, Host host) {
        RedisURI uri = plainUri(url, RedisURI.builder().withHost(host.name()).withPort(host.port()));
        uri.setDatabase(url.database());
        authenticate(uri, url.user(), url.password());
        return uri;
    }

    private static RedisURI plainUri(RedisUrl url, RedisURI.Builder builder) {
        RedisURI uri = builder.withTimeout(url.timeout()).build();
        uri.setSsl(url.tls());
        uri.setVerifyPeer(SslVerifyMode.FULL);
        // Older servers count what they would say as an error.
        uri.setLibraryName("");
        uri.setLibraryVersion("");
        return uri;
    }

    private static void authenticate(RedisURI uri, Optional<String> user, Optional<String> password) {
        char[] secret = password.orElse("").toCharArray();
        if (user.isPresent()) {
            uri.setAuthentication(user.get(), secret);
        } else if (password.isPresent()) {
            uri.setAuthentication(secret);
        }
    }
}
