package dev.guard.bench.redis;

import dev.guard.testing.redis.RedisCluster;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The servers of a run, each started when it is first asked for. They keep nothing on disk. One thread may use it. */
public final class Servers implements AutoCloseable {

    private @Nullable RedisServer single;
    private @Nullable RedisCluster cluster;

    /** The address of a server that stands alone. */
    public List<String> single() {
        RedisServer server = single;
        if (server == null) {
            server = RedisServers.standalone();
            single = server;
        }
        return List.of(server.address());
    }

    /** The addresses of three servers that share the slots of a cluster. */
    public List<String> cluster() {
        RedisCluster servers = cluster;
        if (servers == null) {
            servers = RedisServers.cluster();
            cluster = servers;
        }
        return servers.nodes().stream().map(RedisServer::address).toList();
    }

    /** Stops them. */
    @Override
    public void close() {
        if (single != null) {
            single.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }
}
