/** Redis through Lettuce. */
module dev.guard.redis.lettuce {
    requires transitive dev.guard.redis;
    requires transitive lettuce.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires reactor.core;
    requires static transitive org.jspecify;

    exports dev.guard.redis.lettuce;

    provides dev.guard.domain.backend.BackendProvider with
            dev.guard.redis.lettuce.LettuceBackendProvider;
}
