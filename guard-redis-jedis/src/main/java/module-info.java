/** The Redis backend through Jedis. */
module dev.guard.redis.jedis {
    requires transitive dev.guard.redis;
    requires static transitive org.jspecify;
    requires transitive redis.clients.jedis;
    requires org.apache.commons.pool2;
    requires org.slf4j;

    exports dev.guard.redis.jedis;

    provides dev.guard.domain.backend.BackendProvider with
            dev.guard.redis.jedis.JedisBackendProvider;
}
