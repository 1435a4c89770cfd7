package dev.guard.tck;

import dev.guard.domain.backend.Backend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.opentest4j.AssertionFailedError;

/** A contract of one rule that is kept, one that is not, and one that is optional, which needs no backend. */
public interface TwoRules extends BackendContract {

    /** What the rules were tried with, in order. */
    List<Integer> TRIED = Collections.synchronizedList(new ArrayList<>());

    @Override
    default Backend open(TckEnvironment environment) {
        throw new UnsupportedOperationException("no rule opens it");
    }

    /** Kept. */
    @Property(tries = 10)
    @Label("S5 a rule that is kept")
    default void kept(@ForAll @IntRange(max = 1_000_000) int number) {
        TRIED.add(number);
    }

    /** Not kept. */
    @Property(tries = 200)
    @Label("S6 a rule that is not kept")
    default void notKept(@ForAll @IntRange(max = 1_000_000) int number) {
        if (number >= 7) {
            throw new AssertionFailedError("What is wrong:\n  the number is " + number + ", expected less than 7");
        }
    }

    /** Kept by those who say so. */
    @OptionalRules
    interface More extends BackendContract {
        /** Kept. */
        @Property(tries = 1)
        @Label("S16 a rule for some | of them")
        default void keptBySome() {
            TRIED.add(0);
        }
    }
}
