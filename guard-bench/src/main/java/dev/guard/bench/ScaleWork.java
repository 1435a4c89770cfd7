package dev.guard.bench;

import static dev.guard.bench.RedisWork.FIVE;
import static dev.guard.bench.RedisWork.FIVE_LIMITS;
import static dev.guard.bench.RedisWork.ONE;
import static dev.guard.bench.RedisWork.ONE_LIMIT;
import static dev.guard.bench.RedisWork.THREE;
import static dev.guard.bench.RedisWork.THREE_LIMITS;

import dev.guard.bench.redis.KeyMemory;
import dev.guard.bench.redis.Kind;
import dev.guard.bench.redis.Servers;
import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Contestant.Role;
import dev.guard.bench.run.ForkedMeasurement;
import dev.guard.bench.run.Measurement;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.Repeats;
import dev.guard.bench.run.WorkItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The work items of P17: how cost grows with keys and with servers. */
final class ScaleWork {

    private static final String BARE = "SET key number PX";
    private static final int FEWEST_KEYS = 1_000;
    private static final int THREADS = 16;
    private static final int SHARDS = 3;

    /** What flat means: the caches of a processor tell a thousand keys from many, whoever asks. */
    private static final double FLAT = 1.15;

    private ScaleWork() {}

    static List<WorkItem> items(Servers servers, int keys) {
        return List.of(memory(servers, keys), time(servers, keys), nodes(servers, keys));
    }

    private static WorkItem memory(Servers servers, int keys) {
        List<Contestant> contestants = List.of(
                new Contestant(BARE, Role.LIMIT, true, memoryOf(Kind.BARE_SET, ONE_LIMIT, servers, keys)),
                new Contestant(ONE, Role.GUARD, true, memoryOf(Kind.GUARD_LETTUCE, ONE_LIMIT, servers, keys)),
                new Contestant(THREE, Role.GUARD, true, memoryOf(Kind.GUARD_LETTUCE, THREE_LIMITS, servers, keys)),
                new Contestant(FIVE, Role.GUARD, true, memoryOf(Kind.GUARD_LETTUCE, FIVE_LIMITS, servers, keys)),
                new Contestant("Bucket4j", Role.PEER, true, memoryOf(Kind.BUCKET4J_LETTUCE, ONE_LIMIT, servers, keys)),
                new Contestant("Redisson", Role.PEER, true, memoryOf(Kind.REDISSON, ONE_LIMIT, servers, keys)));
        return new WorkItem(
                "P17a",
                "memory of Redis for a key, " + number(keys) + " keys",
                List.of(Metric.MEMORY),
                Repeats.ONCE,
                contestants,
                List.of(Bar.ratio(ONE, Metric.MEMORY, BARE, 1.35)));
    }

    private static Measurement memoryOf(Kind kind, String limits, Servers servers, int keys) {
        return effort -> ForkedMeasurement.run(
                KeyMemory.class,
                List.of(),
                List.of(kind.name(), servers.single().get(0), limits, Integer.toString(keys)));
    }

    private static WorkItem time(Servers servers, int keys) {
        List<Contestant> contestants = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (int count = FEWEST_KEYS; count < keys; count = 10 * count) {
            counts.add(count);
        }
        counts.add(keys);
        for (int subjects : counts) {
            contestants.add(new Contestant(
                    keys("guard", subjects),
                    subjects == FEWEST_KEYS ? Role.LIMIT : Role.GUARD,
                    true,
                    load(Kind.GUARD_LETTUCE, servers::single, THREADS, subjects)));
            contestants.add(new Contestant(
                    keys("raw script", subjects),
                    Role.CONTROL,
                    true,
                    load(Kind.RAW_LETTUCE, servers::single, THREADS, subjects)));
        }
        return new WorkItem(
                "P17b",
                "what a decision takes with many keys, Redis through Lettuce, " + THREADS + " threads",
                List.of(Metric.SERVER_CPU, Metric.SCRIPT, Metric.CALLS, Metric.P50, Metric.P99),
                Repeats.SELDOM,
                contestants,
                List.of(Bar.ratio(keys("guard", keys), Metric.SERVER_CPU, keys("guard", FEWEST_KEYS), FLAT)));
    }

    private static WorkItem nodes(Servers servers, int keys) {
        String one = "one server";
        String three = "a cluster of three";
        return new WorkItem(
                "P17c",
                "a cluster of three servers beside one server, " + number(keys) + " keys, " + THREADS
                        + " threads for each server",
                List.of(Metric.SERVER_CPU, Metric.SCRIPT, Metric.COMMANDS, Metric.BUSIEST, Metric.CALLS),
                Repeats.SELDOM,
                List.of(
                        new Contestant(one, Role.LIMIT, true, load(Kind.GUARD_LETTUCE, servers::single, THREADS, keys)),
                        new Contestant(
                                three,
                                Role.GUARD,
                                true,
                                load(Kind.GUARD_LETTUCE, servers::cluster, SHARDS * THREADS, keys))),
                List.of(
                        Bar.ratio(three, Metric.SERVER_CPU, one, FLAT),
                        Bar.value(three, Metric.COMMANDS, 1),
                        Bar.value(three, Metric.BUSIEST, 1.05)));
    }

    private static Measurement load(Kind kind, Supplier<List<String>> addresses, int threads, int subjects) {
        return effort -> RedisWork.load(kind, addresses.get(), ONE_LIMIT, List.of(threads), subjects, effort)
                .get(0);
    }

    private static String keys(String who, int count) {
        return who + ", " + number(count) + " keys";
    }

    private static String number(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
