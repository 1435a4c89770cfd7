package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import java.util.Collection;
import java.util.NoSuchElementException;
import java.util.concurrent.Executor;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/**
 * The connections of a cluster's client that was handed in. It finds new servers itself, and guard makes no pools for it.
 *
 * @param background where broken connections are given back
 */
record ClientPools(RedisClusterClient client, Executor background) implements Pools {

    @Override
    public Server at(HostAndPort address) {
        ConnectionPool pool = client.getClusterNodes().get(address.toString());
        if (pool == null) {
            throw new RedisConnectionException(
                    Reason.TOPOLOGY,
                    false,
                    "the client that was handed in does not know the server " + address + " of its cluster yet",
                    new NoSuchElementException());
        }
        return Server.at(address, new ForeignConnections(address.toString(), pool, background));
    }

    @Override
    public Collection<HostAndPort> seeds() {
        return client.getClusterNodes().keySet().stream().map(HostAndPort::from).toList();
    }

    @Override
    public void prepareToLook() {
        client.refreshClusterTopology();
    }
}
