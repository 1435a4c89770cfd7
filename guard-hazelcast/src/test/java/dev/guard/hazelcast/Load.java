package dev.guard.hazelcast;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Key;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that take permits of many keys in turn, until every key has denied one; what they were given is counted. */
final class Load implements AutoCloseable {

    private static final int THREADS = 4;

    private final CounterStore store;
    private final Policy policy;
    private final AtomicIntegerArray admitted;
    private final AtomicIntegerArray denied;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong answers = new AtomicLong();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final List<Future<?>> running = new ArrayList<>();

    private Load(CounterStore store, Policy policy, int keys) {
        this.store = store;
        this.policy = policy;
        this.admitted = new AtomicIntegerArray(keys);
        this.denied = new AtomicIntegerArray(keys);
    }

    static Load start(CounterStore store, Policy policy, int keys) {
        Load load = new Load(store, policy, keys);
        for (int i = 0; i < THREADS; i++) {
            int first = i * keys / THREADS;
            load.running.add(load.threads.submit(() -> load.run(first)));
        }
        return load;
    }

    private void run(int first) {
        int keys = admitted.length();
        boolean open = true;
        while (open) {
            open = false;
            for (int i = 0; i < keys; i++) {
                int key = (first + i) % keys;
                if (denied.get(key) == 0) {
                    open = true;
                    take(key);
                }
            }
        }
    }

    /** Takes a permit of a key, and counts what came of it. */
    boolean take(int key) {
        try {
            Decision decision = (Decision) store.execute(
                            List.of(new Acquire(Key.of(policy.name(), "key-" + key), policy, 1, Deadline.NONE)))
                    .get(0);
            (decision.allowed() ? admitted : denied).incrementAndGet(key);
            answers.incrementAndGet();
            return true;
        } catch (BackendUnavailableException e) {
            failures.incrementAndGet();
            return false;
        }
    }

    void awaitAdmitted(int least) {
        Patience.until(
                least + " admitted, but " + answers + " answers and " + failures + " failures",
                () -> sum(admitted) >= least);
    }

    /** Waits until every key has denied one. */
    void awaitEnd() throws Exception {
        for (Future<?> each : running) {
            each.get();
        }
    }

    long failures() {
        return failures.get();
    }

    int admitted() {
        return sum(admitted);
    }

    /** What the key was admitted that was admitted most. */
    int mostAdmitted() {
        int most = 0;
        for (int i = 0; i < admitted.length(); i++) {
            most = Math.max(most, admitted.get(i));
        }
        return most;
    }

    private static int sum(AtomicIntegerArray counts) {
        int sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
