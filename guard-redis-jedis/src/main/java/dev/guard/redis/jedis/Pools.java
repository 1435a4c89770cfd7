package dev.guard.redis.jedis;

import dev.guard.redis.RedisConnectionException;
import java.util.Collection;
import redis.clients.jedis.HostAndPort;

/** The connections to the servers of a cluster. */
interface Pools {

    /**
     * The server at an address.
     *
     * @throws RedisConnectionException if there is no way to it
     */
    Server at(HostAndPort address);

    /** The servers to ask where those known last do not answer. */
    Collection<HostAndPort> seeds();

    /** Is called before the servers are asked who holds what. */
    default void prepareToLook() {}

    /** Is told which primaries there are. */
    default void keepOnly(Collection<HostAndPort> primaries) {}
}
