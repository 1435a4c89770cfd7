package dev.guard.api;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Allowed;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterStore;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one guard that wait for permits: a line for each key, in the order in which they began to wait.
 *
 * <p>A line exists while somebody waits in it. It begins with a call that was denied, and whoever comes then stands behind,
 * however little they ask for. Only the head asks the store: when the wait that it was told is over, when it has just become
 * the head, and when this guard gave permits of the key back. Nobody asks in between, so that a line costs the store one
 * question a permit.
 *
 * <p>A line is driven by whichever thread has news of it: that of the alarm, of the store's answer, or of who gave back. Only
 * one at a time asks for a line, and news that comes meanwhile makes that one look again. So a store that answers at once cannot
 * make the stack grow with the line's length, and no lock is held while the store is asked or a future is completed.
 *
 * <p>Where a caller goes away, by cancelling or being interrupted, while its question is under way, what it wins is given
 * back. The permit's id makes that possible, which is why whoever waits asks under an id.
 */
final class WaitingLines {

    /** Stripes of {@link #news}; two keys that share one cost each other a question now and then. */
    private static final int STRIPES = 256;

    /** The longest wait in nanoseconds, more than 70 years: sums of times and waits do not overflow. */
    private static final long LONGEST = Long.MAX_VALUE / 4;

    private final CounterStore store;
    private final Ticker ticker;
    private final ConcurrentMap<Key, Line> lines = new ConcurrentHashMap<>();

    /**
     * How long the head waits for a slot before it looks again: another process may have given one back, of which nobody tells
     * this one. Doubled with each look in vain, five times at most.
     */
    private static final long SLOT_LOOK = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int MOST_DOUBLINGS = 5;

    /** How often something was given back to a key of each stripe, for calls that were denied and do not wait yet. */
    private final AtomicLongArray news = new AtomicLongArray(STRIPES);

    private volatile boolean closed;

    WaitingLines(CounterStore store, Ticker ticker) {
        this.store = store;
        this.ticker = ticker;
    }

    /** One call that waits. Its outcome is a decision, or the error of the store. */
    static final class Waiter {
        private final Acquire question;
        private final long deadline;
        private final CompletableFuture<Decision> outcome = new CompletableFuture<>();
        private @Nullable Line line;
        private Ticker.Alarm expiry = Ticker.Alarm.NONE;

        private Waiter(Acquire question, long deadline) {
            this.question = question;
            this.deadline = deadline;
        }

        CompletableFuture<Decision> outcome() {
            return outcome;
        }
    }

    /**
     * The moment, by the ticker, until which a call waits that begins now.
     *
     * @throws InvalidArgumentException if the time is negative
     */
    long deadline(Duration atMost) {
        if (atMost.isNegative()) {
            throw new InvalidArgumentException("atMost is " + atMost + ", expected zero or more");
        }
        return ticker.nanos() + Math.min(TimeUnit.NANOSECONDS.convert(atMost), LONGEST);
    }

    /** How many calls wait for permits of a key. */
    int length(Key key) {
        Line line = lines.get(key);
        return line == null ? 0 : line.length();
    }

    /** A number that changes when something is given back to the key; to be read before the store is asked. */
    long news(Key key) {
        return news.get(stripe(key));
    }

    /** Whether a denied call had better not wait, as what it asks for will not be there by its deadline. */
    boolean isHopeless(Denied denied, long deadline) {
        long left = (deadline - ticker.nanos()) / 1_000;
        if (left <= 0) {
            return true;
        }
        return denied.reason() == Denied.Reason.CONCURRENCY
                ? longestRateWait(denied) > left
                : denied.retryAfterMicros() > left;
    }

    /** The longest wait of what comes back by itself only: a slot may be given back long before its lease ends. */
    private static long longestRateWait(Denied denied) {
        long longest = 0;
        for (LimitStatus limit : denied.limits()) {
            if (limit.enforced() && !limit.admits() && limit.algorithm() != Algorithm.CONCURRENT) {
                longest = Math.max(longest, limit.retryAfterMicros());
            }
        }
        return longest;
    }

    /** Stands in the line of the key if there is one; null where nobody waits, and the store may be asked at once. */
    @Nullable
    Waiter joinIfThereIsALine(Acquire question, long deadline) {
        Line line = lines.get(question.key());
        if (line == null) {
            return null;
        }
        Waiter waiter = new Waiter(question, deadline);
        return line.add(waiter, null) ? waiter : null;
    }

    /**
     * Begins to wait after a denial.
     *
     * @param newsBefore {@link #news} from before the store was asked
     */
    Waiter join(Acquire question, long deadline, Denied denied, long newsBefore) {
        Waiter waiter = new Waiter(question, deadline);
        Line line;
        do {
            line = lines.computeIfAbsent(question.key(), Line::new);
        } while (!line.add(waiter, denied));
        if (news(question.key()) != newsBefore) {
            line.wake();
        }
        return waiter;
    }

    /** Goes away; what was won or is still won is given back. */
    void leave(Waiter waiter, Throwable reason) {
        if (!waiter.outcome.completeExceptionally(reason)) {
            giveBackWon(waiter);
        }
        if (waiter.line != null) {
            waiter.line.drop(waiter);
        }
    }

    /** Waits on the calling thread. */
    Decision await(Waiter waiter) {
        try {
            return waiter.outcome.get();
        } catch (InterruptedException e) {
            BackendUnavailableException interrupted = new BackendUnavailableException(
                    BackendUnavailableException.Reason.INTERRUPTED,
                    "the thread was interrupted while it waited for permits; it holds none",
                    e);
            leave(waiter, interrupted);
            Thread.currentThread().interrupt();
            throw interrupted;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e);
        }
    }

    /** Tells that permits of the key were given back, or that what denied them is gone. */
    void wake(Key key) {
        news.incrementAndGet(stripe(key));
        Line line = lines.get(key);
        if (line != null) {
            line.wake();
        }
    }

    /** Gives back what a call won that nobody waits for any more. Where the store is away it comes back by itself, or counts. */
    void giveBack(Acquire question, Allowed allowed) {
        Key key = question.key();
        String id = Objects.requireNonNull(question.permitId(), "permitId");
        var unused = submit(new Refund(key, allowed.permit(id), Deadline.NONE)).whenComplete((outcome, error) -> {
            if (outcome != Effect.APPLIED && question.policy().hasConcurrency()) {
                var unusedRelease =
                        submit(new Release(key, id, Deadline.NONE)).whenComplete((effect, late) -> wake(key));
            } else {
                wake(key);
            }
        });
    }

    /** Ends all waiting. */
    void close() {
        closed = true;
        for (Line line : lines.values()) {
            line.end();
        }
        ticker.close();
    }

    private void giveBackWon(Waiter waiter) {
        if (!waiter.outcome.isCompletedExceptionally() && waiter.outcome.join() instanceof Allowed allowed) {
            giveBack(waiter.question, allowed);
        }
    }

    private void settle(Waiter waiter, Decision decision) {
        if (!waiter.outcome.complete(decision) && decision instanceof Allowed allowed) {
            giveBack(waiter.question, allowed);
        }
    }

    private CompletionStage<Outcome> submit(CounterOperation operation) {
        return Outcomes.only(Futures.called(() -> store.submit(List.of(operation))));
    }

    private static int stripe(Key key) {
        return Math.floorMod(key.hashCode(), STRIPES);
    }

    private final class Line {
        private final Key key;
        private final ReentrantLock lock = new ReentrantLock();
        private final LinkedHashSet<Waiter> waiting = new LinkedHashSet<>();
        private final AtomicInteger drives = new AtomicInteger();

        /** The last denial of a head, and when it came; there since the line's first moment. */
        private @Nullable Denied denial;

        private long deniedAt;

        /** How often in a row the head was denied a slot. */
        private int looks;

        /** Whose question is under way. */
        private @Nullable Waiter asking;

        /** Whether the head is to ask without waiting any longer. */
        private boolean due;

        /** Whether something was given back while a question was under way that may not have seen it. */
        private boolean overheard;

        private long retryAt;
        private Ticker.Alarm retry = Ticker.Alarm.NONE;

        /** Whether the line is over: its last waiter has gone, and who comes next begins another. */
        private boolean over;

        Line(Key key) {
            this.key = key;
        }

        int length() {
            lock.lock();
            try {
                return waiting.size();
            } finally {
                lock.unlock();
            }
        }

        /**
         * Adds a waiter at the end; false where the line is over, or has not begun and the waiter was not denied. One that was
         * not denied yet is, for the head, where waiting for that is hopeless.
         */
        boolean add(Waiter waiter, @Nullable Denied denied) {
            Denied refusal = null;
            lock.lock();
            try {
                if (over || (denied == null && denial == null)) {
                    return false;
                }
                if (denied != null) {
                    denial = denied;
                    deniedAt = ticker.nanos();
                } else {
                    Denied heads = restated(waiter);
                    refusal = isHopeless(heads, waiter.deadline) ? heads : null;
                }
                if (refusal == null) {
                    enter(waiter);
                }
            } finally {
                lock.unlock();
            }
            if (refusal != null) {
                waiter.outcome.complete(refusal);
            }
            if (closed) {
                end();
            }
            drive();
            return true;
        }

        private void enter(Waiter waiter) {
            waiter.line = this;
            waiting.add(waiter);
            waiter.expiry = ticker.alarm(Math.max(0, waiter.deadline - ticker.nanos()), () -> expire(waiter));
            if (waiting.size() == 1) {
                retryAfter(waiter);
            }
        }

        /** Sets the alarm for the head's next question: when the wait is over that it was told. */
        private void retryAfter(Waiter head) {
            long now = ticker.nanos();
            long told = Math.min(told().retryAfterMicros(), LONGEST / 1_000) * 1_000;
            if (told().reason() == Denied.Reason.CONCURRENCY) {
                told = Math.min(told, SLOT_LOOK << Math.min(looks++, MOST_DOUBLINGS));
            } else {
                looks = 0;
            }
            retryAt = Math.min(deniedAt + told, head.deadline);
            retry = ticker.alarm(Math.max(0, retryAt - now), this::ring);
        }

        private Denied told() {
            return Objects.requireNonNull(denial, "a line begins with a denial");
        }

        private Denied restated(Waiter waiter) {
            long age = Math.max(0, ticker.nanos() - deniedAt) / 1_000;
            return Restated.denial(told(), waiter.question.policy(), waiter.question.cost(), age);
        }

        /** The head's wait is over. */
        private void ring() {
            lock.lock();
            try {
                long early = retryAt - ticker.nanos();
                if (waiting.isEmpty() || asking != null || due) {
                    return;
                }
                if (early > 0) {
                    retry = ticker.alarm(early, this::ring);
                    return;
                }
                due = true;
            } finally {
                lock.unlock();
            }
            drive();
        }

        /** A waiter's deadline: the head asks once more, whoever stands behind it is denied for it. */
        private void expire(Waiter waiter) {
            Denied refusal = null;
            lock.lock();
            try {
                long early = waiter.deadline - ticker.nanos();
                if (!waiting.contains(waiter) || asking == waiter) {
                    return;
                }
                if (early > 0) {
                    waiter.expiry = ticker.alarm(early, () -> expire(waiter));
                    return;
                }
                if (waiting.iterator().next() == waiter) {
                    due = true;
                } else {
                    refusal = restated(waiter);
                    remove(waiter);
                }
            } finally {
                lock.unlock();
            }
            if (refusal != null) {
                settle(waiter, refusal);
            }
            drive();
        }

        /** Something was given back. */
        void wake() {
            lock.lock();
            try {
                if (asking == null) {
                    due = true;
                } else {
                    overheard = true;
                }
            } finally {
                lock.unlock();
            }
            drive();
        }

        /** A waiter has gone by itself. */
        void drop(Waiter waiter) {
            lock.lock();
            try {
                boolean head = !waiting.isEmpty() && waiting.iterator().next() == waiter;
                remove(waiter);
                due |= head && asking == null;
            } finally {
                lock.unlock();
            }
            drive();
        }

        void end() {
            List<Waiter> all;
            lock.lock();
            try {
                all = List.copyOf(waiting);
                all.forEach(this::remove);
            } finally {
                lock.unlock();
            }
            for (Waiter waiter : all) {
                leave(waiter, new GuardClosedException("this guard"));
            }
        }

        private void remove(Waiter waiter) {
            if (waiting.remove(waiter)) {
                waiter.expiry.cancel();
                if (waiting.isEmpty()) {
                    over = true;
                    retry.cancel();
                    lines.remove(key, this);
                }
            }
        }

        /** Asks for the head as long as there is one that is to ask. */
        private void drive() {
            if (drives.getAndIncrement() != 0) {
                return;
            }
            int seen = 1;
            do {
                for (Waiter head = next(); head != null; head = next()) {
                    ask(head);
                }
                seen = drives.addAndGet(-seen);
            } while (seen != 0);
        }

        private @Nullable Waiter next() {
            lock.lock();
            try {
                Iterator<Waiter> line = waiting.iterator();
                if (!due || asking != null || !line.hasNext()) {
                    return null;
                }
                due = false;
                retry.cancel();
                asking = line.next();
                return asking;
            } finally {
                lock.unlock();
            }
        }

        private void ask(Waiter head) {
            var unused = submit(head.question).whenComplete((outcome, error) -> {
                answered(head, outcome == null ? Optional.empty() : Optional.of((Decision) outcome));
                if (error != null) {
                    head.outcome.completeExceptionally(Futures.unwrapped(error));
                }
                drive();
            });
        }

        /** Takes the answer to the head's question; none is an error. */
        private void answered(Waiter head, Optional<Decision> answer) {
            Decision decision = answer.orElse(null);
            lock.lock();
            try {
                asking = null;
                boolean news = overheard;
                overheard = false;
                if (decision instanceof Denied denied) {
                    denial = denied;
                    deniedAt = ticker.nanos();
                    if (waiting.contains(head) && !isHopeless(denied, head.deadline)) {
                        due |= news;
                        if (!due) {
                            retryAfter(head);
                        }
                        return;
                    }
                }
                remove(head);
                due = true;
            } finally {
                lock.unlock();
            }
            if (decision != null) {
                settle(head, decision);
            }
        }
    }
}
