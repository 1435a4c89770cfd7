package dev.guard.redis.lettuce;

import io.lettuce.core.api.StatefulConnection;
import java.util.List;
import java.util.function.Consumer;

/** A way to the servers that keys are on. Sending does not block. */
interface Link {

    /** Sends a call about a key to the server that has it. */
    void send(Call call);

    /** The servers that keys are on, in the order of their names. */
    List<Server> servers();

    /** The connection of Lettuce. */
    StatefulConnection<?, ?> connection();

    /** Connects anew, as the server has turned out not to be the primary. */
    void renew();

    /** Closes the connection, unless it was handed in. */
    void close();

    /**
     * One server.
     *
     * @param name what it is known by
     * @param sender sends it a call
     */
    record Server(String name, Consumer<Call> sender) {}
}
