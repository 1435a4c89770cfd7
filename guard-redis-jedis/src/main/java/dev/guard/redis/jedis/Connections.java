package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import redis.clients.jedis.Connection;

/** A bounded number of connections to one server. Any thread may use it. */
interface Connections {

    /**
     * Takes a connection that lies idle, or makes one, or waits for one, for half of the time at most.
     *
     * @throws RedisErrorReply if the server answered with an error to signing in
     * @throws RedisConnectionException if there is none
     */
    Connection take(Deadline deadline);

    /** Gives a connection back. One that is broken is closed. Does not block. */
    void giveBack(Connection connection);

    /** Closes the connections that lie idle. */
    void dropIdle();
}
