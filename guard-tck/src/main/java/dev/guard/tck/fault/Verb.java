package dev.guard.tck.fault;

import dev.guard.api.AsyncReservation;
import dev.guard.api.RateLimiter;
import dev.guard.api.Reservation;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Limit;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The verbs of a limiter, each with a call that is ready to be made. */
enum Verb {
    TRY_ACQUIRE(
            "tryAcquire",
            1,
            (limiter, subject, form) -> new Call(
                    () -> limiter.tryAcquire(subject), () -> limiter.async().tryAcquire(subject))),
    ACQUIRE_AT_MOST(
            "acquireAtMost",
            3,
            (limiter, subject, form) -> new Call(
                    () -> limiter.acquireAtMost(subject, 3),
                    () -> limiter.async().acquireAtMost(subject, 3))),
    PEEK(
            "peek",
            0,
            (limiter, subject, form) ->
                    new Call(() -> limiter.peek(subject), () -> limiter.async().peek(subject))),
    TRY_ACQUIRE_PERMIT(
            "tryAcquirePermit",
            1,
            (limiter, subject, form) -> new Call(
                    () -> limiter.tryAcquirePermit(subject),
                    () -> limiter.async().tryAcquirePermit(subject))),
    TRY_RESERVE(
            "tryReserve",
            2,
            (limiter, subject, form) -> new Call(
                    () -> limiter.tryReserve(subject, 2, Policies.TTL),
                    () -> limiter.async().tryReserve(subject, 2, Policies.TTL))),
    COMMIT("commit", -1, (limiter, subject, form) -> {
        if (form == Form.BLOCKING) {
            Reservation reservation = limiter.reserve(subject, 2, Policies.TTL);
            return Call.blocking(() -> reservation.commit(1));
        }
        AsyncReservation reservation =
                limiter.async().reserve(subject, 2, Policies.TTL).join();
        return Call.asynchronous(() -> reservation.commit(1));
    }),
    CANCEL("cancel", -2, (limiter, subject, form) -> {
        if (form == Form.BLOCKING) {
            Reservation reservation = limiter.reserve(subject, 2, Policies.TTL);
            return Call.blocking(reservation::cancel);
        }
        AsyncReservation reservation =
                limiter.async().reserve(subject, 2, Policies.TTL).join();
        return Call.asynchronous(reservation::cancel);
    }),
    REFUND("refund", -1, (limiter, subject, form) -> {
        Permit permit = permit(limiter, subject);
        return new Call(
                () -> limiter.refund(subject, permit), () -> limiter.async().refund(subject, permit));
    }),
    PENALIZE(
            "penalize",
            2,
            (limiter, subject, form) -> new Call(
                    () -> limiter.penalize(subject, 2), () -> limiter.async().penalize(subject, 2))),
    BLOCK(
            "block",
            Policies.CAPACITY,
            (limiter, subject, form) -> new Call(
                    () -> limiter.block(subject, Policies.TTL),
                    () -> limiter.async().block(subject, Policies.TTL))),
    UNBLOCK("unblock", -Policies.CAPACITY, (limiter, subject, form) -> {
        limiter.block(subject, Policies.TTL);
        return new Call(() -> limiter.unblock(subject), () -> limiter.async().unblock(subject));
    }),
    RESET("reset", -1, (limiter, subject, form) -> {
        permit(limiter, subject);
        return new Call(() -> limiter.reset(subject), () -> limiter.async().reset(subject));
    }),
    RELEASE("release", 0, (limiter, subject, form) -> {
        Permit permit = permit(limiter, subject);
        return new Call(
                () -> limiter.release(subject, permit), () -> limiter.async().release(subject, permit));
    }),
    EXTEND("extend", 0, (limiter, subject, form) -> {
        Permit permit = permit(limiter, subject);
        return new Call(
                () -> limiter.extend(subject, permit), () -> limiter.async().extend(subject, permit));
    }),
    LIST("list", 0, (limiter, subject, form) -> {
        permit(limiter, subject);
        return new Call(() -> limiter.list(KeyPage.START), () -> limiter.async().list(KeyPage.START));
    });

    /** What the limiters are of. */
    static final class Policies {
        static final int CAPACITY = 10;
        static final Duration TTL = Duration.ofHours(1);
        static final Policy PLAIN = Policy.of("faults", Limit.parse(CAPACITY + "/1h fixed"));
        static final Policy WITH_SLOTS = Policy.of(
                "fault-slots",
                Limit.parse(CAPACITY + "/1h fixed"),
                Limit.parse("concurrent " + CAPACITY + " lease 1h"));

        private Policies() {}
    }

    /** How a call is made. */
    enum Form {
        BLOCKING,
        ASYNCHRONOUS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A call in both forms, or in the one that it was made ready for. */
    record Call(Supplier<Object> blocking, Supplier<CompletableFuture<?>> asynchronous) {

        static Call blocking(Supplier<Object> call) {
            return new Call(call, () -> {
                throw new IllegalStateException("it is ready to be made blocking");
            });
        }

        static Call asynchronous(Supplier<CompletableFuture<?>> call) {
            return new Call(
                    () -> {
                        throw new IllegalStateException("it is ready to be made asynchronously");
                    },
                    call);
        }
    }

    private interface Preparation {
        Call of(RateLimiter limiter, String subject, Form form);
    }

    private final String text;
    private final long charge;
    private final Preparation preparation;

    Verb(String text, long charge, Preparation preparation) {
        this.text = text;
        this.charge = charge;
        this.preparation = preparation;
    }

    private static Permit permit(RateLimiter limiter, String subject) {
        return limiter.tryAcquirePermit(subject).orThrow().permit();
    }

    Policy policy() {
        return this == RELEASE || this == EXTEND ? Policies.WITH_SLOTS : Policies.PLAIN;
    }

    /** Whether a guard may judge it by itself while the store is away. */
    boolean mayGoLocal() {
        return this == TRY_ACQUIRE || this == ACQUIRE_AT_MOST || this == PEEK;
    }

    /** How many permits fewer remain once the store has carried it out. */
    long charge() {
        return charge;
    }

    /** Asks the store for what the call needs, such as a permit to give back, for a subject that was never used. */
    Call ready(RateLimiter limiter, String subject, Form form) {
        return preparation.of(limiter, subject, form);
    }

    @Override
    public String toString() {
        return text;
    }
}
