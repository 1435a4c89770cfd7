package dev.guard.tck.fault;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException.Reason;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** Something that goes wrong with a store, or on the way to it, and what calls may come to then. Immutable. */
public final class StoreFault {

    private final String name;
    private final Set<Reason> reasons;
    private final boolean mayAnswer;
    private final boolean forgets;
    private final Runnable begin;
    private final Consumer<Guard> settle;
    private final Runnable end;

    private StoreFault(
            String name,
            Set<Reason> reasons,
            boolean mayAnswer,
            boolean forgets,
            Runnable begin,
            Consumer<Guard> settle,
            Runnable end) {
        this.name = Objects.requireNonNull(name, "name");
        this.reasons = reasons;
        this.mayAnswer = mayAnswer;
        this.forgets = forgets;
        this.begin = Objects.requireNonNull(begin, "begin");
        this.settle = Objects.requireNonNull(settle, "settle");
        this.end = Objects.requireNonNull(end, "end");
    }

    /**
     * A fault under which the store does not answer.
     *
     * @param name what it is, such as {@code is out of memory}
     * @param begin makes it so, and returns when it is; it runs before each call
     * @param end mends it, and returns when it is mended; it runs after each call, also where {@code begin} failed
     * @param reasons those for which calls may be unavailable
     */
    public static StoreFault of(String name, Runnable begin, Runnable end, Reason... reasons) {
        Set<Reason> all = EnumSet.noneOf(Reason.class);
        all.addAll(Set.of(reasons));
        return new StoreFault(name, all, false, false, begin, guard -> {}, end);
    }

    /** A fault of the way to the store, under which no answer comes in time; see {@link #of}. */
    public static StoreFault onTheWay(String name, FaultProxy proxy, Fault fault, Reason... reasons) {
        return of(name, () -> proxy.set(fault), proxy::heal, reasons);
    }

    /**
     * An outage that lasts: calls are unavailable for whatever became of their connections, {@link Reason#CONNECT},
     * {@link Reason#CONNECTION_LOST} or {@link Reason#TIMEOUT}, and then as the circuit is open, {@link Reason#CIRCUIT_OPEN}; see {@link #of}.
     */
    public static StoreFault outage(String name, Runnable begin, Runnable end) {
        return of(name, begin, end, Reason.CONNECT, Reason.CONNECTION_LOST, Reason.TIMEOUT, Reason.CIRCUIT_OPEN);
    }

    /** The same, but the store may answer nevertheless, and is right then: what it answers it has done, once. */
    public StoreFault butMayAnswer() {
        return new StoreFault(name, reasons, true, forgets, begin, settle, end);
    }

    /** The same, and the store has forgotten everything after it: what was charged is not looked at. */
    public StoreFault andForgets() {
        return new StoreFault(name, reasons, mayAnswer, true, begin, settle, end);
    }

    /**
     * The same, but the call is made when the guard has noticed.
     *
     * @param wait returns when it has; it is given the guard that the call will be made on
     */
    public StoreFault settledBy(Consumer<Guard> wait) {
        return new StoreFault(name, reasons, mayAnswer, forgets, begin, wait, end);
    }

    /**
     * The same, but the call is made when other calls are unavailable for that reason; at first they may be for another, such as that their
     * connections have gone.
     */
    public StoreFault foundAs(Reason reason) {
        return settledBy(guard -> FaultBench.untilFound(guard, reason));
    }

    String name() {
        return name;
    }

    Set<Reason> reasons() {
        return reasons;
    }

    boolean mayAnswer() {
        return mayAnswer;
    }

    boolean forgets() {
        return forgets;
    }

    void begin() {
        begin.run();
    }

    void settle(Guard guard) {
        settle.accept(guard);
    }

    void end() {
        end.run();
    }

    @Override
    public String toString() {
        return name;
    }
}
