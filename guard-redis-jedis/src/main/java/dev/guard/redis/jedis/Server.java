package dev.guard.redis.jedis;

import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.util.Pool;

/**
 * A server, and the connections to it.
 *
 * @param name what its client knows it by, such as {@code 127.0.0.1:6379}
 * @param host its host; empty where that is not known
 * @param pool the connections
 */
record Server(String name, String host, Pool<Connection> pool) {

    static Server at(HostAndPort address, Pool<Connection> pool) {
        return new Server(address.toString(), address.getHost(), pool);
    }

    /** Closes the connections that nobody uses: where one broke, the others are as old. */
    void dropIdle() {
        pool.clear();
    }
}
