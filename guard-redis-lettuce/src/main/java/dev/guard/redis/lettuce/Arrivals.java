package dev.guard.redis.lettuce;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for connections to be fit for commands. Lettuce hands a connection out a moment before it is, and one that rejects commands
 * while it is disconnected rejects them in that moment.
 */
final class Arrivals implements RedisConnectionStateListener {

    private final Map<Object, CompletableFuture<SocketAddress>> arrived = new ConcurrentHashMap<>();

    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> opened, SocketAddress address) {
        of(opened).complete(address);
    }

    /** Where a connection leads, once it is fit for commands; null where that does not come to be within a while. */
    @Nullable
    SocketAddress await(StatefulConnection<?, ?> opened, Duration patience) {
        try {
            return of(opened).get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private CompletableFuture<SocketAddress> of(Object connection) {
        return arrived.computeIfAbsent(connection, opened -> new CompletableFuture<>());
    }
}
