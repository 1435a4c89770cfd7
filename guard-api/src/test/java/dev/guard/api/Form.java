package dev.guard.api;

import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Permit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The four ways to call a limiter, behind one face: what is true of one is true of all. */
enum Form {
    BLOCKING {
        @Override
        Verbs of(RateLimiter limiter) {
            return new Blocking(limiter);
        }
    },
    ASYNCHRONOUS {
        @Override
        Verbs of(RateLimiter limiter) {
            return new Asynchronous(limiter.async());
        }
    },
    KEY {
        @Override
        Verbs of(RateLimiter limiter) {
            return new ByKey(limiter);
        }
    },
    ASYNCHRONOUS_KEY {
        @Override
        Verbs of(RateLimiter limiter) {
            return new AsynchronousByKey(limiter);
        }
    };

    abstract Verbs of(RateLimiter limiter);

    /** What was taken. */
    interface Held {
        Permit permit();

        Decision decision();

        Effect refund();

        Effect release();

        Effect extend();
    }

    /** What is reserved. */
    interface Reserved {
        Decision decision();

        Effect commit(long actual);

        Effect cancel();
    }

    /** The verbs. */
    interface Verbs {
        Decision tryAcquire(String subject, long cost);

        Decision tryAcquire(String subject, long cost, Duration atMost);

        Decision acquireAtMost(String subject, long most);

        Decision peek(String subject, long cost);

        Optional<Held> tryAcquirePermit(String subject, long cost);

        Held acquire(String subject, long cost, Duration atMost);

        Optional<Reserved> tryReserve(String subject, long cost, Duration ttl);

        Reserved reserve(String subject, long cost, Duration ttl);

        Effect refund(String subject, Permit permit);

        Effect release(String subject, Permit permit);

        Effect extend(String subject, Permit permit);

        Effect penalize(String subject, long permits);

        Effect block(String subject, Duration duration);

        Effect unblock(String subject);

        Effect reset(String subject);
    }

    private record BlockingHeld(HeldPermit held) implements Held {
        @Override
        public Permit permit() {
            return held.permit();
        }

        @Override
        public Decision decision() {
            return held.decision();
        }

        @Override
        public Effect refund() {
            return held.refund();
        }

        @Override
        public Effect release() {
            return held.release();
        }

        @Override
        public Effect extend() {
            return held.extend();
        }
    }

    private record AsynchronousHeld(AsyncHeldPermit held) implements Held {
        @Override
        public Permit permit() {
            return held.permit();
        }

        @Override
        public Decision decision() {
            return held.decision();
        }

        @Override
        public Effect refund() {
            return joined(held.refund());
        }

        @Override
        public Effect release() {
            return joined(held.release());
        }

        @Override
        public Effect extend() {
            return joined(held.extend());
        }
    }

    private record BlockingReserved(Reservation reservation) implements Reserved {
        @Override
        public Decision decision() {
            return reservation.decision();
        }

        @Override
        public Effect commit(long actual) {
            return reservation.commit(actual);
        }

        @Override
        public Effect cancel() {
            return reservation.cancel();
        }
    }

    private record AsynchronousReserved(AsyncReservation reservation) implements Reserved {
        @Override
        public Decision decision() {
            return reservation.decision();
        }

        @Override
        public Effect commit(long actual) {
            return joined(reservation.commit(actual));
        }

        @Override
        public Effect cancel() {
            return joined(reservation.cancel());
        }
    }

    static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private record Blocking(RateLimiter limiter) implements Verbs {
        @Override
        public Decision tryAcquire(String subject, long cost) {
            return limiter.tryAcquire(subject, cost);
        }

        @Override
        public Decision tryAcquire(String subject, long cost, Duration atMost) {
            return limiter.tryAcquire(subject, cost, atMost);
        }

        @Override
        public Decision acquireAtMost(String subject, long most) {
            return limiter.acquireAtMost(subject, most);
        }

        @Override
        public Decision peek(String subject, long cost) {
            return limiter.peek(subject, cost);
        }

        @Override
        public Optional<Held> tryAcquirePermit(String subject, long cost) {
            return limiter.tryAcquirePermit(subject, cost).granted().map(BlockingHeld::new);
        }

        @Override
        public Held acquire(String subject, long cost, Duration atMost) {
            return new BlockingHeld(limiter.acquire(subject, cost, atMost));
        }

        @Override
        public Optional<Reserved> tryReserve(String subject, long cost, Duration ttl) {
            return limiter.tryReserve(subject, cost, ttl).granted().map(BlockingReserved::new);
        }

        @Override
        public Reserved reserve(String subject, long cost, Duration ttl) {
            return new BlockingReserved(limiter.reserve(subject, cost, ttl));
        }

        @Override
        public Effect refund(String subject, Permit permit) {
            return limiter.refund(subject, permit);
        }

        @Override
        public Effect release(String subject, Permit permit) {
            return limiter.release(subject, permit);
        }

        @Override
        public Effect extend(String subject, Permit permit) {
            return limiter.extend(subject, permit);
        }

        @Override
        public Effect penalize(String subject, long permits) {
            return limiter.penalize(subject, permits);
        }

        @Override
        public Effect block(String subject, Duration duration) {
            return limiter.block(subject, duration);
        }

        @Override
        public Effect unblock(String subject) {
            return limiter.unblock(subject);
        }

        @Override
        public Effect reset(String subject) {
            return limiter.reset(subject);
        }
    }

    private record Asynchronous(AsyncRateLimiter limiter) implements Verbs {
        @Override
        public Decision tryAcquire(String subject, long cost) {
            return joined(limiter.tryAcquire(subject, cost));
        }

        @Override
        public Decision tryAcquire(String subject, long cost, Duration atMost) {
            return joined(limiter.tryAcquire(subject, cost, atMost));
        }

        @Override
        public Decision acquireAtMost(String subject, long most) {
            return joined(limiter.acquireAtMost(subject, most));
        }

        @Override
        public Decision peek(String subject, long cost) {
            return joined(limiter.peek(subject, cost));
        }

        @Override
        public Optional<Held> tryAcquirePermit(String subject, long cost) {
            return joined(limiter.tryAcquirePermit(subject, cost)).granted().map(AsynchronousHeld::new);
        }

        @Override
        public Held acquire(String subject, long cost, Duration atMost) {
            return new AsynchronousHeld(joined(limiter.acquire(subject, cost, atMost)));
        }

        @Override
        public Optional<Reserved> tryReserve(String subject, long cost, Duration ttl) {
            return joined(limiter.tryReserve(subject, cost, ttl)).granted().map(AsynchronousReserved::new);
        }

        @Override
        public Reserved reserve(String subject, long cost, Duration ttl) {
            return new AsynchronousReserved(joined(limiter.reserve(subject, cost, ttl)));
        }

        @Override
        public Effect refund(String subject, Permit permit) {
            return joined(limiter.refund(subject, permit));
        }

        @Override
        public Effect release(String subject, Permit permit) {
            return joined(limiter.release(subject, permit));
        }

        @Override
        public Effect extend(String subject, Permit permit) {
            return joined(limiter.extend(subject, permit));
        }

        @Override
        public Effect penalize(String subject, long permits) {
            return joined(limiter.penalize(subject, permits));
        }

        @Override
        public Effect block(String subject, Duration duration) {
            return joined(limiter.block(subject, duration));
        }

        @Override
        public Effect unblock(String subject) {
            return joined(limiter.unblock(subject));
        }

        @Override
        public Effect reset(String subject) {
            return joined(limiter.reset(subject));
        }
    }

    private record ByKey(RateLimiter limiter) implements Verbs {
        @Override
        public Decision tryAcquire(String subject, long cost) {
            return limiter.key(subject).decide(cost);
        }

        @Override
        public Decision tryAcquire(String subject, long cost, Duration atMost) {
            return limiter.key(subject).decide(cost, atMost);
        }

        @Override
        public Decision acquireAtMost(String subject, long most) {
            return limiter.key(subject).acquireAtMost(most);
        }

        @Override
        public Decision peek(String subject, long cost) {
            return limiter.key(subject).peek(cost);
        }

        @Override
        public Optional<Held> tryAcquirePermit(String subject, long cost) {
            return limiter.key(subject).tryAcquirePermit(cost).granted().map(BlockingHeld::new);
        }

        @Override
        public Held acquire(String subject, long cost, Duration atMost) {
            return new BlockingHeld(limiter.key(subject).acquire(cost, atMost));
        }

        @Override
        public Optional<Reserved> tryReserve(String subject, long cost, Duration ttl) {
            return limiter.key(subject).tryReserve(cost, ttl).granted().map(BlockingReserved::new);
        }

        @Override
        public Reserved reserve(String subject, long cost, Duration ttl) {
            return new BlockingReserved(limiter.key(subject).reserve(cost, ttl));
        }

        @Override
        public Effect refund(String subject, Permit permit) {
            return limiter.key(subject).refund(permit);
        }

        @Override
        public Effect release(String subject, Permit permit) {
            return limiter.key(subject).release(permit);
        }

        @Override
        public Effect extend(String subject, Permit permit) {
            return limiter.key(subject).extend(permit);
        }

        @Override
        public Effect penalize(String subject, long permits) {
            return limiter.key(subject).penalize(permits);
        }

        @Override
        public Effect block(String subject, Duration duration) {
            return limiter.key(subject).block(duration);
        }

        @Override
        public Effect unblock(String subject) {
            return limiter.key(subject).unblock();
        }

        @Override
        public Effect reset(String subject) {
            return limiter.key(subject).reset();
        }
    }

    private record AsynchronousByKey(RateLimiter limiter) implements Verbs {
        @Override
        public Decision tryAcquire(String subject, long cost) {
            return joined(limiter.async().key(subject).tryAcquire(cost));
        }

        @Override
        public Decision tryAcquire(String subject, long cost, Duration atMost) {
            return joined(limiter.async().key(subject).tryAcquire(cost, atMost));
        }

        @Override
        public Decision acquireAtMost(String subject, long most) {
            return joined(limiter.async().key(subject).acquireAtMost(most));
        }

        @Override
        public Decision peek(String subject, long cost) {
            return joined(limiter.async().key(subject).peek(cost));
        }

        @Override
        public Optional<Held> tryAcquirePermit(String subject, long cost) {
            return joined(limiter.async().key(subject).tryAcquirePermit(cost))
                    .granted()
                    .map(AsynchronousHeld::new);
        }

        @Override
        public Held acquire(String subject, long cost, Duration atMost) {
            return new AsynchronousHeld(joined(limiter.async().key(subject).acquire(cost, atMost)));
        }

        @Override
        public Optional<Reserved> tryReserve(String subject, long cost, Duration ttl) {
            return joined(limiter.async().key(subject).tryReserve(cost, ttl))
                    .granted()
                    .map(AsynchronousReserved::new);
        }

        @Override
        public Reserved reserve(String subject, long cost, Duration ttl) {
            return new AsynchronousReserved(joined(limiter.async().key(subject).reserve(cost, ttl)));
        }

        @Override
        public Effect refund(String subject, Permit permit) {
            return joined(limiter.async().key(subject).refund(permit));
        }

        @Override
        public Effect release(String subject, Permit permit) {
            return joined(limiter.async().key(subject).release(permit));
        }

        @Override
        public Effect extend(String subject, Permit permit) {
            return joined(limiter.async().key(subject).extend(permit));
        }

        @Override
        public Effect penalize(String subject, long permits) {
            return joined(limiter.async().key(subject).penalize(permits));
        }

        @Override
        public Effect block(String subject, Duration duration) {
            return joined(limiter.async().key(subject).block(duration));
        }

        @Override
        public Effect unblock(String subject) {
            return joined(limiter.async().key(subject).unblock());
        }

        @Override
        public Effect reset(String subject) {
            return joined(limiter.async().key(subject).reset());
        }
    }
}
