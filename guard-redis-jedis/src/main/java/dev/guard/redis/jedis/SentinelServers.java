package dev.guard.redis.jedis;

import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisSentinelClient;

/**
 * The primary that sentinels know. Jedis hears of a failover from them. Where that news was lost, because the connection to them
 * was, a primary that does not answer or takes no writes makes this ask them again; what was learnt last counts.
 */
final class SentinelServers implements Servers {

    private static final Logger LOG = LoggerFactory.getLogger(SentinelServers.class);

    private final OwnPools pools;
    private final RedisSentinelClient client;
    private final Sentinels sentinels;
    private HostAndPort heard;
    private HostAndPort primary;

    SentinelServers(OwnPools pools, RedisSentinelClient client, Sentinels sentinels) {
        this.pools = pools;
        this.client = client;
        this.sentinels = sentinels;
        this.heard = client.getCurrentMaster();
        this.primary = heard;
    }

    @Override
    public Server holding(byte[] key) {
        return pools.at(primary());
    }

    @Override
    public List<Server> all() {
        return List.of(pools.at(primary()));
    }

    private synchronized HostAndPort primary() {
        HostAndPort now = client.getCurrentMaster();
        if (!now.equals(heard)) {
            heard = now;
            become(now);
        }
        return primary;
    }

    private synchronized void become(HostAndPort address) {
        if (!address.equals(primary)) {
            LOG.info("The sentinels say that {} is at {} now, and no more at {}", sentinels.master(), address, primary);
            primary = address;
            pools.keepOnly(Set.of(address));
        }
    }

    @Override
    public void lookAgain() {
        become(sentinels.primary());
    }
}
