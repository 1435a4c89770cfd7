package dev.guard.bench.outage;

import com.google.common.base.Throwables;
import dev.guard.bench.run.Answer;
import dev.guard.bench.run.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.stream.Stream;

/**
 * P12, P13 and P14 for one client, in a JVM that ends with what it started, whatever its calls still wait for.
 *
 * <p>Arguments: {@code BLOCKING client faults outages cap}, {@code RECOVERY client faults lengths cap}, {@code LATE client stops cap} or
 * {@code LOST client cuts}, with commas in lists and seconds for lengths and cap.
 */
public final class OutageDriver {

    /** Longer than the longest measurement. */
    private static final int MOST_MINUTES = 15;

    private OutageDriver() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        endAtLast();
        // Clients tell of each connection that they lose, which is no news here and takes time.
        LogManager.getLogManager().reset();
        int exit = 1;
        try {
            for (Map<Metric, Double> numbers : measure(args)) {
                Answer.give(numbers);
            }
            exit = 0;
        } catch (RuntimeException e) {
            System.out.println(Throwables.getStackTraceAsString(e));
        }
        System.exit(exit);
    }

    private static void endAtLast() {
        Thread thread = new Thread(
                () -> {
                    try {
                        TimeUnit.MINUTES.sleep(MOST_MINUTES);
                        System.out.println("not done after " + MOST_MINUTES + " minutes");
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    Runtime.getRuntime().halt(2);
                },
                "ends a JVM that hangs");
        thread.setDaemon(true);
        thread.start();
    }

    private static List<Map<Metric, Double>> measure(String[] args) throws InterruptedException {
        Client client = Client.valueOf(args[1]);
        return switch (args[0]) {
            case "BLOCKING" -> blocking(client, faults(args[2]), Integer.parseInt(args[3]), seconds(args[4]));
            case "RECOVERY" ->
                Recovery.measure(
                        client,
                        faults(args[2]),
                        Stream.of(args[3].split(",", -1)).map(Integer::valueOf).toList(),
                        seconds(args[4]));
            case "LATE" -> List.of(LateCharges.measure(client, Integer.parseInt(args[2]), seconds(args[3])));
            case "LOST" -> List.of(LostReplies.measure(client, Integer.parseInt(args[2])));
            default -> throw new IllegalArgumentException("no measurement is named " + args[0]);
        };
    }

    private static List<Fault> faults(String names) {
        return Stream.of(names.split(",", -1)).map(Fault::valueOf).toList();
    }

    private static Duration seconds(String number) {
        return Duration.ofSeconds(Integer.parseInt(number));
    }

    /** guard's outages come one after the other, as milliseconds count; those of peers, who wait for a minute, at the same time. */
    private static List<Map<Metric, Double>> blocking(Client client, List<Fault> faults, int outages, Duration cap)
            throws InterruptedException {
        List<Map<Metric, Double>> all = new ArrayList<>();
        if (client.isGuard()) {
            for (Fault fault : faults) {
                all.add(Blocking.measure(client, fault, outages, cap));
            }
            return all;
        }
        ExecutorService threads = Callers.threads();
        List<Future<Map<Metric, Double>>> underWay = new ArrayList<>();
        for (Fault fault : faults) {
            underWay.add(threads.submit(() -> Blocking.measure(client, fault, outages, cap)));
        }
        for (Future<Map<Metric, Double>> each : underWay) {
            try {
                all.add(each.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException(client + " failed", e.getCause());
            }
        }
        return all;
    }
}
