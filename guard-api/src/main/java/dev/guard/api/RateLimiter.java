package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.InvalidArgumentException;
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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The limiter of one policy, for the subjects of one tenant.
 *
 * <table>
 * <caption>The verbs</caption>
 * <tr><th>verb</th><th>answers</th><th>waits</th><th>gives back</th></tr>
 * <tr><td>{@code tryAcquire(subject, cost)}</td><td>decision</td><td></td><td></td></tr>
 * <tr><td>{@code tryAcquire(subject, cost, atMost)}</td><td>decision</td><td>in line</td><td></td></tr>
 * <tr><td>{@code acquireAtMost(subject, most)}</td><td>decision, whose cost was taken</td><td></td><td></td></tr>
 * <tr><td>{@code tryAcquirePermit(subject, cost)}</td><td>attempt</td><td></td><td>by the handle</td></tr>
 * <tr><td>{@code acquire(subject, cost, atMost)}</td><td>permit, or throws</td><td>in line</td><td>by the handle</td></tr>
 * <tr><td>{@code tryReserve(subject, cost, ttl)}</td><td>attempt</td><td></td><td>what is not committed</td></tr>
 * <tr><td>{@code reserve(subject, cost, ttl)}</td><td>reservation, or throws</td><td></td><td>what is not committed</td></tr>
 * <tr><td>{@code peek(subject, cost)}</td><td>decision, and takes nothing</td><td></td><td></td></tr>
 * <tr><td>{@code refund(subject, permit)}</td><td>effect</td><td></td><td>permits and slots</td></tr>
 * <tr><td>{@code release(subject, permit)}</td><td>effect</td><td></td><td>concurrent slots</td></tr>
 * <tr><td>{@code extend(subject, permit)}</td><td>effect</td><td></td><td></td></tr>
 * <tr><td>{@code penalize(subject, permits)}</td><td>effect; may make debt</td><td></td><td></td></tr>
 * <tr><td>{@code block(subject, duration)}, {@code unblock(subject)}</td><td>effect</td><td></td><td></td></tr>
 * <tr><td>{@code reset(subject)}</td><td>effect</td><td></td><td>everything</td></tr>
 * <tr><td>{@code list(cursor)}, {@code subjects()}</td><td>who is remembered</td><td></td><td></td></tr>
 * </table>
 *
 * <p>Each call is one atomic step over all the policy's limits, by the clock of the store. Besides what is said at
 * the methods, each raises {@link dev.guard.domain.BackendUnavailableException} where the store could not be asked, and
 * {@link dev.guard.domain.GuardClosedException} after the guard was closed; a cost below 1, or above what the policy can ever
 * admit, is an {@link InvalidArgumentException}.
 *
 * <h2>Waiting</h2>
 *
 * <p>Whoever waits stands in line with all calls of this guard that wait for the same subject, in the order in which they
 * began: a later call that asks for less does not overtake. Between guards there is no order, and a call that does not wait
 * does not care for lines. Only the head of a line asks the store: when the wait is over that it was told, and at once when this
 * guard gave back, unblocked or reset. A wait that cannot succeed is not begun: the call is denied as soon as its retryAfter exceeds
 * the time left. A concurrency limit is the exception, since slots come back before their lease ends, and from other processes,
 * too: for these the head of the line asks again after 10 ms, and after twice as long each time up to 320 ms, until its deadline.
 *
 * <p>The deadline ends the wait; the answer to a question under way is awaited. A guard with an injected time waits by that time.
 */
public final class RateLimiter {

    private final PolicyCalls calls;
    private final String tenant;

    RateLimiter(PolicyCalls calls, String tenant) {
        this.calls = calls;
        this.tenant = tenant;
    }

    /**
     * The same policy for another tenant, whose subjects are counted apart.
     *
     * @throws InvalidArgumentException if the tenant is empty
     */
    public RateLimiter tenant(String tenant) {
        if (tenant.isEmpty()) {
            throw new InvalidArgumentException("tenant is empty, expected a name");
        }
        return new RateLimiter(calls, tenant);
    }

    /** Takes one permit of all limits, or none. */
    public Decision tryAcquire(String subject) {
        return tryAcquire(subject, 1);
    }

    /**
     * Takes {@code cost} permits of all limits, or none.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit, or the policy has a
     *     concurrency limit, whose permits need a handle: see {@link #tryAcquirePermit(String, long)}
     */
    public Decision tryAcquire(String subject, long cost) {
        return calls.tryAcquire(tenant, subject, cost);
    }

    /**
     * Takes {@code cost} permits of all limits, or none; waits for them in line where they are not there yet.
     *
     * @param atMost how long to wait, zero or more
     * @return the last decision on the call: a denial where the permits do not come in time
     * @throws InvalidArgumentException as {@link #tryAcquire(String, long)}, or if {@code atMost} is negative
     * @throws dev.guard.domain.BackendUnavailableException also if the thread is interrupted while it waits, for the reason {@code
     *     INTERRUPTED}; it is still interrupted then, and holds nothing
     */
    public Decision tryAcquire(String subject, long cost, Duration atMost) {
        calls.requireAnonymous();
        return calls.acquire(calls.question(keyOf(subject), cost), atMost);
    }

    /**
     * Takes as many permits as there are, up to {@code most}: what was taken is the decision's cost. None is a denial, which tells
     * the wait for one.
     *
     * @param most 1 or more; it may exceed what the policy can admit
     * @throws InvalidArgumentException if {@code most} is below 1, or the policy has a concurrency limit
     */
    public Decision acquireAtMost(String subject, long most) {
        return calls.decide(calls.atMost(keyOf(subject), most));
    }

    /** Takes one permit of all limits, or none, and says how to give it back. */
    public Attempt<HeldPermit> tryAcquirePermit(String subject) {
        return tryAcquirePermit(subject, 1);
    }

    /** Takes {@code cost} permits of all limits, or none, and says how to give them back. */
    public Attempt<HeldPermit> tryAcquirePermit(String subject, long cost) {
        Acquire question = calls.question(keyOf(subject), cost);
        return held(question, calls.decide(question));
    }

    /** Takes one permit of all limits; waits for it in line where it is not there yet. See {@link #acquire(String, long, Duration)}. */
    public HeldPermit acquire(String subject, Duration atMost) {
        return acquire(subject, 1, atMost);
    }

    /**
     * Takes {@code cost} permits of all limits; waits for them in line where they are not there yet.
     *
     * @param atMost how long to wait, zero or more
     * @throws DeniedException if the permits do not come in time
     * @throws InvalidArgumentException if {@code atMost} is negative, or the cost is out of range
     * @throws dev.guard.domain.BackendUnavailableException also if the thread is interrupted while it waits, for the reason {@code
     *     INTERRUPTED}; it is still interrupted then, and holds nothing
     */
    public HeldPermit acquire(String subject, long cost, Duration atMost) {
        Acquire question = calls.question(keyOf(subject), cost);
        return held(question, calls.acquire(question, atMost)).orThrow();
    }

    /**
     * Takes {@code cost} permits of all limits, or none, until it is known how many it really is.
     *
     * @param ttl how long it holds unless it is settled, above zero
     */
    public Attempt<Reservation> tryReserve(String subject, long cost, Duration ttl) {
        Key key = keyOf(subject);
        Reserve reserve = new Reserve(key, calls.policy(), cost, calls.newId(), Micros.of(ttl), Deadline.NONE);
        Decision decision = calls.decide(reserve);
        return decision instanceof Allowed allowed
                ? Attempt.granted(allowed, new Reservation(calls, key, allowed, reserve.id()))
                : Attempt.denied((Denied) decision);
    }

    /**
     * {@link #tryReserve} that throws where it is denied.
     *
     * @throws DeniedException if the permits are not there, or the key has as many reservations as it may
     */
    public Reservation reserve(String subject, long cost, Duration ttl) {
        return tryReserve(subject, cost, ttl).orThrow();
    }

    /** Whether one permit could be taken, and how many remain; changes nothing. */
    public Decision peek(String subject) {
        return peek(subject, 1);
    }

    /**
     * Whether {@code cost} permits could be taken, and how many remain; changes nothing.
     *
     * @throws InvalidArgumentException if the cost is below 1, or above what the policy can ever admit
     */
    public Decision peek(String subject, long cost) {
        return calls.peek(tenant, subject, cost);
    }

    /** Gives back what a permit took, as {@link HeldPermit#refund} does: for a process that knows the permit by its value. */
    public Effect refund(String subject, Permit permit) {
        return calls.apply(new Refund(keyOf(subject), permit, Deadline.NONE));
    }

    /** Gives back the concurrent slots of a permit, as {@link HeldPermit#release} does. */
    public Effect release(String subject, Permit permit) {
        return calls.apply(new Release(keyOf(subject), permit.id(), Deadline.NONE));
    }

    /** Lets the leases of a permit's concurrent slots begin anew, as {@link HeldPermit#extend} does. */
    public Effect extend(String subject, Permit permit) {
        return calls.apply(new Extend(keyOf(subject), permit.id(), Deadline.NONE));
    }

    /**
     * Charges permits whether they are there or not. Limits go into debt down to their largest debt; what is beyond that is
     * dropped, and concurrency knows no debt.
     *
     * @param permits 1 or more
     */
    public Effect penalize(String subject, long permits) {
        return calls.apply(new Penalize(keyOf(subject), calls.policy(), permits, Deadline.NONE));
    }

    /**
     * Denies every call on the subject under this policy for a while; {@code NOTHING} where a block already lasts longer.
     *
     * @param duration above zero
     */
    public Effect block(String subject, Duration duration) {
        return calls.apply(new Block(keyOf(subject), Micros.of(duration), Deadline.NONE));
    }

    /** Lifts a block; {@code NOTHING} where there is none. */
    public Effect unblock(String subject) {
        return calls.apply(new Unblock(keyOf(subject), Deadline.NONE));
    }

    /** Forgets all that is known of a subject under this policy; {@code NOTHING} where nothing is. */
    public Effect reset(String subject) {
        return calls.apply(new Reset(keyOf(subject), Deadline.NONE));
    }

    /**
     * A page of the keys of this tenant and policy that something is remembered of. One that is live from the first page to the
     * last comes at least once.
     *
     * @param cursor {@link KeyPage#START}, or what the page before named
     * @throws InvalidArgumentException if the cursor is none of this store's
     */
    public KeyPage list(String cursor) {
        return calls.list(tenant, cursor);
    }

    /** The subjects of {@link #list}, each page fetched when the stream gets there; one may come more than once. */
    public Stream<String> subjects() {
        return Stream.iterate(
                        Optional.of(list(KeyPage.START)),
                        Optional::isPresent,
                        page -> page.flatMap(KeyPage::next).map(this::list))
                .flatMap(page -> page.stream().flatMap(some -> some.keys().stream()))
                .map(Key::subject);
    }

    /** The limiter of one subject, to be kept and asked many times. */
    public KeyLimiter key(String subject) {
        return new KeyLimiter(this, calls, calls.key(tenant, subject), subject);
    }

    /** The same limiter for asynchronous callers. */
    public AsyncRateLimiter async() {
        return new AsyncRateLimiter(calls, tenant);
    }

    private Key keyOf(String subject) {
        return calls.keyOf(tenant, subject);
    }

    private Attempt<HeldPermit> held(Acquire question, Decision decision) {
        return decision instanceof Allowed allowed
                ? Attempt.granted(allowed, new HeldPermit(calls, question.key(), allowed, PolicyCalls.idOf(question)))
                : Attempt.denied((Denied) decision);
    }
}
