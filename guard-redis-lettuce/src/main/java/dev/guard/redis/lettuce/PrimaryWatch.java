package dev.guard.redis.lettuce;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.netty.util.Timer;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a primary when the sentinels name another one. Lettuce asks them when it connects, and not again: a primary that they cannot
 * reach, and that does not know that it was replaced, would be used for as long as its connection lives.
 *
 * <p>Asks one sentinel once a second, while there are calls, over a connection of its own, and another one when that fails. Nothing of it
 * blocks.
 */
final class PrimaryWatch implements AutoCloseable {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The most times in a row that a primary is left in vain: connecting led back to it, or it goes by two names. */
    private static final int MOST_ATTEMPTS = 3;

    private final RedisClient client;
    private final RedisURI uri;
    private final Timer timer;
    private final ServerLink link;
    private final Duration patience;
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile @Nullable StatefulRedisSentinelConnection<String, String> sentinel;
    private volatile boolean closed;

    private PrimaryWatch(RedisClient client, RedisURI uri, Timer timer, ServerLink link) {
        this.client = client;
        this.uri = uri;
        this.timer = timer;
        this.link = link;
        // One to connect, one for the answer.
        this.patience = uri.getTimeout().multipliedBy(2);
    }

    /**
     * Starts.
     *
     * @param uri with the sentinels, and the name by which they know the primary
     */
    static PrimaryWatch start(RedisClient client, RedisURI uri, Timer timer, ServerLink link) {
        PrimaryWatch watch = new PrimaryWatch(client, uri, timer, link);
        watch.lookLater();
        return watch;
    }

    private void lookLater() {
        if (!closed) {
            timer.newTimeout(now -> look(), PERIOD_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        if (!link.wasUsed()) {
            lookLater();
            return;
        }
        var unused = connected()
                .thenCompose(open -> open.async().getMasterAddrByName(uri.getSentinelMasterId()))
                .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((address, problem) -> {
                    if (problem != null) {
                        drop();
                    } else {
                        compare(address);
                    }
                    lookLater();
                });
    }

    private CompletableFuture<StatefulRedisSentinelConnection<String, String>> connected() {
        StatefulRedisSentinelConnection<String, String> open = sentinel;
        if (open != null && open.isOpen()) {
            return CompletableFuture.completedFuture(open);
        }
        drop();
        return client.connectSentinelAsync(StringCodec.UTF8, uri).thenApply(opened -> {
            sentinel = opened;
            return opened;
        });
    }

    private void drop() {
        StatefulRedisSentinelConnection<String, String> open = sentinel;
        sentinel = null;
        if (open != null) {
            var unused = open.closeAsync();
        }
    }

    private void compare(@Nullable SocketAddress primary) {
        if (primary == null || link.leadsTo(primary)) {
            attempts.set(0);
        } else if (link.connection().isOpen() && attempts.incrementAndGet() <= MOST_ATTEMPTS) {
            link.renew();
        }
    }

    /** Ends the asking. The connection ends with the client. */
    @Override
    public void close() {
        closed = true;
    }
}
