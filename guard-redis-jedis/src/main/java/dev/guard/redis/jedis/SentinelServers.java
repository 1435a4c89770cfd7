package dev.guard.redis.jedis;

import dev.guard.domain.Deadline;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;

/**
 * The primary that sentinels know. They are asked when a call meets a primary that does not answer or takes no writes, and while there
 * are calls once a second besides. Jedis's own way, to be told by them, is not used: it is not told of a failover that happened while
 * its connections to the sentinels were lost and not seen to be.
 */
final class SentinelServers implements Servers {

    private static final Logger LOG = LoggerFactory.getLogger(SentinelServers.class);
    private static final long DOUBTFUL_AFTER = TimeUnit.SECONDS.toNanos(1);

    private final OwnPools pools;
    private final Sentinels sentinels;
    private final Supplier<Deadline> deadlines;
    private volatile HostAndPort primary;
    private volatile long lookedAt = System.nanoTime();

    /**
     * Asks for the primary.
     *
     * @param deadlines by when sentinels that are asked now have to have answered
     */
    SentinelServers(OwnPools pools, Sentinels sentinels, Supplier<Deadline> deadlines) {
        this.pools = pools;
        this.sentinels = sentinels;
        this.deadlines = deadlines;
        this.primary = sentinels.primary(deadlines.get());
    }

    @Override
    public Server holding(byte[] key) {
        return pools.at(primary);
    }

    @Override
    public List<Server> all() {
        return List.of(pools.at(primary));
    }

    @Override
    public boolean isDoubtful() {
        return System.nanoTime() - lookedAt > DOUBTFUL_AFTER;
    }

    /** Called by one thread at a time. */
    @Override
    public void lookAgain() {
        try {
            HostAndPort found = sentinels.primary(deadlines.get());
            HostAndPort last = primary;
            if (!found.equals(last)) {
                LOG.info("The sentinels say that {} is at {} now, and no more at {}", sentinels.master(), found, last);
                primary = found;
                pools.leaveFor(found);
            }
        } finally {
            lookedAt = System.nanoTime();
        }
    }
}
