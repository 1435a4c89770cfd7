package dev.guard.bench;

import dev.guard.bench.redis.Keys;
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
import dev.guard.bench.run.Repeats;
import dev.guard.bench.run.WorkItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The work items across a socket to Redis: P4 through Lettuce, P5 through Jedis. */
final class RedisWork {

    static final String LIMIT = "the limit";
    static final String ONE = "guard, one limit";
    static final String THREE = "guard, three limits";
    static final String FIVE = "guard, five limits";

    /** The first one decides; the others are of the algorithms whose state has the same size always. */
    static final String ONE_LIMIT = "1000/240h";

    static final String THREE_LIMITS = ONE_LIMIT + ", 10000/240h fixed, 20000/480h sliding";
    static final String FIVE_LIMITS = THREE_LIMITS + ", 30000/720h interval, 50000/960h";

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

    private static final String BUCKET4J = "Bucket4j";
    private static final Map<String, Double> LEAST_CALLS = new TreeMap<>(Map.of(ONE, 0.95, THREE, 0.85, FIVE, 0.80));

    /** More threads first: they are sooner warm. */
    private static final List<Integer> THREADS = List.of(16, 1);

    private static final int MOST_ALLOCATED = 1_500;
    static final List<String> JVM = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    private RedisWork() {}

    static List<WorkItem> items(Servers servers) {
        Forks limit = new Forks(servers, Kind.RAW_LETTUCE, ONE_LIMIT);
        Forks one = new Forks(servers, Kind.GUARD_LETTUCE, ONE_LIMIT);
        Forks three = new Forks(servers, Kind.GUARD_LETTUCE, THREE_LIMITS);
        Forks five = new Forks(servers, Kind.GUARD_LETTUCE, FIVE_LIMITS);
        Forks bucket4j = new Forks(servers, Kind.BUCKET4J_LETTUCE, ONE_LIMIT);
        Forks redisson = new Forks(servers, Kind.REDISSON, ONE_LIMIT);
        Forks jedisLimit = new Forks(servers, Kind.RAW_JEDIS, ONE_LIMIT);
        Forks jedisOne = new Forks(servers, Kind.GUARD_JEDIS, ONE_LIMIT);
        Forks jedisBucket4j = new Forks(servers, Kind.BUCKET4J_JEDIS, ONE_LIMIT);
        List<WorkItem> items = new ArrayList<>();
        for (int threads : THREADS) {
            items.add(item(
                    threads == 1 ? "P4a" : "P4b",
                    "Redis through Lettuce",
                    threads,
                    List.of(
                            new Contestant(LIMIT, Role.LIMIT, true, limit.with(threads)),
                            new Contestant(ONE, Role.GUARD, true, one.with(threads)),
                            new Contestant(THREE, Role.GUARD, false, three.with(threads)),
                            new Contestant(FIVE, Role.GUARD, true, five.with(threads)),
                            new Contestant(BUCKET4J, Role.PEER, false, bucket4j.with(threads)),
                            new Contestant("Redisson", Role.PEER, false, redisson.with(threads)))));
        }
        for (int threads : THREADS) {
            items.add(item(
                    threads == 1 ? "P5a" : "P5b",
                    "Redis through Jedis",
                    threads,
                    List.of(
                            new Contestant(LIMIT, Role.LIMIT, true, jedisLimit.with(threads)),
                            new Contestant(ONE, Role.GUARD, true, jedisOne.with(threads)),
                            new Contestant(BUCKET4J, Role.PEER, false, jedisBucket4j.with(threads)))));
        }
        return items;
    }

    private static WorkItem item(String id, String title, int threads, List<Contestant> contestants) {
        List<Bar> bars = new ArrayList<>();
        LEAST_CALLS.forEach((guard, least) -> {
            if (contestants.stream().anyMatch(contestant -> contestant.name().equals(guard))) {
                bars.add(Bar.ratio(guard, Metric.CALLS, LIMIT, least));
                bars.add(Bar.value(guard, Metric.COMMANDS, 1));
                bars.add(Bar.value(guard, Metric.ALLOCATED, MOST_ALLOCATED));
            }
        });
        return new WorkItem(
                id,
                title + ", random keys, " + (threads == 1 ? "1 thread" : threads + " threads"),
                CALL,
                Repeats.SELDOM,
                contestants,
                bars);
    }

    /** Forks of one contestant's load driver. Each measures every number of threads: what takes longest is to warm up. */
    private static final class Forks {

        private final Servers servers;
        private final Kind kind;
        private final String limits;
        private final Map<Integer, Map<Metric, Double>> measured = new HashMap<>();

        Forks(Servers servers, Kind kind, String limits) {
            this.servers = servers;
            this.kind = kind;
            this.limits = limits;
        }

        /** What a fork measured with so many threads; each answer is handed out once. */
        Measurement with(int threads) {
            return effort -> {
                Map<Metric, Double> numbers = measured.remove(threads);
                if (numbers != null) {
                    return numbers;
                }
                List<Map<Metric, Double>> all =
                        load(kind, servers.single(), limits, THREADS, effort.warmUpCalls(), effort);
                for (int i = 0; i < THREADS.size(); i++) {
                    measured.put(THREADS.get(i), all.get(i));
                }
                return Objects.requireNonNull(measured.remove(threads));
            };
        }
    }

    /** One fork of the load driver: an answer for each number of threads. */
    static List<Map<Metric, Double>> load(
            Kind kind, List<String> addresses, String limits, List<Integer> threads, int subjects, Effort effort) {
        Load load = new Load(
                kind,
                addresses,
                limits,
                List.of(Keys.RANDOM),
                threads,
                subjects,
                Math.max(subjects, effort.warmUpCalls()),
                effort.loadMillis() / 3,
                effort.loadMillis());
        return ForkedMeasurement.runAll(LoadDriver.class, JVM, load.toArguments(), threads.size());
    }
}
