package dev.guard.redis.jedis;

import dev.guard.domain.GuardClosedException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/** A client of Jedis's own, for what guard does not cover: one that was handed in, or one that is made when it is asked for. */
final class NativeClient implements AutoCloseable {

    private final Supplier<? extends UnifiedJedis> maker;
    private final boolean ours;
    private @Nullable UnifiedJedis client;
    private boolean closed;

    private NativeClient(Supplier<? extends UnifiedJedis> maker, boolean ours) {
        this.maker = maker;
        this.ours = ours;
    }

    static NativeClient handedIn(UnifiedJedis client) {
        return new NativeClient(() -> client, false);
    }

    static NativeClient ours(Supplier<? extends UnifiedJedis> maker) {
        return new NativeClient(maker, true);
    }

    /**
     * The client.
     *
     * @throws GuardClosedException if it would have to be made after {@link #close}
     */
    synchronized UnifiedJedis get() {
        if (client == null) {
            if (closed && ours) {
                throw new GuardClosedException("the backend " + JedisBackend.NAME);
            }
            client = maker.get();
        }
        return client;
    }

    /** Closes the client if it is ours and was made. */
    @Override
    public synchronized void close() {
        closed = true;
        if (ours && client != null) {
            client.close();
        }
    }
}
