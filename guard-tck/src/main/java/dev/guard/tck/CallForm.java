package dev.guard.tck;

import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Peek;
import java.util.List;
import java.util.Random;

/** The ways in which a store can be asked. The answers must not depend on it. */
enum CallForm {
    COMMAND("execute"),
    ASYNCHRONOUS_COMMAND("submit"),
    POLICY("counters"),
    ASYNCHRONOUS_POLICY("counters, async"),
    KEY("key counter"),
    KEY_YES_OR_NO("key counter, yes or no");

    private static final List<CallForm> ALL = List.of(values());

    private final String text;

    CallForm(String text) {
        this.text = text;
    }

    static CallForm any(Random random) {
        return ALL.get(random.nextInt(ALL.size()));
    }

    /** Whether an operation can be asked for in this form: every one by a command, few by the shorter ways. */
    boolean suits(CounterOperation operation) {
        boolean plain = operation instanceof Acquire acquire && acquire.permitId() == null;
        return switch (this) {
            case COMMAND, ASYNCHRONOUS_COMMAND -> true;
            case POLICY, ASYNCHRONOUS_POLICY -> plain || operation instanceof Peek;
            case KEY, KEY_YES_OR_NO -> plain;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
