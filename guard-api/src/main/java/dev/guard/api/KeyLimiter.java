package dev.guard.api;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Permit;
import dev.guard.domain.counter.KeyCounter;
import java.time.Duration;

/** The limiter of one subject under one policy: {@link RateLimiter} with the subject said once. */
public final class KeyLimiter {

    private final RateLimiter limiter;
    private final PolicyCalls calls;
    private final KeyCounter counter;
    private final String subject;

    KeyLimiter(RateLimiter limiter, PolicyCalls calls, KeyCounter counter, String subject) {
        this.limiter = limiter;
        this.calls = calls;
        this.counter = counter;
        this.subject = subject;
    }

    /** Takes one permit of all limits, or none, and says only whether. Allocates nothing on an embedded backend. */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes {@code cost} permits of all limits, or none, and says only whether.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit, or the policy has a
     *     concurrency limit, whose permits need a handle: see {@link #tryAcquirePermit(long)}
     */
    public boolean tryAcquire(long cost) {
        calls.requireAnonymous();
        return counter.tryAcquire(cost, Deadline.NONE);
    }

    /** Takes one permit of all limits, or none, and tells all about it. */
    public Decision decide() {
        return decide(1);
    }

    /**
     * Takes {@code cost} permits of all limits, or none, and tells all about it.
     *
     * @throws InvalidArgumentException as {@link #tryAcquire(long)}
     */
    public Decision decide(long cost) {
        calls.requireAnonymous();
        return counter.decide(cost, Deadline.NONE);
    }

    /** Takes permits as {@link RateLimiter#tryAcquire(String, long, Duration)} does, in line. */
    public Decision decide(long cost, Duration atMost) {
        return limiter.tryAcquire(subject, cost, atMost);
    }

    /** Takes as many permits as there are, as {@link RateLimiter#acquireAtMost} does. */
    public Decision acquireAtMost(long most) {
        return limiter.acquireAtMost(subject, most);
    }

    /** Takes one permit of all limits, or none, and says how to give it back. */
    public Attempt<HeldPermit> tryAcquirePermit() {
        return tryAcquirePermit(1);
    }

    /** Takes {@code cost} permits of all limits, or none, and says how to give them back. */
    public Attempt<HeldPermit> tryAcquirePermit(long cost) {
        return limiter.tryAcquirePermit(subject, cost);
    }

    /** Takes one permit of all limits, in line. */
    public HeldPermit acquire(Duration atMost) {
        return acquire(1, atMost);
    }

    /**
     * Takes permits as {@link RateLimiter#acquire(String, long, Duration)} does, in line.
     *
     * @throws DeniedException if the permits do not come in time
     */
    public HeldPermit acquire(long cost, Duration atMost) {
        return limiter.acquire(subject, cost, atMost);
    }

    /** Takes permits as {@link RateLimiter#tryReserve} does. */
    public Attempt<Reservation> tryReserve(long cost, Duration ttl) {
        return limiter.tryReserve(subject, cost, ttl);
    }

    /**
     * Takes permits as {@link RateLimiter#reserve} does.
     *
     * @throws DeniedException if the permits are not there
     */
    public Reservation reserve(long cost, Duration ttl) {
        return limiter.reserve(subject, cost, ttl);
    }

    /** Whether one permit could be taken, and how many remain; changes nothing. */
    public Decision peek() {
        return peek(1);
    }

    /** Whether {@code cost} permits could be taken, and how many remain; changes nothing. */
    public Decision peek(long cost) {
        return limiter.peek(subject, cost);
    }

    /** Gives back what a permit took, as {@link RateLimiter#refund} does. */
    public Effect refund(Permit permit) {
        return limiter.refund(subject, permit);
    }

    /** Gives back the concurrent slots of a permit, as {@link RateLimiter#release} does. */
    public Effect release(Permit permit) {
        return limiter.release(subject, permit);
    }

    /** Lets the leases of a permit's concurrent slots begin anew, as {@link RateLimiter#extend} does. */
    public Effect extend(Permit permit) {
        return limiter.extend(subject, permit);
    }

    /** Charges permits whether they are there or not, as {@link RateLimiter#penalize} does. */
    public Effect penalize(long permits) {
        return limiter.penalize(subject, permits);
    }

    /** Denies every call on the subject for a while, as {@link RateLimiter#block} does. */
    public Effect block(Duration duration) {
        return limiter.block(subject, duration);
    }

    /** Lifts a block, as {@link RateLimiter#unblock} does. */
    public Effect unblock() {
        return limiter.unblock(subject);
    }

    /** Forgets all that is known of the subject, as {@link RateLimiter#reset} does. */
    public Effect reset() {
        return limiter.reset(subject);
    }

    /** The same limiter for asynchronous callers. */
    public AsyncKeyLimiter async() {
        return limiter.async().key(subject);
    }
}
