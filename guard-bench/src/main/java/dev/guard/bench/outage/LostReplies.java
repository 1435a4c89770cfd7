package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.run.Metric;
import dev.guard.testing.redis.RedisServer;
import dev.guard.testing.redis.RedisServers;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * P14: how often a call is executed whose reply was lost. The connection is cut once for each call, after its command reached the store and
 * before the reply reached the caller; every other time it is reset and not closed. Between two such calls the client is asked until it
 * answers again. Eight clients do that at the same time, each on a way of its own, with one thread.
 */
final class LostReplies {

    private static final int LANES = 8;
    private static final String BETWEEN = "between-";

    private LostReplies() {}

    /**
     * Measures a client.
     *
     * @param cuts how many replies are lost, a multiple of eight
     * @throws IllegalStateException if another number of replies was lost
     */
    static Map<Metric, Double> measure(Client client, int cuts) {
        ExecutorService threads = Callers.threads();
        try (RedisServer server = RedisServers.standalone()) {
            List<Future<List<String>>> lanes = new ArrayList<>();
            for (int i = 0; i < LANES; i++) {
                int lane = i;
                lanes.add(threads.submit(() -> lane(client, server, lane, cuts / LANES)));
            }
            List<String> subjects = new ArrayList<>();
            for (Future<List<String>> lane : lanes) {
                subjects.addAll(lane.get());
            }
            Charges.awaitStillness(server);
            return executions(client, server, subjects);
        } catch (ExecutionException e) {
            throw new IllegalStateException(client + " failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> lane(Client client, RedisServer server, int lane, int cuts) {
        List<String> subjects = new ArrayList<>();
        for (int i = 0; i < cuts; i++) {
            subjects.add("cut-" + lane + "-" + i + "-");
        }
        try (Proxy proxy = new Proxy(server.port());
                Limiter limiter = Callers.opened(() -> client.open(proxy.address(), Charges.PERMITS))) {
            limiter.prepare(subjects);
            for (int i = 0; i < cuts; i++) {
                // One of its own each time: a denial may be remembered, and then tells nothing of the connection.
                String between = BETWEEN + lane + "-" + i;
                limiter.prepare(List.of(between));
                Callers.untilServed(limiter, between);
                proxy.cutReplyTo(subjects.get(i), i % 2 == 1);
                new Call(subjects.get(i)).make(limiter);
                if (proxy.cuts() != i + 1) {
                    throw new IllegalStateException(
                            client + ": " + proxy.cuts() + " replies were lost, expected " + (i + 1));
                }
            }
        }
        return subjects;
    }

    private static Map<Metric, Double> executions(Client client, RedisServer server, List<String> subjects) {
        double executed = 0;
        double twice = 0;
        double most = 0;
        try (Charges charges = new Charges(client, server)) {
            for (String subject : subjects) {
                int times = charges.of(subject);
                executed += times > 0 ? 1 : 0;
                twice += times > 1 ? 1 : 0;
                most = Math.max(most, times);
            }
        }
        Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
        numbers.put(Metric.CUT, (double) subjects.size());
        numbers.put(Metric.EXECUTED, executed);
        numbers.put(Metric.TWICE, twice);
        numbers.put(Metric.MOST_EXECUTIONS, most);
        return numbers;
    }
}
