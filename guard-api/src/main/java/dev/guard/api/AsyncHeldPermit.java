package dev.guard.api;

import dev.guard.domain.Allowed;
import dev.guard.domain.Deadline;
import dev.guard.domain.Effect;
import dev.guard.domain.Key;
import dev.guard.domain.Permit;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import java.util.concurrent.CompletableFuture;

/** {@link HeldPermit} for asynchronous callers. There is nothing to close: who is done releases. */
public final class AsyncHeldPermit {

    private final PolicyCalls calls;
    private final Acquire question;
    private final Key key;
    private final Allowed decision;
    private final Permit permit;

    AsyncHeldPermit(PolicyCalls calls, Acquire question, Allowed decision) {
        this.calls = calls;
        this.question = question;
        this.key = question.key();
        this.decision = decision;
        this.permit = decision.permit(PolicyCalls.idOf(question));
    }

    /** What is held, as a value that any process may give back. Its id is a secret. */
    public Permit permit() {
        return permit;
    }

    /** The decision that granted it. */
    public Allowed decision() {
        return decision;
    }

    /** Gives the permits back, as {@link HeldPermit#refund} does. */
    public CompletableFuture<Effect> refund() {
        return calls.applyAsync(() -> new Refund(key, permit, Deadline.NONE));
    }

    /** Gives concurrent slots back, as {@link HeldPermit#release} does. */
    public CompletableFuture<Effect> release() {
        return calls.applyAsync(() -> new Release(key, permit.id(), Deadline.NONE));
    }

    /** Lets the leases of concurrent slots begin anew, as {@link HeldPermit#extend} does. */
    public CompletableFuture<Effect> extend() {
        return calls.applyAsync(() -> new Extend(key, permit.id(), Deadline.NONE));
    }

    /** Gives back what nobody is there to take. */
    void giveUp() {
        calls.giveBack(question, decision);
    }

    @Override
    public String toString() {
        return "AsyncHeldPermit[policy=" + key.policy() + ", cost=" + permit.cost() + "]";
    }
}
