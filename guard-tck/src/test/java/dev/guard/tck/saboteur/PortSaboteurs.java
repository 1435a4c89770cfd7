package dev.guard.tck.saboteur;

import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.Denied;
import dev.guard.domain.FailureMode;
import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Judgement;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Outcome;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Judged;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.KeyCounter;
import dev.guard.domain.counter.PolicyCounters;
import dev.guard.domain.counter.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Races, lists in a wrong order, errors that are swallowed or wrapped, memories that are out of date. */
final class PortSaboteurs {

    private PortSaboteurs() {}

    static List<Saboteur> all() {
        return List.of(
                new Saboteur("a lost update", "S2", "permits", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        <T> T exclusively(Supplier<T> command) {
                            return command.get();
                        }

                        @Override
                        Step step(CounterState stored, CounterOperation operation, long now) {
                            letAnotherComeBetween();
                            return super.step(stored, operation, now);
                        }
                    };
                }),
                new Saboteur("an update that is lost now and then", "S2", "permits", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        <T> T exclusively(Supplier<T> command) {
                            return ThreadLocalRandom.current().nextInt(8) == 0
                                    ? command.get()
                                    : super.exclusively(command);
                        }

                        @Override
                        Step step(CounterState stored, CounterOperation operation, long now) {
                            letAnotherComeBetween();
                            return super.step(stored, operation, now);
                        }
                    };
                }),
                new Saboteur("the asynchronous form takes no lock", "S2", "permits", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        public CompletionStage<List<Outcome>> submit(List<? extends CounterOperation> operations) {
                            return completed(() -> {
                                requireOpen();
                                check(operations);
                                return run(operations);
                            });
                        }

                        @Override
                        Step step(CounterState stored, CounterOperation operation, long now) {
                            letAnotherComeBetween();
                            return super.step(stored, operation, now);
                        }
                    };
                }),
                new Saboteur("each client has a lock of its own", "S2", "permits", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        <T> T exclusively(Supplier<T> command) {
                            synchronized (this) {
                                return command.get();
                            }
                        }

                        @Override
                        Step step(CounterState stored, CounterOperation operation, long now) {
                            letAnotherComeBetween();
                            return super.step(stored, operation, now);
                        }
                    };
                }),
                new Saboteur("each client counts for itself", "S2", "permits", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        Object place(Key key) {
                            return List.of(System.identityHashCode(this), key);
                        }
                    };
                }),
                unlocked("a reset takes no lock", Reset.class),
                unlocked("a refund takes no lock", Refund.class),
                unlocked("a penalty takes no lock", Penalize.class),
                new Saboteur("a lock that is busy denies", "S2", "permits", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        private final AtomicInteger inside = new AtomicInteger();

                        @Override
                        public List<Outcome> execute(List<? extends CounterOperation> operations) {
                            try {
                                return inside.incrementAndGet() > 1
                                                && operations.size() == 1
                                                && operations.get(0) instanceof Acquire acquire
                                        ? List.of(busy(acquire))
                                        : super.execute(operations);
                            } finally {
                                inside.decrementAndGet();
                            }
                        }

                        @Override
                        Step step(CounterState stored, CounterOperation operation, long now) {
                            letAnotherComeBetween();
                            return super.step(stored, operation, now);
                        }

                        private Decision busy(Acquire acquire) {
                            return Denied.forCapacity(acquire.policy(), source(), acquire.cost(), 1, 1, 0);
                        }
                    };
                }),
                new Saboteur("a command is run from its end", "S1", "What is wrong", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        List<Outcome> run(List<? extends CounterOperation> operations) {
                            List<CounterOperation> reversed = new ArrayList<>(operations);
                            Collections.reverse(reversed);
                            List<Outcome> outcomes = new ArrayList<>(super.run(reversed));
                            Collections.reverse(outcomes);
                            return outcomes;
                        }
                    };
                }),
                new Saboteur("a command is all or nothing", "S1", "What is wrong", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        List<Outcome> run(List<? extends CounterOperation> operations) {
                            Map<Key, CounterState> before = new HashMap<>();
                            operations.forEach(operation -> before.put(operation.key(), load(operation.key())));
                            List<Outcome> outcomes = super.run(operations);
                            if (outcomes.stream().anyMatch(Saboteur::isDenied)) {
                                before.forEach(this::save);
                            }
                            return outcomes;
                        }
                    };
                }),
                new Saboteur("a command stops at its first denial", "S1", "What is wrong", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        List<Outcome> run(List<? extends CounterOperation> operations) {
                            List<Outcome> outcomes = new ArrayList<>();
                            for (CounterOperation operation : operations) {
                                boolean stopped = outcomes.stream().anyMatch(Saboteur::isDenied);
                                Map.Entry<Key, CounterState> before = Map.entry(operation.key(), load(operation.key()));
                                outcomes.add(run(operation));
                                if (stopped) {
                                    save(before.getKey(), before.getValue());
                                }
                            }
                            return outcomes;
                        }
                    };
                }),
                new Saboteur(
                        "the operations of a command all see the state before it",
                        "S1",
                        "What is wrong",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                List<Outcome> run(List<? extends CounterOperation> operations) {
                                    Map<Key, CounterState> before = new HashMap<>();
                                    operations.forEach(operation -> before.put(operation.key(), load(operation.key())));
                                    List<Outcome> outcomes = new ArrayList<>();
                                    for (CounterOperation operation : operations) {
                                        save(operation.key(), before.get(operation.key()));
                                        outcomes.add(run(operation));
                                    }
                                    return outcomes;
                                }
                            };
                        }),
                new Saboteur(
                        "what comes before an operation that is out of range is charged",
                        "A2",
                        "the key is not as before the calls that were refused",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                void check(List<? extends CounterOperation> operations) {}
                            };
                        }),
                new Saboteur(
                        "a cost out of range is charged first and refused then",
                        "A2",
                        "the key is not as before the calls that were refused",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                void check(List<? extends CounterOperation> operations) {
                                    try {
                                        super.check(operations);
                                    } catch (InvalidArgumentException e) {
                                        for (CounterOperation operation : operations) {
                                            if (operation instanceof Judged call) {
                                                run(new Penalize(call.key(), call.policy(), 1, Deadline.NONE));
                                            }
                                        }
                                        throw e;
                                    }
                                }
                            };
                        }),
                new Saboteur(
                        "an error is answered with allowed",
                        "A2",
                        "was answered, expected InvalidArgumentException",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                public List<Outcome> execute(List<? extends CounterOperation> operations) {
                                    try {
                                        return super.execute(operations);
                                    } catch (InvalidArgumentException e) {
                                        return operations.stream()
                                                .map(operation -> allowed((Judged) operation, source()))
                                                .toList();
                                    }
                                }
                            };
                        }),
                new Saboteur(
                        "an error is answered with denied",
                        "A2",
                        "was answered, expected InvalidArgumentException",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                public List<Outcome> execute(List<? extends CounterOperation> operations) {
                                    try {
                                        return super.execute(operations);
                                    } catch (InvalidArgumentException e) {
                                        return operations.stream()
                                                .map(operation -> (Outcome) Denied.forCapacity(
                                                        ((Judged) operation).policy(),
                                                        source(),
                                                        ((Judged) operation).cost(),
                                                        1,
                                                        1,
                                                        0))
                                                .toList();
                                    }
                                }
                            };
                        }),
                new Saboteur("an asynchronous error is wrapped", "A1", "as it is", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        <T> CompletionStage<T> completed(Supplier<T> call) {
                            try {
                                return CompletableFuture.completedFuture(call.get());
                            } catch (RuntimeException e) {
                                return CompletableFuture.failedFuture(new CompletionException(e));
                            }
                        }
                    };
                }),
                new Saboteur(
                        "the asynchronous form throws",
                        "A1",
                        "the asynchronous form throws nothing",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                <T> CompletionStage<T> completed(Supplier<T> call) {
                                    return CompletableFuture.completedFuture(call.get());
                                }
                            };
                        }),
                new Saboteur(
                        "works on after it was closed",
                        "A4",
                        "was answered, expected GuardClosedException",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                void requireOpen() {}
                            };
                        }),
                new Saboteur("closing twice fails", "A4", "is closed", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        public void close() {
                            requireOpen();
                            super.close();
                        }
                    };
                }),
                new Saboteur(
                        "closing one client closes all",
                        "A4",
                        "the permits are used up still",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                public void close() {
                                    super.close();
                                    kept().clear();
                                }
                            };
                        }),
                new Saboteur(
                        "the source of decisions changes", "S1", "the decision comes from", (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                Step step(CounterState stored, CounterOperation operation, long now) {
                                    Step step = super.step(stored, operation, now);
                                    if (!(step.outcome() instanceof Decision decision) || decision.allowed()) {
                                        return step;
                                    }
                                    DecisionSource other = DecisionSource.of("other", FailureMode.STRICT_DISTRIBUTED);
                                    Outcome told = CounterModel.step(
                                                    stored,
                                                    operation,
                                                    policy -> CompiledPolicy.of(policy, other),
                                                    now,
                                                    Long.MAX_VALUE)
                                            .outcome();
                                    return new Step(step.state(), told);
                                }
                            };
                        }),
                new Saboteur(
                        "remembers a denial until its wait is over, whatever comes",
                        "S1",
                        "What is wrong",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                private final Map<Object, Long> denied = new ConcurrentHashMap<>();

                                @Override
                                Step step(CounterState stored, CounterOperation operation, long now) {
                                    if (!(operation instanceof Acquire acquire)) {
                                        return super.step(stored, operation, now);
                                    }
                                    Object memo = List.of(
                                            acquire.key(), acquire.policy().version(), acquire.cost());
                                    Step step = super.step(stored, operation, now);
                                    if (step.outcome() instanceof Denied told) {
                                        denied.put(memo, now + Math.min(told.retryAfterMicros(), 1_000_000_000_000L));
                                        return step;
                                    }
                                    Long until = denied.get(memo);
                                    return until != null && now < until && step.outcome() instanceof Decision decision
                                            ? new Step(
                                                    stored,
                                                    Saboteur.restated(
                                                            decision, decision.policy(), false, stored, limit -> limit))
                                            : step;
                                }
                            };
                        }),
                new Saboteur(
                        "a bound counter that denied once denies for ever",
                        "S1",
                        "What is wrong",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                public PolicyCounters counters(Policy policy) {
                                    return new Remembering(super.counters(policy));
                                }
                            };
                        }),
                new Saboteur(
                        "drops a key that counts when there are many",
                        "S16",
                        "nothing has come back",
                        (server, environment) -> {
                            return new ModelBackend(server, environment) {
                                @Override
                                void save(Key key, CounterState state) {
                                    super.save(key, state);
                                    if (kept().size() > 50) {
                                        kept().keySet().stream()
                                                .filter(other -> !other.equals(place(key)))
                                                .findFirst()
                                                .ifPresent(kept()::remove);
                                    }
                                }
                            };
                        }));
    }

    /** Saboteurs that are caught by waiting for them. */
    static List<Saboteur> slow() {
        return List.of(new Saboteur(
                "an asynchronous error is never told", "A1", "did not complete in time", (server, environment) -> {
                    return new ModelBackend(server, environment) {
                        @Override
                        <T> CompletionStage<T> completed(Supplier<T> call) {
                            try {
                                return CompletableFuture.completedFuture(call.get());
                            } catch (RuntimeException e) {
                                return new CompletableFuture<>();
                            }
                        }
                    };
                }));
    }

    /** A store in which commands of one kind come between the reading and the writing of others. */
    private static Saboteur unlocked(String name, Class<? extends CounterOperation> kind) {
        return new Saboteur(
                name, "S3", "no order of the calls", (server, environment) -> new ModelBackend(server, environment) {
                    @Override
                    public List<Outcome> execute(List<? extends CounterOperation> operations) {
                        if (!operations.stream().allMatch(kind::isInstance)) {
                            return super.execute(operations);
                        }
                        requireOpen();
                        check(operations);
                        return run(operations);
                    }

                    @Override
                    Step step(CounterState stored, CounterOperation operation, long now) {
                        letAnotherComeBetween();
                        return super.step(stored, operation, now);
                    }
                });
    }

    private static Outcome allowed(Judged operation, DecisionSource source) {
        Policy policy = operation.policy();
        List<LimitStatus> statuses = new ArrayList<>();
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit limit = policy.limits().get(i);
            statuses.add(new LimitStatus(
                    policy.limitName(i),
                    limit.algorithm(),
                    limit.capacity(),
                    limit.numbers().period(),
                    limit.capacity(),
                    0,
                    0,
                    0,
                    true,
                    !limit.isShadow()));
        }
        return Decision.of(
                policy, source, new Judgement(true, false, 0, policy.version(), 0), operation.cost(), statuses);
    }

    /** Counters whose bound keys, once denied, deny until they are bound anew. */
    private record Remembering(PolicyCounters counters) implements PolicyCounters {
        @Override
        public Decision tryAcquire(String tenant, String subject, long cost, Deadline deadline) {
            return counters.tryAcquire(tenant, subject, cost, deadline);
        }

        @Override
        public CompletionStage<Decision> tryAcquireAsync(String tenant, String subject, long cost, Deadline deadline) {
            return counters.tryAcquireAsync(tenant, subject, cost, deadline);
        }

        @Override
        public Decision peek(String tenant, String subject, long cost, Deadline deadline) {
            return counters.peek(tenant, subject, cost, deadline);
        }

        @Override
        public CompletionStage<Decision> peekAsync(String tenant, String subject, long cost, Deadline deadline) {
            return counters.peekAsync(tenant, subject, cost, deadline);
        }

        @Override
        public KeyCounter key(String tenant, String subject) {
            KeyCounter counter = counters.key(tenant, subject);
            AtomicBoolean denied = new AtomicBoolean();
            return new KeyCounter() {
                @Override
                public boolean tryAcquire(long cost, Deadline deadline) {
                    if (!denied.get() && !counter.tryAcquire(cost, deadline)) {
                        denied.set(true);
                    }
                    return !denied.get();
                }

                @Override
                public Decision decide(long cost, Deadline deadline) {
                    return counter.decide(cost, deadline);
                }
            };
        }
    }
}
