package dev.guard.bench.outage;

import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import org.jspecify.annotations.Nullable;

/** A server of its own and a way to it, of which one is broken and mended. One thread may use it. */
final class Scene implements AutoCloseable {

    private final Fault fault;
    private final RedisServer server;
    private final @Nullable Proxy proxy;

    Scene(Fault fault) {
        this.fault = fault;
        this.server = RedisServers.standalone();
        // Nobody is between callers and a server that can be stopped itself.
        this.proxy = fault == Fault.STOPPED ? null : new Proxy(server.port());
    }

    /** Host and port that callers connect to. */
    String address() {
        return proxy == null ? server.address() : proxy.address();
    }

    /** The server, to which there is a way always. */
    RedisServer server() {
        return server;
    }

    /** Begins the outage. When this returns nobody is answered. */
    void breakOff() {
        if (proxy == null) {
            server.pause();
            return;
        }
        switch (fault) {
            case REFUSED -> proxy.refuse();
            case BLACKHOLE -> proxy.hold();
            case FORGOTTEN -> proxy.forget();
            case STOPPED -> throw new IllegalStateException("a stopped server has no proxy");
        }
    }

    /** Ends it. */
    void mend() {
        if (proxy == null) {
            server.resume();
        } else {
            proxy.mend();
        }
    }

    @Override
    public void close() {
        if (proxy != null) {
            proxy.close();
        }
        server.close();
    }
}
