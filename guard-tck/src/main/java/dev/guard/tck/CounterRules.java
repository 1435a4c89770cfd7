package dev.guard.tck;

import dev.guard.domain.Allowed;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Effect;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.CounterStore;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * The rules of counters that one caller can check, one call after another, under a time that the kit sets.
 *
 * <p>Every rule opens a backend of its own for each try, in a namespace that was never used. The store's time stands still
 * until the rule moves it, and may be set back: a key never sees it run backwards.
 */
public interface CounterRules extends BackendContract {

    // ── S1: the model ───────────────────────────────────────────────────────────────────────────────────────────────

    /** Histories of all operations, on a few keys, under a few policies, in every form of a call. */
    @Property(tries = 1200, edgeCases = EdgeCasesMode.NONE)
    @Label("S1 every answer of a random history is the model's, whichever form the call has")
    default void everyAnswerIsTheModels(@ForAll("scenarios") Scenario scenario) {
        try (Trial trial = Trial.of(this, scenario.start())) {
            new ModelRun(trial, scenario).run();
        }
    }

    /** Operations of one command on one key and on others. */
    @Property(tries = 50)
    @Label("S1 a command is answered as if its operations came one after another, each for itself")
    default void operationsOfACommandComeInOrder(
            @ForAll @IntRange(min = 1, max = 5) int permits, @ForAll boolean asynchronous) {
        Policy policy = Policy.of("p", Limit.fixedWindow(permits).per(Duration.ofMinutes(1)));
        try (Trial trial = Trial.of(this)) {
            List<CounterOperation> operations = new ArrayList<>();
            for (int i = 0; i < permits + 2; i++) {
                operations.add(new Acquire(policy.key("t", "s"), policy, 1, Deadline.NONE));
                operations.add(new Acquire(policy.key("t", "other" + i), policy, 1, Deadline.NONE));
            }
            List<Outcome> outcomes = asynchronous ? trial.submit(operations) : trial.execute(operations);
            for (int i = 0; i < outcomes.size(); i++) {
                trial.expectAllowed(
                        i % 2 == 1 || i / 2 < permits,
                        (Decision) outcomes.get(i),
                        "operation " + (i + 1) + " of the command, under a limit of " + permits);
            }
        }
    }

    /** One more than a key may hold. */
    @Property(tries = 1)
    @Label("S1 a key holds 4,096 reservations; one more is denied for CAPACITY, and has room when the first has lapsed")
    default void reservationsAreBounded() {
        Policy policy = Policy.of("p", Limit.parse("1000000/1h fixed"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            for (int from = 0; from < 4_096; from += 128) {
                List<CounterOperation> some = new ArrayList<>();
                for (int i = from; i < from + 128; i++) {
                    some.add(new Reserve(key, policy, 1, "id" + i, 1_000_000 + i, Deadline.NONE));
                }
                for (Outcome outcome : trial.execute(some)) {
                    trial.expectAllowed(true, (Decision) outcome, "a key may hold 4,096 reservations");
                }
            }
            Reserve more = new Reserve(key, policy, 1, "more", 1_000_000, Deadline.NONE);
            Outcome denied = trial.run(more);
            trial.expect(
                    denied instanceof Denied reason && reason.reason() == Denied.Reason.CAPACITY,
                    "reservation 4,097 was answered " + Answers.text(denied) + ", expected a denial for CAPACITY");
            trial.expectNumber(
                    "retryAfter",
                    1_000_000,
                    ((Decision) denied).retryAfterMicros(),
                    "the first reservation lapses then");
            Policy newer = policy(2, Carry.AS_IS, policy.limits());
            denied = trial.run(new Reserve(key, newer, 1, "newer", 1_000_000, Deadline.NONE));
            trial.expectAllowed(false, (Decision) denied, "the key holds 4,096 reservations under any version");
            trial.expectNumber(
                    "the version",
                    2,
                    trial.look(policy, key).version(),
                    "the newer version has had its first call, which was denied");
            trial.advance(1_000_000);
            trial.expectAllowed(true, (Decision) trial.run(more), "the first reservation has lapsed");
        }
    }

    // ── S5: what writes nothing ─────────────────────────────────────────────────────────────────────────────────────

    /** The key before and after a denial, seen by a peek. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    @Label("S5 a denied call and a peek write nothing, and a denial by one limit takes from none")
    default void deniedCallsWriteNothing(
            @ForAll("policies") Policy policy, @ForAll @Size(max = 30) List<@IntRange(max = 999) Integer> calls) {
        Key key = policy.key("t", "s");
        long smallest = Scenarios.smallestCapacity(policy, 3);
        int ids = 0;
        try (Trial trial = Trial.of(this)) {
            for (int call : calls) {
                long cost = 1 + call % Math.min(smallest, 4);
                Decision before = trial.look(policy, key);
                trial.expectSame(before, trial.look(policy, key), "a second peek differs from the first");
                CounterOperation operation = call % 5 == 4
                        ? new Reserve(key, policy, cost, "id" + ids++, 1_000, Deadline.NONE)
                        : new Acquire(key, policy, cost, "id" + ids++, Deadline.NONE);
                Decision tried = (Decision) trial.run(operation);
                if (tried instanceof Denied && policy.blockOnExcessMicros() == 0) {
                    trial.expectSame(before, trial.look(policy, key), "the key is not as before the denied call");
                    trial.expectSame(
                            tried, trial.run(operation), "the same call again is not denied in the same words");
                }
                long period = policy.limits().get(0).numbers().period();
                trial.advance(call % 3 == 0 ? period / 7 : call % 50);
            }
        }
    }

    /** What a denial may write, and that it does not grow. */
    @Property(tries = 100)
    @Label("S5 a denial under a policy that blocks on excess writes the block, nothing else, and no attempt extends it")
    default void aBlockOnExcessIsAllThatADenialWrites(
            @ForAll @IntRange(min = 2, max = 5) int permits, @ForAll("kinds") String kind) {
        Policy policy = Policy.builder("p")
                .limit(Limit.parse(permits + "/1h" + kind))
                .blockOnExcess(Duration.ofSeconds(10))
                .build();
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this, Trial.CALM)) {
            trial.acquire(policy, key, permits - 1);
            trial.expectAllowed(false, trial.acquire(policy, key, 2), "one permit is left");
            trial.advance(4_000_000);
            for (int attempt = 0; attempt < 3; attempt++) {
                Decision blocked = trial.acquire(policy, key, 1);
                trial.expect(
                        isBlocked(blocked),
                        "the answer is " + Answers.text(blocked) + ", expected a denial for BLOCKED");
                trial.expectNumber("remaining", 0, blocked.remaining(), "the key is blocked");
            }
            trial.advance(5_999_999);
            trial.expect(
                    isBlocked(trial.look(policy, key)), "the key is not blocked, expected so for a microsecond more");
            trial.advance(1);
            trial.expect(
                    !isBlocked(trial.look(policy, key)),
                    "the key is blocked ten seconds after the denial, expected the block to have ended: no attempt extends"
                            + " it");
            trial.expectNumber(
                    "remaining",
                    1,
                    trial.look(policy, key).remaining(),
                    "one permit was left, and denials charge nothing");
            trial.expectAllowed(false, trial.acquire(policy, key, 2), "one permit is left, and it blocks again");
            trial.run(new Unblock(key, Deadline.NONE));
            trial.expectNumber(
                    "remaining", 1, trial.look(policy, key).remaining(), "only the block was there, and it was lifted");
        }
    }

    private static boolean isBlocked(Decision decision) {
        return decision instanceof Denied denied && denied.reason() == Denied.Reason.BLOCKED;
    }

    // ── S6: waits ───────────────────────────────────────────────────────────────────────────────────────────────────

    /** A peek a microsecond early, a call in time. */
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    @Label("S6 who waits exactly retryAfter is admitted, and who comes a microsecond earlier is not")
    default void waitingExactlyRetryAfterIsAdmitted(
            @ForAll("policies") Policy policy,
            @ForAll @Size(max = 20) List<@IntRange(max = 2_000_000) Integer> pauses) {
        Key key = policy.key("t", "s");
        long smallest = Scenarios.smallestCapacity(policy, 3);
        int ids = 0;
        try (Trial trial = Trial.of(this)) {
            for (int pause : pauses) {
                long cost = 1 + pause % Math.min(smallest, 5);
                if (pause % 11 == 10) {
                    trial.run(new Penalize(key, policy, cost, Deadline.NONE));
                }
                Decision decision = trial.acquire(policy, key, cost, "id" + ids++);
                if (decision instanceof Denied denied
                        && denied.canRetry()
                        && denied.retryAfterMicros() < Micros.TEN_YEARS) {
                    long wait = denied.retryAfterMicros();
                    trial.expect(wait > 0, "retryAfter is " + wait + ", expected more than 0");
                    trial.advance(wait - 1);
                    trial.expectAllowed(
                            false, trial.peek(policy, key, cost), "retryAfter is over in one microsecond, not yet");
                    trial.advance(1);
                    trial.expectAllowed(
                            true, trial.acquire(policy, key, cost, "id" + ids++), "exactly retryAfter has passed");
                }
                trial.advance(pause);
            }
        }
    }

    // ── S7: even traffic ────────────────────────────────────────────────────────────────────────────────────────────

    /** As many calls as the limit has permits in every period, evenly. */
    @Property(tries = 60)
    @Label("S7 evenly spaced traffic at the refill rate is never denied")
    default void evenTrafficIsNeverDenied(
            @ForAll @IntRange(min = 1, max = 200) int permits, @ForAll @IntRange(max = 6) int kind) {
        Duration period = Duration.ofSeconds(10);
        Limit limit = switch (kind) {
            case 0 -> Limit.tokenBucket(permits).burst(1).per(period);
            case 1 -> Limit.tokenBucket(permits).atInterval().per(period);
            case 2 -> Limit.fixedWindow(permits).per(period);
            case 3 -> Limit.fixedWindow(permits).aligned().per(period);
            case 4 -> Limit.slidingWindow(permits + 1).per(period);
            case 5 -> Limit.slidingLog(permits).per(period);
            default -> Limit.concurrent(permits).lease(period);
        };
        Policy policy = Policy.of("even", limit);
        long spacing = Micros.ceilDiv(10_000_000, permits);
        try (Trial trial = Trial.of(this)) {
            for (int i = 0; i < 3 * permits; i++) {
                Decision decision = trial.acquire(policy, policy.key("t", "s"), 1, "id" + i);
                trial.expectAllowed(true, decision, "call " + (i + 1) + ", " + spacing + " us after the one before");
                trial.advance(spacing);
            }
        }
    }

    /** The same where days are not equally long. */
    @Property(tries = 40)
    @Label("S7 evenly spaced traffic is never denied by a calendar quota, by the actual length of each window")
    default void evenTrafficIsNeverDeniedByACalendar(
            @ForAll @IntRange(min = 1, max = 20) int permits, @ForAll("starts") Instant start) {
        Policy policy = Policy.of(
                "even",
                Limit.calendar(permits).perDay(ZoneId.of(permits % 2 == 0 ? "Europe/Berlin" : "Australia/Lord_Howe")));
        CalendarPeriod days = policy.limits().get(0).numbers().calendar();
        if (days == null) {
            throw new AssertionError("a calendar quota has a calendar");
        }
        try (Trial trial = Trial.of(this, start)) {
            for (int day = 0; day < 4; day++) {
                trial.set(days.end(trial.now()));
                long first = trial.now();
                long spacing = (days.end(first) - first) / permits;
                for (int i = 0; i < permits; i++) {
                    trial.set(first + i * spacing);
                    Decision decision = trial.acquire(policy, policy.key("t", "s"), 1);
                    trial.expectAllowed(true, decision, "call " + (i + 1) + " of " + permits + " in its day");
                    trial.expectNumber(
                            "resetAfter",
                            days.end(first) - trial.now(),
                            decision.resetAfterMicros(),
                            "the quota comes back when the day ends in its zone");
                }
                trial.expectAllowed(
                        false, trial.acquire(policy, policy.key("t", "s"), 1), "the day's quota is used up");
            }
        }
    }

    /** A busy client, allowed and denied. */
    @Property(tries = 20)
    @Label("S7 hits, admitted or not, never push the end of a fixed window out")
    default void hitsNeverPushAWindowOut(@ForAll @IntRange(min = 1, max = 20) int permits) {
        Policy policy = Policy.of("window", Limit.fixedWindow(permits).per(Duration.ofSeconds(1)));
        try (Trial trial = Trial.of(this)) {
            for (int window = 0; window < 3; window++) {
                for (int hit = 0; hit < 100; hit++) {
                    Decision decision = trial.acquire(policy, policy.key("t", "s"), 1);
                    trial.expectAllowed(hit < permits, decision, "hit " + (hit + 1) + " in its window");
                    trial.expectNumber(
                            "resetAfter",
                            1_000_000 - hit * 10_000L,
                            decision.resetAfterMicros(),
                            "the window ends a second after the hit that opened it");
                    trial.advance(10_000);
                }
            }
        }
    }

    // ── S9: every length ────────────────────────────────────────────────────────────────────────────────────────────

    /** Used up, told how long to wait, and full again. */
    @Property(tries = 200)
    @Label("S9 windows from a microsecond to ten years behave alike")
    default void windowsOfAnyLengthBehaveAlike(
            @ForAll @IntRange(min = 1, max = 5) int permits,
            @ForAll("kinds") String kind,
            @ForAll("lengths") String length) {
        Limit limit = Limit.parse(permits + "/" + length + kind);
        Policy policy = Policy.of("p", limit);
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < permits; i++) {
                    Decision decision = trial.acquire(policy, key, 1);
                    trial.expectAllowed(true, decision, "permit " + (i + 1) + " of " + permits);
                    trial.expectNumber("remaining", permits - i - 1, decision.remaining(), "as many were taken");
                }
                Decision denied = trial.acquire(policy, key, 1);
                trial.expectAllowed(false, denied, "all permits are taken");
                trial.expect(
                        denied.retryAfterMicros() > 0 && denied.retryAfterMicros() <= denied.resetAfterMicros(),
                        "retryAfter is " + denied.retryAfterMicros() + ", expected above 0 and at most resetAfter, "
                                + denied.resetAfterMicros());
                trial.expect(
                        denied.resetAfterMicros() <= 2 * limit.numbers().period(),
                        "resetAfter is " + denied.resetAfterMicros() + ", expected at most two periods of "
                                + limit.numbers().period());
                trial.advance(denied.resetAfterMicros());
                trial.expectAllowed(true, trial.acquire(policy, key, permits), "resetAfter has passed");
                trial.advance(Math.min(4 * limit.numbers().period(), 2 * Micros.TEN_YEARS));
            }
        }
    }

    /** The largest limit that fits, used up permit by permit from the far end. */
    @Property(tries = 20)
    @Label("S9 the largest numbers are counted to the last permit")
    default void theLargestNumbersAreExact(@ForAll("kinds") String kind) {
        long most = kind.equals(" log") ? 4_096 : largest(kind);
        Policy policy = Policy.of("p", Limit.parse(most + "/1h" + kind));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this, Trial.CALM)) {
            trial.expectNumber(
                    "remaining", 1, trial.acquire(policy, key, most - 1).remaining(), "all but one are taken");
            trial.expectNumber("remaining", 0, trial.acquire(policy, key, 1).remaining(), "the last one is taken");
            trial.expectAllowed(false, trial.acquire(policy, key, 1), "all are taken");
        }
    }

    /** As many charges as a log keeps, each at a time of its own, and debt. */
    @Property(tries = 1)
    @Label("S9 a log keeps 4,096 charges; debt beyond them joins the newest one, which counts from then")
    default void aLogIsBounded() {
        Policy policy = Policy.of("p", Limit.parse("4096/1h log"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this, Trial.CALM)) {
            for (int i = 0; i < 4_096; i++) {
                trial.expectAllowed(true, trial.acquire(policy, key, 1), "the limit has 4,096");
                trial.advance(1);
            }
            trial.advance(1_000_000);
            trial.run(new Penalize(key, policy, 1, Deadline.NONE));
            trial.advance(3_600_000_000L - 1_000_000 - 1);
            trial.expectNumber(
                    "remaining",
                    4_094,
                    trial.look(policy, key).remaining(),
                    "all but the newest charge are an hour old; it joined a debt that was charged a second later");
            trial.advance(1_000_000);
            trial.expectNumber("remaining", 4_094, trial.look(policy, key).remaining(), "the debt is not an hour old");
            trial.advance(1);
            trial.expectNumber("remaining", 4_096, trial.look(policy, key).remaining(), "the debt is an hour old");
        }
    }

    private static long largest(String kind) {
        for (long most = 1L << 51; ; most >>= 1) {
            try {
                Limit.parse(most + "/1h" + kind);
                return most;
            } catch (dev.guard.domain.GuardConfigurationException doesNotFit) {
                // half as many, then
            }
        }
    }

    // ── S10: refunds ────────────────────────────────────────────────────────────────────────────────────────────────

    /** At once, and after some time. */
    @Property(tries = 200)
    @Label("S10 a refund gives back what its permit took, once, and never raises what remains above the capacity")
    default void refundsGiveBackOnce(
            @ForAll @IntRange(min = 1, max = 5) int permits,
            @ForAll("kinds") String kind,
            @ForAll @IntRange(max = 300) int percentOfPeriod) {
        Policy policy = Policy.of("p", Limit.parse(permits + "/1h" + kind));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            trial.acquire(policy, key, 1, "first");
            Permit permit = permit(trial, policy, key, permits, "second");
            long before = trial.look(policy, key).remaining();
            Refund refund = new Refund(key, permit, Deadline.NONE);
            if (percentOfPeriod == 0) {
                trial.expectEffect(Effect.APPLIED, refund, "the permit was charged just now");
                trial.expectNumber(
                        "remaining",
                        before + permit.cost(),
                        trial.look(policy, key).remaining(),
                        "the permits came back");
            } else {
                trial.advance(percentOfPeriod * 36_000_000L / 10);
                trial.run(refund);
            }
            long after = trial.look(policy, key).remaining();
            trial.expect(after <= permits, "remaining is " + after + ", expected at most the capacity, " + permits);
            trial.expectEffect(Effect.NOTHING, refund, "a permit is given back once");
            trial.expectNumber(
                    "remaining", after, trial.look(policy, key).remaining(), "the second refund did nothing");
        }
    }

    /** All that a limit has, given back while some of it has returned by itself. */
    @Property(tries = 100)
    @Label("S10 a refund of permits that have returned in part fills the limit, and no more")
    default void refundsFillUpAndNoMore(
            @ForAll @IntRange(min = 2, max = 9) int permits,
            @ForAll("kinds") String kind,
            @ForAll @IntRange(min = 50, max = 99) int percentOfPeriod) {
        Policy policy = Policy.of("p", Limit.parse(permits + "/1h" + kind));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            Decision decision = trial.acquire(policy, key, permits, "id");
            trial.expectAllowed(true, decision, "nothing was used of it");
            trial.advance(percentOfPeriod * 36_000_000L);
            Permit permit = new Permit("id", permits, decision.version(), decision.timeMicros());
            trial.run(new Refund(key, permit, Deadline.NONE));
            trial.expectNumber(
                    "remaining",
                    permits,
                    trial.look(policy, key).remaining(),
                    "all permits came back, some of them twice");
            trial.expectAllowed(true, trial.acquire(policy, key, permits, "id2"), "all permits came back");
            trial.expectNumber("remaining", 0, trial.look(policy, key).remaining(), "the limit was full, and no more");
        }
    }

    private static Permit permit(Trial trial, Policy policy, Key key, int permits, String id) {
        long cost = Math.max(1, permits - 1);
        Decision decision = trial.acquire(policy, key, cost, id);
        if (decision instanceof Allowed allowed) {
            return allowed.permit(id);
        }
        trial.run(new Reset(key, Deadline.NONE));
        trial.advance(1);
        if (trial.acquire(policy, key, cost, id) instanceof Allowed allowed) {
            return allowed.permit(id);
        }
        throw trial.failure("a key that was reset denies " + cost + " of " + permits + " permits", null);
    }

    /** Refunds after what ends a permit's life. */
    @Property(tries = 40)
    @Label("S10 a refund after a reset, or under a newer version, does nothing")
    default void refundsOfForgottenPermitsDoNothing(@ForAll("kinds") String kind, @ForAll boolean reset) {
        Policy policy = Policy.of("p", Limit.parse("5/1h" + kind));
        Policy newer =
                Policy.builder("p").version(2).limit(Limit.parse("4/1h" + kind)).build();
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this, Trial.CALM)) {
            Permit permit = permit(trial, policy, key, 4, "first");
            trial.advance(1_000);
            Policy current = reset ? policy : newer;
            if (reset) {
                trial.expectEffect(Effect.APPLIED, new Reset(key, Deadline.NONE), "permits were used");
            }
            trial.acquire(current, key, 1, "second");
            long before = trial.look(current, key).remaining();
            trial.expectEffect(
                    Effect.NOTHING,
                    new Refund(key, permit, Deadline.NONE),
                    reset ? "the key was reset since" : "the key is counted under a newer version");
            trial.expectNumber("remaining", before, trial.look(current, key).remaining(), "the refund did nothing");
        }
    }

    /** One more than a key remembers. */
    @Property(tries = 3)
    @Label("S10 a key remembers 64 refunded permits while they count; the 65th refund is refused, gives nothing back")
    default void theSixtyFifthRefundIsRefused(@ForAll boolean asynchronous) {
        Policy policy = Policy.of("p", Limit.parse("100/1h log"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            List<Permit> permits = new ArrayList<>();
            for (int i = 0; i < 66; i++) {
                takeInto(permits, trial, policy, key);
            }
            trial.expectNumber("the number of permits", 66, permits.size(), "the limit has 100");
            for (int i = 0; i < 64; i++) {
                trial.expectEffect(Effect.APPLIED, new Refund(key, permits.get(i), Deadline.NONE), "refund " + (i + 1));
            }
            Refund refund = new Refund(key, permits.get(64), Deadline.NONE);
            Outcome outcome = asynchronous ? trial.submit(List.of(refund)).get(0) : trial.run(refund);
            trial.expect(
                    outcome == Effect.REFUSED,
                    "refund 65 was answered " + Answers.text(outcome) + ", expected REFUSED");
            trial.expectNumber("remaining", 98, trial.look(policy, key).remaining(), "64 of 66 were given back");
            trial.advance(3_599_999_999L);
            takeInto(permits, trial, policy, key);
            Refund late = new Refund(key, permits.get(66), Deadline.NONE);
            trial.expectEffect(Effect.REFUSED, late, "the 64 permits are counted for a microsecond more");
            trial.advance(1);
            trial.expectEffect(Effect.NOTHING, refund, "its permit is counted no more");
            trial.expectEffect(Effect.APPLIED, late, "the 64 permits are counted no more, and forgotten");
        }
    }

    private static void takeInto(List<Permit> permits, Trial trial, Policy policy, Key key) {
        String id = "id" + permits.size();
        if (trial.acquire(policy, key, 1, id) instanceof Allowed allowed) {
            permits.add(allowed.permit(id));
        }
    }

    /** Ways to settle a reservation, and that each is used once. */
    @Property(tries = 60)
    @Label("S10 a reservation is settled once: what was not spent comes back, what was spent more is debt")
    default void reservationsAreSettledOnce(
            @ForAll("kinds") String kind,
            @ForAll @IntRange(min = 1, max = 6) int reserved,
            @ForAll @IntRange(max = 9) int actual) {
        Policy policy = Policy.of("p", Limit.parse("10/1h" + kind));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this, Trial.CALM)) {
            trial.run(new Reserve(key, policy, reserved, "id", 60_000_000, Deadline.NONE));
            trial.expectNumber(
                    "remaining", 10 - reserved, trial.look(policy, key).remaining(), "these are reserved");
            trial.expectEffect(
                    Effect.APPLIED, new Commit(key, policy, "id", actual, Deadline.NONE), "it is held still");
            trial.expectNumber("remaining", 10 - actual, trial.look(policy, key).remaining(), "so many were spent");
            trial.expectEffect(Effect.NOTHING, new Cancel(key, "id", Deadline.NONE), "it was settled");
            trial.expectNumber("remaining", 10 - actual, trial.look(policy, key).remaining(), "nothing was cancelled");
            trial.run(new Reserve(key, policy, 1, "lapses", 1_000, Deadline.NONE));
            trial.advance(1_000);
            trial.expectEffect(Effect.NOTHING, new Cancel(key, "lapses", Deadline.NONE), "it has lapsed");
            trial.expectNumber(
                    "remaining", 10 - actual, trial.look(policy, key).remaining(), "it gave its permit back");
            trial.expectEffect(
                    Effect.LAPSED, new Commit(key, policy, "lapses", 1, Deadline.NONE), "it has lapsed before");
            trial.expectNumber("remaining", 9 - actual, trial.look(policy, key).remaining(), "what was spent is debt");
        }
    }

    /** A reservation that nobody settles, of a bucket deep in debt, and a key that nobody looks at meanwhile. */
    @Property(tries = 11)
    @Label("S10 what a reservation held comes back at its own end, however late the key is next looked at")
    default void reservationsLapseAtTheirOwnEnd(@ForAll @IntRange(max = 10) int later) {
        Policy policy = Policy.of("p", Limit.parse("10/10s"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            trial.run(new Reserve(key, policy, 5, "id", 8_000_000, Deadline.NONE));
            trial.run(new Penalize(key, policy, 15, Deadline.NONE));
            trial.advance(8_000_000L + later * 1_000_000L);
            trial.expectNumber(
                    "remaining",
                    Math.min(10, 3 + later),
                    trial.look(policy, key).remaining(),
                    "a debt of ten, eight permits in eight seconds, the five that were reserved, and one a second since");
        }
    }

    // ── S11: versions ───────────────────────────────────────────────────────────────────────────────────────────────

    /** Two clients of a rollout. */
    @Property(tries = 200)
    @Label("S11 two clients that alternate between versions with RESET are admitted one reset's worth at most")
    default void alternatingVersionsResetOnce(
            @ForAll("enforced") List<Limit> older,
            @ForAll("enforced") List<Limit> newer,
            @ForAll @Size(max = 40) List<Boolean> turns) {
        Policy first = policy(1, Carry.RESET, older);
        Policy second = policy(2, Carry.RESET, newer);
        try (Trial trial = Trial.of(this)) {
            long admitted = 0;
            for (boolean turn : turns) {
                Policy policy = turn ? first : second;
                admitted += trial.acquire(policy, policy.key("t", "s"), 1).allowed() ? 1 : 0;
            }
            long most = least(older) + least(newer);
            trial.expect(
                    admitted <= most,
                    admitted + " calls were admitted, expected at most " + most
                            + ": what the first version has, and one reset");
        }
    }

    /** The table of the contract. */
    @Property(tries = 40)
    @Label("S11 a newer version takes effect with its first call, and usage is carried as it declares")
    default void usageIsCarriedAsDeclared(
            @ForAll Carry carry, @ForAll("carrying") String kind, @ForAll boolean larger, @ForAll boolean denied) {
        Policy first = policy(1, Carry.AS_IS, List.of(Limit.parse("10/1h" + kind)));
        Policy second = policy(2, carry, List.of(Limit.parse((larger ? 40 : 4) + "/1h" + kind)));
        Key key = first.key("t", "s");
        long expected = switch (carry) {
            case AS_IS -> larger ? 6 : 4;
            case ADDITIVE -> larger ? 36 : 0;
            case PROPORTIONAL -> larger ? 24 : 2;
            case RESET -> larger ? 40 : 4;
        };
        try (Trial trial = Trial.of(this, Trial.CALM)) {
            trial.acquire(first, key, 4);
            Decision peek = trial.look(second, key);
            trial.expectNumber("remaining", expected, peek.remaining(), "4 of 10 were used, carried " + carry);
            trial.expectNumber("remaining", 6, trial.look(first, key).remaining(), "a peek converts nothing");
            if (denied) {
                trial.acquire(second, key, larger ? 40 : 4);
            } else {
                trial.acquire(second, key, 1);
            }
            Decision older = trial.look(first, key);
            trial.expectNumber("the version", 2, older.version(), "the newer version has had its first call");
            trial.expectNumber(
                    "remaining",
                    trial.look(second, key).remaining(),
                    older.remaining(),
                    "both versions are counted in the newest");
        }
    }

    // ── S12, S13: keys ──────────────────────────────────────────────────────────────────────────────────────────────

    /** All combinations of some names, each used once. */
    @Property(tries = 150)
    @Label("S12 keys that differ in any part never share state, whatever is written in them")
    default void differentKeysShareNothing(@ForAll("names") List<String> names) {
        Set<String> distinct = new LinkedHashSet<>(names);
        try (Trial trial = Trial.of(this)) {
            for (String tenant : distinct) {
                for (String name : distinct) {
                    for (String subject : distinct) {
                        if (!tenant.isEmpty() && !name.isEmpty()) {
                            Policy policy = Policy.of(name, Limit.parse("1/1h fixed"));
                            Key key = policy.key(tenant, subject);
                            trial.expectAllowed(
                                    true, trial.acquire(policy, key, 1), "it is the first call on this key, of all");
                            trial.expectAllowed(
                                    false, trial.acquire(policy, key, 1), "it is the second call on this key");
                        }
                    }
                }
            }
        }
    }

    /** All combinations of names that a backend may take for the same. */
    @Property(tries = 100)
    @Label("S12 keys share no state although they would be the same once joined, cut, folded, encoded or hashed")
    default void keysThatAreAlikeShareNothing(@ForAll("alike") List<String> names) {
        try (Trial trial = Trial.of(this)) {
            for (Key key : combinations(names)) {
                Policy policy = Policy.of(key.policy(), Limit.parse("1/1h fixed"));
                trial.expectAllowed(true, trial.acquire(policy, key, 1), "it is the first call on this key, of all");
                trial.expectAllowed(false, trial.acquire(policy, key, 1), "it is the second call on this key");
            }
        }
    }

    /** Keys beside those that are reset: in the same tenant, in the same policy, of the same subject. */
    @Property(tries = 100)
    @Label("S13 a reset touches no key beside the one it names, however alike they are")
    default void resetTouchesNoKeyBesideItsOwn(@ForAll("alike") List<String> names) {
        List<Key> used = combinations(names);
        try (Trial trial = Trial.of(this)) {
            for (Key key : used) {
                trial.acquire(Policy.of(key.policy(), Limit.parse("1/1h fixed")), key, 1);
            }
            for (String name : names) {
                Key reset = new Key(name, name, name);
                trial.expectEffect(Effect.APPLIED, new Reset(reset, Deadline.NONE), "a permit was used");
                used.remove(reset);
                for (Key key : used) {
                    trial.expectAllowed(
                            false,
                            trial.look(Policy.of(key.policy(), Limit.parse("1/1h fixed")), key),
                            "its permit was used, and another key was reset");
                }
            }
        }
    }

    private static List<Key> combinations(List<String> names) {
        List<Key> keys = new ArrayList<>();
        for (String tenant : names) {
            for (String policy : names) {
                for (String subject : names) {
                    keys.add(new Key(tenant, policy, subject));
                }
            }
        }
        return keys;
    }

    /** One of several keys is reset. */
    @Property(tries = 150)
    @Label("S13 a reset forgets exactly the key it names, and says whether there was anything")
    default void resetForgetsExactlyOneKey(
            @ForAll("names") List<String> names, @ForAll @IntRange(max = 100) int choice) {
        List<String> subjects = List.copyOf(new LinkedHashSet<>(names));
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        try (Trial trial = Trial.of(this)) {
            subjects.forEach(subject -> trial.acquire(policy, policy.key("t", subject), 1));
            String chosen = subjects.get(choice % subjects.size());
            for (Key other : List.of(policy.key("other", chosen), new Key("t", "other", chosen))) {
                trial.expectEffect(
                        Effect.NOTHING, new Reset(other, Deadline.NONE), "nothing was ever known of this key");
            }
            Key key = policy.key("t", chosen);
            trial.expectEffect(Effect.APPLIED, new Reset(key, Deadline.NONE), "a permit was used");
            trial.expectEffect(Effect.NOTHING, new Reset(key, Deadline.NONE), "it was reset just now");
            for (String subject : subjects) {
                trial.expectAllowed(
                        subject.equals(chosen),
                        trial.look(policy, policy.key("t", subject)),
                        "only " + Answers.text(key) + " was reset");
            }
        }
    }

    /** Blocks, debts, reservations and leases go as well. */
    @Property(tries = 20)
    @Label("S13 a reset forgets all of a key: usage, debt, block, reservations and leases")
    default void resetForgetsEverything(@ForAll boolean concurrent) {
        Policy policy = concurrent
                ? Policy.of("p", Limit.parse("5/1h fixed"), Limit.parse("concurrent 5 lease 1h"))
                : Policy.of("p", Limit.parse("5/1h fixed"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            Decision unused = trial.look(policy, key);
            trial.acquire(policy, key, 1, "held");
            trial.run(new Reserve(key, policy, 1, "reserved", 60_000_000, Deadline.NONE));
            trial.run(new Penalize(key, policy, 5, Deadline.NONE));
            trial.run(new Block(key, 60_000_000, Deadline.NONE));
            trial.expectAllowed(false, trial.look(policy, key), "the key is blocked");
            trial.expectEffect(Effect.APPLIED, new Reset(key, Deadline.NONE), "there is something to forget");
            trial.expectSame(unused, trial.look(policy, key), "the key is not as if never used");
            trial.expectEffect(
                    Effect.NOTHING, new Cancel(key, "reserved", Deadline.NONE), "the reservation is forgotten");
            trial.expectEffect(Effect.NOTHING, new Release(key, "held", Deadline.NONE), "the lease is forgotten");
            trial.expectEffect(Effect.NOTHING, new Unblock(key, Deadline.NONE), "the block is forgotten");
        }
    }

    /** Page by page, with keys of other tenants and policies beside them. */
    @Property(tries = 60)
    @Label("S13 a listing names every live key of its tenant and policy, and no other's")
    default void listNamesWhatItIsAskedFor(
            @ForAll("names") List<String> names, @ForAll @IntRange(max = 300) int more, @ForAll boolean reset) {
        Set<String> subjects = new LinkedHashSet<>(names);
        for (int i = 0; i < more; i++) {
            subjects.add("subject" + i);
        }
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        Policy other = Policy.of("p*", Limit.parse("1/1h fixed"));
        try (Trial trial = Trial.of(this)) {
            List<CounterOperation> all = new ArrayList<>();
            for (String subject : subjects) {
                all.add(new Acquire(policy.key("t", subject), policy, 1, Deadline.NONE));
            }
            trial.execute(all);
            trial.acquire(policy, policy.key("other", "of-another-tenant"), 1);
            trial.acquire(other, other.key("t", "of-another-policy"), 1);
            Set<Key> live = subjects.stream()
                    .map(subject -> policy.key("t", subject))
                    .collect(Collectors.toCollection(HashSet::new));
            if (reset) {
                Key gone = policy.key("t", subjects.iterator().next());
                trial.run(new Reset(gone, Deadline.NONE));
                live.remove(gone);
            }
            Set<Key> listed = new HashSet<>(trial.list("t", "p"));
            for (Key key : live) {
                trial.expect(
                        listed.contains(key), "the listing does not name " + Answers.text(key) + ", which is live");
            }
            for (Key key : listed) {
                trial.expect(
                        key.tenant().equals("t") && key.policy().equals("p") && subjects.contains(key.subject()),
                        "the listing names " + Answers.text(key) + ", which was never used under t/p");
            }
            trial.expect(
                    trial.list("t", "never-used").isEmpty()
                            && trial.list("never-used", "p").isEmpty(),
                    "a listing under a tenant or a policy that was never used names keys");
        }
    }

    /** Keys come and go while a listing is under way. */
    @Property(tries = 20)
    @Label("S13 a key that is live from the first page of a listing to the last comes at least once")
    default void liveKeysAreListedWhileOthersComeAndGo(@ForAll @IntRange(min = 1, max = 200) int keys) {
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        try (Trial trial = Trial.of(this)) {
            List<CounterOperation> all = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                all.add(new Acquire(policy.key("t", "stays" + i), policy, 1, Deadline.NONE));
                all.add(new Acquire(policy.key("t", "goes" + i), policy, 1, Deadline.NONE));
            }
            trial.execute(all);
            Set<Key> listed = new HashSet<>();
            String cursor = KeyPage.START;
            for (int page = 0; page < 100_000 && cursor != null; page++) {
                String from = cursor;
                KeyPage found = trial.answer(
                        "a page of a listing", () -> Trial.await(trial.store().submitList("t", "p", from)));
                listed.addAll(found.keys());
                trial.run(new Reset(policy.key("t", "goes" + page % keys), Deadline.NONE));
                trial.acquire(policy, policy.key("t", "comes" + page % 1_000), 1);
                cursor = found.next().orElse(null);
            }
            trial.expect(cursor == null, "the listing does not end");
            for (int i = 0; i < keys; i++) {
                trial.expect(
                        listed.contains(policy.key("t", "stays" + i)),
                        "the listing does not name t/p/stays" + i + ", which was live throughout");
            }
        }
    }

    /** Cursors are the store's own. */
    @Property(tries = 5)
    @Label("S13 a listing that goes on from a cursor of nobody's is an argument error")
    default void foreignCursorsAreRefused(@ForAll("cursors") String cursor) {
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        try (Trial trial = Trial.of(this)) {
            trial.acquire(policy, policy.key("t", "s"), 1);
            Refusals.expect(
                    trial,
                    InvalidArgumentException.class,
                    Map.of(
                            "list from cursor '" + cursor + "'",
                            () -> trial.store().list("t", "p", cursor)));
            Refusals.expectStages(
                    trial,
                    InvalidArgumentException.class,
                    Map.of(
                            "submitList from cursor '" + cursor + "'",
                            () -> trial.store().submitList("t", "p", cursor)));
        }
    }

    // ── S16: what is never forgotten ────────────────────────────────────────────────────────────────────────────────

    /** Many names after one that has used up its limit. */
    @Property(tries = 2)
    @Label("S16 however many keys come, none that counts is forgotten; where there is no room, a new one is denied")
    default void keysThatCountAreNotForgotten(@ForAll boolean asynchronous) {
        Policy policy = Policy.of("p", Limit.parse("1/1h fixed"));
        int keys = 5_000;
        try (Trial trial = Trial.of(this)) {
            for (int from = 0; from < keys; from += 250) {
                List<CounterOperation> some = new ArrayList<>();
                for (int i = from; i < from + 250; i++) {
                    some.add(new Acquire(policy.key("t", "s" + i), policy, 1, Deadline.NONE));
                }
                for (Outcome outcome : asynchronous ? trial.submit(some) : trial.execute(some)) {
                    trial.expect(
                            ((Decision) outcome).allowed()
                                    || (outcome instanceof Denied denied && denied.reason() == Denied.Reason.CAPACITY),
                            "the first call on a key was answered " + Answers.text(outcome)
                                    + ", expected allowed, or denied for CAPACITY");
                }
            }
            for (int from = 0; from < keys; from += 250) {
                List<CounterOperation> again = new ArrayList<>();
                for (int i = from; i < from + 250; i++) {
                    again.add(new Acquire(policy.key("t", "s" + i), policy, 1, Deadline.NONE));
                }
                for (Outcome outcome : trial.execute(again)) {
                    trial.expectAllowed(
                            false,
                            (Decision) outcome,
                            "the key has used its permit, or there was no room for it, and nothing has come back");
                }
            }
        }
    }

    // ── S18: leases ─────────────────────────────────────────────────────────────────────────────────────────────────

    /** A holder that is never heard of again. */
    @Property(tries = 60)
    @Label("S18 what a holder does not give back comes back when its lease ends, and not a microsecond earlier")
    default void leasesLapse(
            @ForAll @IntRange(min = 1, max = 5) int places, @ForAll @IntRange(min = 1, max = 1_000) int gap) {
        Policy policy = Policy.of("p", Limit.concurrent(places).lease(Duration.ofSeconds(30)));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            for (int i = 0; i < places; i++) {
                trial.expectAllowed(true, trial.acquire(policy, key, 1, "id" + i), "there is a place");
                trial.advance(gap);
            }
            Decision denied = trial.acquire(policy, key, 1, "one-more");
            trial.expect(
                    denied instanceof Denied reason && reason.reason() == Denied.Reason.CONCURRENCY,
                    "the answer is " + Answers.text(denied) + ", expected a denial for CONCURRENCY");
            trial.expectNumber(
                    "retryAfter",
                    30_000_000L - (long) places * gap,
                    denied.retryAfterMicros(),
                    "the first lease ends then");
            trial.advance(denied.retryAfterMicros() - 1);
            trial.expectAllowed(false, trial.look(policy, key), "the first lease ends in a microsecond");
            trial.advance(1);
            trial.expectAllowed(true, trial.acquire(policy, key, 1, "next"), "the first lease has ended");
            trial.expectEffect(Effect.NOTHING, new Release(key, "id0", Deadline.NONE), "this lease has ended");
        }
    }

    /** Somebody else, somewhere else. */
    @Property(tries = 30)
    @Label("S18 only its holder releases a place, on its own key, once")
    default void onlyTheHolderReleases(@ForAll @IntRange(min = 1, max = 5) int places) {
        Policy policy = Policy.of("p", Limit.concurrent(places).lease(Duration.ofSeconds(30)));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            trial.acquire(policy, key, places, "mine");
            Release foreign = new Release(key, "not-mine", Deadline.NONE);
            trial.expectEffect(Effect.NOTHING, foreign, "nobody holds under this id");
            trial.expectEffect(
                    Effect.NOTHING, new Release(policy.key("t", "other"), "mine", Deadline.NONE), "it is another key");
            trial.expectAllowed(false, trial.look(policy, key), "the holder has not released");
            Release own = new Release(key, "mine", Deadline.NONE);
            trial.expectEffect(Effect.APPLIED, own, "the holder releases");
            trial.expectNumber("remaining", places, trial.look(policy, key).remaining(), "all places are free");
            trial.acquire(policy, key, places, "next");
            trial.expectEffect(Effect.NOTHING, own, "it was released before");
            trial.expectAllowed(false, trial.look(policy, key), "the next holder has all places");
        }
    }

    /** A holder that is alive. */
    @Property(tries = 30)
    @Label("S18 extend lets a lease begin anew; after it lapsed it does nothing")
    default void extendingBeginsAnew(@ForAll @IntRange(max = 29_999_999) int after, @ForAll boolean asynchronous) {
        Policy policy = Policy.of("p", Limit.parse("concurrent 1 lease 30s"));
        Key key = policy.key("t", "s");
        Extend extend = new Extend(key, "mine", Deadline.NONE);
        try (Trial trial = Trial.of(this)) {
            trial.acquire(policy, key, 1, "mine");
            trial.advance(after);
            Outcome extended = asynchronous ? trial.submit(List.of(extend)).get(0) : trial.run(extend);
            trial.expect(
                    extended == Effect.APPLIED,
                    "extend was answered " + Answers.text(extended) + ", expected APPLIED: the lease has not ended");
            trial.advance(29_999_999);
            trial.expectAllowed(false, trial.look(policy, key), "the lease began anew 29,999,999 us ago");
            trial.advance(1);
            trial.expectEffect(Effect.NOTHING, extend, "the lease has ended");
            trial.expectAllowed(true, trial.acquire(policy, key, 1, "next"), "the lease has ended");
            trial.expectEffect(Effect.NOTHING, extend, "somebody else holds the place");
        }
    }

    /** Two holders, of whom one is alive. */
    @Property(tries = 20)
    @Label("S18 extend is for one holder's lease, and leaves the others theirs")
    default void extendingIsForOneHolder(@ForAll @IntRange(min = 1, max = 29_999_999) int after) {
        Policy policy = Policy.of("p", Limit.parse("concurrent 2 lease 30s"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            trial.acquire(policy, key, 1, "dead");
            trial.acquire(policy, key, 1, "alive");
            trial.advance(after);
            trial.expectEffect(Effect.APPLIED, new Extend(key, "alive", Deadline.NONE), "the lease has not ended");
            trial.advance(30_000_000 - after);
            trial.expectNumber(
                    "remaining", 1, trial.look(policy, key).remaining(), "one lease has ended, the other was extended");
            trial.expectEffect(Effect.NOTHING, new Release(key, "dead", Deadline.NONE), "its lease has ended");
            trial.expectEffect(Effect.APPLIED, new Release(key, "alive", Deadline.NONE), "its lease began anew");
        }
    }

    // ── A1 to A4: how calls are answered ────────────────────────────────────────────────────────────────────────────

    /** Costs that no call may have. */
    @Property(tries = 20)
    @Label("A2 a cost out of range is refused, in every form, and no operation of its command is run")
    default void costsOutOfRangeAreRefused(@ForAll("wrongCosts") long cost) {
        Policy policy = Policy.of(
                "p",
                Limit.parse("5/1m"),
                Limit.parse("9/1h fixed"),
                Limit.parse("0/1h").inShadow());
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            trial.declare(policy);
            CounterStore store = trial.store();
            PolicyCounters counters = store.counters(policy);
            KeyCounter counter = counters.key("t", "s");
            Map<String, Callable<?>> calls = new LinkedHashMap<>();
            Map<String, Callable<CompletionStage<?>>> stages = new LinkedHashMap<>();
            calls.put("tryAcquire of the policy", () -> counters.tryAcquire("t", "s", cost, Deadline.NONE));
            calls.put("peek of the policy", () -> counters.peek("t", "s", cost, Deadline.NONE));
            calls.put("tryAcquire of the key", () -> counter.tryAcquire(cost, Deadline.NONE));
            calls.put("decide of the key", () -> counter.decide(cost, Deadline.NONE));
            stages.put("tryAcquireAsync of the policy", () -> counters.tryAcquireAsync("t", "s", cost, Deadline.NONE));
            stages.put("peekAsync of the policy", () -> counters.peekAsync("t", "s", cost, Deadline.NONE));
            if (cost > 0) {
                for (CounterOperation wrong : List.of(
                        new Acquire(key, policy, cost, Deadline.NONE),
                        new Acquire(key, policy, cost, "id", Deadline.NONE),
                        new Reserve(key, policy, cost, "id", 1_000, Deadline.NONE),
                        new Peek(key, policy, cost, Deadline.NONE))) {
                    List<CounterOperation> command = List.of(
                            new Acquire(key, policy, 1, Deadline.NONE),
                            new Block(key, 1_000, Deadline.NONE),
                            wrong,
                            new Penalize(key, policy, 1, Deadline.NONE));
                    String what = "a command with " + Answers.text(wrong) + " in it";
                    calls.put("execute " + what, () -> store.execute(command));
                    stages.put("submit " + what, () -> store.submit(command));
                }
            }
            Decision before = trial.look(policy, key);
            Refusals.expect(trial, InvalidArgumentException.class, calls);
            Refusals.expectStages(trial, InvalidArgumentException.class, stages);
            trial.expectSame(before, trial.look(policy, key), "the key is not as before the calls that were refused");
        }
    }

    /** Takes as much as there is, of more than there can be. */
    @Property(tries = 10)
    @Label("A2 acquireAtMost may ask for more than any capacity, and takes what there is")
    default void atMostMayAskForMore(@ForAll("wrongCosts") long most) {
        Policy policy = Policy.of("p", Limit.parse("5/1h fixed"), Limit.parse("9/1h fixed"));
        Key key = policy.key("t", "s");
        if (most < 1) {
            return;
        }
        try (Trial trial = Trial.of(this)) {
            AcquireAtMost all = new AcquireAtMost(key, policy, most, null, Deadline.NONE);
            Decision taken = (Decision) trial.run(all);
            trial.expectAllowed(true, taken, "there are permits");
            trial.expectNumber("the cost", 5, taken.cost(), "5 is all that both limits have");
            trial.expectAllowed(false, (Decision) trial.run(all), "none is left");
        }
    }

    /** Anonymous calls under a limit whose permits have to be given back. */
    @Property(tries = 1)
    @Label("A2 a call without a permit id is refused under a concurrency limit, in every form")
    default void anonymousCallsAreRefusedUnderConcurrency() {
        Policy policy = Policy.of("p", Limit.parse("concurrent 2 lease 30s"));
        try (Trial trial = Trial.of(this)) {
            trial.declare(policy);
            PolicyCounters counters = trial.store().counters(policy);
            KeyCounter counter = counters.key("t", "s");
            Refusals.expect(
                    trial,
                    InvalidArgumentException.class,
                    Map.of(
                            "tryAcquire of the policy", () -> counters.tryAcquire("t", "s", 1, Deadline.NONE),
                            "tryAcquire of the key", () -> counter.tryAcquire(1, Deadline.NONE),
                            "decide of the key", () -> counter.decide(1, Deadline.NONE)));
            Refusals.expectStages(
                    trial,
                    InvalidArgumentException.class,
                    Map.of(
                            "tryAcquireAsync of the policy",
                            () -> counters.tryAcquireAsync("t", "s", 1, Deadline.NONE)));
            trial.expectNumber(
                    "remaining", 2, trial.look(policy, policy.key("t", "s")).remaining(), "nobody holds a place");
        }
    }

    /** Every operation, an hour too late. */
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    @Label("A3 an operation whose deadline has passed is late, in every form, and changes nothing")
    default void lateOperationsChangeNothing(@ForAll("policies") Policy policy, @ForAll boolean asynchronous) {
        Key key = policy.key("t", "s");
        Deadline passed = Deadline.after(System.nanoTime(), -TimeUnit.HOURS.toNanos(1));
        try (Trial trial = Trial.of(this)) {
            Decision first = trial.acquire(policy, key, 1, "id");
            trial.run(new Reserve(key, policy, 1, "reserved", 1_000_000, Deadline.NONE));
            Permit permit =
                    first instanceof Allowed allowed ? allowed.permit("id") : new Permit("id", 1, 1, trial.now());
            Decision before = trial.look(policy, key);
            List<CounterOperation> late = List.of(
                    new Acquire(key, policy, 1, "late", passed),
                    new AcquireAtMost(key, policy, 1, "late", passed),
                    new Peek(key, policy, 1, passed),
                    new Reserve(key, policy, 1, "late", 1_000, passed),
                    new Commit(key, policy, "reserved", 0, passed),
                    new Cancel(key, "reserved", passed),
                    new Refund(key, permit, passed),
                    new Penalize(key, policy, 1, passed),
                    new Release(key, "id", passed),
                    new Extend(key, "id", passed),
                    new Block(key, 1_000_000, passed),
                    new Unblock(key, passed),
                    new Reset(key, passed));
            List<Outcome> outcomes = asynchronous ? trial.submit(late) : trial.execute(late);
            for (int i = 0; i < late.size(); i++) {
                trial.expect(
                        outcomes.get(i) instanceof Late,
                        Answers.text(late.get(i)) + " was answered " + Answers.text(outcomes.get(i))
                                + ", expected late");
            }
            PolicyCounters counters = trial.store().counters(policy);
            Map<String, Callable<?>> calls = new LinkedHashMap<>();
            Map<String, Callable<CompletionStage<?>>> stages = new LinkedHashMap<>();
            calls.put("peek of the policy", () -> counters.peek("t", "s", 1, passed));
            stages.put("peekAsync of the policy", () -> counters.peekAsync("t", "s", 1, passed));
            if (!policy.hasConcurrency()) {
                KeyCounter counter = counters.key("t", "s");
                calls.put("tryAcquire of the policy", () -> counters.tryAcquire("t", "s", 1, passed));
                calls.put("tryAcquire of the key", () -> counter.tryAcquire(1, passed));
                calls.put("decide of the key", () -> counter.decide(1, passed));
                stages.put("tryAcquireAsync of the policy", () -> counters.tryAcquireAsync("t", "s", 1, passed));
            }
            for (BackendUnavailableException error : Refusals.expect(trial, BackendUnavailableException.class, calls)) {
                trial.expect(
                        error.reason() == BackendUnavailableException.Reason.LATE,
                        "the reason is " + error.reason() + ", expected LATE");
            }
            Refusals.expectStages(trial, BackendUnavailableException.class, stages);
            trial.expectSame(before, trial.look(policy, key), "the key is not as before the late calls");
        }
    }

    /** A deadline that has not come yet. */
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    @Label("A3 an operation whose deadline has not come is answered as one without")
    default void operationsInTimeAreAnswered(@ForAll("policies") Policy policy) {
        try (Trial trial = Trial.of(this)) {
            Deadline ahead = Deadline.after(System.nanoTime(), TimeUnit.HOURS.toNanos(1));
            Outcome without = trial.run(new Acquire(policy.key("t", "a"), policy, 1, "id", Deadline.NONE));
            trial.expectSame(
                    without,
                    trial.run(new Acquire(policy.key("t", "b"), policy, 1, "id", ahead)),
                    "the answer with a deadline ahead differs");
        }
    }

    /** The asynchronous form beside the blocking one, on two keys. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    @Label("A1 the asynchronous form answers what the blocking form answers, in the order of the operations")
    default void bothFormsAnswerAlike(
            @ForAll("policies") Policy policy, @ForAll @IntRange(min = 1, max = 8) int calls) {
        try (Trial trial = Trial.of(this)) {
            List<CounterOperation> blocking = new ArrayList<>();
            List<CounterOperation> asynchronous = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                blocking.add(new Acquire(policy.key("t", "a"), policy, 1, "id" + i, Deadline.NONE));
                asynchronous.add(new Acquire(policy.key("t", "b"), policy, 1, "id" + i, Deadline.NONE));
            }
            List<Outcome> expected = trial.execute(blocking);
            List<Outcome> actual = trial.submit(asynchronous);
            for (int i = 0; i < calls; i++) {
                trial.expectSame(expected.get(i), actual.get(i), "the asynchronous answer differs");
            }
        }
    }

    /** Errors of every kind that a caller can bring about. */
    @Property(tries = 3)
    @Label("A1 what goes wrong in the asynchronous form comes with the stage, as it is, and nothing is thrown")
    default void asynchronousErrorsComeWithTheStage(@ForAll @IntRange(min = 3, max = 5) int cost) {
        Policy policy = Policy.of("p", Limit.parse("2/1h"));
        List<CounterOperation> wrong = List.of(new Acquire(policy.key("t", "s"), policy, cost, Deadline.NONE));
        try (Trial trial = Trial.of(this)) {
            CounterStore store = trial.store();
            PolicyCounters counters = store.counters(policy);
            Refusals.expectStages(
                    trial,
                    InvalidArgumentException.class,
                    Map.of(
                            "submit of a cost out of range", () -> store.submit(wrong),
                            "tryAcquireAsync of a cost out of range",
                                    () -> counters.tryAcquireAsync("t", "s", cost, Deadline.NONE)));
            trial.backend().close();
            trial.note("close", "done");
            Refusals.expectStages(
                    trial, GuardClosedException.class, Map.of("submit after close", () -> store.submit(wrong)));
        }
    }

    /** A client of a store that others go on using. */
    @Property(tries = 3)
    @Label("A4 closing one client of a shared store takes nothing from the others")
    default void closingOneClientLeavesTheOthers(@ForAll @IntRange(min = 1, max = 3) int permits) {
        Policy policy = Policy.of("p", Limit.parse(permits + "/1h fixed"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            if (!trial.backend().isShared()) {
                return;
            }
            trial.acquire(policy, key, permits);
            try (Backend other = trial.anotherClient(this)) {
                Outcome seen = trial.noted(
                                List.of(new Peek(key, policy, 1, Deadline.NONE)),
                                " (another client)",
                                () -> other.counters().execute(List.of(new Peek(key, policy, 1, Deadline.NONE))))
                        .get(0);
                trial.expectAllowed(false, (Decision) seen, "the permits were used up by another client of the store");
            }
            trial.note("close the other client", "done");
            trial.expectAllowed(false, trial.acquire(policy, key, 1), "the permits are used up still");
        }
    }

    /** Calls that come too late for good. */
    @Property(tries = 3)
    @Label("A4 after close every call fails with GuardClosedException, in every form, and closing again is harmless")
    default void closedBackendsRefuse(@ForAll @IntRange(min = 1, max = 3) int closings) {
        Policy policy = Policy.of("p", Limit.parse("5/1h"));
        Key key = policy.key("t", "s");
        try (Trial trial = Trial.of(this)) {
            trial.acquire(policy, key, 1);
            CounterStore store = trial.store();
            PolicyCounters counters = store.counters(policy);
            KeyCounter counter = counters.key("t", "s");
            List<CounterOperation> command = List.of(new Acquire(key, policy, 1, Deadline.NONE));
            for (int i = 0; i < closings; i++) {
                trial.answer("close", () -> {
                    trial.backend().close();
                    return true;
                });
                trial.note("close", "done");
            }
            Map<String, Callable<?>> calls = new LinkedHashMap<>();
            calls.put("execute", () -> store.execute(command));
            calls.put("list", () -> store.list("t", "p", KeyPage.START));
            calls.put("tryAcquire of the policy", () -> counters.tryAcquire("t", "s", 1, Deadline.NONE));
            calls.put("peek of the policy", () -> counters.peek("t", "s", 1, Deadline.NONE));
            calls.put("tryAcquire of the key", () -> counter.tryAcquire(1, Deadline.NONE));
            calls.put("decide of the key", () -> counter.decide(1, Deadline.NONE));
            Map<String, Callable<CompletionStage<?>>> stages = new LinkedHashMap<>();
            stages.put("submit", () -> store.submit(command));
            stages.put("submitList", () -> store.submitList("t", "p", KeyPage.START));
            stages.put("tryAcquireAsync of the policy", () -> counters.tryAcquireAsync("t", "s", 1, Deadline.NONE));
            stages.put("peekAsync of the policy", () -> counters.peekAsync("t", "s", 1, Deadline.NONE));
            stages.put("ping", () -> trial.backend().ping());
            Refusals.expect(trial, GuardClosedException.class, calls);
            Refusals.expectStages(trial, GuardClosedException.class, stages);
        }
    }

    /** The store is there, and says so. */
    @Property(tries = 3)
    @Label("A4 an open backend answers a ping, and has a name")
    default void openBackendsAnswerPings(@ForAll @IntRange(min = 1, max = 3) int pings) {
        try (Trial trial = Trial.of(this)) {
            for (int i = 0; i < pings; i++) {
                trial.answer("ping", () -> Trial.await(trial.backend().ping().thenApply(nothing -> true)));
            }
            trial.expect(!trial.backend().name().isBlank(), "the backend's name is blank");
        }
    }

    // ── What the rules are tried with ───────────────────────────────────────────────────────────────────────────────

    private static long least(List<Limit> limits) {
        return limits.stream().mapToLong(Limit::capacity).min().orElseThrow();
    }

    private static Policy policy(int version, Carry carry, List<Limit> limits) {
        Policy.Builder builder = Policy.builder("p").version(version).carry(carry);
        limits.forEach(builder::limit);
        return builder.build();
    }

    /** Random histories. */
    @Provide
    default Arbitrary<Scenario> scenarios() {
        return Scenarios.scenarios();
    }

    /** Random moments. */
    @Provide
    default Arbitrary<Instant> starts() {
        return Scenarios.starts();
    }

    /** Random policies of one version. */
    @Provide
    default Arbitrary<Policy> policies() {
        return Scenarios.policies("p", 1);
    }

    /** One to three enforced limits of small capacities. */
    @Provide
    default Arbitrary<List<Limit>> enforced() {
        return net.jqwik.api.Combinators.combine(kinds(), Arbitraries.integers().between(0, 6))
                .as((kind, permits) -> Limit.parse(permits + "/1h" + kind))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    /** The words of the algorithms that count permits in a period. */
    @Provide
    default Arbitrary<String> kinds() {
        return Arbitraries.of("", " interval", " fixed", " fixed aligned", " sliding", " log");
    }

    /** The words of the algorithms that follow the table of carries: not the log, which keeps its entries. */
    @Provide
    default Arbitrary<String> carrying() {
        return Arbitraries.of("", " interval", " fixed", " fixed aligned", " sliding");
    }

    /** Lengths of windows. */
    @Provide
    default Arbitrary<String> lengths() {
        return Arbitraries.of("1us", "7us", "1ms", "999ms", "1s", "1m", "1h", "1d", "1w", "365d", "3659d", "3660d");
    }

    /** Costs that no policy admits. */
    @Provide
    default Arbitrary<Long> wrongCosts() {
        return Arbitraries.of(0L, -1L, 6L, 10L, 1L << 53, Long.MAX_VALUE, Long.MIN_VALUE);
    }

    /** Cursors that no page named. */
    @Provide
    default Arbitrary<String> cursors() {
        return Arbitraries.of("nobody's", "-1", "999999999999999999999999", " ", "\0");
    }

    /** Names that are the same to a backend that is careless in one way. */
    @Provide
    default Arbitrary<List<String>> alike() {
        return Names.alike();
    }

    /** Names that a backend may confuse: separators, hash tags, globs, escapes, what is long, empty or not ASCII. */
    @Provide
    default Arbitrary<List<String>> names() {
        return Names.lists();
    }
}
