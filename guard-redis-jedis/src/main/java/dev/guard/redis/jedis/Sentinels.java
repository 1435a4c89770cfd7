package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The sentinels of a primary.
 *
 * @param addresses where they are
 * @param settings how to connect to them
 * @param master the name by which they know the primary
 */
record Sentinels(Collection<HostAndPort> addresses, JedisClientConfig settings, String master) {

    /**
     * Asks them, in any order, until one knows where the primary is. Blocks for as long as they let it.
     *
     * @throws RedisErrorReply if none knows, and one answers with an error, such as that it wants a password
     * @throws RedisConnectionException if none knows, because none answers or it is not theirs
     */
    HostAndPort primary() {
        List<HostAndPort> order = new ArrayList<>(addresses);
        Collections.shuffle(order);
        RuntimeException failure = null;
        for (HostAndPort sentinel : order) {
            try {
                return primary(sentinel);
            } catch (RedisErrorReply | RedisConnectionException e) {
                failure = worse(failure, e);
            }
        }
        throw failure == null ? new IllegalStateException("there are no sentinels to ask") : failure;
    }

    private HostAndPort primary(HostAndPort sentinel) {
        try (Jedis connection = new Jedis(sentinel, settings)) {
            List<String> address = connection.sentinelGetMasterAddrByName(master);
            if (address != null && address.size() == 2) {
                return new HostAndPort(address.get(0), Integer.parseInt(address.get(1)));
            }
        } catch (JedisException | NumberFormatException e) {
            throw Failures.connecting("the sentinel at " + sentinel, e);
        }
        throw new RedisConnectionException(
                Reason.MISCONFIGURED,
                false,
                "the sentinel at " + sentinel + " knows no master named '" + master + "'",
                new NoSuchElementException());
    }

    /** An answer says more than a silence. */
    private static RuntimeException worse(@Nullable RuntimeException one, RuntimeException other) {
        boolean silent = one instanceof RedisConnectionException error && error.reason() != Reason.MISCONFIGURED;
        return one == null || silent ? other : one;
    }
}
