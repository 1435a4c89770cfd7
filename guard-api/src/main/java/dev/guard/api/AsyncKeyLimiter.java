package dev.guard.api;

import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Permit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The asynchronous limiter of one subject under one policy: {@link AsyncRateLimiter} with the subject said once. */
public final class AsyncKeyLimiter {

    private final AsyncRateLimiter limiter;
    private final String subject;

    AsyncKeyLimiter(AsyncRateLimiter limiter, String subject) {
        this.limiter = limiter;
        this.subject = subject;
    }

    /** Takes one permit of all limits, or none. */
    public CompletableFuture<Decision> tryAcquire() {
        return tryAcquire(1);
    }

    /** Takes {@code cost} permits of all limits, or none. */
    public CompletableFuture<Decision> tryAcquire(long cost) {
        return limiter.tryAcquire(subject, cost);
    }

    /** Takes {@code cost} permits of all limits, in line. */
    public CompletableFuture<Decision> tryAcquire(long cost, Duration atMost) {
        return limiter.tryAcquire(subject, cost, atMost);
    }

    /** Takes as many permits as there are, up to {@code most}. */
    public CompletableFuture<Decision> acquireAtMost(long most) {
        return limiter.acquireAtMost(subject, most);
    }

    /** Takes one permit of all limits, or none, and says how to give it back. */
    public CompletableFuture<Attempt<AsyncHeldPermit>> tryAcquirePermit() {
        return tryAcquirePermit(1);
    }

    /** Takes {@code cost} permits of all limits, or none, and says how to give them back. */
    public CompletableFuture<Attempt<AsyncHeldPermit>> tryAcquirePermit(long cost) {
        return limiter.tryAcquirePermit(subject, cost);
    }

    /** Takes one permit of all limits, in line. */
    public CompletableFuture<AsyncHeldPermit> acquire(Duration atMost) {
        return acquire(1, atMost);
    }

    /** Takes {@code cost} permits of all limits, in line. */
    public CompletableFuture<AsyncHeldPermit> acquire(long cost, Duration atMost) {
        return limiter.acquire(subject, cost, atMost);
    }

    /** Takes permits until it is known how many it really is. */
    public CompletableFuture<Attempt<AsyncReservation>> tryReserve(long cost, Duration ttl) {
        return limiter.tryReserve(subject, cost, ttl);
    }

    /** Takes permits until it is known how many it really is; the future fails with a {@link DeniedException}. */
    public CompletableFuture<AsyncReservation> reserve(long cost, Duration ttl) {
        return limiter.reserve(subject, cost, ttl);
    }

    /** Whether one permit could be taken, and how many remain; changes nothing. */
    public CompletableFuture<Decision> peek() {
        return peek(1);
    }

    /** Whether {@code cost} permits could be taken, and how many remain; changes nothing. */
    public CompletableFuture<Decision> peek(long cost) {
        return limiter.peek(subject, cost);
    }

    /** Gives back what a permit took. */
    public CompletableFuture<Effect> refund(Permit permit) {
        return limiter.refund(subject, permit);
    }

    /** Gives back the concurrent slots of a permit. */
    public CompletableFuture<Effect> release(Permit permit) {
        return limiter.release(subject, permit);
    }

    /** Lets the leases of a permit's concurrent slots begin anew. */
    public CompletableFuture<Effect> extend(Permit permit) {
        return limiter.extend(subject, permit);
    }

    /** Charges permits whether they are there or not. */
    public CompletableFuture<Effect> penalize(long permits) {
        return limiter.penalize(subject, permits);
    }

    /** Denies every call on the subject for a while. */
    public CompletableFuture<Effect> block(Duration duration) {
        return limiter.block(subject, duration);
    }

    /** Lifts a block. */
    public CompletableFuture<Effect> unblock() {
        return limiter.unblock(subject);
    }

    /** Forgets all that is known of the subject. */
    public CompletableFuture<Effect> reset() {
        return limiter.reset(subject);
    }
}
