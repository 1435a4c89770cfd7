package dev.guard.redis.lettuce;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.event.ClusterTopologyChangedEvent;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import reactor.core.Disposable;

/**
 * A connection to each primary of a cluster. Redirections are followed by Lettuce. It rejects what is asked for while a first
 * connection to a server is being made, so those are made before they are needed: at the start, and when the topology changes.
 */
final class ClusterLink implements Link {

    private final StatefulRedisClusterConnection<byte[], byte[]> connection;
    private final boolean handedIn;
    private final Disposable changes;

    private ClusterLink(StatefulRedisClusterConnection<byte[], byte[]> connection, boolean handedIn) {
        this.connection = connection;
        this.handedIn = handedIn;
        this.changes = connection
                .getResources()
                .eventBus()
                .get()
                .filter(ClusterTopologyChangedEvent.class::isInstance)
                .subscribe(change -> {
                    var unused = connectAll();
                });
    }

    static ClusterLink open(RedisClusterClient client, String where) {
        Arrivals arrivals = new Arrivals();
        client.addListener(arrivals);
        try {
            ClusterLink link = new ClusterLink(client.connect(ByteArrayCodec.INSTANCE), false);
            for (StatefulConnection<?, ?> opened : link.connectAll().join()) {
                arrivals.await(opened, opened.getTimeout());
            }
            return link;
        } catch (RuntimeException e) {
            throw LettuceFailures.ofConnecting(e, where);
        } finally {
            client.removeListener(arrivals);
        }
    }

    @SuppressWarnings(
            "unchecked") // Calls write and read bytes themselves; the connection's codec has nothing to do with them.
    static ClusterLink over(StatefulRedisClusterConnection<?, ?> connection) {
        return new ClusterLink((StatefulRedisClusterConnection<byte[], byte[]>) connection, true);
    }

    /** Makes the connections that are missing, and answers those that there are; a server that is away is no error here. */
    private CompletableFuture<List<StatefulConnection<?, ?>>> connectAll() {
        List<CompletableFuture<Optional<StatefulConnection<?, ?>>>> connections = new ArrayList<>();
        for (RedisURI primary : primaries()) {
            connections.add(connected(primary).handle((opened, problem) -> Optional.ofNullable(opened)));
        }
        return CompletableFuture.allOf(connections.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> connections.stream()
                        .flatMap(connection -> connection.join().stream())
                        .collect(Collectors.toUnmodifiableList()));
    }

    private List<RedisURI> primaries() {
        List<RedisURI> primaries = new ArrayList<>();
        for (RedisClusterNode node : connection.getPartitions()) {
            if (node.is(RedisClusterNode.NodeFlag.UPSTREAM) && !node.hasNoSlots()) {
                primaries.add(node.getUri());
            }
        }
        primaries.sort(Comparator.comparing(ClusterLink::name));
        return primaries;
    }

    private static String name(RedisURI server) {
        return server.getHost() + ":" + server.getPort();
    }

    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connected(RedisURI server) {
        return connection.getConnectionAsync(server.getHost(), server.getPort());
    }

    @Override
    public void send(Call call) {
        call.carriedBy(connection.dispatch(call));
    }

    @Override
    public List<Server> servers() {
        List<Server> servers = new ArrayList<>();
        for (RedisURI primary : primaries()) {
            servers.add(new Server(name(primary), call -> send(call, primary)));
        }
        return servers;
    }

    private void send(Call call, RedisURI server) {
        var unused = connected(server).whenComplete((opened, problem) -> {
            if (problem != null) {
                call.completeExceptionally(problem);
            } else {
                call.carriedBy(opened.dispatch(call));
            }
        });
    }

    @Override
    public StatefulConnection<?, ?> connection() {
        return connection;
    }

    /** Does nothing: a replica of a cluster sends those who ask it on to its primary. */
    @Override
    public void renew() {}

    @Override
    public void close() {
        changes.dispose();
        if (!handedIn) {
            connection.close();
        }
    }
}
