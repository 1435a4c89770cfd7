package dev.guard.redis;

import dev.guard.domain.Deadline;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What guard asks of a Redis client: to send a command once, and to say what came back. It is implemented for each client; all
 * that Redis and guard have to do with one another is above it.
 *
 * <p><b>Commands</b> are given as their parts, the name first, as bytes. Nothing is ever sent twice: a driver turns off what its
 * client does on its own, but for following a cluster's redirections.
 *
 * <p><b>Replies</b> are those of RESP2: {@code byte[]} for bulk and simple strings, {@link Long}, {@link List} of replies, and null.
 *
 * <p><b>Errors</b>: an error reply is a {@link RedisErrorReply}, whatever else goes wrong a {@link RedisConnectionException}. The
 * asynchronous forms carry them, unwrapped, in the stage, and throw nothing.
 *
 * <p>A driver may be used by any number of threads.
 */
public interface RedisDriver extends AutoCloseable {

    /**
     * Sends a command about one key to the server that holds it, the primary of its slot.
     *
     * @param deadline when there is an answer at the latest, {@code TIMEOUT} if none came; earlier where the driver's own timeout ends
     *     earlier
     * @param key the key as bytes, which is also one of the parts
     * @param command the parts
     * @return a stage with the reply
     */
    CompletionStage<@Nullable Object> submit(Deadline deadline, byte[] key, byte[]... command);

    /** The blocking form of {@link #submit(Deadline, byte[], byte[]...)}. */
    @Nullable
    Object execute(Deadline deadline, byte[] key, byte[]... command);

    /** Sends a command that has until the driver's timeout. */
    default CompletionStage<@Nullable Object> submit(byte[] key, byte[]... command) {
        return submit(Deadline.NONE, key, command);
    }

    /** Sends a command that has until the driver's timeout. */
    default @Nullable Object execute(byte[] key, byte[]... command) {
        return execute(Deadline.NONE, key, command);
    }

    /**
     * The servers that keys are on, in an order that stays as long as they do: one, or the primaries of a cluster.
     *
     * @throws RedisConnectionException if they are not known
     */
    List<Node> nodes();

    /** Lets go of the connections, but not of a client that was handed in. Closing twice is harmless. */
    @Override
    void close();

    /** A server. */
    interface Node {

        /** What it is known by to its client, such as {@code 127.0.0.1:6379}; the same for as long as it is the same server. */
        String name();

        /** Sends it a command that is about no key, or about all of them. */
        CompletionStage<@Nullable Object> submit(byte[]... command);
    }
}
