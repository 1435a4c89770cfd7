package dev.guard.redis.jedis;

import redis.clients.jedis.HostAndPort;

/**
 * A server, and the connections to it.
 *
 * @param name what its client knows it by, such as {@code 127.0.0.1:6379}
 * @param host its host; empty where that is not known
 * @param connections the connections
 */
record Server(String name, String host, Connections connections) {

    static Server at(HostAndPort address, Connections connections) {
        return new Server(address.toString(), address.getHost(), connections);
    }
}
