package dev.guard.bench;

import dev.guard.bench.redis.Kind;
import dev.guard.bench.redis.Load;
import dev.guard.bench.redis.LoadDriver;
import dev.guard.bench.redis.Servers;
import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Contestant.Role;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.ForkedMeasurement;
import dev.guard.bench.run.Measurement;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.WorkItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The work items across a socket to Redis: P4 through Lettuce, P5 through Jedis. */
final class RedisWork {

    static final String LIMIT = "the limit";
    static final String ONE = "guard, one limit";
    static final String THREE = "guard, three limits";
    static final String FIVE = "guard, five limits";

    /** The first one decides; the others are of the algorithms whose state has the same size always. */
    static final String ONE_LIMIT = "1000/24h";

    static final String THREE_LIMITS = ONE_LIMIT + ", 10000/24h fixed, 20000/48h sliding";
    static final String FIVE_LIMITS = THREE_LIMITS + ", 30000/72h interval, 50000/96h";

    private static final List<Metric> CALL = List.of(
            Metric.CALLS,
            Metric.P50,
            Metric.P99,
            Metric.P999,
            Metric.ALLOCATED,
            Metric.CLIENT_CPU,
            Metric.SERVER_CPU,
            Metric.SCRIPT,
            Metric.COMMANDS,
            Metric.INNER);

    private static final int SUBJECTS = 20_000;
    private static final int MOST_ALLOCATED = 1_500;
    private static final List<String> JVM = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    private RedisWork() {}

    static List<WorkItem> items(Servers servers) {
        return List.of(
                lettuce("P4a", 1, servers),
                lettuce("P4b", 16, servers),
                jedis("P5a", 1, servers),
                jedis("P5b", 16, servers));
    }

    private static WorkItem lettuce(String id, int threads, Servers servers) {
        Redis redis = new Redis(servers, threads);
        boolean inQuick = threads > 1;
        return new WorkItem(
                id,
                "Redis through Lettuce, random keys, " + threads(threads),
                CALL,
                false,
                List.of(
                        new Contestant(LIMIT, Role.LIMIT, true, redis.of(Kind.RAW_LETTUCE, ONE_LIMIT)),
                        new Contestant(ONE, Role.GUARD, true, redis.of(Kind.GUARD_LETTUCE, ONE_LIMIT)),
                        new Contestant(THREE, Role.GUARD, inQuick, redis.of(Kind.GUARD_LETTUCE, THREE_LIMITS)),
                        new Contestant(FIVE, Role.GUARD, inQuick, redis.of(Kind.GUARD_LETTUCE, FIVE_LIMITS)),
                        new Contestant("Bucket4j", Role.PEER, false, redis.of(Kind.BUCKET4J_LETTUCE, ONE_LIMIT)),
                        new Contestant("Redisson", Role.PEER, false, redis.of(Kind.REDISSON, ONE_LIMIT))),
                bars());
    }

    private static WorkItem jedis(String id, int threads, Servers servers) {
        Redis redis = new Redis(servers, threads);
        boolean inQuick = threads > 1;
        return new WorkItem(
                id,
                "Redis through Jedis, random keys, " + threads(threads),
                CALL,
                false,
                List.of(
                        new Contestant(LIMIT, Role.LIMIT, inQuick, redis.of(Kind.RAW_JEDIS, ONE_LIMIT)),
                        new Contestant(ONE, Role.GUARD, inQuick, redis.of(Kind.GUARD_JEDIS, ONE_LIMIT)),
                        new Contestant(THREE, Role.GUARD, false, redis.of(Kind.GUARD_JEDIS, THREE_LIMITS)),
                        new Contestant(FIVE, Role.GUARD, false, redis.of(Kind.GUARD_JEDIS, FIVE_LIMITS)),
                        new Contestant("Bucket4j", Role.PEER, false, redis.of(Kind.BUCKET4J_JEDIS, ONE_LIMIT))),
                bars());
    }

    private static List<Bar> bars() {
        List<Bar> bars = new ArrayList<>();
        Map<String, Double> least = Map.of(ONE, 0.95, THREE, 0.85, FIVE, 0.80);
        for (String guard : List.of(ONE, THREE, FIVE)) {
            bars.add(Bar.ratio(guard, Metric.CALLS, LIMIT, least.getOrDefault(guard, 1.0)));
            bars.add(Bar.value(guard, Metric.COMMANDS, 1));
            bars.add(Bar.value(guard, Metric.ALLOCATED, MOST_ALLOCATED));
        }
        return bars;
    }

    private static String threads(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    /** Forks of the load driver against the server that stands alone. */
    private record Redis(Servers servers, int threads) {

        Measurement of(Kind kind, String limits) {
            return effort -> load(kind, servers.single(), limits, threads, SUBJECTS, effort);
        }
    }

    /** One fork of the load driver. */
    static Map<Metric, Double> load(
            Kind kind, List<String> addresses, String limits, int threads, int subjects, Effort effort) {
        Load load = new Load(kind, addresses, limits, threads, subjects, effort.loadMillis() / 2, effort.loadMillis());
        return ForkedMeasurement.run(LoadDriver.class, JVM, load.toArguments());
    }
}
