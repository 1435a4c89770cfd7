package dev.guard.tck.saboteur;

import dev.guard.domain.Algorithm;
import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Carry;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.domain.counter.Step;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Versions that forget, that take turns, or that nobody looks at; calendars of another country. */
final class VersionSaboteurs {

    private VersionSaboteurs() {}

    static List<Saboteur> all() {
        return List.of(
                Saboteur.stepping(
                        "another version starts afresh",
                        "S11",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof OfPolicy call
                                                && call.policy().version() != stored.version()
                                        ? CounterState.ABSENT
                                        : stored,
                                operation,
                                now)),
                Saboteur.stepping(
                        "an older version converts back",
                        "S11",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof OfPolicy call
                                                && call.policy().version() < stored.version()
                                        ? States.version(stored, call.policy().version() - 1)
                                        : stored,
                                operation,
                                now)),
                Saboteur.stepping(
                        "a version is not looked at",
                        "S11",
                        "What is wrong",
                        (backend, stored, operation, now) -> backend.model(
                                operation instanceof OfPolicy call && !stored.isAbsent()
                                        ? States.version(stored, call.policy().version())
                                        : stored,
                                operation,
                                now)),
                ofPolicies(
                        "usage is carried as it is, whatever was declared",
                        "S11",
                        policy -> rebuilt(policy, Carry.AS_IS, policy.limits())),
                Saboteur.stepping(
                        "a denied call of a newer version converts nothing",
                        "S11",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return Saboteur.isDenied(step.outcome())
                                            && step.state().version() != stored.version()
                                    ? new Step(stored, step.outcome())
                                    : step;
                        }),
                Saboteur.stepping(
                        "a newer version for which there is no room converts nothing",
                        "S1",
                        "the newer version has had its first call, which was denied",
                        (backend, stored, operation, now) -> {
                            Step step = backend.model(stored, operation, now);
                            return step.outcome() instanceof Denied denied && denied.reason() == Denied.Reason.CAPACITY
                                    ? new Step(stored, denied)
                                    : step;
                        }),
                Saboteur.stepping(
                        "a conversion is forgotten with its limits",
                        "S11",
                        "What is wrong",
                        (backend, stored, operation, now) -> {
                            CounterState free =
                                    stored.isAbsent() ? stored : States.heldUntil(stored, CounterState.NEVER_WAS);
                            return backend.model(free, operation, now);
                        }),
                new Saboteur("a policy is known by its name", "S1", "What is wrong", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        private final Map<String, PolicyCounters> known = new ConcurrentHashMap<>();

                        @Override
                        public PolicyCounters counters(Policy policy) {
                            return known.computeIfAbsent(policy.name(), name -> super.counters(policy));
                        }
                    };
                }),
                ofCalendars(
                        "a calendar is that of UTC",
                        (limit, calendar) -> calendar(
                                limit, CalendarPeriod.of(calendar.unit(), ZoneOffset.UTC, calendar.weekStart()))),
                ofCalendars(
                        "a week starts on Monday",
                        (limit, calendar) ->
                                calendar(limit, CalendarPeriod.of(calendar.unit(), calendar.zone(), DayOfWeek.MONDAY))),
                ofCalendars(
                        "a month has thirty days",
                        (limit, calendar) -> calendar.unit() == CalendarPeriod.Unit.MONTH ? days(limit, 30) : limit),
                ofCalendars(
                        "a year has 365 days",
                        (limit, calendar) -> calendar.unit() == CalendarPeriod.Unit.YEAR ? days(limit, 365) : limit),
                ofCalendars(
                        "a day has 24 hours",
                        (limit, calendar) -> calendar.unit() == CalendarPeriod.Unit.DAY
                                ? calendar(
                                        limit,
                                        CalendarPeriod.of(
                                                calendar.unit(),
                                                calendar.zone()
                                                        .getRules()
                                                        .getStandardOffset(Instant.EPOCH.plus(Duration.ofDays(20_000))),
                                                calendar.weekStart()))
                                : limit));
    }

    private interface Recalendared {
        Limit limit(Limit limit, CalendarPeriod calendar);
    }

    private static Saboteur ofCalendars(String name, Recalendared change) {
        return ofPolicies(
                name,
                "S1",
                policy -> rebuilt(
                        policy,
                        policy.carry(),
                        policy.limits().stream()
                                .map(limit -> {
                                    CalendarPeriod calendar = limit.numbers().calendar();
                                    return calendar == null ? limit : change.limit(limit, calendar);
                                })
                                .toList()));
    }

    /** A saboteur that counts by a policy like the one that it is given. */
    private static Saboteur ofPolicies(String name, String rule, UnaryOperator<Policy> change) {
        return Saboteur.stepping(name, rule, "What is wrong", (backend, stored, operation, now) -> {
            if (!(operation instanceof OfPolicy call)
                    || change.apply(call.policy()).equals(call.policy())) {
                return backend.model(stored, operation, now);
            }
            Step step = backend.model(stored, under(change.apply(call.policy()), call), now);
            return step.outcome() instanceof Decision decision
                    ? new Step(
                            step.state(),
                            Saboteur.restated(
                                    decision,
                                    call.policy(),
                                    decision.allowed(),
                                    step.state(),
                                    limit -> disguised(call.policy(), limit)))
                    : step;
        });
    }

    /** What a limit says, as if it counted by the algorithm of the policy's limit of that name. */
    private static LimitStatus disguised(Policy policy, LimitStatus limit) {
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit declared = policy.limits().get(i);
            if (policy.limitName(i).equals(limit.name()) && declared.algorithm() == Algorithm.CALENDAR) {
                return new LimitStatus(
                        limit.name(),
                        Algorithm.CALENDAR,
                        limit.capacity(),
                        declared.numbers().period(),
                        limit.remaining(),
                        limit.retryAfterMicros(),
                        limit.resetAfterMicros(),
                        limit.nextAfterMicros(),
                        limit.admits(),
                        limit.enforced());
            }
        }
        return limit;
    }

    private static CounterOperation under(Policy policy, OfPolicy operation) {
        if (operation instanceof Acquire call) {
            return new Acquire(call.key(), policy, call.cost(), call.permitId(), call.deadline());
        }
        if (operation instanceof AcquireAtMost call) {
            return new AcquireAtMost(call.key(), policy, call.most(), call.permitId(), call.deadline());
        }
        if (operation instanceof Peek call) {
            return new Peek(call.key(), policy, call.cost(), call.deadline());
        }
        if (operation instanceof Reserve call) {
            return new Reserve(call.key(), policy, call.cost(), call.id(), call.ttl(), call.deadline());
        }
        if (operation instanceof Commit call) {
            return new Commit(call.key(), policy, call.id(), call.actual(), call.deadline());
        }
        if (operation instanceof Penalize call) {
            return new Penalize(call.key(), policy, call.cost(), call.deadline());
        }
        throw new AssertionError("an operation of no known kind: " + operation);
    }

    private static Policy rebuilt(Policy policy, Carry carry, List<Limit> limits) {
        Policy.Builder builder =
                Policy.builder(policy.name()).version(policy.version()).carry(carry);
        limits.forEach(builder::limit);
        if (policy.blockOnExcessMicros() > 0) {
            builder.blockOnExcess(Micros.toDuration(policy.blockOnExcessMicros()));
        }
        return (policy.isShadow() ? builder.inShadow() : builder).build();
    }

    private static Limit calendar(Limit limit, CalendarPeriod calendar) {
        Limit.CalendarStep quota = Limit.calendar(limit.capacity());
        return like(
                limit,
                switch (calendar.unit()) {
                    case DAY -> quota.perDay(calendar.zone());
                    case WEEK -> quota.perWeek(calendar.zone(), calendar.weekStart());
                    case MONTH -> quota.perMonth(calendar.zone());
                    case YEAR -> quota.perYear(calendar.zone());
                });
    }

    private static Limit days(Limit limit, int days) {
        return like(limit, Limit.fixedWindow(limit.capacity()).aligned().per(Duration.ofDays(days)));
    }

    private static Limit like(Limit limit, Limit other) {
        Limit named = limit.name().map(other::named).orElse(other).maxDebt(limit.maxDebt());
        return limit.isShadow() ? named.inShadow() : named;
    }
}
