package dev.guard.tck.soak;

import static java.util.Objects.requireNonNull;

import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.Decision;
import dev.guard.tck.machine.Metronome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that take permits: one that waits for a decision, one that asks for a yes or no, and two that ask and go on. They stay as long as
 * the process does. What they are answered is counted.
 *
 * <p>The methods are for one thread, and never throw for what callers were answered.
 */
final class Callers {

    private static final int THREADS = 4;

    /** How many calls of a thread may be under way that does not wait. */
    private static final int UNDER_WAY = 8;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(8);
    private static final int MOST_NOTES = 20;

    /** For these nothing reached the store, or it did nothing. */
    private static final Set<Reason> NOT_COUNTED = EnumSet.of(Reason.CIRCUIT_OPEN, Reason.CONNECT, Reason.LATE);

    private final RateLimiter limiter;
    private final String backend;
    private final Subjects shared;
    private final Subjects own;
    private final Metronome metronome = Metronome.start();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger[] underWay = new AtomicInteger[THREADS];
    private final AtomicLongArray lastAnswered = new AtomicLongArray(THREADS);
    private final AtomicLong allowed = new AtomicLong();
    private final AtomicLong denied = new AtomicLong();
    private final Map<Reason, AtomicLong> unavailable = new EnumMap<>(Reason.class);
    private final AtomicLong longest = new AtomicLong();
    private final List<String> notes = new ArrayList<>();
    private volatile boolean resting = true;

    /** A call that is under way. */
    private record Call(int thread, Subjects subjects, int number, boolean wasDenied, long begun, long late) {
        String subject() {
            return subjects.name(number);
        }
    }

    /**
     * Makes them; they rest.
     *
     * @param backend whose decisions theirs have to be
     * @param shared subjects of all workers
     * @param own subjects of this one alone
     */
    Callers(RateLimiter limiter, String backend, Subjects shared, Subjects own, long seed) {
        this.limiter = limiter;
        this.backend = backend;
        this.shared = shared;
        this.own = own;
        for (Reason reason : Reason.values()) {
            unavailable.put(reason, new AtomicLong());
        }
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            SplittableRandom random = new SplittableRandom(seed + i);
            underWay[i] = new AtomicInteger();
            Thread thread = new Thread(() -> run(number, random), "soak-caller-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /** Lets them call. */
    void go() {
        resting = false;
        threads.forEach(LockSupport::unpark);
    }

    /**
     * Lets them rest.
     *
     * @param patienceNanos how long what is under way is waited for
     * @return how many calls have not ended by then
     */
    int rest(long patienceNanos) {
        resting = true;
        long end = System.nanoTime() + patienceNanos;
        while (underWay() > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(PAUSE);
        }
        return underWay();
    }

    private int underWay() {
        int sum = 0;
        for (AtomicInteger each : underWay) {
            sum += each.get();
        }
        return sum;
    }

    /** Returns true once every thread had a decision of a call that began after this moment; false if that takes too long. */
    boolean awaitAnswers(long patienceNanos) {
        long since = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            while (lastAnswered.get(i) - since <= 0) {
                if (System.nanoTime() - since > patienceNanos) {
                    return false;
                }
                LockSupport.parkNanos(PAUSE / 4);
            }
        }
        return true;
    }

    /** Decisions so far, allowed and denied, the longest call in microseconds since this was asked last, and failures so far. */
    String totals() {
        StringBuilder text = new StringBuilder()
                .append(allowed.get())
                .append(' ')
                .append(denied.get())
                .append(' ')
                .append(TimeUnit.NANOSECONDS.toMicros(longest.getAndSet(0)));
        for (Reason reason : Reason.values()) {
            long count = counter(reason).get();
            if (count > 0) {
                text.append(' ').append(reason).append('=').append(count);
            }
        }
        return text.toString();
    }

    private AtomicLong counter(Reason reason) {
        return requireNonNull(unavailable.get(reason));
    }

    /** What must not have come, the first of it. */
    List<String> notes() {
        synchronized (notes) {
            return List.copyOf(notes);
        }
    }

    private void note(String text) {
        synchronized (notes) {
            if (notes.size() < MOST_NOTES) {
                notes.add(text);
            }
        }
    }

    // ─── What the threads do ────────────────────────────────────────────────────────────────────

    private void run(int thread, SplittableRandom random) {
        while (true) {
            // First of all, so that whoever sees none under way after it has let them rest sees the last one.
            underWay[thread].incrementAndGet();
            if (resting) {
                underWay[thread].decrementAndGet();
                LockSupport.park(this);
                continue;
            }
            if (underWay[thread].get() > UNDER_WAY) {
                underWay[thread].decrementAndGet();
            } else {
                Subjects subjects = random.nextBoolean() ? shared : own;
                int number = subjects.next(random);
                ask(new Call(
                        thread,
                        subjects,
                        number,
                        subjects.wasDenied(number),
                        System.nanoTime(),
                        metronome.lateNanos()));
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private void ask(Call call) {
        try {
            switch (call.thread) {
                case 0 -> decided(call, limiter.tryAcquire(call.subject()));
                case 1 -> answered(call, limiter.key(call.subject()).tryAcquire());
                default -> {
                    var unused = limiter.async().tryAcquire(call.subject()).whenComplete((decision, error) -> {
                        if (error == null) {
                            decided(call, decision);
                        } else {
                            failed(call, error);
                        }
                    });
                }
            }
        } catch (Throwable e) {
            failed(call, e);
        }
    }

    private void decided(Call call, Decision decision) {
        if (decision.degraded() || !decision.backend().equals(backend)) {
            note(call.subject() + " was answered by '" + decision.backend() + "', expected " + backend);
        }
        answered(call, decision.allowed());
    }

    private void answered(Call call, boolean yes) {
        if (yes) {
            allowed.incrementAndGet();
            call.subjects.allowed(call.number);
            if (call.wasDenied) {
                note(call.subject() + " was allowed after it had been denied, and nothing comes back within a day");
            }
        } else {
            denied.incrementAndGet();
            call.subjects.denied(call.number);
        }
        if (call.begun - lastAnswered.get(call.thread) > 0) {
            lastAnswered.set(call.thread, call.begun);
        }
        ended(call);
    }

    private void failed(Call call, @Nullable Throwable error) {
        if (error instanceof BackendUnavailableException none) {
            counter(none.reason()).incrementAndGet();
            if (!NOT_COUNTED.contains(none.reason())) {
                call.subjects.uncertain(call.number);
            }
        } else {
            call.subjects.uncertain(call.number);
            note(call.subject() + " came to " + error + ", expected a decision or a BackendUnavailableException");
        }
        ended(call);
    }

    private void ended(Call call) {
        long late = metronome.lateNanos() - call.late;
        longest.accumulateAndGet(System.nanoTime() - call.begun - late, Math::max);
        underWay[call.thread].decrementAndGet();
    }
}
