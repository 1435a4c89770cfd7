package dev.guard.bench.outage;

import dev.guard.bench.load.Limiter;
import dev.guard.bench.outage.Call.Outcome;
import dev.guard.bench.run.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.stream.IntStream;

/**
 * P13: what the store charges, when it goes on, for calls that failed while it was stopped. Twenty threads make one call each, for a
 * subject of its own. The store goes on when all of them have ended, or at the cap; calls under way by then are not given up on, and
 * not counted.
 */
final class LateCharges {

    private static final int CALLS = 20;

    private LateCharges() {}

    /**
     * Measures a client.
     *
     * @param stops how often the store is stopped
     * @throws IllegalStateException if a call is answered by a stopped store
     */
    static Map<Metric, Double> measure(Client client, int stops, Duration cap) {
        ExecutorService threads = Callers.threads();
        try (Scene scene = new Scene(Fault.STOPPED);
                Limiter limiter = Callers.opened(() -> client.open(scene.address(), Charges.PERMITS))) {
            List<String> givenUp = new ArrayList<>();
            for (int stop = 0; stop < stops; stop++) {
                givenUp.addAll(givenUpOn(threads, scene, limiter, stop, cap));
            }
            Charges.awaitStillness(scene.server());
            double charged = 0;
            try (Charges charges = new Charges(client, scene.server())) {
                for (String subject : givenUp) {
                    charged += charges.of(subject);
                }
            }
            Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
            numbers.put(Metric.GIVEN_UP, (double) givenUp.size());
            numbers.put(Metric.CHARGED, charged);
            return numbers;
        } finally {
            threads.shutdownNow();
        }
    }

    /** The subjects of the calls that failed before the store went on. */
    private static List<String> givenUpOn(
            ExecutorService threads, Scene scene, Limiter limiter, int stop, Duration cap) {
        List<String> callers =
                IntStream.range(0, CALLS).mapToObj(i -> "w" + stop + "-" + i).toList();
        List<String> subjects =
                IntStream.range(0, CALLS).mapToObj(i -> "s" + stop + "-" + i).toList();
        limiter.prepare(callers);
        limiter.prepare(subjects);
        Callers.untilServed(threads, limiter, callers);
        scene.breakOff();
        CountDownLatch ended = new CountDownLatch(CALLS);
        List<Call> calls = subjects.stream().map(Call::new).toList();
        calls.forEach(call -> threads.execute(() -> {
            call.make(limiter);
            ended.countDown();
        }));
        Callers.pause(ended, cap.toMillis());
        List<String> failed = new ArrayList<>();
        for (Call call : calls) {
            if (call.outcome() == Outcome.ANSWERED) {
                throw new IllegalStateException("a call was answered while the store was stopped");
            }
            if (call.outcome() == Outcome.FAILED) {
                failed.add(call.subject());
            }
        }
        scene.mend();
        return failed;
    }
}
