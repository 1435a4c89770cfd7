package dev.guard.tck.fault;

import static java.util.Objects.requireNonNull;

import dev.guard.api.Attempt;
import dev.guard.api.Degradation;
import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.api.SecurityEvent;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Effect;
import dev.guard.domain.KeyPage;
import dev.guard.tck.fault.Verb.Call;
import dev.guard.tck.fault.Verb.Form;
import dev.guard.tck.machine.Metronome;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/** Two guards on one store, a strict one and one that may judge by itself, to which faults happen while they are called. */
final class FaultBench implements AutoCloseable {

    /** Longer than the machine stalls, as a rule; and waited for many times. */
    static final Duration DEADLINE = Duration.ofMillis(
            Math.max(200, Patience.times(Duration.ofMillis(100)).toMillis()));

    /** What a call may take on top of it, until its thread runs again. */
    private static final Duration SLACK = Patience.times(Duration.ofMillis(200));

    private static final Duration READY = Duration.ofSeconds(10);

    /** The reasons for which a guard may judge by itself, as the documentation has them. */
    static final Set<Reason> OUTAGES = EnumSet.of(
            Reason.CONNECT,
            Reason.TIMEOUT,
            Reason.CONNECTION_LOST,
            Reason.READ_ONLY,
            Reason.LOADING,
            Reason.OUT_OF_MEMORY,
            Reason.TOPOLOGY,
            Reason.LATE,
            Reason.CIRCUIT_OPEN);

    private static final AtomicInteger TENANTS = new AtomicInteger();

    /** How a guard fails. */
    enum Mode {
        STRICT,
        DEGRADED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final String backend;
    private final Metronome metronome;
    private final Guard strict;
    private final Guard degraded;
    private final Map<String, Reason> told = new ConcurrentHashMap<>();

    /**
     * Builds the guards.
     *
     * @param backend the name by which its decisions call it
     * @param guards the beginning of a guard
     * @param metronome what knows how late the machine is
     */
    FaultBench(String backend, Supplier<Guard.Builder> guards, Metronome metronome) {
        this.backend = backend;
        this.metronome = metronome;
        this.strict = guards.get().deadline(DEADLINE).build();
        try {
            this.degraded = guards.get()
                    .deadline(DEADLINE)
                    .whenUnavailable(Degradation.share(1))
                    .securityLog(this::log)
                    .build();
        } catch (RuntimeException e) {
            strict.close();
            throw e;
        }
    }

    private void log(SecurityEvent event) {
        Reason reason = event.reason();
        if (event.event() == SecurityEvent.Kind.BACKEND_UNAVAILABLE_AT_RUNTIME && reason != null) {
            told.putIfAbsent(event.tenantId(), reason);
        }
    }

    @Override
    public void close() {
        strict.close();
        degraded.close();
    }

    // ─── A case ─────────────────────────────────────────────────────────────────────────────────

    /**
     * What a call came to: an answer, or a reason; how long it took, and by how much the machine was late meanwhile; and what its tenant had
     * been told when it came.
     */
    private record Result(
            @Nullable Object answer,
            @Nullable Reason reason,
            long nanos,
            long lateNanos,
            @Nullable Reason event) {}

    private static final String SUBJECT = "somebody";

    /** A call that can be made, what remains before it, and whose it is: a tenant of its own, who has not been told of any outage. */
    private record Prepared(Call call, RateLimiter limiter, String tenant, long remaining) {}

    /** Makes one call under a fault, and sees that it comes to what it may, and that all is well after it. */
    void check(StoreFault fault, FaultCase of, FaultTable.Row row) {
        Mode mode = of.mode();
        Form form = of.form();
        Verb verb = of.verb();
        Guard guard = mode == Mode.STRICT ? strict : degraded;
        Prepared prepared = prepare(guard, form, verb);
        Result result;
        try {
            fault.begin();
            fault.settle(guard);
            result = made(prepared.call, form, prepared.tenant);
        } finally {
            fault.end();
        }
        long healed = System.nanoTime();
        AtomicReference<@Nullable Decision> after = new AtomicReference<>();
        Patience.until(
                "the store decides again after " + fault + ", which was found as " + result,
                Recovery.BOUND,
                () -> guard.stats().toString(),
                () -> decided(prepared.limiter, after));
        row.recovery(System.nanoTime() - healed);

        row.call(result.nanos);
        if (result.event != null) {
            row.event();
        }
        long charged = prepared.remaining - requireNonNull(after.get()).remaining();
        judge(fault, mode, verb, result, charged, row);
        long most = DEADLINE.plus(SLACK).toNanos() + result.lateNanos;
        require(
                result.nanos <= most,
                () -> "it took " + millis(result.nanos) + ", expected " + millis(most) + " at most: " + result);
        require(
                fault.forgets() || charged == 0 || charged == verb.charge(),
                () -> charged + " were charged, expected " + verb.charge() + " or none: " + result);
    }

    /** Waits until the guard is well, and makes a call ready; anew for another tenant where it was not. */
    private Prepared prepare(Guard guard, Form form, Verb verb) {
        AtomicReference<@Nullable Prepared> prepared = new AtomicReference<>();
        Patience.until(
                "a call of " + verb + " is ready", READY, () -> guard.stats().toString(), () -> {
                    String tenant = "t" + TENANTS.incrementAndGet();
                    RateLimiter limiter = guard.limiter(verb.policy()).tenant(tenant);
                    AtomicReference<@Nullable Decision> before = new AtomicReference<>();
                    if (!decided(limiter, before)) {
                        return false;
                    }
                    Call call = verb.ready(limiter, SUBJECT, form);
                    if (!decided(limiter, before)) {
                        return false;
                    }
                    prepared.set(new Prepared(
                            call, limiter, tenant, requireNonNull(before.get()).remaining()));
                    return true;
                });
        Prepared ready = requireNonNull(prepared.get());
        require(!told.containsKey(ready.tenant), () -> ready.tenant + " was told of an outage before there was one");
        return ready;
    }

    private static boolean decided(RateLimiter limiter, AtomicReference<@Nullable Decision> decision) {
        Decision peeked = limiter.peek(SUBJECT);
        decision.set(peeked);
        return !peeked.degraded();
    }

    private Result made(Call call, Form form, String tenant) {
        AtomicReference<@Nullable Reason> event = new AtomicReference<>();
        long late = metronome.lateNanos();
        long begun = System.nanoTime();
        Object answer = null;
        Reason reason = null;
        try {
            if (form == Form.BLOCKING) {
                answer = call.blocking().get();
                event.set(told.get(tenant));
            } else {
                answer = call.asynchronous()
                        .get()
                        .whenComplete((value, error) -> event.set(told.get(tenant)))
                        .join();
            }
        } catch (RuntimeException e) {
            reason = reasonOf(e);
        }
        long nanos = System.nanoTime() - begun;
        return new Result(answer, reason, nanos, metronome.lateNanos() - late, event.get());
    }

    /** The reason why a call was unavailable; anything else is an error of the test's. */
    private static Reason reasonOf(RuntimeException error) {
        Throwable plain = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (plain instanceof BackendUnavailableException unavailable) {
            return unavailable.reason();
        }
        if (plain instanceof CorruptStateException) {
            return Reason.CORRUPT_STATE;
        }
        throw error;
    }

    // ─── What it may come to ────────────────────────────────────────────────────────────────────

    private void judge(StoreFault fault, Mode mode, Verb verb, Result result, long charged, FaultTable.Row row) {
        Reason reason = result.reason;
        if (reason != null) {
            row.reason(reason);
            if (!fault.reasons().contains(reason) && isHeldUp(result.nanos, reason)) {
                row.heldUp();
                return;
            }
            require(
                    fault.reasons().contains(reason),
                    () -> "it was unavailable for " + reason + " after " + millis(result.nanos) + ", expected one of "
                            + fault.reasons());
            // Where the store took all of the time, the log had a moment only, and may have missed it.
            require(
                    mode == Mode.STRICT
                            || !verb.mayGoLocal()
                            || !OUTAGES.contains(reason)
                            || result.nanos > DEADLINE.toNanos() / 2,
                    () -> "it was unavailable for " + reason + " after " + millis(result.nanos)
                            + ", expected a local answer");
            return;
        }
        Optional<Decision> decision = decision(result.answer);
        if (decision.isPresent() && decision.get().degraded()) {
            judgeLocal(fault, mode, verb, result, decision.get(), row);
            return;
        }
        row.answered();
        boolean allowed = decision.isPresent() && decision.get().allowed();
        boolean wasCharged = fault.forgets() || charged == verb.charge();
        if (allowed && (!fault.mayAnswer() || !wasCharged)) {
            row.allowedWithoutTheStore();
        }
        require(fault.mayAnswer(), () -> "the answer is " + result.answer + ", which the store cannot have given");
        require(
                wasCharged,
                () -> charged + " were charged, expected " + verb.charge() + " as the answer is " + result.answer);
        require(fault.forgets() || isRight(result.answer), () -> "the answer " + result.answer + " is wrong");
        decision.ifPresent(made -> require(
                made.backend().equals(backend),
                () -> "the answer is of the backend " + made.backend() + ", expected " + backend));
    }

    private static void judgeLocal(
            StoreFault fault, Mode mode, Verb verb, Result result, Decision decision, FaultTable.Row row) {
        row.local();
        require(mode == Mode.DEGRADED, () -> "it was judged locally in " + mode + " mode: " + decision);
        require(verb.mayGoLocal(), () -> verb + " was judged locally: " + decision);
        require(
                decision.backend().equals(DecisionSource.LOCAL_DEGRADED),
                () -> "a local answer is of the backend " + decision.backend() + ", expected "
                        + DecisionSource.LOCAL_DEGRADED);
        Reason event = result.event;
        if (event == null) {
            throw new AssertionFailedError("a local answer came before the tenant's event was in the log: " + decision);
        }
        row.reason(event);
        require(OUTAGES.contains(event), () -> "it was judged locally for " + event + ", expected one of " + OUTAGES);
        if (!fault.reasons().contains(event) && isHeldUp(result.nanos, event)) {
            row.heldUp();
        } else {
            require(
                    fault.reasons().contains(event),
                    () -> "it was judged locally for " + event + ", expected one of " + fault.reasons());
        }
    }

    private static void require(boolean so, Supplier<String> otherwise) {
        if (!so) {
            throw new AssertionFailedError(otherwise.get());
        }
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    /** Whether a call's time was over before its thread ran. One of a few may be; see {@link FaultTable.Row#heldUp}. */
    private static boolean isHeldUp(long nanos, Reason reason) {
        return nanos >= DEADLINE.toNanos()
                && (reason == Reason.TIMEOUT || reason == Reason.LATE || reason == Reason.OVERLOADED);
    }

    private static Optional<Decision> decision(@Nullable Object answer) {
        if (answer instanceof Decision decision) {
            return Optional.of(decision);
        }
        return answer instanceof Attempt<?> attempt ? Optional.of(attempt.decision()) : Optional.empty();
    }

    private static boolean isRight(@Nullable Object answer) {
        if (answer instanceof KeyPage page) {
            return page.next().isPresent()
                    || page.keys().stream().anyMatch(key -> key.subject().equals(SUBJECT));
        }
        return answer == Effect.APPLIED
                || decision(answer).map(Decision::allowed).orElse(false);
    }

    /** Waits until a guard finds what a fault is known by: before that, it finds its connections gone. */
    static void untilFound(Guard guard, Reason reason) {
        RateLimiter limiter = guard.limiter(Verb.Policies.PLAIN).tenant("settling");
        AtomicReference<@Nullable Object> last = new AtomicReference<>();
        Supplier<String> evidence = () -> "the last that it found: " + last.get();
        Patience.until("a guard finds " + reason, Recovery.BOUND, evidence, () -> {
            try {
                // No verb that is judged locally.
                last.set(limiter.unblock("nobody"));
                return false;
            } catch (BackendUnavailableException e) {
                last.set(e);
                return e.reason() == reason;
            }
        });
    }
}
