package dev.guard.bench;

import dev.guard.bench.outage.Client;
import dev.guard.bench.outage.Fault;
import dev.guard.bench.outage.OutageDriver;
import dev.guard.bench.run.Bar;
import dev.guard.bench.run.Contestant;
import dev.guard.bench.run.Contestant.Role;
import dev.guard.bench.run.ForkedMeasurement;
import dev.guard.bench.run.Measurement;
import dev.guard.bench.run.Metric;
import dev.guard.bench.run.Repeats;
import dev.guard.bench.run.WorkItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The work items of an outage: P12, what it costs callers; P13 and P14, what the store does for calls that failed. */
final class OutageWork {

    private static final Map<String, Client> CONTESTANTS = new LinkedHashMap<>();

    static {
        CONTESTANTS.put("guard, Lettuce", Client.GUARD_LETTUCE);
        CONTESTANTS.put("guard, Jedis", Client.GUARD_JEDIS);
        CONTESTANTS.put("Lettuce", Client.LETTUCE);
        CONTESTANTS.put("Jedis", Client.JEDIS);
        CONTESTANTS.put("Bucket4j, Lettuce", Client.BUCKET4J);
        CONTESTANTS.put("Redisson", Client.REDISSON);
    }

    private static final int DEADLINE_MILLIS = 100;
    private static final int MOST_LATE_MILLIS = 5;
    private static final int OPEN_MICROS = 10;
    private static final int RECOVERY_SECONDS = 2;

    private static final Map<Integer, Metric> BACK_AFTER = new LinkedHashMap<>();

    static {
        BACK_AFTER.put(1, Metric.BACK_AFTER_1);
        BACK_AFTER.put(10, Metric.BACK_AFTER_10);
        BACK_AFTER.put(30, Metric.BACK_AFTER_30);
        BACK_AFTER.put(70, Metric.BACK_AFTER_70);
    }

    private static final List<String> JVM = List.of("-Xms512m", "-Xmx512m", "-Xss512k", "-XX:+AlwaysPreTouch");

    /**
     * How much is done.
     *
     * @param blocking the kinds of outage in which it is measured how long calls block
     * @param recovery those after which it is measured how long it takes to be back
     * @param lengths how long the latter last, in seconds
     * @param capSeconds how long anything is waited for
     * @param outages in how many outages guard's calls are measured
     * @param stops how often the store is stopped for guard's calls that are given up on
     * @param cuts how many replies are lost
     */
    record Extent(
            List<Fault> blocking,
            List<Fault> recovery,
            List<Integer> lengths,
            int capSeconds,
            int outages,
            int stops,
            int cuts) {

        static final Extent QUICK = new Extent(
                List.of(Fault.STOPPED, Fault.REFUSED),
                List.of(Fault.STOPPED, Fault.REFUSED),
                List.of(1, 10),
                10,
                6,
                3,
                40);
        static final Extent FULL = new Extent(
                List.of(Fault.STOPPED, Fault.REFUSED, Fault.BLACKHOLE),
                List.of(Fault.values()),
                List.of(1, 10, 30, 70),
                65,
                15,
                10,
                200);

        /** What is to be known of all times. */
        String cap() {
            return ("Nothing is waited for longer than %1$d s: %2$d ms as the time of a call, and %1$d s as the time to the first answer,"
                            + " mean that long or longer.")
                    .formatted(capSeconds, 1_000 * capSeconds);
        }
    }

    private OutageWork() {}

    static List<WorkItem> items(Extent extent) {
        List<WorkItem> items = new ArrayList<>();
        Map<Client, Forks> blocking = forks("BLOCKING", extent.blocking);
        for (Fault fault : extent.blocking) {
            items.add(blocking(id('a', fault), fault, blocking, extent));
        }
        Map<Client, Forks> recovery = forks("RECOVERY", extent.recovery);
        for (Fault fault : extent.recovery) {
            items.add(recovery(id('d', fault), fault, recovery, extent));
        }
        items.add(late(extent));
        items.add(lost(extent));
        return items;
    }

    /** The same in a quick run and in a full one. */
    private static String id(char first, Fault fault) {
        return "P12" + (char) (first + List.of(Fault.values()).indexOf(fault));
    }

    private static WorkItem blocking(String id, Fault fault, Map<Client, Forks> forks, Extent extent) {
        List<Contestant> contestants = new ArrayList<>();
        List<Bar> bars = new ArrayList<>();
        CONTESTANTS.forEach((name, client) -> {
            int outages = isGuard(client) ? extent.outages : 1;
            contestants.add(contestant(
                    name,
                    client,
                    of(forks, client).in(fault, Integer.toString(outages), Integer.toString(extent.capSeconds))));
            if (isGuard(client)) {
                bars.add(Bar.value(name, Metric.BLOCKED_P99, DEADLINE_MILLIS + MOST_LATE_MILLIS));
                bars.add(Bar.value(name, Metric.OPEN_P99, OPEN_MICROS));
            }
        });
        return new WorkItem(
                id,
                "how long a call blocks while " + fault.label(),
                List.of(
                        Metric.BLOCKED_P50,
                        Metric.BLOCKED_P99,
                        Metric.BLOCKED_MOST,
                        Metric.TIMER_P99,
                        Metric.TRIED,
                        Metric.OPEN_P50,
                        Metric.OPEN_P99),
                Repeats.ALWAYS,
                contestants,
                bars);
    }

    private static WorkItem recovery(String id, Fault fault, Map<Client, Forks> forks, Extent extent) {
        List<Metric> metrics = extent.lengths.stream()
                .map(seconds -> Objects.requireNonNull(BACK_AFTER.get(seconds)))
                .toList();
        String lengths = extent.lengths.stream().map(String::valueOf).collect(Collectors.joining(","));
        List<Contestant> contestants = new ArrayList<>();
        List<Bar> bars = new ArrayList<>();
        CONTESTANTS.forEach((name, client) -> {
            contestants.add(contestant(
                    name, client, of(forks, client).in(fault, lengths, Integer.toString(extent.capSeconds))));
            if (isGuard(client)) {
                metrics.forEach(metric -> bars.add(Bar.value(name, metric, RECOVERY_SECONDS)));
            }
        });
        return new WorkItem(
                id,
                "time to the first answer after an outage in which " + fault.label(),
                metrics,
                Repeats.ALWAYS,
                contestants,
                bars);
    }

    private static WorkItem late(Extent extent) {
        List<Contestant> contestants = new ArrayList<>();
        List<Bar> bars = new ArrayList<>();
        CONTESTANTS.forEach((name, client) -> {
            int stops = isGuard(client) ? extent.stops : 1;
            contestants.add(contestant(
                    name,
                    client,
                    effort -> fork("LATE", client, Integer.toString(stops), Integer.toString(extent.capSeconds))));
            if (isGuard(client)) {
                bars.add(Bar.value(name, Metric.CHARGED, 0));
            }
        });
        return new WorkItem(
                "P13",
                "what a store that was stopped charges for calls that had failed when it went on",
                List.of(Metric.GIVEN_UP, Metric.CHARGED),
                Repeats.ALWAYS,
                contestants,
                bars);
    }

    private static WorkItem lost(Extent extent) {
        List<Contestant> contestants = new ArrayList<>();
        List<Bar> bars = new ArrayList<>();
        CONTESTANTS.forEach((name, client) -> {
            contestants.add(contestant(name, client, effort -> fork("LOST", client, Integer.toString(extent.cuts))));
            if (isGuard(client)) {
                bars.add(Bar.value(name, Metric.MOST_EXECUTIONS, 1));
            }
        });
        return new WorkItem(
                "P14",
                "how often a call is executed whose reply is lost as its connection is cut",
                List.of(Metric.CUT, Metric.EXECUTED, Metric.TWICE, Metric.MOST_EXECUTIONS),
                Repeats.ALWAYS,
                contestants,
                bars);
    }

    private static Contestant contestant(String name, Client client, Measurement measurement) {
        return new Contestant(name, isGuard(client) ? Role.GUARD : Role.PEER, true, measurement);
    }

    private static boolean isGuard(Client client) {
        return client == Client.GUARD_LETTUCE || client == Client.GUARD_JEDIS;
    }

    private static Map<Metric, Double> fork(String what, Client client, String... arguments) {
        List<String> all = new ArrayList<>(List.of(what, client.name()));
        all.addAll(List.of(arguments));
        return answers(all, 1).get(0);
    }

    /** A fork that fails is told of and leaves its rows empty: the others have taken half an hour. */
    private static List<Map<Metric, Double>> answers(List<String> arguments, int expected) {
        try {
            return ForkedMeasurement.runAll(OutageDriver.class, JVM, arguments, expected);
        } catch (IllegalStateException e) {
            System.err.println("left out: " + String.join(" ", arguments) + ": " + e.getMessage());
            return Collections.nCopies(expected, Map.of());
        }
    }

    private static Map<Client, Forks> forks(String what, List<Fault> faults) {
        Map<Client, Forks> forks = new EnumMap<>(Client.class);
        CONTESTANTS.values().forEach(client -> forks.put(client, new Forks(what, client, faults)));
        return forks;
    }

    private static Forks of(Map<Client, Forks> forks, Client client) {
        return Objects.requireNonNull(forks.get(client));
    }

    /** Forks of one client's driver. Each measures all kinds of outage. */
    private static final class Forks {

        private final String what;
        private final Client client;
        private final List<Fault> faults;
        private final Map<Fault, Map<Metric, Double>> measured = new EnumMap<>(Fault.class);

        Forks(String what, Client client, List<Fault> faults) {
            this.what = what;
            this.client = client;
            this.faults = faults;
        }

        /** What a fork measured in one kind of outage; each answer is handed out once. */
        Measurement in(Fault fault, String... arguments) {
            return effort -> {
                if (!measured.containsKey(fault)) {
                    List<String> all = new ArrayList<>(List.of(
                            what,
                            client.name(),
                            faults.stream().map(Fault::name).collect(Collectors.joining(","))));
                    all.addAll(List.of(arguments));
                    List<Map<Metric, Double>> answers = answers(all, faults.size());
                    for (int i = 0; i < faults.size(); i++) {
                        measured.put(faults.get(i), answers.get(i));
                    }
                }
                return Objects.requireNonNull(measured.remove(fault));
            };
        }
    }
}
