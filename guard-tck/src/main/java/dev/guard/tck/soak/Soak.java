package dev.guard.tck.soak;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.tck.TckSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Several processes that take permits of one store for a while, and one fault after the other.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.before(5432)) {
 *     SoakReport report = Soak.of("postgres", Map.of("url", "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/guard"))
 *             .fault(SoakFault.of(proxy, Fault.reset()))
 *             .fault(SoakFault.of(proxy, Fault.blackholeTowardsClient()))
 *             .stoppingWorkers()
 *             .duration(Duration.ofMinutes(5))
 *             .run();
 *     System.out.println(report);
 *     report.requireNoFindings();
 * }
 * }</pre>
 *
 * <p>Each worker is a JVM of its own with the class path of this one and a {@link Guard} on the backend of that name, which is to be a shared
 * one. Its threads, blocking and asynchronous ones, take permits of subjects that all workers share, and of some of its own, until they
 * are denied, and go on to the next. The policy is {@code 50/1d fixed}: nothing comes back.
 *
 * <p>The order of the faults, how long they last and what is asked about are drawn by the seed; when calls meet a fault is not, and so a run is
 * never quite the same again. Each fault is rehearsed before anything is measured, once for each name: classes that only failures load, and
 * threads that a client starts when it first needs them, come once and are no leak.
 *
 * <p><b>What is judged</b>, when all faults are over, every thread of every worker was answered again, and none calls any more:
 *
 * <ul>
 *   <li><b>Permits.</b> The store is asked what remains of every subject. Over all workers no more was allowed than the limit has, and no more
 *       than the store remembers; it charged no more than was allowed or may have counted, which is what failed for another reason than {@code
 *       CIRCUIT_OPEN}, {@code CONNECT} and {@code LATE}. Nobody was denied while permits remained, or allowed after he had been denied.
 *   <li><b>Answers.</b> All are the backend's own decisions, or a {@code BackendUnavailableException} for a reason that a network or a process
 *       gives: not {@code PROTOCOL}, {@code CORRUPT_STATE}, {@code AUTH}, {@code MISCONFIGURED} or {@code INTERRUPTED}. Every call ends, by
 *       the deadline and 200 ms at most, times the {@linkplain TckSettings#TIMEOUT_FACTOR timeout factor}; by how much the machine ran threads late
 *       in between is taken off.
 *   <li><b>Heap</b> in use after a collection, of each worker: no more than a tenth above what it was before the faults, and {@value
 *       #HEAP_SLACK_KB} kB, for what a client keeps of the first failure of another kind. What is counted here is allocated before. So what loses 300 bytes
 *       with each call is found in 20 seconds, and what loses 20 bytes in five minutes.
 *   <li><b>Threads</b> of each worker: as many as before, two more or two fewer, within ten seconds.
 *   <li><b>The soak</b> itself: permits were given and denied, and calls failed.
 * </ul>
 *
 * <p>It needs {@code sh} to stop workers, and nothing else of the system. For one thread; a soak is run once. Workers end with this process.
 */
public final class Soak {

    /** How many permits a subject has. */
    static final int LIMIT = 50;

    static final long HEAP_SLACK_KB = 512;

    private static final double HEAP_FACTOR = 1.1;
    private static final int THREADS_SLACK = 2;
    private static final Duration SLACK = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration LEAST_CALM = Duration.ofMillis(300);
    private static final Duration MOST_CALM = Duration.ofSeconds(1);
    private static final int MOST_WORKERS = 64;

    private static final Set<Reason> OF_NO_FAULT =
            EnumSet.of(Reason.PROTOCOL, Reason.CORRUPT_STATE, Reason.AUTH, Reason.MISCONFIGURED, Reason.INTERRUPTED);

    private final String backend;
    private final Map<String, String> settings;
    private final long factor = TckSettings.timeoutFactor();
    private final List<SoakFault> faults = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final SoakTable table = new SoakTable();
    private final List<String> findings = new ArrayList<>();
    private Consumer<? super String> listener = line -> {};
    private int count = 4;
    private Duration duration = Duration.ofSeconds(20);
    private Duration deadline = Guard.Builder.DEFAULT_DEADLINE.multipliedBy(factor);
    private long seed = new Random().nextInt(1_000_000);
    private Duration settle = Duration.ofSeconds(10);
    private Random random = new Random();
    private boolean begun;

    private Soak(String backend, Map<String, String> settings) {
        this.backend = Objects.requireNonNull(backend, "backend");
        this.settings = Map.copyOf(settings);
    }

    /**
     * One of a backend, for 20 seconds, with four workers and no fault so far.
     *
     * @param backend the name by which configurations choose it
     * @param settings its settings by their short names, such as {@code url}; workers read them from their standard input
     */
    public static Soak of(String backend, Map<String, String> settings) {
        return new Soak(backend, settings);
    }

    // ─── What is to be done ─────────────────────────────────────────────────────────────────────

    /** Adds a fault. There has to be one. */
    public Soak fault(SoakFault fault) {
        faults.add(Objects.requireNonNull(fault, "fault"));
        return this;
    }

    /** Adds a fault in which one of the workers is stopped (SIGSTOP) and goes on: what it had sent may count, and nothing else. */
    public Soak stoppingWorkers() {
        Deque<WorkerProcess> stopped = new ArrayDeque<>();
        return fault(SoakFault.of(
                "a worker is stopped (SIGSTOP)",
                () -> {
                    WorkerProcess worker = workers.get(random.nextInt(workers.size()));
                    stopped.push(worker);
                    worker.stop();
                },
                () -> stopped.pop().resume()));
    }

    /** Sets for how long there are faults. */
    public Soak duration(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("duration is " + duration + ", expected more than zero");
        }
        this.duration = duration;
        return this;
    }

    /** Sets how many processes there are, 1 to {@value #MOST_WORKERS}. */
    public Soak workers(int workers) {
        if (workers < 1 || workers > MOST_WORKERS) {
            throw new IllegalArgumentException("workers is " + workers + ", expected 1 to " + MOST_WORKERS);
        }
        this.count = workers;
        return this;
    }

    /** Sets the deadline of the workers' guards: 100 ms, times the timeout factor, where it is not set. */
    public Soak deadline(Duration deadline) {
        this.deadline = Objects.requireNonNull(deadline, "deadline");
        return this;
    }

    /** Sets what the faults are drawn by; another number each time where it is not set. The report tells it. */
    public Soak seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Adds an option to the command lines of the workers, such as {@code --add-opens=…}. Everybody on the machine can read it. */
    public Soak jvmOption(String option) {
        jvmOptions.add(Objects.requireNonNull(option, "option"));
        return this;
    }

    /** Sets who is told of each fault as it goes by, a line each. */
    public Soak listener(Consumer<? super String> listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /** For tests: how long heap and threads may take to become what they were. */
    Soak settle(Duration patience) {
        this.settle = patience;
        return this;
    }

    // ─── The run ────────────────────────────────────────────────────────────────────────────────

    /**
     * Runs it.
     *
     * @throws IllegalStateException if a worker cannot be started, ends or falls silent, or a fault cannot be begun or ended, or this was run
     *     before, or there is no fault
     */
    public SoakReport run() {
        if (begun || faults.isEmpty()) {
            throw new IllegalStateException(
                    begun ? "this soak was run before, expected a new one" : "there is no fault, expected one or more");
        }
        begun = true;
        try {
            long start = System.nanoTime();
            open();
            order("go");
            rest(WARM_UP);
            random = new Random(seed);
            rehearse();
            Footprint before = footprint();
            order("go");
            awaitAnswers("the rehearsal");
            inject();
            Footprint after = settled(before);
            judge(before, after);
            String title = "Soak of " + backend + ": " + count + " workers, " + duration.toSeconds()
                    + " s of faults, seed " + seed;
            table.add("took", (System.nanoTime() - start) / 1_000_000_000 + " s");
            return new SoakReport(title, findings, table.lines());
        } finally {
            workers.forEach(WorkerProcess::close);
        }
    }

    private void open() {
        String tenant = "soak-" + Long.toString(new Random().nextLong() >>> 1, Character.MAX_RADIX);
        for (int i = 0; i < count; i++) {
            WorkerProcess worker = WorkerProcess.start(i, jvmOptions, ANSWER.multipliedBy(factor));
            workers.add(worker);
            Map<String, String> own = new TreeMap<>(Map.of(
                    "backend", backend,
                    "tenant", tenant,
                    "number", String.valueOf(i),
                    "factor", String.valueOf(factor),
                    "deadline", String.valueOf(deadline.toNanos()),
                    "seed", String.valueOf(seed * MOST_WORKERS + i)));
            settings.forEach((name, value) -> own.put("backends." + backend + "." + name, value));
            worker.set(own);
        }
        List<String> answers = ask("open");
        for (String answer : answers) {
            if (!answer.equals(SoakWorker.UP)) {
                throw new IllegalStateException("a worker could not open " + backend + ": " + answer);
            }
        }
    }

    /** Lets each fault come and go once, for as short as it can. */
    private void rehearse() {
        Set<String> rehearsed = new HashSet<>();
        for (SoakFault fault : faults) {
            if (rehearsed.add(fault.name())) {
                listener.accept("rehearsal: " + under(fault.lasting(fault.least(), fault.least()), new SoakTable()));
            }
        }
    }

    /** Injects one fault after the other, each as often as the others, until the time is over. */
    private void inject() {
        long end = System.nanoTime() + duration.toNanos();
        List<SoakFault> deck = new ArrayList<>();
        while (System.nanoTime() - end < 0) {
            if (deck.isEmpty()) {
                deck.addAll(faults);
                Collections.shuffle(deck, random);
            }
            SoakTotals calm = totals();
            long begin = System.nanoTime();
            rest(drawn(LEAST_CALM, MOST_CALM));
            table.row("none").add(totals().since(calm), System.nanoTime() - begin, 0);
            listener.accept(under(deck.remove(deck.size() - 1), table));
        }
    }

    /** Lets a fault come and go, and says what came of it. */
    private String under(SoakFault fault, SoakTable into) {
        Duration lasts = drawn(fault.least(), fault.most());
        SoakTotals before = totals();
        long begin = System.nanoTime();
        try {
            try {
                fault.begin().run();
                rest(lasts);
            } finally {
                fault.end().run();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the fault '" + fault + "' could not be begun, or ended", e);
        }
        long healed = System.nanoTime();
        awaitAnswers(fault.name());
        long back = System.nanoTime() - healed;
        SoakTotals during = totals().since(before);
        into.row(fault.name()).add(during, healed - begin, back);
        return fault + " for " + (healed - begin) / 1_000_000 + " ms: " + during + "; back after " + back / 1_000_000
                + " ms";
    }

    private Duration drawn(Duration least, Duration most) {
        long span = most.minus(least).toNanos();
        return span == 0 ? least : least.plusNanos((long) (random.nextDouble() * span));
    }

    private static void rest(Duration lasts) {
        long end = System.nanoTime() + lasts.toNanos();
        for (long left = lasts.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private List<String> ask(String order) {
        workers.forEach(worker -> worker.order(order));
        return workers.stream().map(WorkerProcess::answer).toList();
    }

    private void order(String order) {
        var unused = ask(order);
    }

    private void awaitAnswers(String fault) {
        List<String> answers = ask("answers");
        for (int i = 0; i < count; i++) {
            if (!answers.get(i).equals("true")) {
                findings.add(workers.get(i) + " is not answered again after: " + fault);
            }
        }
    }

    private SoakTotals totals() {
        return SoakTotals.of(ask("totals"));
    }

    // ─── What is left behind ────────────────────────────────────────────────────────────────────

    /** What each worker has when it rests. */
    private record Footprint(List<Long> heap, List<Integer> threads, List<String> names) {

        static Footprint of(List<String> looks, List<String> names) {
            return new Footprint(
                    looks.stream()
                            .map(look -> Long.parseLong(look.substring(0, look.indexOf(' '))))
                            .toList(),
                    looks.stream()
                            .map(look -> Integer.parseInt(look.substring(look.indexOf(' ') + 1)))
                            .toList(),
                    names);
        }

        boolean hasAsManyThreadsAs(Footprint other, int worker) {
            return Math.abs(threads.get(worker) - other.threads.get(worker)) <= THREADS_SLACK;
        }

        boolean hasNoMoreHeapThan(Footprint other, int worker) {
            return heap.get(worker) <= HEAP_FACTOR * other.heap.get(worker) + (HEAP_SLACK_KB << 10);
        }
    }

    private Footprint footprint() {
        List<String> underWay = ask("rest");
        for (int i = 0; i < count; i++) {
            if (!underWay.get(i).equals("0")) {
                findings.add(underWay.get(i) + " calls of " + workers.get(i) + " do not end");
            }
        }
        return look();
    }

    private Footprint look() {
        return Footprint.of(ask("look"), ask("threads"));
    }

    /** What is left when it is as much as before, or else when the patience is over. */
    private Footprint settled(Footprint before) {
        long end = System.nanoTime() + settle.multipliedBy(factor).toNanos();
        Footprint after = footprint();
        while (!isAsBefore(before, after) && System.nanoTime() - end < 0) {
            rest(LEAST_CALM);
            after = look();
        }
        return after;
    }

    private boolean isAsBefore(Footprint before, Footprint after) {
        for (int i = 0; i < count; i++) {
            if (!after.hasAsManyThreadsAs(before, i) || !after.hasNoMoreHeapThan(before, i)) {
                return false;
            }
        }
        return true;
    }

    // ─── The judgement ──────────────────────────────────────────────────────────────────────────

    private void judge(Footprint before, Footprint after) {
        for (int i = 0; i < count; i++) {
            if (!after.hasNoMoreHeapThan(before, i)) {
                findings.add("the heap of " + workers.get(i) + " went from " + kilobytes(before.heap.get(i)) + " to "
                        + kilobytes(after.heap.get(i)) + ", expected a tenth more and " + HEAP_SLACK_KB
                        + " kB at most");
            }
            if (!after.hasAsManyThreadsAs(before, i)) {
                findings.add("the threads of " + workers.get(i) + " went from " + before.threads.get(i) + " to "
                        + after.threads.get(i) + ", expected " + THREADS_SLACK + " more or fewer at most: "
                        + comeAndGone(before, after, i));
            }
        }
        List<String> notes = ask("notes");
        for (int i = 0; i < count; i++) {
            for (String note : notes.get(i).split("\t", -1)) {
                if (!note.isEmpty()) {
                    findings.add(workers.get(i) + ": " + note);
                }
            }
        }
        judge(table.sum());
        int exhausted = judgeSubjects();
        table.add(
                "heap, in kB",
                changes(
                        before.heap.stream().map(Soak::kilobytes).toList(),
                        after.heap.stream().map(Soak::kilobytes).toList()));
        table.add("threads", changes(before.threads, after.threads));
        for (int i = 0; i < count; i++) {
            if (!after.threads.get(i).equals(before.threads.get(i))) {
                table.add("threads of " + workers.get(i), comeAndGone(before, after, i));
            }
        }
        table.add("subjects that were denied", String.valueOf(exhausted));
    }

    private void judge(SoakTotals sum) {
        sum.unavailable().forEach((reason, times) -> {
            if (OF_NO_FAULT.contains(reason)) {
                findings.add(times + " calls were unavailable for " + reason
                        + ", which no network and no process gives reason for");
            }
        });
        Duration longest = Duration.ofNanos(sum.longestMicros() * 1000);
        Duration most = deadline.plus(SLACK.multipliedBy(factor));
        if (longest.compareTo(most) > 0) {
            findings.add("a call took " + longest.toMillis() + " ms, expected " + most.toMillis() + " at most");
        }
        if (sum.allowed() == 0 || sum.denied() == 0 || sum.failed() == 0) {
            findings.add("the soak says nothing: " + sum + "; expected some of each");
        }
    }

    /** Judges every subject, and says how many were denied. */
    private int judgeSubjects() {
        List<String> asked = ask("asked");
        int shared = 0;
        for (String each : asked) {
            shared = Math.max(shared, Integer.parseInt(each.substring(0, each.indexOf(' '))));
        }
        int denied = 0;
        for (int number = 0; number < shared; number++) {
            String subject = " shared " + number;
            workers.forEach(worker -> worker.order("counts" + subject));
            WorkerProcess one = workers.get(number % count);
            one.order("remaining" + subject);
            SubjectCounts counts =
                    SubjectCounts.of(workers.stream().map(WorkerProcess::answer).toList());
            denied += judged("all-" + number, counts, one.answer()) ? 1 : 0;
        }
        for (int i = 0; i < count; i++) {
            WorkerProcess worker = workers.get(i);
            int own = Integer.parseInt(asked.get(i).substring(asked.get(i).indexOf(' ') + 1));
            for (int number = 0; number < own; number++) {
                String subject = " own " + number;
                SubjectCounts counts = SubjectCounts.of(List.of(worker.ask("counts" + subject)));
                denied += judged("own-" + i + "-" + number, counts, worker.ask("remaining" + subject)) ? 1 : 0;
            }
        }
        return denied;
    }

    private boolean judged(String subject, SubjectCounts counts, String remaining) {
        String wrong = counts.judge(LIMIT, remaining);
        if (!wrong.isEmpty()) {
            findings.add(subject + ": " + wrong + " (" + counts + ", " + remaining + " remain of " + LIMIT + ")");
        }
        return counts.denied();
    }

    private static String comeAndGone(Footprint before, Footprint after, int worker) {
        List<String> come = names(after, worker);
        List<String> gone = names(before, worker);
        for (String name : names(before, worker)) {
            if (come.remove(name)) {
                gone.remove(name);
            }
        }
        return "come " + come + ", gone " + gone;
    }

    private static List<String> names(Footprint footprint, int worker) {
        return new ArrayList<>(List.of(footprint.names.get(worker).split("\t", -1)));
    }

    private static long kilobytes(long bytes) {
        return bytes >> 10;
    }

    private static String changes(List<?> before, List<?> after) {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            changes.add(before.get(i) + " → " + after.get(i));
        }
        return String.join(", ", changes);
    }
}
