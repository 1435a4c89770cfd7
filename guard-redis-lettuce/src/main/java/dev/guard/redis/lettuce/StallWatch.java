package dev.guard.redis.lettuce;

import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which the same command has waited for its answer too long, so that the client connects anew, and with
 * sentinels asks who the primary is.
 *
 * <p>Without it a connection to a host that went away without a word lives on for minutes, and after the network healed it is silent
 * for as long as TCP waits between its attempts. It looks a few times in each such while, and costs nothing in between.
 *
 * <p>One for each channel; all of it runs on the channel's event loop. A command that is meant to block longer needs a connection
 * without it.
 */
final class StallWatch extends ChannelInboundHandlerAdapter {

    private static final int LOOKS = 4;

    private final long intervalNanos;
    private @Nullable ScheduledFuture<?> looking;
    private @Nullable RedisCommand<?, ?, ?> first;
    private int looksAtFirst;

    /** Makes one that closes the channel when a command is the next to be answered for {@code patience} to 5/4 of it. */
    StallWatch(Duration patience) {
        this.intervalNanos = Math.max(patience.toNanos() / LOOKS, TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        looking = context.executor()
                .scheduleAtFixedRate(() -> look(context), intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stop();
    }

    private void look(ChannelHandlerContext context) {
        if (!context.channel().isOpen()) {
            stop();
            return;
        }
        CommandHandler commands = context.pipeline().get(CommandHandler.class);
        RedisCommand<?, ?, ?> next =
                commands == null ? null : commands.getStack().peek();
        if (next == null || next != first) {
            first = next;
            looksAtFirst = 0;
        } else if (++looksAtFirst >= LOOKS) {
            stop();
            var unused = context.channel().close();
        }
    }

    private void stop() {
        if (looking != null) {
            looking.cancel(false);
            looking = null;
            first = null;
        }
    }
}
