package dev.guard.redis.jedis;

import java.util.List;
import java.util.function.Supplier;

/**
 * One server, or one that a client that was handed in says is the one: an address with stand-ins behind it, or the primary that its
 * sentinels know.
 *
 * @param current the server to ask now
 */
record OneServer(Supplier<Server> current) implements Servers {

    @Override
    public Server holding(byte[] key) {
        return current.get();
    }

    @Override
    public List<Server> all() {
        return List.of(current.get());
    }
}
