package dev.guard.tck.fault;

import dev.guard.api.Guard;
import dev.guard.tck.machine.Metronome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a {@link FaultContract} is about: stores that can be made to fail, in which ways, and guards on them. For one thread. */
public final class FaultyStores {

    private final String backend;
    private final Metronome metronome = Metronome.start();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final List<Group> groups = new ArrayList<>();

    FaultyStores(String backend) {
        this.backend = backend;
        opened.push(metronome);
    }

    /** The deadline of all calls: 200 ms, or more where the machine is said to be slow. A delay is long, or short, in comparison with it. */
    public Duration deadline() {
        return FaultBench.DEADLINE;
    }

    /** Closes something after the last call, and before what came to this method earlier. */
    public <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /**
     * A store, and what can go wrong with it. One fault at a time happens to it; the others have been mended.
     *
     * @param guards the beginning of a guard on the store, without mode, deadline and security log, which are set by the kit; asked for twice,
     *     when the first fault is to begin
     */
    public void add(Supplier<Guard.Builder> guards, List<StoreFault> faults) {
        groups.add(new Group(guards, List.copyOf(faults)));
    }

    /** {@link #add(Supplier, List)}. */
    public void add(Supplier<Guard.Builder> guards, StoreFault... faults) {
        add(guards, List.of(faults));
    }

    List<Group> groups() {
        return groups;
    }

    /** Whether there is a fault for which guards may judge by themselves, whatever the store does. */
    boolean mayGoLocal() {
        return groups.stream()
                .flatMap(group -> group.faults.stream())
                .anyMatch(fault -> !fault.mayAnswer() && FaultBench.OUTAGES.containsAll(fault.reasons()));
    }

    /** Closes guards and stores, the last opened first. */
    void close() {
        RuntimeException problem = null;
        for (AutoCloseable each = opened.poll(); each != null; each = opened.poll()) {
            try {
                each.close();
            } catch (Exception e) {
                problem = new IllegalStateException(each + " could not be closed", e);
            }
        }
        if (problem != null) {
            throw problem;
        }
    }

    /** Faults of one store. */
    final class Group {
        private final Supplier<Guard.Builder> guards;
        private final List<StoreFault> faults;
        private @Nullable FaultBench bench;

        private Group(Supplier<Guard.Builder> guards, List<StoreFault> faults) {
            this.guards = guards;
            this.faults = faults;
        }

        List<StoreFault> faults() {
            return faults;
        }

        /** The guards, which are built when they are first asked for. */
        FaultBench bench() {
            FaultBench built = bench;
            if (built == null) {
                built = closing(new FaultBench(backend, guards, metronome));
                bench = built;
            }
            return built;
        }
    }
}
