package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Deadline;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
 * @param executor the threads in which they are asked
 */
record Sentinels(Collection<HostAndPort> addresses, JedisClientConfig settings, String master, Executor executor) {

    private static final String EPOCH = "config-epoch";

    /**
     * What a sentinel said.
     *
     * @param epoch the failover that made the primary one: a later one has a higher number
     */
    private record Answer(HostAndPort primary, long epoch) {}

    /**
     * Asks all of them at the same time where the primary is. The majority that answers first is enough, and of their answers the one of
     * the latest failover counts: a sentinel that was cut off from the others may know no better than the old primary.
     *
     * @throws RedisErrorReply if none knows, and one answers with an error, such as that it wants a password
     * @throws RedisConnectionException if none knows
     */
    HostAndPort primary(Deadline deadline) {
        BlockingQueue<Object> said = new LinkedBlockingQueue<>();
        addresses.forEach(sentinel -> ask(sentinel, said));
        int majority = addresses.size() / 2 + 1;
        Answer best = null;
        RuntimeException failure = null;
        for (int heard = 0, answers = 0; heard < addresses.size() && answers < majority; heard++) {
            Object next = poll(said, deadline);
            if (next instanceof Answer answer) {
                answers++;
                best = best == null || answer.epoch() > best.epoch() ? answer : best;
            } else if (next instanceof RuntimeException error) {
                failure = worse(failure, error);
            }
        }
        if (best != null) {
            return best.primary();
        }
        throw failure == null ? Failures.tooLate("the sentinels of '" + master + "'") : failure;
    }

    private void ask(HostAndPort sentinel, BlockingQueue<Object> said) {
        try {
            executor.execute(() -> {
                try {
                    said.add(answer(sentinel));
                } catch (RuntimeException e) {
                    said.add(e);
                }
            });
        } catch (RejectedExecutionException e) {
            said.add(Failures.connecting("the sentinel at " + sentinel, e));
        }
    }

    private static @Nullable Object poll(BlockingQueue<Object> said, Deadline deadline) {
        try {
            return said.poll(Math.max(0, deadline.remaining(System.nanoTime())), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(e);
        }
    }

    private Answer answer(HostAndPort sentinel) {
        try (Jedis connection = new Jedis(sentinel, settings)) {
            List<String> address = connection.sentinelGetMasterAddrByName(master);
            if (address != null && address.size() == 2) {
                String epoch = connection.sentinelMaster(master).getOrDefault(EPOCH, "0");
                return new Answer(
                        new HostAndPort(address.get(0), Integer.parseInt(address.get(1))), Long.parseLong(epoch));
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
