package dev.guard.bench;

import dev.guard.bench.memory.EvictionStall;
import dev.guard.bench.memory.HeapPerKey;
import dev.guard.bench.memory.HotKeyBenchmark;
import dev.guard.bench.memory.ManyKeysBenchmark;
import dev.guard.bench.redis.Servers;
import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Contestant.Role;
import dev.guard.bench.run.Effort;
import dev.guard.bench.run.ForkedMeasurement;
import dev.guard.bench.run.JmhMeasurement;
import dev.guard.bench.run.Measurement;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.Repeats;
import dev.guard.bench.run.WorkItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All work items of a plain run: the table that a new item is a row of. */
final class Work {

    private static final String LIMIT = "the limit";
    private static final String REPLY = "the limit, and an object";
    private static final String BOOLEAN = "guard, boolean";
    private static final String DECISION = "guard, decision";
    private static final List<Metric> CALL = List.of(Metric.CPU, Metric.TIME, Metric.ALLOCATED);
    private static final List<Metric> STALL =
            List.of(Metric.OWN, Metric.P50, Metric.P99, Metric.P999, Metric.MAX, Metric.IDLE_P999, Metric.IDLE_MAX);

    private static final int A_MILLION = 1_000_000;

    private Work() {}

    /** The items; those that need a server start it when they are measured. */
    static List<WorkItem> items(Servers servers) {
        List<WorkItem> items = new ArrayList<>();
        items.add(hotKey("P1a", "one hot key, admitted, 1 thread", 1, true, "ADMITTED", "1000000000/1s"));
        items.add(hotKey("P1b", "one hot key, admitted, 4 threads", 4, true, "ADMITTED", "1000000000/1s"));
        items.add(hotKey("P1c", "one hot key, denied, 1 thread", 1, false, "DENIED", "1/1h"));
        items.add(algorithms());
        items.add(manyKeys("P2a", "100,000 keys at random, by the very strings of the table", "SAME"));
        items.add(manyKeys("P2b", "100,000 keys at random, by new strings", "FRESH"));
        items.add(heap());
        items.add(stall());
        items.addAll(RedisWork.items(servers));
        items.addAll(HazelcastWork.items());
        return items;
    }

    private static WorkItem hotKey(String id, String title, int threads, boolean inQuick, String load, String limits) {
        Hot hot = new Hot(threads, load);
        return new WorkItem(
                id,
                title,
                CALL,
                load.equals("ADMITTED") ? Repeats.ALWAYS : Repeats.SELDOM,
                List.of(
                        new Contestant(LIMIT, Role.LIMIT, inQuick, hot.of("limit")),
                        new Contestant(REPLY, Role.CONTROL, inQuick, hot.of("limitWithReply")),
                        new Contestant(BOOLEAN, Role.GUARD, inQuick, hot.guard("guardBoolean", limits)),
                        new Contestant(DECISION, Role.GUARD, inQuick, hot.guard("guardDecision", limits)),
                        new Contestant("Guava", Role.PEER, inQuick && threads == 1, hot.of("guava")),
                        new Contestant("Resilience4j", Role.PEER, inQuick && threads == 1, hot.of("resilience4j")),
                        new Contestant("Bucket4j", Role.PEER, inQuick && threads == 1, hot.of("bucket4j")),
                        new Contestant("Bucket4j, probe", Role.PEER, false, hot.of("bucket4jProbe"))),
                List.of(
                        Bar.ratio(BOOLEAN, Metric.CPU, LIMIT, 1.25),
                        Bar.allocatesNothing(BOOLEAN),
                        Bar.ratio(DECISION, Metric.CPU, LIMIT, 1.25),
                        Bar.value(DECISION, Metric.ALLOCATED, 96)));
    }

    private static WorkItem algorithms() {
        Hot hot = new Hot(1, "ADMITTED");
        List<Contestant> contestants = new ArrayList<>();
        List<Bar> bars = new ArrayList<>();
        contestants.add(new Contestant(LIMIT, Role.LIMIT, false, hot.of("limit")));
        // As large as the state's single word holds for a day, with periods that a loop does not use up.
        for (String limits : List.of(
                "30000000/100ms interval",
                "30000000/100ms fixed",
                "30000000/100ms fixed aligned",
                "250000000/1h sliding")) {
            String name = limits.substring(limits.indexOf(' ') + 1);
            contestants.add(new Contestant(
                    "guard, " + name + ", boolean", Role.GUARD, false, hot.guard("guardBoolean", limits)));
            contestants.add(new Contestant(
                    "guard, " + name + ", decision", Role.GUARD, false, hot.guard("guardDecision", limits)));
            bars.add(Bar.ratio("guard, " + name + ", boolean", Metric.CPU, LIMIT, 1.25));
            bars.add(Bar.allocatesNothing("guard, " + name + ", boolean"));
            bars.add(Bar.value("guard, " + name + ", decision", Metric.ALLOCATED, 96));
        }
        contestants.add(new Contestant(
                "guard, two limits, decision",
                Role.GUARD,
                false,
                hot.guard("guardDecision", "1000000000/1s, 1000000000/10s")));
        return new WorkItem(
                "P1d", "one hot key, the other algorithms, 1 thread", CALL, Repeats.SELDOM, contestants, bars);
    }

    /** Forks of {@link HotKeyBenchmark}. */
    private record Hot(int threads, String load) {

        JmhMeasurement of(String method) {
            return new JmhMeasurement(HotKeyBenchmark.class, method, threads).with("load", load);
        }

        JmhMeasurement guard(String method, String limits) {
            return new JmhMeasurement(HotKeyBenchmark.class, method, threads).with("limits", limits);
        }
    }

    private static WorkItem manyKeys(String id, String title, String strings) {
        boolean same = strings.equals("SAME");
        return new WorkItem(
                id,
                title,
                CALL,
                Repeats.ALWAYS,
                List.of(
                        new Contestant(LIMIT, Role.LIMIT, true, many("limit", strings)),
                        new Contestant(REPLY, Role.CONTROL, true, many("limitWithReply", strings)),
                        new Contestant(DECISION, Role.GUARD, true, many("guardDecision", strings)),
                        new Contestant("Bucket4j in a map", Role.PEER, true, many("bucket4jInMap", strings)),
                        new Contestant("Bucket4j in Caffeine", Role.PEER, same, many("bucket4jInCaffeine", strings)),
                        new Contestant("the subject alone", Role.CONTROL, !same, many("subjectOnly", strings))),
                List.of(
                        Bar.ratio(DECISION, Metric.CPU, LIMIT, 1.25),
                        Bar.ratio(DECISION, Metric.CPU, "Bucket4j in a map", 1 / 1.8),
                        // What a new string takes, 56 bytes, is not the limiter's.
                        Bar.value(DECISION, Metric.ALLOCATED, same ? 96 : 96 + 56)));
    }

    private static Measurement many(String method, String strings) {
        return new JmhMeasurement(ManyKeysBenchmark.class, method, 1).with("strings", strings);
    }

    private static WorkItem heap() {
        return new WorkItem(
                "P3a",
                "heap of a key, a million live keys, a subject of 15 characters included",
                List.of(Metric.HEAP, Metric.COUNTED),
                Repeats.ONCE,
                List.of(
                        new Contestant("a number in a map", Role.LIMIT, true, effort -> heap("map", effort)),
                        new Contestant("guard", Role.GUARD, true, effort -> heap("guard", effort)),
                        new Contestant("Bucket4j in a map", Role.PEER, true, effort -> heap("bucket4j", effort))),
                List.of(Bar.value("guard", Metric.HEAP, 160)));
    }

    private static Map<Metric, Double> heap(String contestant, Effort effort) {
        return ForkedMeasurement.run(
                HeapPerKey.class,
                List.of(
                        "-Xms2g",
                        "-Xmx2g",
                        "-XX:+UseSerialGC",
                        "-XX:MarkSweepDeadRatio=0",
                        // Lets the counting of objects look into records, and keeps it from asking for an agent.
                        "-Djol.magicFieldOffset=true",
                        "-Djol.skipDynamicAttach=true"),
                List.of(contestant, Integer.toString(A_MILLION), effort.quick() ? "" : "count"));
    }

    private static WorkItem stall() {
        List<Contestant> contestants = new ArrayList<>();
        List<Bar> bars = new ArrayList<>();
        for (EvictionStall.Phase phase : EvictionStall.Phase.values()) {
            boolean inQuick = phase == EvictionStall.Phase.EVICTING;
            contestants.add(new Contestant(phase.label(), Role.GUARD, inQuick, effort -> stall(phase)));
            bars.add(Bar.value(phase.label(), Metric.OWN, 1_000));
        }
        return new WorkItem(
                "P3b",
                "the longest call of many at a table of a million keys",
                STALL,
                Repeats.SELDOM,
                contestants,
                bars);
    }

    private static Map<Metric, Double> stall(EvictionStall.Phase phase) {
        return ForkedMeasurement.run(
                EvictionStall.class,
                List.of(
                        "-XX:+UnlockExperimentalVMOptions",
                        "-XX:+UseEpsilonGC",
                        "-Xms2g",
                        "-Xmx2g",
                        "-XX:+AlwaysPreTouch"),
                List.of(phase.name(), Integer.toString(A_MILLION)));
    }
}
