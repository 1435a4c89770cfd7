package dev.guard.bench.redis;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.guard.bench.load.Limiter;
import dev.guard.bench.load.Rate;
import dev.guard.bench.memory.Subjects;
import dev.guard.bench.run.Answer;
import dev.guard.bench.run.Metric;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * P4, P5 and P9: threads that call one after the other, and what the client, the server and the wire had to do for a call.
 *
 * <p>First everybody is asked for more than there is and has to deny exactly that; then each subject is asked for once, so that the
 * measured calls find their keys; then comes a warm-up, and then the measurement. A call that fails, or that is denied, ends it
 * all. At last some more calls are made while the server, where there is one, shows each command that it gets.
 *
 * <p>Arguments: see {@link Load}.
 */
public final class LoadDriver {

    /** For the longest call that is told apart from longer ones, in nanoseconds. */
    private static final long LONGEST = 60_000_000_000L;

    /** The measurement is cut in so many, of which the median counts: for a moment the machine may be somebody else's. */
    private static final int SLICES = 7;

    private static final int WATCHED_CALLS = 1_000;
    private static final int PREPARING_THREADS = 16;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Load load;
    private final Limiter limiter;
    private final String[] subjects;
    private final ServerWatch watch;
    private final ExecutorService threads;

    private LoadDriver(Load load, Limiter limiter, String[] subjects, ServerWatch watch, ExecutorService threads) {
        this.load = load;
        this.limiter = limiter;
        this.subjects = subjects;
        this.watch = watch;
        this.threads = threads;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        for (Map<Metric, Double> numbers : measure(Load.of(args))) {
            Answer.give(numbers);
        }
    }

    /**
     * Removes all keys from the servers and measures, for random or hot keys one after the other, and for each number of threads.
     *
     * @throws IllegalStateException if a decision is wrong, or a call fails
     */
    public static List<Map<Metric, Double>> measure(Load load) throws IOException, InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(Math.max(Collections.max(load.threads()), PREPARING_THREADS));
        try (ServerWatch watch = new ServerWatch(load.kind().isOfRedis() ? load.addresses() : List.of())) {
            watch.clear();
            try (Limiter limiter = load.kind().open(load.addresses(), load.limits())) {
                String[] subjects = new Subjects(load.subjects()).all();
                return new LoadDriver(load, limiter, subjects, watch, threads).measure();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Map<Metric, Double>> measure() throws IOException, InterruptedException {
        requireExact();
        limiter.prepare(List.of(subjects));
        inThreads(PREPARING_THREADS, this::warmUp);
        List<Map<Metric, Double>> all = new ArrayList<>();
        for (Keys keys : load.keys()) {
            Target target = keys == Keys.HOT ? hot() : new Target(limiter, List.of(subjects));
            for (int count : load.threads()) {
                all.add(measure(count, target));
            }
        }
        return all;
    }

    /** Who is asked, and of which subjects each call takes one at random. */
    private record Target(Limiter limiter, List<String> subjects) {}

    private Target hot() {
        Limiter hot = limiter.hot();
        return new Target(hot, List.of(hot.hotSubject(List.of(subjects))));
    }

    private Map<Metric, Double> measure(int count, Target target) throws IOException, InterruptedException {
        callFor(load.warmUpMillis(), Long.MAX_VALUE, tallies(count), target);

        List<Tally> tallies = tallies(count);
        List<ServerWatch.Reading> before = watch.read();
        long cpu = cpu();
        long allocated = allocatedByOthers();
        double[] callsPerSecond = new double[SLICES];
        for (int i = 0; i < SLICES; i++) {
            callsPerSecond[i] = callFor(load.millis() / SLICES, Long.MAX_VALUE, tallies, target);
        }
        long allocatedNow = allocatedByOthers();
        long cpuNow = cpu();
        List<ServerWatch.Reading> servers = ServerWatch.between(before, watch.read());

        Histogram all = new Histogram(LONGEST, 3);
        tallies.forEach(tally -> all.add(tally.latencies));
        double calls = all.getTotalCount();
        Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
        numbers.put(Metric.CALLS, median(callsPerSecond));
        numbers.put(Metric.P50, micros(all.getValueAtPercentile(50)));
        numbers.put(Metric.P99, micros(all.getValueAtPercentile(99)));
        numbers.put(Metric.P999, micros(all.getValueAtPercentile(99.9)));
        numbers.put(Metric.ALLOCATED, (allocatedNow - allocated) / calls);
        numbers.put(Metric.CLIENT_CPU, micros(cpuNow - cpu) / calls);
        if (load.kind().isOfRedis()) {
            numbers.putAll(ofServers(servers, calls, commands(count, target)));
        }
        return numbers;
    }

    /** Commands sent for a call, by some more calls. */
    private double commands(int count, Target target) throws IOException, InterruptedException {
        List<Tally> watched = tallies(count);
        long sent = watch.commandsSent(
                () -> callFor(Integer.MAX_VALUE, Math.max(1, WATCHED_CALLS / count), watched, target));
        return (double) sent
                / watched.stream()
                        .mapToLong(tally -> tally.latencies.getTotalCount())
                        .sum();
    }

    private static Map<Metric, Double> ofServers(List<ServerWatch.Reading> servers, double calls, double commands) {
        Map<Metric, Double> numbers = new EnumMap<>(Metric.class);
        ServerWatch.Reading sum = ServerWatch.sum(servers);
        numbers.put(Metric.SERVER_CPU, sum.cpuMicros() / calls);
        numbers.put(Metric.SCRIPT, sum.scriptMicros() / calls);
        numbers.put(Metric.COMMANDS, commands);
        numbers.put(Metric.INNER, sum.commands() / calls - commands);
        numbers.put(
                Metric.BUSIEST,
                servers.stream().mapToDouble(ServerWatch.Reading::scripts).max().orElse(0)
                        * servers.size()
                        / sum.scripts());
        return numbers;
    }

    /** One subject is asked for until it is denied, which must be when its permits are used up. */
    private void requireExact() {
        String subject = "one of its own";
        limiter.prepare(List.of(subject));
        for (int i = 0; i < Rate.PERMITS; i++) {
            requireAdmitted(limiter.tryAcquire(subject));
        }
        if (limiter.tryAcquire(subject)) {
            throw new IllegalStateException(
                    load.kind() + " admitted permit " + (Rate.PERMITS + 1) + " of " + Rate.PERMITS);
        }
    }

    private void requireAdmitted(boolean admitted) {
        if (!admitted) {
            throw new IllegalStateException(load.kind() + " denied a call, expected it to be admitted");
        }
    }

    private void warmUp(int thread) {
        for (int i = thread; i < load.warmUpCalls(); i += PREPARING_THREADS) {
            requireAdmitted(limiter.tryAcquire(subjects[i % subjects.length]));
        }
    }

    /** What a thread saw. Made before it is measured what the threads allocate. */
    private static final class Tally {

        private final Histogram latencies = new Histogram(LONGEST, 3);
        private long calls;
        private long start;
        private long end;
    }

    private static List<Tally> tallies(int count) {
        List<Tally> tallies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tallies.add(new Tally());
        }
        return tallies;
    }

    /** Each thread calls for so long, and so often at the most; gives the calls a second of all of them. */
    private double callFor(int millis, long most, List<Tally> tallies, Target target) throws InterruptedException {
        inThreads(tallies.size(), thread -> {
            Tally tally = tallies.get(thread);
            SplittableRandom random = new SplittableRandom(thread + System.nanoTime());
            long nanos = millis * 1_000_000L;
            long start = System.nanoTime();
            long now = start;
            long calls = 0;
            for (; calls < most && now - start < nanos; calls++) {
                long before = now;
                boolean admitted =
                        target.limiter.tryAcquire(target.subjects.get(random.nextInt(target.subjects.size())));
                now = System.nanoTime();
                requireAdmitted(admitted);
                tally.latencies.recordValue(Math.min(now - before, LONGEST));
            }
            tally.calls = calls;
            tally.start = start;
            tally.end = now;
        });
        long calls = 0;
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        for (Tally tally : tallies) {
            calls += tally.calls;
            start = Math.min(start, tally.start);
            end = Math.max(end, tally.end);
        }
        return calls * 1e9 / (end - start);
    }

    /** What one of several threads does. */
    @FunctionalInterface
    private interface Share {
        void work(int thread);
    }

    /** Begins when all threads are there, and ends when the last of them is done. */
    private void inThreads(int count, Share share) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(count);
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int thread = i;
            tasks.add(() -> {
                ready.countDown();
                ready.await();
                share.work(thread);
                return true;
            });
        }
        for (Future<Boolean> done : threads.invokeAll(tasks)) {
            try {
                done.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(load.kind() + " failed", e.getCause());
            }
        }
    }

    /** Nanoseconds of processor time of this process, and of those that the contestant started. */
    private long cpu() {
        return PROCESS.getProcessCpuTime() + limiter.otherProcessesCpu();
    }

    /** Bytes that all threads but this one allocated, those of the client library included; none of them ends meanwhile. */
    private static long allocatedByOthers() {
        long own = Thread.currentThread().getId();
        long bytes = 0;
        for (long id : THREADS.getAllThreadIds()) {
            if (id != own) {
                bytes += Math.max(0, THREADS.getThreadAllocatedBytes(id));
            }
        }
        return bytes;
    }

    private static double median(double[] numbers) {
        Arrays.sort(numbers);
        return numbers[numbers.length / 2];
    }

    private static double micros(long nanos) {
        return nanos / 1e3;
    }
}
