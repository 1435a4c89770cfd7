package dev.guard.bench;

import dev.guard.bench.redis.Keys;
import dev.guard.bench.redis.Kind;
import dev.guard.bench.redis.Load;
import dev.guard.bench.redis.LoadDriver;
import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Contestant.Role;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.ForkedMeasurement;
import dev.guard.bench.run.Measurement;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.Repeats;
import dev.guard.bench.run.WorkItem;
import dev.guard.testing.Ports;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The work items in the members of Hazelcast: P9, one member and two, random keys and a hot one. */
final class HazelcastWork {

    private static final List<Metric> CALL =
            List.of(Metric.CALLS, Metric.P50, Metric.P99, Metric.P999, Metric.ALLOCATED, Metric.CLIENT_CPU);

    private static final int THREADS = 16;
    private static final double LEAST_CALLS = 0.9;

    /** A call runs through more code than one to Redis, all of it in this process: more has to be compiled before it is as fast as it gets. */
    private static final int WARM_UP = 4;

    private static final List<String> JVM = jvm();

    private HazelcastWork() {}

    private static List<String> jvm() {
        List<String> jvm = new ArrayList<>(RedisWork.JVM);
        jvm.add("-Dhazelcast.logging.type=slf4j");
        return List.copyOf(jvm);
    }

    static List<WorkItem> items() {
        List<WorkItem> items = new ArrayList<>();
        for (int members : List.of(1, 2)) {
            Forks limit = new Forks(Kind.RAW_HAZELCAST, members);
            Forks guard = new Forks(Kind.GUARD_HAZELCAST, members);
            Forks bucket4j = new Forks(Kind.BUCKET4J_HAZELCAST, members);
            Forks cas = new Forks(Kind.BUCKET4J_HAZELCAST_CAS, members);
            for (Keys keys : Keys.values()) {
                boolean inQuick = keys == Keys.RANDOM;
                items.add(new WorkItem(
                        id(members, keys),
                        "Hazelcast, " + (members == 1 ? "one member" : "two members") + ", "
                                + (keys == Keys.RANDOM ? "random keys" : "one hot key") + ", " + THREADS + " threads",
                        CALL,
                        Repeats.RARELY,
                        List.of(
                                new Contestant(RedisWork.LIMIT, Role.LIMIT, inQuick, limit.with(keys)),
                                new Contestant(RedisWork.ONE, Role.GUARD, inQuick, guard.with(keys)),
                                new Contestant("Bucket4j", Role.PEER, false, bucket4j.with(keys)),
                                new Contestant("Bucket4j, compare-and-swap", Role.PEER, false, cas.with(keys))),
                        List.of(Bar.ratio(RedisWork.ONE, Metric.CALLS, RedisWork.LIMIT, LEAST_CALLS))));
            }
        }
        return items;
    }

    private static String id(int members, Keys keys) {
        return switch (keys) {
            case RANDOM -> members == 1 ? "P9a" : "P9c";
            case HOT -> members == 1 ? "P9b" : "P9d";
        };
    }

    /** Forks of one contestant's load driver. A full run's measure both kinds of keys: what takes longest is to start. */
    private static final class Forks {

        private final Kind kind;
        private final int members;
        private final Map<Keys, Map<Metric, Double>> measured = new EnumMap<>(Keys.class);

        Forks(Kind kind, int members) {
            this.kind = kind;
            this.members = members;
        }

        /** What a fork measured with such keys; each answer is handed out once. */
        Measurement with(Keys keys) {
            return effort -> {
                Map<Metric, Double> numbers = measured.remove(keys);
                if (numbers != null) {
                    return numbers;
                }
                List<Keys> both = effort.quick() ? List.of(keys) : List.of(Keys.values());
                List<Map<Metric, Double>> all = load(both, effort);
                for (int i = 0; i < both.size(); i++) {
                    measured.put(both.get(i), all.get(i));
                }
                return Objects.requireNonNull(measured.remove(keys));
            };
        }

        private List<Map<Metric, Double>> load(List<Keys> keys, Effort effort) {
            Load load = new Load(
                    kind,
                    Ports.addresses(members),
                    RedisWork.ONE_LIMIT,
                    keys,
                    List.of(THREADS),
                    effort.warmUpCalls(),
                    effort.warmUpCalls(),
                    WARM_UP * effort.loadMillis(),
                    effort.loadMillis());
            return ForkedMeasurement.runAll(LoadDriver.class, JVM, load.toArguments(), keys.size());
        }
    }
}
