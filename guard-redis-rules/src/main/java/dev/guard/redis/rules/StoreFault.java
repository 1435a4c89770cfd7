package dev.guard.redis.rules;

import dev.guard.api.Guard;
import dev.guard.domain.BackendUnavailableException.Reason;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Something that goes wrong with a store, or on the way to it, and what the failure table says of it.
 *
 * @param name what it is
 * @param reasons those for which calls may be unavailable
 * @param mayAnswer whether the store may answer nevertheless, and rightly
 * @param forgets whether the store has forgotten everything after it
 * @param begin what makes it so, and returns when it is
 * @param settle waits until a guard has noticed, where it would find something else at first
 * @param end what mends it, and returns when it is mended
 */
record StoreFault(
        String name,
        Set<Reason> reasons,
        boolean mayAnswer,
        boolean forgets,
        Runnable begin,
        Consumer<Guard> settle,
        Runnable end) {

    /** One in which the store does not answer. */
    static StoreFault of(String name, Runnable begin, Runnable end, Reason... reasons) {
        Set<Reason> all = EnumSet.noneOf(Reason.class);
        all.addAll(Set.of(reasons));
        return new StoreFault(name, all, false, false, begin, guard -> {}, end);
    }

    StoreFault butMayAnswer() {
        return new StoreFault(name, reasons, true, forgets, begin, settle, end);
    }

    StoreFault andForgets() {
        return new StoreFault(name, reasons, mayAnswer, true, begin, settle, end);
    }

    StoreFault settledBy(Consumer<Guard> wait) {
        return new StoreFault(name, reasons, mayAnswer, forgets, begin, wait, end);
    }

    @Override
    public String toString() {
        return name;
    }
}
