package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Micros;
import dev.guard.domain.Permit;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * {@link RateLimiter} for asynchronous callers: the same verbs, answered with futures, and no thread that waits. Every error
 * that the blocking form throws fails the future instead, as it is; nothing is thrown. Futures that are not complete at once
 * complete on the guard's executor.
 *
 * <p>A caller that cancels a future which takes permits loses none: it leaves the line, and what it is granted nevertheless is
 * given back. Plain acquisitions, which nobody can give back, are the exception, and count.
 */
public final class AsyncRateLimiter {

    private final PolicyCalls calls;
    private final String tenant;

    AsyncRateLimiter(PolicyCalls calls, String tenant) {
        this.calls = calls;
        this.tenant = tenant;
    }

    /** The same policy for another tenant, whose subjects are counted apart; the tenant is not empty. */
    public AsyncRateLimiter tenant(String tenant) {
        return new AsyncRateLimiter(calls, tenant);
    }

    /** The limiter of one subject. */
    public AsyncKeyLimiter key(String subject) {
        return new AsyncKeyLimiter(this, subject);
    }

    /** Takes one permit of all limits, or none. */
    public CompletableFuture<Decision> tryAcquire(String subject) {
        return tryAcquire(subject, 1);
    }

    /** Takes {@code cost} permits of all limits, or none. */
    public CompletableFuture<Decision> tryAcquire(String subject, long cost) {
        return calls.tryAcquireAsync(tenant, subject, cost);
    }

    /** Takes permits as {@link RateLimiter#tryAcquire(String, long, Duration)} does, in line. */
    public CompletableFuture<Decision> tryAcquire(String subject, long cost, Duration atMost) {
        return calls.acquireAsync(
                () -> {
                    calls.requireAnonymous();
                    return calls.question(keyOf(subject), cost);
                },
                atMost,
                question -> decision -> decision);
    }

    /** Takes as many permits as there are, as {@link RateLimiter#acquireAtMost} does. */
    public CompletableFuture<Decision> acquireAtMost(String subject, long most) {
        return calls.answered(() -> calls.submit(calls.atMost(keyOf(subject), most)));
    }

    /** Takes one permit of all limits, or none, and says how to give it back. */
    public CompletableFuture<Attempt<AsyncHeldPermit>> tryAcquirePermit(String subject) {
        return tryAcquirePermit(subject, 1);
    }

    /** Takes {@code cost} permits of all limits, or none, and says how to give them back. */
    public CompletableFuture<Attempt<AsyncHeldPermit>> tryAcquirePermit(String subject, long cost) {
        return calls.answered(
                () -> {
                    Acquire question = calls.question(keyOf(subject), cost);
                    return Futures.mapped(calls.submit(question), decision -> held(question, decision));
                },
                attempt -> attempt.granted().ifPresent(AsyncHeldPermit::giveUp));
    }

    /** Takes one permit of all limits, in line. */
    public CompletableFuture<AsyncHeldPermit> acquire(String subject, Duration atMost) {
        return acquire(subject, 1, atMost);
    }

    /** Takes permits as {@link RateLimiter#acquire(String, long, Duration)} does; the future fails with a {@link DeniedException}. */
    public CompletableFuture<AsyncHeldPermit> acquire(String subject, long cost, Duration atMost) {
        return calls.acquireAsync(
                () -> calls.question(keyOf(subject), cost),
                atMost,
                question -> decision -> held(question, decision).orThrow());
    }

    /** Takes permits as {@link RateLimiter#tryReserve} does. */
    public CompletableFuture<Attempt<AsyncReservation>> tryReserve(String subject, long cost, Duration ttl) {
        return calls.answered(
                () -> {
                    Reserve reserve = new Reserve(
                            keyOf(subject), calls.policy(), cost, calls.newId(), Micros.of(ttl), Deadline.NONE);
                    return Futures.mapped(calls.submit(reserve), decision -> reserved(reserve, decision));
                },
                attempt -> attempt.granted().ifPresent(AsyncReservation::giveUp));
    }

    /** Takes permits as {@link RateLimiter#reserve} does; the future fails with a {@link DeniedException}. */
    public CompletableFuture<AsyncReservation> reserve(String subject, long cost, Duration ttl) {
        return calls.answered(
                () -> {
                    Reserve reserve = new Reserve(
                            keyOf(subject), calls.policy(), cost, calls.newId(), Micros.of(ttl), Deadline.NONE);
                    return Futures.mapped(
                            calls.submit(reserve),
                            decision -> reserved(reserve, decision).orThrow());
                },
                AsyncReservation::giveUp);
    }

    /** Whether one permit could be taken, and how many remain; changes nothing. */
    public CompletableFuture<Decision> peek(String subject) {
        return peek(subject, 1);
    }

    /** Whether {@code cost} permits could be taken, and how many remain; changes nothing. */
    public CompletableFuture<Decision> peek(String subject, long cost) {
        return calls.peekAsync(tenant, subject, cost);
    }

    /** Gives back what a permit took, as {@link RateLimiter#refund} does. */
    public CompletableFuture<Effect> refund(String subject, Permit permit) {
        return calls.applyAsync(() -> new Refund(keyOf(subject), permit, Deadline.NONE));
    }

    /** Gives back the concurrent slots of a permit, as {@link RateLimiter#release} does. */
    public CompletableFuture<Effect> release(String subject, Permit permit) {
        return calls.applyAsync(() -> new Release(keyOf(subject), permit.id(), Deadline.NONE));
    }

    /** Lets the leases of a permit's concurrent slots begin anew, as {@link RateLimiter#extend} does. */
    public CompletableFuture<Effect> extend(String subject, Permit permit) {
        return calls.applyAsync(() -> new Extend(keyOf(subject), permit.id(), Deadline.NONE));
    }

    /** Charges permits whether they are there or not, as {@link RateLimiter#penalize} does. */
    public CompletableFuture<Effect> penalize(String subject, long permits) {
        return calls.applyAsync(() -> new Penalize(keyOf(subject), calls.policy(), permits, Deadline.NONE));
    }

    /** Denies every call on the subject for a while, as {@link RateLimiter#block} does. */
    public CompletableFuture<Effect> block(String subject, Duration duration) {
        return calls.applyAsync(() -> new Block(keyOf(subject), Micros.of(duration), Deadline.NONE));
    }

    /** Lifts a block, as {@link RateLimiter#unblock} does. */
    public CompletableFuture<Effect> unblock(String subject) {
        return calls.applyAsync(() -> new Unblock(keyOf(subject), Deadline.NONE));
    }

    /** Forgets all that is known of a subject, as {@link RateLimiter#reset} does. */
    public CompletableFuture<Effect> reset(String subject) {
        return calls.applyAsync(() -> new Reset(keyOf(subject), Deadline.NONE));
    }

    /** A page of the keys that something is remembered of, as {@link RateLimiter#list} answers. */
    public CompletableFuture<KeyPage> list(String cursor) {
        return calls.listAsync(tenant, cursor);
    }

    private Key keyOf(String subject) {
        return calls.keyOf(tenant, subject);
    }

    private Attempt<AsyncHeldPermit> held(Acquire question, Decision decision) {
        return decision instanceof Allowed allowed
                ? Attempt.granted(allowed, new AsyncHeldPermit(calls, question, allowed))
                : Attempt.denied((Denied) decision);
    }

    private Attempt<AsyncReservation> reserved(Reserve reserve, Decision decision) {
        return decision instanceof Allowed allowed
                ? Attempt.granted(allowed, new AsyncReservation(calls, reserve.key(), allowed, reserve.id()))
                : Attempt.denied((Denied) decision);
    }
}
