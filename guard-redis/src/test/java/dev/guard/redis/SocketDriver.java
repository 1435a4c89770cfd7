package dev.guard.redis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RespConnection;
import dev.guard.testing.redis.RespErrorException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The least that a driver can be: some connections to one server, and one call at a time on each. */
final class SocketDriver implements RedisDriver {

    private final RedisServer server;
    private final ConcurrentLinkedQueue<RespConnection> idle = new ConcurrentLinkedQueue<>();

    SocketDriver(RedisServer server) {
        this.server = server;
    }

    @Override
    public CompletionStage<@Nullable Object> submit(Deadline deadline, byte[] key, byte[]... command) {
        return CompletableFuture.supplyAsync(() -> call(command));
    }

    @Override
    public @Nullable Object execute(Deadline deadline, byte[] key, byte[]... command) {
        return call(command);
    }

    private @Nullable Object call(byte[]... command) {
        try {
            RespConnection known = idle.poll();
            RespConnection connection = known == null ? server.connectAsClient() : known;
            try {
                return connection.command(command);
            } catch (RespErrorException e) {
                throw new RedisErrorReply(String.valueOf(e.getMessage()));
            } finally {
                if (!connection.isClosed()) {
                    idle.add(connection);
                }
            }
        } catch (IOException e) {
            throw new RedisConnectionException(Reason.CONNECTION_LOST, true, "the connection broke", e);
        }
    }

    @Override
    public List<Node> nodes() {
        return List.of(new Node() {
            @Override
            public String name() {
                return server.address();
            }

            @Override
            public CompletionStage<@Nullable Object> submit(byte[]... command) {
                return CompletableFuture.supplyAsync(() -> call(command));
            }
        });
    }

    @Override
    public void close() {
        for (RespConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }
}
