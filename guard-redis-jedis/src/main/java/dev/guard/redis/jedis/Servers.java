package dev.guard.redis.jedis;

import dev.guard.redis.RedisConnectionException;
import java.util.List;
import redis.clients.jedis.HostAndPort;

/** Where the servers are that hold keys: what a stand-alone server, sentinels and a cluster differ in. */
interface Servers {

    /**
     * The server that holds a key, the primary of its slot, as far as is known.
     *
     * @throws RedisConnectionException if it is not known
     */
    Server holding(byte[] key);

    /**
     * The servers that keys are on, in an order that stays as long as they do.
     *
     * @throws RedisConnectionException if they are not known
     */
    List<Server> all();

    /** Whether a server may send a command on to another one. */
    default boolean redirect() {
        return false;
    }

    /**
     * The server that a command was sent on to.
     *
     * @throws RedisConnectionException if there is no way to it
     */
    default Server at(HostAndPort address) {
        throw new UnsupportedOperationException("only a cluster redirects");
    }

    /** Whether it is time to find out anew where the servers are, though no call met a reason to. */
    default boolean isDoubtful() {
        return false;
    }

    /** Finds out anew where the servers are, if that may have changed. Blocks. */
    default void lookAgain() {}
}
