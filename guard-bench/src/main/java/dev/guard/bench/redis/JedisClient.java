package dev.guard.bench.redis;

import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;

/** Jedis's client with a pool of as many connections as guard's has, all of which it keeps. */
final class JedisClient {

    private static final int POOL = 16;

    private JedisClient() {}

    static RedisClient of(String address) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(POOL);
        pool.setMaxIdle(POOL);
        return RedisClient.builder()
                .hostAndPort(HostAndPort.from(address))
                .poolConfig(pool)
                .build();
    }
}
